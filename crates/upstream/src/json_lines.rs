//! JSON Lines: a record in each line.
//!
//! Source: jsonlines.org; github.com/ndjson/ndjson-spec.

use serde_json::value::RawValue;

/// What JSON calls white space; any other is not.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// The first line that is no JSON, where no line is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no JSON")]
pub(crate) struct NoLines {
    /// Counted from 1.
    line: usize,
}

/// The records of `text` as one JSON array, each as it is written, and a note about lines that are none. Blank lines do not count, and
/// a text that is one array already stays so.
///
/// # Errors
/// There are lines, and none is JSON: then it is no list with a broken line but something else, e.g. a page about maintenance.
pub(crate) fn array(text: &str) -> Result<(String, Option<String>), NoLines> {
    let whole = text.trim_matches(WHITE_SPACE);
    // Vendors that say lines and send one array, in one line or in many, mean its items.
    if whole.starts_with('[') && serde_json::from_str::<Vec<&RawValue>>(whole).is_ok() {
        return Ok((whole.to_owned(), None));
    }
    let mut array = String::with_capacity(text.len() + 2);
    array.push('[');
    let (mut broken, mut first_broken) = (0_usize, None);
    for (index, line) in text.split('\n').enumerate() {
        let line = line.trim_matches(WHITE_SPACE);
        if line.is_empty() {
            continue;
        }
        if serde_json::from_str::<&RawValue>(line).is_err() {
            broken += 1;
            first_broken.get_or_insert(index + 1);
            continue;
        }
        if array.len() > 1 {
            array.push(',');
        }
        array.push_str(line);
    }
    let is_empty = array.len() == 1;
    array.push(']');
    match first_broken {
        Some(line) if is_empty => Err(NoLines { line }),
        Some(line) if broken == 1 => Ok((array, Some(format!("Line {line} of the vendor's answer is no JSON and was left out.")))),
        Some(line) => Ok((
            array,
            Some(format!("{broken} lines of the vendor's answer are no JSON and were left out; the first of them is line {line}.")),
        )),
        None => Ok((array, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn each_line_is_a_record_exactly_as_it_is_written() {
        let text = "\n{ \"n\": 1.50 }\r\n  \n\t[1e3]\n\"a\\nb\"";
        assert_eq!(array(text), Ok(("[{ \"n\": 1.50 },[1e3],\"a\\nb\"]".to_owned(), None)));
        assert_eq!(array("\n\r\n"), Ok(("[]".to_owned(), None)));
    }

    #[test]
    fn one_array_is_the_list_in_however_many_lines() {
        for text in ["[{\"n\": 1.50}, {\"n\": 2}]", "[\n  {\n    \"n\": 1.50\n  },\n  {}\n]", "[]"] {
            assert_eq!(array(&format!("\n {text}\r\n")), Ok((text.to_owned(), None)));
        }
        assert_eq!(array("[1]\n[2]"), Ok(("[[1],[2]]".to_owned(), None)), "a record in each line");
    }

    #[test]
    fn broken_lines_are_left_out_and_counted() {
        let (records, note) = array("{}\n\n{\"a\":\n7").unwrap();
        assert_eq!(records, "[{},7]");
        insta::assert_snapshot!(note.unwrap(), @"Line 3 of the vendor's answer is no JSON and was left out.");
        let (_, note) = array("x\n{} {}\n7").unwrap();
        insta::assert_snapshot!(note.unwrap(), @"2 lines of the vendor's answer are no JSON and were left out; the first of them is line 1.");
    }

    #[test]
    fn what_has_no_line_of_json_is_no_list() {
        assert_eq!(array("\n<html>\n</html>").unwrap_err().to_string(), "line 2 is no JSON");
    }

    proptest! {
        #[test]
        fn records_come_back_in_order_whatever_is_between_them(
            records in prop::collection::vec(("\\PC{0,12}", any::<i64>()), 0..8),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r\n", "\n\n", " \n\t\n"]), 8),
        ) {
            let records: Vec<Value> = records.iter().map(|(text, number)| json!({text: number, "t": text})).collect();
            let text: String = records.iter().zip(&ends).map(|(record, end)| format!("{record}{end}")).collect();
            let (array, note) = array(&text).unwrap();
            prop_assert_eq!(note, None);
            prop_assert_eq!(serde_json::from_str::<Vec<Value>>(&array).unwrap(), records);
        }

        #[test]
        fn any_text_gives_an_array_or_says_where_it_is_none(text in "[\\[\\]{}\":,0-9a \n\r]{0,60}") {
            if let Ok((array, _)) = array(&text) {
                prop_assert!(serde_json::from_str::<Vec<Value>>(&array).is_ok(), "{}", array);
            }
        }
    }
}
