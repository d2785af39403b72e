//! The corpus of the fuzz target, replayed: whatever it found interesting once is answered as it must be.

#[path = "../../../../fuzz/harness/mod.rs"]
mod harness;

use std::fs;
use std::path::Path;

use harness::{Endpoint, Input, check};

/// Name and text of each input; those that people wrote have names, those that were found are called by their hash.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/mcp_endpoint");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[tokio::test]
async fn every_input_of_the_corpus_is_answered_within_the_rules() {
    let endpoint = Endpoint::start().await;
    let corpus = corpus();
    assert!(corpus.len() > 100);
    for (name, bytes) in corpus {
        let Some(input) = Input::read(&bytes) else { continue };
        let checked = endpoint.answer(&input).await.and_then(|answer| check(&input, &answer, endpoint.secrets()));
        checked.unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}

/// What the inputs with names are answered with: status, and JSON-RPC code or `result`.
#[tokio::test]
async fn show() {
    let endpoint = Endpoint::start().await;
    for (name, bytes) in corpus() {
        if name.len() == 40 { continue; }
        let input = Input::read(&bytes).unwrap_or_else(|| panic!("{name} is no input"));
        let answer = endpoint.answer(&input).await.unwrap_or_else(|e| panic!("{name} {e}"));
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        let problem = check(&input, &answer, endpoint.secrets()).err().unwrap_or_default();
        println!("{name}: {} {:?} {:?} {problem}", answer.status.as_u16(), &body.chars().take(250).collect::<String>(), answer.event.map(|e| e.chars().take(200).collect::<String>()));
    }
}
