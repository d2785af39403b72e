//! Values as text of a URL or a header: percent-encoding and the array styles of OpenAPI (RFC 6570).
//!
//! Everything that is not unreserved in RFC 3986 is encoded, so that no value can end its place in a URL.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Number, Value};

use crate::integration::Style;

/// Everything but RFC 3986's unreserved characters.
pub(crate) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// For names of query parameters: `$top` stays readable, brackets do not (RFC 3986 section 3.4).
pub(crate) const QUERY_NAME: &AsciiSet = &UNRESERVED.remove(b'$').remove(b'@').remove(b':');

/// The query of a URL under construction.
pub(crate) struct Query<'a> {
    url: &'a mut String,
    separator: char,
}

impl<'a> Query<'a> {
    /// Continues `url`, which ends with its path.
    pub(crate) fn of(url: &'a mut String) -> Self {
        Self { url, separator: '?' }
    }

    /// Adds text that is already encoded, e.g. `a=1&b=2`.
    pub(crate) fn encoded(&mut self, text: &str) {
        if !text.is_empty() {
            self.url.push(self.separator);
            self.url.push_str(text);
            self.separator = '&';
        }
    }

    /// Adds one parameter, whose name is already encoded.
    pub(crate) fn pair(&mut self, encoded_name: &str, value: &str) {
        self.begin(encoded_name);
        self.url.extend(utf8_percent_encode(value, UNRESERVED));
    }

    /// Adds an argument in its style. Null and empty lists are left out: RFC 6570 calls them undefined.
    pub(crate) fn argument(&mut self, encoded_name: &str, style: Style, explode: bool, value: &Value) {
        match value {
            Value::Null => {}
            Value::Array(items) if explode => {
                for item in present(items) {
                    self.pair(encoded_name, &scalar(item));
                }
            }
            Value::Array(items) => {
                let items: Vec<Cow<'_, str>> = present(items).map(scalar).collect();
                self.joined(encoded_name, style, &items);
            }
            Value::Object(object) if style == Style::DeepObject => {
                self.nested(encoded_name, object);
            }
            Value::Object(object) if explode => {
                for (name, member) in object.iter().filter(|(_, member)| !member.is_null()) {
                    self.pair(&utf8_percent_encode(name, QUERY_NAME).to_string(), &scalar(member));
                }
            }
            Value::Object(object) => {
                let parts: Vec<Cow<'_, str>> = object
                    .iter()
                    .filter(|(_, member)| !member.is_null())
                    .flat_map(|(name, member)| [Cow::Borrowed(name.as_str()), scalar(member)])
                    .collect();
                self.joined(encoded_name, style, &parts);
            }
            single => self.pair(encoded_name, &scalar(single)),
        }
    }

    fn begin(&mut self, encoded_name: &str) {
        self.url.push(self.separator);
        self.url.push_str(encoded_name);
        self.url.push('=');
        self.separator = '&';
    }

    fn joined(&mut self, encoded_name: &str, style: Style, parts: &[Cow<'_, str>]) {
        if parts.is_empty() {
            return;
        }
        let delimiter = match style {
            Style::SpaceDelimited => "%20",
            Style::PipeDelimited => "%7C",
            Style::Form | Style::Simple | Style::DeepObject | Style::Matrix | Style::Label | Style::Json => ",",
        };
        self.begin(encoded_name);
        push_joined(self.url, delimiter, parts);
    }

    /// `a[x][y]=1`; a list repeats its name. OpenAPI leaves both beyond the first level open.
    fn nested(&mut self, encoded_name: &str, object: &Map<String, Value>) {
        for (name, member) in object {
            let inner = utf8_percent_encode(name, UNRESERVED);
            let inner = format!("{encoded_name}%5B{inner}%5D");
            match member {
                Value::Object(object) => self.nested(&inner, object),
                other => self.argument(&inner, Style::Form, true, other),
            }
        }
    }
}

/// Appends a value to a URL's path in `simple` style.
///
/// # Errors
/// What the value must not be: no value may leave its segment or vanish from the path (CVE-2026-32871).
pub(crate) fn push_path_value(url: &mut String, explode: bool, value: &Value) -> Result<(), &'static str> {
    let parts = simple_parts(explode, value);
    for (name, part) in &parts {
        check_path_text(name)?;
        check_path_text(part)?;
    }
    if parts.iter().all(|(name, part)| name.is_empty() && part.is_empty()) {
        return Err("must not be empty: it stands in the URL's path");
    }
    for (index, (name, part)) in parts.iter().enumerate() {
        if index > 0 {
            url.push(',');
        }
        if !name.is_empty() {
            url.extend(utf8_percent_encode(name, UNRESERVED));
            url.push('=');
        }
        url.extend(utf8_percent_encode(part, UNRESERVED));
    }
    Ok(())
}

/// A value as the text of a header, in `simple` style; `None` for null.
///
/// # Errors
/// What the value must not hold.
pub(crate) fn header_value(explode: bool, value: &Value) -> Result<Option<String>, &'static str> {
    let parts: Vec<String> = simple_parts(explode, value)
        .into_iter()
        .map(|(name, part)| match name.is_empty() {
            true => part.into_owned(),
            false => format!("{name}={part}"),
        })
        .collect();
    if parts.is_empty() {
        return Ok(None);
    }
    let text = parts.join(",");
    check_header(&text)?;
    Ok(Some(text))
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

