//! The tables of calls: what the vendor's documentation says of each tool.
//!
//! A line a tool, `tool status {"argument": …}`; below it, indented, what its request must have:
//! * `requires` names what the vendor requires: of a query, and of a body by dots, `order_items.sku`. `*` is any member of an object.
//!   What is within something optional is required there.
//! * `either` names what the vendor requires of one kind of request only, or one of several; a schema need not say it.
//! * `ours` names what only the definition requires; the line above it says why.
//! * `also` is a further call, with more arguments or others; null takes one away.
//! * `first` is a call that must come before, as a line of its own.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// One tool as the vendor documents it.
pub(super) struct Operation {
    pub(super) tool: String,
    /// The first has what the vendor requires and nothing else.
    pub(super) calls: Vec<Call>,
    pub(super) requires: Vec<String>,
    pub(super) either: Vec<String>,
    pub(super) ours: Vec<String>,
}

/// One call and the status that the vendor documents for it.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) tool: String,
    pub(super) status: u16,
    pub(super) arguments: Map<String, Value>,
    /// Calls that make it possible.
    pub(super) first: Vec<Call>,
}

impl Operation {
    /// Everything that it must have, whoever says so.
    pub(super) fn needs(&self) -> impl Iterator<Item = &String> {
        self.requires.iter().chain(&self.either).chain(&self.ours)
    }
}

/// Lines that begin with `#` are remarks. `AN_HOUR_AGO` stands for that moment, as sandboxes live in the present.
pub(super) fn operations(table: &str) -> Vec<Operation> {
    let now: Timestamp = std::time::SystemTime::now().try_into().unwrap();
    let hour_ago = (now - SignedDuration::from_hours(1)).to_string();
    let mut operations: Vec<Operation> = Vec::new();
    for line in table.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let line = line.replace("AN_HOUR_AGO", &hour_ago);
        let Some(said) = line.strip_prefix("  ") else {
            let call = call(&line);
            operations.push(Operation {
                tool: call.tool.clone(),
                calls: vec![call],
                requires: Vec::new(),
                either: Vec::new(),
                ours: Vec::new(),
            });
            continue;
        };
        let operation = operations.last_mut().unwrap_or_else(|| panic!("`{line}` comes before any tool"));
        let (word, rest) = said.split_once(' ').unwrap_or_else(|| panic!("`{line}` says nothing"));
        let names = || rest.split(' ').map(str::to_owned);
        match word {
            "requires" => operation.requires.extend(names()),
            "either" => operation.either.extend(names()),
            "ours" => operation.ours.extend(names()),
            "first" => operation.calls.iter_mut().for_each(|later| later.first.push(call(rest))),
            "also" => operation.calls.push(changed(&operation.calls[0], &arguments(rest))),
            _ => panic!("`{word}` is no word of these tables: {line}"),
        }
    }
    operations
}

fn call(line: &str) -> Call {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_else(|| panic!("`{line}` is no tool, status and arguments"));
    Call { tool: word().to_owned(), status: word().parse().unwrap(), arguments: arguments(word()), first: Vec::new() }
}

fn arguments(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn changed(call: &Call, changes: &Map<String, Value>) -> Call {
    let mut call = call.clone();
    call.arguments.extend(changes.clone());
    call.arguments.retain(|_, value| !value.is_null());
    call
}
