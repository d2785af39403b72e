//! Values as text of a URL, a header or a form: percent-encoding and the styles of OpenAPI (RFC 6570).
//!
//! Everything that is not unreserved in RFC 3986 is encoded, so that no value can end its place in a URL. What the two leave open is
//! decided here and told in docs/definitions.md.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::{Number, Value};

use crate::integration::Style;

mod claims;
mod cookie;
mod form;
mod path;
mod query;

pub(crate) use claims::{Claims, member_behind};
pub(crate) use cookie::push_cookies;
pub(crate) use form::{FieldName, FieldStyle, FieldText, write_field};
pub(crate) use path::push_path_value;
pub(crate) use query::{Query, names_of_members};

/// Everything but RFC 3986's unreserved characters.
pub(crate) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// For names of query parameters: `$top` stays readable, brackets do not (RFC 3986 section 3.4).
pub(crate) const QUERY_NAME: &AsciiSet = &UNRESERVED.remove(b'$').remove(b'@').remove(b':');

/// A value as the text of a header, in `simple` style or as JSON; `None` for null.
///
/// # Errors
/// What the value must not hold.
pub(crate) fn header_value(style: Style, explode: bool, value: &Value) -> Result<Option<String>, &'static str> {
    if value.is_null() {
        return Ok(None);
    }
    if style == Style::Json {
        return Ok(Some(ascii_json(value)));
    }
    let parts = simple_parts(explode, value);
    if parts.is_empty() {
        return Ok(None);
    }
    if value.is_array() || value.is_object() {
        check_parts(&parts, ',')?;
    }
    let parts: Vec<Cow<'_, str>> = parts
        .into_iter()
        .map(|(name, part)| match name.is_empty() {
            true => part,
            false => Cow::Owned(format!("{name}={part}")),
        })
        .collect();
    let text = parts.join(",");
    check_header(&text)?;
    Ok(Some(text))
}

/// Whether parts can be told apart that `delimiter` stands between: where it is written as the same within a part, a part must not hold it.
///
/// # Errors
/// What a part must not hold.
fn check_parts(parts: &[(&str, Cow<'_, str>)], delimiter: char) -> Result<(), &'static str> {
    if parts.iter().any(|(name, _)| name.contains('=')) {
        return Err("must not have `=` in the name of a member: it stands between name and value there");
    }
    match parts.iter().any(|(name, part)| name.contains(delimiter) || part.contains(delimiter)) {
        true => Err(must_not_hold(delimiter)),
        false => Ok(()),
    }
}

fn must_not_hold(delimiter: char) -> &'static str {
    match delimiter {
        ' ' => "must not hold a space in an item or member: it stands between them there",
        '|' => "must not hold `|` in an item or member: it stands between them there",
        '.' => "must not hold `.` in an item or member: it stands between them there",
        _ => "must not hold `,` in an item or member: it stands between them there",
    }
}

/// Whether a text can be a header value: what is outside visible ASCII could end the header or be garbled.
pub(crate) fn check_header(text: &str) -> Result<(), &'static str> {
    if text.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~')) {
        Ok(())
    } else {
        Err("must be plain ASCII without line breaks: it is sent as a header")
    }
}

/// A value where one text is wanted; a list or object there is written as JSON.
pub(crate) fn scalar(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Null => Cow::Borrowed(""),
        // JSON Schema counts 7.0 as an integer; no vendor expects it in a URL.
        Value::Number(number) => match whole(number) {
            Some(whole) => Cow::Owned(whole.to_string()),
            None => Cow::Owned(number.to_string()),
        },
        other => Cow::Owned(other.to_string()),
    }
}

/// A number that JSON Schema takes for an integer, as one.
pub(crate) fn whole(number: &Number) -> Option<i128> {
    /// Up to here every integer has its own floating-point number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    let float = number.as_f64()?;
    (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i128)
}

/// JSON whose texts have everything beyond ASCII escaped, which stands in a header as it is.
fn ascii_json(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match c.is_ascii() && c != '\x7f' {
            true => text.push(c),
            false => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    text
}

/// `(name, text)` of each part of a value; the name is empty but for the members of an exploded object.
fn simple_parts(explode: bool, value: &Value) -> Vec<(&str, Cow<'_, str>)> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => present(items).map(|item| ("", scalar(item))).collect(),
        Value::Object(object) => {
            let members = object.iter().filter(|(_, member)| !member.is_null());
            match explode {
                true => members.map(|(name, member)| (name.as_str(), scalar(member))).collect(),
                false => members.flat_map(|(name, member)| [("", Cow::Borrowed(name.as_str())), ("", scalar(member))]).collect(),
            }
        }
        single => vec![("", scalar(single))],
    }
}

fn present(items: &[Value]) -> impl Iterator<Item = &Value> {
    items.iter().filter(|item| !item.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn case_c4_the_simple_style_in_headers() {
        let header = |explode, value| header_value(Style::Simple, explode, &value).unwrap();
        assert_eq!(header(false, json!(["a", 1])).as_deref(), Some("a,1"));
        assert_eq!(header(true, json!({"x": 1, "no": null})).as_deref(), Some("x=1"));
        assert_eq!(header(false, json!({"x": 1, "y": "b"})).as_deref(), Some("x,1,y,b"));
        assert_eq!(header(false, json!(null)), None);
        assert_eq!(header(false, json!([])), None);
    }

    #[test]
    fn case_c4_no_item_in_a_header_passes_for_two() {
        for value in [json!(["a,b", "c"]), json!({"x": "a,b"}), json!({"x,y": 1})] {
            for explode in [true, false] {
                assert!(header_value(Style::Simple, explode, &value).unwrap_err().contains("must not hold `,`"), "{value}");
            }
        }
        assert!(header_value(Style::Simple, true, &json!({"a=b": 1})).is_err());
        assert_eq!(header_value(Style::Simple, false, &json!("a,b")).unwrap().as_deref(), Some("a,b"));
    }

    #[test]
    fn a_header_value_holds_no_line_break() {
        for value in ["a\r\nHost: x", "a\0", "grüß"] {
            assert!(header_value(Style::Simple, false, &json!(value)).is_err());
        }
    }

    #[test]
    fn json_in_a_header_is_ascii_and_says_the_same() {
        let value = json!({"größe": "a\r\nHost: x\u{7f}\u{1f600}", "n": [1.5, null]});
        let text = header_value(Style::Json, false, &value).unwrap().unwrap();
        assert_eq!(check_header(&text), Ok(()));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
