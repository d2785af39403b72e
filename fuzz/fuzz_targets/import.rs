//! The text of a vendor's description, with other files after it. `harness/import.rs` says how, and what must come of it.

#![no_main]

#[path = "../harness/import.rs"]
mod import;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(problem) = import::outcome(bytes) {
        panic!("{problem}");
    }
});
