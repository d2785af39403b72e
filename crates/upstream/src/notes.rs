//! What a definition has to say of a successful answer, put beside what the vendor says.

use catalog::facts::Facts;
use catalog::plan::Plan;
use catalog::tool::Tool;
use http::StatusCode;
use http::header::HeaderMap;
use serde_json::Value;

use crate::credential::Credential;
use crate::document::Document;
use crate::text;

/// Longest note, in characters; never more than a quarter of the answer.
const LONGEST_NOTE: usize = 1_000;

/// Largest body that notes look at, in bytes: values of a larger one would take memory and time at every call.
const LARGEST_BODY: usize = 1_000_000;

/// The definition's notes about an answer in one line; `None` almost always. `text` is the vendor's whole body, if there is one.
pub(crate) fn note(
    tool: &Tool,
    plan: &Plan,
    status: StatusCode,
    headers: &HeaderMap,
    text: Option<&str>,
    credential: &Credential,
) -> Option<String> {
    let notes = tool.notes();
    if notes.is_empty() {
        return None;
    }
    let is_large = text.is_some_and(|text| text.len() > LARGEST_BODY);
    let text = text.filter(|_| notes.ask_for_body() && !is_large);
    let body: Option<Value> = text.and_then(|text| serde_json::from_str(text).ok());
    let facts =
        Facts { status: status.as_u16(), headers: text::readable(headers), body: body.as_ref(), arguments: plan.arguments.as_ref() };
    let said = if is_large { notes.about_all_but_the_body(facts) } else { notes.about(facts) };
    let most = LONGEST_NOTE.min(tool.response().max_characters / 4);
    let line = text::one_line(&said.join(" "), most, credential.secrets());
    (!line.is_empty()).then_some(line)
}

/// Characters that `note` takes beside an answer.
pub(crate) fn length(note: &str) -> usize {
    const FRAME: usize = 30;
    Value::from(note).to_string().chars().count() + FRAME
}

/// `text` with a note: as a last member of an object, whose own text stays as it is; around an array or another value; below
/// anything that is no JSON.
pub(crate) fn noted(text: String, note: &str) -> String {
    let written = Value::from(note);
    match Document::open(&text) {
        Ok(Document::Object(members)) => {
            let name = if members.get("note").is_none() { "note" } else { "tidegate_note" };
            let comma = if members.names().next().is_some() { "," } else { "" };
            let rest = text.trim_end().strip_suffix('}').unwrap_or_default();
            format!(r#"{rest}{comma}"{name}":{written}}}"#)
        }
        Ok(Document::Array(_)) => format!(r#"{{"items":{text},"note":{written}}}"#),
        Ok(Document::Scalar(_)) => format!(r#"{{"value":{text},"note":{written}}}"#),
        Err(_) => format!("{text}\n\n[{note}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use proptest::prelude::*;

    #[test]
    fn a_note_leaves_the_vendors_text_as_it_is() {
        let noted = |text: &str| noted(text.to_owned(), r#"not "sent""#);
        assert_snapshot!(noted("{ \"n\": 1.50 }\n"), @r#"{ "n": 1.50 ,"note":"not \"sent\""}"#);
        assert_snapshot!(noted("{}"), @r#"{"note":"not \"sent\""}"#);
        assert_snapshot!(noted(r#"{"note":"theirs"}"#), @r#"{"note":"theirs","tidegate_note":"not \"sent\""}"#);
        assert_snapshot!(noted("[1.0]"), @r#"{"items":[1.0],"note":"not \"sent\""}"#);
        assert_snapshot!(noted("1e3"), @r#"{"value":1e3,"note":"not \"sent\""}"#);
        assert_snapshot!(noted("a,b"), @r#"
        a,b

        [not "sent"]
        "#);
    }

    proptest! {
        #[test]
        fn an_object_gets_one_member_more(keys in proptest::collection::btree_map("[a-z\"\\\\]{0,6}", "[ -~]{0,9}", 0..5), note in ".{0,40}") {
            let before = serde_json::to_value(&keys).unwrap();
            let after: Value = serde_json::from_str(&noted(before.to_string(), &note)).unwrap();
            let name = if keys.contains_key("note") { "tidegate_note" } else { "note" };
            prop_assert_eq!(&after[name], &Value::from(note));
            prop_assert!(after.as_object().unwrap().len() > keys.len() || keys.contains_key("tidegate_note"));
            for (key, value) in &keys {
                prop_assert_eq!(after[key].as_str(), Some(value.as_str()));
            }
        }
    }
}