/// `(name, text)` pairs of the `simple` style; the name is empty but for the members of an exploded object.
fn simple_parts(explode: bool, value: &Value) -> Vec<(&str, Cow<'_, str>)> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => present(items).map(|item| ("", scalar(item))).collect(),
        Value::Object(object) if explode => object.iter().map(|(name, member)| (name.as_str(), scalar(member))).collect(),
        Value::Object(object) => {
            object.iter().flat_map(|(name, member)| [("", Cow::Borrowed(name.as_str())), ("", scalar(member))]).collect()
        }
        single => vec![("", scalar(single))],
    }
}

fn present(items: &[Value]) -> impl Iterator<Item = &Value> {
    items.iter().filter(|item| !item.is_null())
}

fn push_joined(url: &mut String, delimiter: &str, parts: &[Cow<'_, str>]) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            url.push_str(delimiter);
        }
        url.extend(utf8_percent_encode(part, UNRESERVED));
    }
}

/// Slashes are encoded, but a proxy may decode them before it routes, once or twice; so no step of the text may
/// climb, however it is written.
fn check_path_text(text: &str) -> Result<(), &'static str> {
    if text.chars().any(char::is_control) {
        return Err("must not hold control characters: it stands in the URL's path");
    }
    let once = percent_decode_str(text).decode_utf8_lossy();
    let twice = percent_decode_str(&once).decode_utf8_lossy();
    let climbs = |text: &str| text.split(['/', '\\']).any(|step| matches!(step, "." | ".."));
    if climbs(text) || climbs(&once) || climbs(&twice) {
        return Err("must not have `.` or `..` as a step: it stands in the URL's path");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn query(style: Style, explode: bool, value: Value) -> String {
        let mut url = String::new();
        Query::of(&mut url).argument("c", style, explode, &value);
        url
    }

    fn path(explode: bool, value: Value) -> String {
        let mut url = String::new();
        match push_path_value(&mut url, explode, &value) {
            Ok(()) => url,
            Err(reason) => format!("error: {reason}"),
        }
    }

    #[test]
    fn case_c4_every_style_of_a_list_in_a_query() {
        let list = || json!(["blue", "black,white", 3]);
        assert_snapshot!(query(Style::Form, true, list()), @"?c=blue&c=black%2Cwhite&c=3");
        assert_snapshot!(query(Style::Form, false, list()), @"?c=blue,black%2Cwhite,3");
        assert_snapshot!(query(Style::SpaceDelimited, false, list()), @"?c=blue%20black%2Cwhite%203");
        assert_snapshot!(query(Style::PipeDelimited, false, list()), @"?c=blue%7Cblack%2Cwhite%7C3");
        assert_snapshot!(query(Style::SpaceDelimited, true, list()), @"?c=blue&c=black%2Cwhite&c=3");
        assert_snapshot!(query(Style::Form, true, json!([])), @"");
        assert_snapshot!(query(Style::Form, false, json!([null])), @"");
    }

    #[test]
    fn case_c4_every_style_of_an_object_in_a_query() {
        let object = || json!({"R": 100, "G": "a b", "no": null});
        assert_snapshot!(query(Style::Form, true, object()), @"?R=100&G=a%20b");
        assert_snapshot!(query(Style::Form, false, object()), @"?c=R,100,G,a%20b");
        assert_snapshot!(query(Style::PipeDelimited, false, object()), @"?c=R%7C100%7CG%7Ca%20b");
        assert_snapshot!(query(Style::DeepObject, true, object()), @"?c%5BR%5D=100&c%5BG%5D=a%20b");
        assert_snapshot!(
            query(Style::DeepObject, true, json!({"a": {"gt": 1}, "b": [1, 2]})),
            @"?c%5Ba%5D%5Bgt%5D=1&c%5Bb%5D=1&c%5Bb%5D=2"
        );
    }

    #[test]
    fn case_c4_the_simple_style_in_paths_and_headers() {
        assert_snapshot!(path(false, json!(["a", "b/c"])), @"a,b%2Fc");
        assert_snapshot!(path(false, json!({"x": 1, "y": 2})), @"x,1,y,2");
        assert_snapshot!(path(true, json!({"x": 1, "y": 2})), @"x=1,y=2");
        assert_eq!(header_value(false, &json!(["a", 1])), Ok(Some("a,1".to_owned())));
        assert_eq!(header_value(true, &json!({"x": 1})), Ok(Some("x=1".to_owned())));
        assert_eq!(header_value(false, &json!(null)), Ok(None));
    }

    #[test]
    fn a_path_value_never_climbs_nor_vanishes() {
        for value in [".", "..", "../x", "a/..", "a\\..\\b", "%2e%2e", "%252e.", "x/%2E/y", "..%2f"] {
            assert!(path(false, json!(value)).contains("as a step"), "{value}");
        }
        assert!(path(false, json!("a\nb")).contains("control"));
        for value in [json!(""), json!(null), json!([]), json!([""])] {
            assert!(path(false, value).contains("empty"));
        }
        assert_snapshot!(path(false, json!("a..b/...")), @"a..b%2F...");
    }

    #[test]
    fn a_header_value_holds_no_line_break() {
        for value in ["a\r\nHost: x", "a\0", "grüß"] {
            assert!(header_value(false, &json!(value)).is_err());
        }
    }
}
