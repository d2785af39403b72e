//! JSON that is too long, made short enough without ceasing to be JSON: long strings lose their ends, encoded data
//! (base64) is left out whole. Only for answers over the limit; it builds values and is slow.

use serde_json::Value;

use crate::text;

/// Lengths to which strings are cut, tried in turn until all of it fits.
const LONGEST_STRINGS: [usize; 4] = [20_000, 5_000, 1_000, 300];

/// `json` with shortened strings, of at most `max` characters; `None` when strings are not what makes it long.
/// With `note`, an object says in a member `note` what happened, unless it has one of its own.
pub(crate) fn shortened(json: &str, max: usize, note: Option<&str>) -> Option<String> {
    let mut value: Value = serde_json::from_str(json).ok()?;
    if let (Value::Object(members), Some(note)) = (&mut value, note) {
        members.entry("note").or_insert_with(|| Value::from(note));
    }
    LONGEST_STRINGS.into_iter().find_map(|longest| {
        shorten(&mut value, longest);
        // Serialising checks the length on the way down as well: each round starts from the one before.
        let written = value.to_string();
        (written.chars().count() <= max).then_some(written)
    })
}

fn shorten(value: &mut Value, longest: usize) {
    match value {
        Value::String(string) => shorten_string(string, longest),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, longest)),
        Value::Object(members) => members.values_mut().for_each(|member| shorten(member, longest)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn shorten_string(string: &mut String, longest: usize) {
    let Some(kept) = text::cut(string, longest) else { return };
    let characters = string.chars().count();
    *string = if text::is_encoded_data(kept) {
        format!("[{characters} characters of encoded data left out]")
    } else {
        format!("{kept}… [{} more characters left out]", characters - kept.chars().count())
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn long_strings_lose_their_ends_and_encoded_data_goes_whole() {
        let json = json!({"id": 7, "notes": "word ".repeat(10_000), "file": "QUJD".repeat(10_000)}).to_string();
        let short = shortened(&json, 500, Some("Long values were shortened.")).unwrap();
        let short: Value = serde_json::from_str(&short).unwrap();
        assert_snapshot!(short["file"].as_str().unwrap(), @"[40000 characters of encoded data left out]");
        assert!(short["notes"].as_str().unwrap().ends_with("more characters left out]"));
        assert_eq!(short["id"], json!(7));
        assert_eq!(short["note"], json!("Long values were shortened."));
    }

    #[test]
    fn what_is_long_for_other_reasons_is_not_shortened() {
        let numbers = serde_json::to_string(&(0..10_000).collect::<Vec<_>>()).unwrap();
        assert_eq!(shortened(&numbers, 1_000, None), None);
        assert_eq!(shortened("not json", 3, None), None);
    }

    proptest! {
        #[test]
        fn the_result_is_json_of_the_promised_length(
            strings in proptest::collection::vec("[a-z \"\\\\äöü\n]{0,1000}", 1..5),
            max in 100_usize..2_000,
        ) {
            let json = json!({ "strings": strings }).to_string();
            if let Some(short) = shortened(&json, max, None) {
                prop_assert!(short.chars().count() <= max);
                prop_assert!(serde_json::from_str::<Value>(&short).is_ok());
            }
        }
    }
}
