//! The tables of calls: a line a tool, `tool status {"argument": …}`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// One call and the status that the vendor documents for it.
pub(super) struct Call {
    pub(super) tool: String,
    pub(super) status: u16,
    pub(super) arguments: Map<String, Value>,
    /// Calls that make it possible; their lines begin with `first`.
    pub(super) first: Vec<Call>,
}

/// Lines that begin with `#` are remarks. `AN_HOUR_AGO` stands for that moment, as sandboxes live in the present.
pub(super) fn calls(table: &str) -> Vec<Call> {
    let now: Timestamp = std::time::SystemTime::now().try_into().unwrap();
    let hour_ago = (now - SignedDuration::from_hours(1)).to_string();
    let mut calls = Vec::new();
    let mut first = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let line = line.replace("AN_HOUR_AGO", &hour_ago);
        match line.strip_prefix("first ") {
            Some(line) => first.push(call(line, Vec::new())),
            None => calls.push(call(&line, std::mem::take(&mut first))),
        }
    }
    calls
}

fn call(line: &str, first: Vec<Call>) -> Call {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_else(|| panic!("`{line}` is no tool, status and arguments"));
    let (tool, status, arguments) = (word().to_owned(), word().parse().unwrap(), word());
    Call { tool, status, arguments: serde_json::from_str(arguments).unwrap_or_else(|error| panic!("{line}: {error}")), first }
}
