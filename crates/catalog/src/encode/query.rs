//! The query of a URL, argument by argument.

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use super::form::deep;
use super::{QUERY_NAME, UNRESERVED, check_parts, present, scalar, simple_parts};
use crate::integration::Style;

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

    /// How much is written so far, in bytes of the whole URL.
    pub(crate) fn length(&self) -> usize {
        self.url.len()
    }

    /// Adds an argument in its style. Null and empty lists are left out: RFC 6570 calls them undefined.
    ///
    /// # Errors
    /// What the value must not hold.
    pub(crate) fn argument(&mut self, encoded_name: &str, style: Style, explode: bool, value: &Value) -> Result<(), &'static str> {
        match (value, style) {
            (Value::Null, _) => {}
            (value, Style::Json) => self.pair(encoded_name, &value.to_string()),
            (Value::Array(_) | Value::Object(_), Style::DeepObject) => deep("", value, &mut |brackets, text| {
                self.begin(&format!("{encoded_name}{}", utf8_percent_encode(brackets, QUERY_NAME)));
                self.url.extend(utf8_percent_encode(text, UNRESERVED));
            }),
            (Value::Array(items), _) if explode => {
                for item in present(items) {
                    self.pair(encoded_name, &scalar(item));
                }
            }
            (Value::Object(object), _) if explode => {
                for (name, member) in object.iter().filter(|(_, member)| !member.is_null()) {
                    self.pair(&utf8_percent_encode(name, QUERY_NAME).to_string(), &scalar(member));
                }
            }
            (Value::Array(_) | Value::Object(_), _) => self.joined(encoded_name, style, value)?,
            (single, _) => self.pair(encoded_name, &scalar(single)),
        }
        Ok(())
    }

    fn begin(&mut self, encoded_name: &str) {
        self.url.push(self.separator);
        self.url.push_str(encoded_name);
        self.url.push('=');
        self.separator = '&';
    }

    fn joined(&mut self, encoded_name: &str, style: Style, value: &Value) -> Result<(), &'static str> {
        let parts: Vec<(&str, Cow<'_, str>)> = simple_parts(false, value);
        if parts.is_empty() {
            return Ok(());
        }
        let delimiter = match style {
            // Within a part they are written as the same.
            Style::SpaceDelimited => check_parts(&parts, ' ').map(|()| "%20")?,
            Style::PipeDelimited => check_parts(&parts, '|').map(|()| "%7C")?,
            _ => ",",
        };
        self.begin(encoded_name);
        for (index, (_, part)) in parts.iter().enumerate() {
            if index > 0 {
                self.url.push_str(delimiter);
            }
            self.url.extend(utf8_percent_encode(part, UNRESERVED));
        }
        Ok(())
    }
}

/// Gives `name` each query parameter that the members of a value become, not encoded.
pub(crate) fn names_of_members(own: &str, style: Style, explode: bool, value: &Value, name: &mut dyn FnMut(&str)) {
    match (value, style) {
        (Value::Array(_) | Value::Object(_), Style::DeepObject) => deep(own, value, &mut |written, _| name(written)),
        (_, Style::Json) => {}
        (Value::Object(object), _) if explode => {
            object.iter().filter(|(_, member)| !member.is_null()).for_each(|(member, _)| name(member));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn query(style: Style, explode: bool, value: Value) -> String {
        let mut url = String::new();
        match Query::of(&mut url).argument("c", style, explode, &value) {
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
        assert_snapshot!(query(Style::DeepObject, true, list()), @"?c%5B%5D=blue&c%5B%5D=black%2Cwhite&c%5B%5D=3");
        assert_snapshot!(query(Style::Json, true, list()), @"?c=%5B%22blue%22%2C%22black%2Cwhite%22%2C3%5D");
        assert_snapshot!(query(Style::Form, true, json!([])), @"");
        assert_snapshot!(query(Style::Form, false, json!([null])), @"");
        assert_snapshot!(query(Style::Json, false, json!([])), @"?c=%5B%5D");
    }

    #[test]
    fn case_c4_every_style_of_an_object_in_a_query() {
        let object = || json!({"R": 100, "G": "a b", "no": null});
        assert_snapshot!(query(Style::Form, true, object()), @"?R=100&G=a%20b");
        assert_snapshot!(query(Style::Form, false, object()), @"?c=R,100,G,a%20b");
        assert_snapshot!(query(Style::SpaceDelimited, false, object()), @"error: must not hold a space in an item or member: it stands between them there");
        assert_snapshot!(query(Style::SpaceDelimited, false, json!({"R": 100, "G": "a|b"})), @"?c=R%20100%20G%20a%7Cb");
        assert_snapshot!(query(Style::PipeDelimited, false, json!(["a|b", "c"])), @"error: must not hold `|` in an item or member: it stands between them there");
        assert_snapshot!(query(Style::PipeDelimited, false, object()), @"?c=R%7C100%7CG%7Ca%20b");
        assert_snapshot!(query(Style::DeepObject, true, object()), @"?c%5BR%5D=100&c%5BG%5D=a%20b");
        assert_snapshot!(query(Style::Json, false, json!({"R": "é"})), @"?c=%7B%22R%22%3A%22%C3%A9%22%7D");
        assert_snapshot!(
            query(Style::DeepObject, true, json!({"a": {"gt": 1}, "b": [1, 2], "c": [{"x": 1, "y": [2]}, {"x": 3}]})),
            @"?c%5Ba%5D%5Bgt%5D=1&c%5Bb%5D%5B%5D=1&c%5Bb%5D%5B%5D=2&c%5Bc%5D%5B0%5D%5Bx%5D=1&c%5Bc%5D%5B0%5D%5By%5D%5B%5D=2&c%5Bc%5D%5B1%5D%5Bx%5D=3"
        );
        for (style, explode) in [(Style::Form, true), (Style::Form, false), (Style::PipeDelimited, false), (Style::DeepObject, true)] {
            assert_eq!(query(style, explode, json!({})), "", "{style:?}");
            assert_eq!(query(style, explode, json!(null)), "", "{style:?}");
            assert_eq!(query(style, explode, json!("a&b")), "?c=a%26b", "{style:?}");
            assert_eq!(query(style, explode, json!("")), "?c=", "{style:?}");
        }
    }
}
