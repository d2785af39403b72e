//! A call's outcome as the MCP result that a client sees.

use serde::de::IgnoredAny;
use serde_json::json;
use upstream::{Answer, Failure, File, Outcome};

use super::content_block::{Audio, push_file};
use super::json_text::push_string;

/// Appends the `result` of a `tools/call`: `content` with the text and the files, `isError`, and `structuredContent` on
/// failures or where `structured` asks for it. `tail` is what the revision adds at the end, e.g. `,"resultType":…`.
pub(crate) fn push_tool_result(out: &mut Vec<u8>, outcome: &Outcome, structured: Structured, audio: Audio, tail: &str) {
    match &outcome.result {
        Ok(Answer::Text(text)) => push_success(out, text, &[], structured, audio),
        Ok(Answer::WithFiles { text, files }) => push_success(out, text, files, structured, audio),
        Ok(Answer::File(file)) => {
            out.extend_from_slice(br#"{"content":["#);
            push_file(out, file, 1, audio);
            out.extend_from_slice(br#"],"isError":false"#);
        }
        Err(failure) => push_failure(out, failure),
    }
    out.extend_from_slice(tail.as_bytes());
    out.push(b'}');
}

/// Whether successes carry `structuredContent` beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Structured {
    OnlyFailures,
    Always,
}

fn push_success(out: &mut Vec<u8>, text: &str, files: &[File], structured: Structured, audio: Audio) {
    out.reserve(text.len() + text.len() / 4 + 256);
    out.extend_from_slice(br#"{"content":[{"type":"text","text":"#);
    push_string(out, text);
    out.push(b'}');
    for (index, file) in files.iter().enumerate() {
        out.push(b',');
        push_file(out, file, index + 1, audio);
    }
    out.extend_from_slice(br#"],"isError":false"#);
    if structured == Structured::Always {
        push_structured(out, text);
    }
}

fn push_failure(out: &mut Vec<u8>, failure: &Failure) {
    let structured = json!({"error": failure}).to_string();
    out.extend_from_slice(br#"{"content":[{"type":"text","text":"#);
    push_string(out, &structured);
    out.extend_from_slice(br#"}],"isError":true,"structuredContent":"#);
    out.extend_from_slice(structured.as_bytes());
}

/// Most revisions want an object here, so anything else stands under `items` (arrays) or `value`.
fn push_structured(out: &mut Vec<u8>, text: &str) {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return; // Text, or JSON that was cut to size.
    }
    let (before, after) = match text.trim_start().as_bytes().first() {
        Some(b'{') => ("", ""),
        Some(b'[') => (r#"{"items":"#, "}"),
        _ => (r#"{"value":"#, "}"),
    };
    out.extend_from_slice(br#","structuredContent":"#);
    for part in [before, text, after] {
        out.extend_from_slice(part.as_bytes());
    }
}
