//! One HTTP request to `/mcp/{token}`, against the whole router. `harness/input.rs` says what an input looks like.

#![no_main]

#[path = "../harness/mod.rs"]
mod harness;

use std::sync::OnceLock;

use harness::{Endpoint, Input, check};
use libfuzzer_sys::{Corpus, fuzz_target};
use tokio::runtime::{Builder, Runtime};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    static ENDPOINT: OnceLock<(Runtime, Endpoint)> = OnceLock::new();
    let (runtime, endpoint) = ENDPOINT.get_or_init(|| {
        // One worker, so that the coverage of an input does not depend on who was first.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let endpoint = runtime.block_on(Endpoint::start());
        (runtime, endpoint)
    });
    let Some(input) = Input::read(bytes) else { return Corpus::Reject };
    let checked = runtime.block_on(endpoint.answer(&input)).and_then(|answer| check(&input, &answer, endpoint.secrets()));
    if let Err(problem) = checked {
        panic!("{problem}");
    }
    Corpus::Keep
});
