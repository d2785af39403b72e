//! What commands send: bodies made of the flags that were given, and secrets that no flag may hold.

use std::io::{IsTerminal, Read};
use std::path::Path;

use anyhow::{Context, anyhow};
use serde_json::{Map, Value};

use crate::hint::hinted;

/// A body that holds the members that were given.
pub(super) fn body<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))).collect::<Map<_, _>>().into()
}

/// A text, where an empty one stands for none: null.
pub(super) fn text_or_none(text: String) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}

/// A comma-separated list, where one empty entry stands for an empty list.
pub(super) fn entries(entries: Vec<String>) -> Value {
    entries.into_iter().map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect::<Vec<_>>().into()
}

/// `KEY=VALUE` of a command line.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Pairs of a command line as an object.
pub(super) fn object(pairs: Vec<(String, String)>) -> Value {
    pairs.into_iter().map(|(key, value)| (key, Value::from(value))).collect::<Map<_, _>>().into()
}

/// Credentials from a file, or from standard input where the file is `-`: a JSON object.
///
/// # Errors
/// Nothing there, or no JSON object. The message quotes nothing of what was read.
pub(super) fn credentials(file: &Path) -> anyhow::Result<Value> {
    let (place, text) = if file == Path::new("-") {
        if std::io::stdin().is_terminal() {
            eprintln!("reading credentials from standard input: a JSON object, then Ctrl-D");
        }
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read the credentials from standard input")?;
        ("standard input".to_owned(), text)
    } else {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the credentials file {}", file.display()))?;
        (file.display().to_string(), text)
    };
    let problem = match serde_json::from_str(&text) {
        Ok(object @ Value::Object(_)) => return Ok(object),
        Ok(_) => anyhow!("{place}: the credentials are no JSON object"),
        Err(error) => anyhow!("{place}:{}:{}: the credentials are no JSON", error.line(), error.column()),
    };
    Err(hinted(
        problem,
        "give an object like {\"access_token\": \"…\"}; `tidegate catalog show NAME` lists the credentials of an integration",
    ))
}
