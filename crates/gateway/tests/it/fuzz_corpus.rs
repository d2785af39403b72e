//! The corpus of the fuzz target, replayed: whatever it found interesting once is answered within the rules; what people wrote
//! is answered exactly as the specification has it.

#[path = "../../../../fuzz/harness/mod.rs"]
mod harness;

use std::fs;
use std::path::Path;

use harness::{Answer, Endpoint, Input, check};
use insta::assert_snapshot;
use serde_json::Value;

/// What people wrote, each under a name that says what it is.
const WRITTEN: &str = "corpus/mcp_endpoint";
/// What fuzzing came upon, each under its hash.
const FOUND: &str = "found/mcp_endpoint";

/// Name and text of each input in a folder below `fuzz/`, by name.
fn inputs(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(folder);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

/// What an input is answered with, within the rules: `200 result`, or status and code of an error.
async fn verdict(endpoint: &Endpoint, name: &str, input: &[u8]) -> String {
    let input = Input::read(input).unwrap_or_else(|| panic!("{name} is no request"));
    let answer = endpoint.answer(&input).await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
    check(&input, &answer, endpoint.secrets()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    shown(&answer)
}

fn shown(answer: &Answer) -> String {
    let body = String::from_utf8(answer.body.clone()).unwrap();
    let said = [Some(body), answer.event.clone()].into_iter().flatten().filter(|said| !said.is_empty()).map(|said| {
        let data = said.strip_prefix("event: message\ndata: ");
        match serde_json::from_str(data.unwrap_or(&said)) {
            Ok(message) if data.is_some() => format!("event {}", outcome(&message)),
            Ok(message) => outcome(&message),
            Err(_) if said.starts_with("event: endpoint") => "event endpoint".to_owned(),
            Err(_) => said.chars().take_while(|character| *character != '>').collect(),
        }
    });
    [answer.status.as_u16().to_string()].into_iter().chain(said).collect::<Vec<_>>().join(" ")
}

fn outcome(message: &Value) -> String {
    if let Some(messages) = message.as_array() {
        let mut outcomes: Vec<String> = messages.iter().map(outcome).collect();
        let all = outcomes.len();
        outcomes.dedup();
        return if outcomes.len() == 1 { format!("[{all} × {}]", outcomes[0]) } else { format!("[{}]", outcomes.join(", ")) };
    }
    let code = message["result"]["structuredContent"]["error"]["code"].as_str();
    match (code, message["method"].as_str(), message["error"]["code"].as_i64()) {
        (Some(code), _, _) => format!("result {code}"),
        (_, Some(method), _) => method.to_owned(),
        (_, _, Some(code)) => code.to_string(),
        _ => "result".to_owned(),
    }
}

#[tokio::test]
async fn every_input_that_was_found_is_answered_within_the_rules() {
    let endpoint = Endpoint::start().await;
    let found = inputs(FOUND);
    assert!(!found.is_empty());
    for (name, input) in found {
        verdict(&endpoint, &name, &input).await;
    }
}

#[tokio::test]
async fn every_input_with_a_name_is_answered_as_the_specification_has_it() {
    let endpoint = Endpoint::start().await;
    let mut verdicts = Vec::new();
    for (name, input) in inputs(WRITTEN) {
        verdicts.push(format!("{name}: {}", verdict(&endpoint, &name, &input).await));
    }
    assert_snapshot!(verdicts.join("\n"));
}

/// Too large to be kept in files.
#[tokio::test]
async fn what_is_too_much_is_refused_or_answered_within_bounds() {
    let endpoint = Endpoint::start().await;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let with =
        |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"create_a_fuzzed_thing",{params}}}}}"#);
    let prompt = |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{{{params}}}}}"#);
    let members: Vec<String> = (0..10_000).map(|n| format!(r#""m{n}":{n}"#)).collect();
    let texts: Vec<String> = (0..10_000).map(|n| format!(r#""m{n}":"{n}""#)).collect();
    let long = "x".repeat(1_000_000);
    let inputs = [
        ("a body of 4 MiB", format!("{ping}{}", " ".repeat(4 * 1024 * 1024 - ping.len()))),
        ("a body of 4 MiB and a byte", format!("{ping}{}", " ".repeat(4 * 1024 * 1024 - ping.len() + 1))),
        ("4 MiB of brackets", "[".repeat(4 * 1024 * 1024)),
        ("4 MiB of braces", r#"{"":"#.repeat(1024 * 1024)),
        ("a batch of 10,000", format!("[{}{ping}]", format!("{ping},").repeat(9_999))),
        ("a batch of 2,000,000 numbers", format!("[{}1]", "1,".repeat(2_000_000))),
        ("a batch 10,000 deep", deep(10_000)),
        ("params 10,000 deep", format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{}}}}}"#, deep(10_000))),
        ("_meta 10,000 deep", with(&format!(r#""_meta":{{"progressToken":{}}}"#, deep(10_000)))),
        ("arguments 10,000 deep", with(&format!(r#""arguments":{{"name":{}}}"#, deep(10_000)))),
        ("10,000 arguments", with(&format!(r#""arguments":{{{}}}"#, members.join(",")))),
        ("10,000 prompt arguments", prompt(&format!(r#""name":"make_a_thing","arguments":{{{}}}"#, texts.join(",")))),
        ("a prompt's argument of 1 MB", prompt(&format!(r#""name":"make_a_thing","arguments":{{"name":"{long}","kind":"round"}}"#))),
        ("a prompt's name of 1 MB", prompt(&format!(r#""name":"{long}""#))),
        ("a tool's name of 1 MB", with(r#""arguments":{}"#).replace("create_a_fuzzed_thing", &long)),
        ("an id of 1 MB", ping.replace("\"id\":1", &format!(r#""id":"{}""#, long))),
        ("a number of 1 MB", with(&format!(r#""arguments":{{"name":"x","size":{}}}"#, "1".repeat(1_000_000)))),
        ("an argument of 1 MB", with(&format!(r#""arguments":{{"name":"{}"}}"#, long))),
    ];
    let mut verdicts = Vec::new();
    for (name, body) in inputs {
        let input = format!("POST /mcp/open\ncontent-type: application/json\n\n{body}");
        verdicts.push(format!("{name}: {}", verdict(&endpoint, name, input.as_bytes()).await));
    }
    assert_snapshot!(verdicts.join("\n"));
}

/// What the endpoint never says, to show that it would be noticed.
#[tokio::test]
async fn wrong_answers_break_the_rules() {
    let endpoint = Endpoint::start().await;
    let result = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#);
    let error = |code: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":"no"}}}}"#);
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    let batch = format!("[{ping},{note}]");
    for (sent, status, said, problem) in [
        (ping, 200_u16, result("1"), ""),
        (ping, 200, result("2"), "under the id 2 of nobody"),
        (ping, 200, result("null"), "not under the id of the request"),
        (ping, 500, error("-32603"), "unexpected status"),
        (ping, 200, error("-32603"), "no code of the specification"),
        (ping, 404, error("-32602"), "does not go with"),
        (ping, 413, error("-32600"), "413 for a body of at most 4 MiB"),
        (ping, 202, String::new(), "a request went without an answer"),
        (ping, 200, String::new(), "nothing is said"),
        (ping, 200, "{}".into(), "no JSON-RPC answer"),
        (ping, 200, format!("[{}]", result("1")), "a batch of answers to a single message"),
        (ping, 200, result(&format!("1,\"x\":\"{}\"", endpoint.secrets().open)), "a secret shows"),
        (ping, 200, result(&format!("1,\"x\":\"{}\"", "x".repeat(2_000_000))), "too long an answer"),
        (note, 202, String::new(), ""),
        (note, 200, result("null"), "an answer to what asks for none"),
        (&batch, 200, format!("[{}]", result("1")), ""),
        (&batch, 200, format!("[{},{}]", result("1"), result("null")), "2 answers to 1 requests"),
        (&batch, 202, String::new(), "a request went without an answer"),
        ("{", 200, result("1"), "under the id 1 of nobody"),
    ] {
        let input = format!("POST /mcp/open\ncontent-type: application/json\n\n{sent}");
        let headers = http::HeaderMap::from_iter([(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"))]);
        let answer = Answer { status: status.try_into().unwrap(), headers, body: said.clone().into_bytes(), event: None };
        let found = check(&Input::read(input.as_bytes()).unwrap(), &answer, endpoint.secrets()).err().unwrap_or_default();
        assert!(if problem.is_empty() { found.is_empty() } else { found.contains(problem) }, "{sent} {status} {said}: {found}");
    }
}
