//! Members of a form as fields: names and texts, not yet encoded.

use std::borrow::Cow;

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::{check_parts, present, scalar, simple_parts};
use crate::integration::Style;

/// How a member becomes fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum FieldStyle {
    /// A list repeats its name, members of an object stand in brackets: `a=1&a=2`, `a[x]=1`.
    #[default]
    Usual,
    Styled {
        style: Style,
        explode: bool,
    },
}

impl FieldStyle {
    /// Whether a value is written under names that stand in it.
    pub(crate) fn names_members(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Styled { style: Style::Json, .. }, _) => false,
            (Self::Usual, Value::Object(_)) => true,
            (Self::Usual, Value::Array(items)) => has_parts(items),
            (Self::Styled { style: Style::DeepObject, .. }, value) => value.is_array() || value.is_object(),
            (Self::Styled { explode, .. }, value) => explode && value.is_object(),
            _ => false,
        }
    }
}

/// The name of a member, and of the object around all members.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldName<'a> {
    pub(crate) wrap: Option<&'a str>,
    pub(crate) name: &'a str,
}

impl<'a> FieldName<'a> {
    /// The member's own field.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.wrap {
            Some(wrap) => Cow::Owned(format!("{wrap}[{}]", self.name)),
            None => Cow::Borrowed(self.name),
        }
    }

    /// A member of an exploded object stands beside it.
    fn beside(self, name: &str) -> String {
        FieldName { wrap: self.wrap, name }.text().into_owned()
    }
}

/// What stands in a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FieldText<'a> {
    One(&'a str),
    /// Several texts with a delimiter between them.
    Several {
        parts: &'a [(&'a str, Cow<'a, str>)],
        delimiter: char,
    },
}

impl FieldText<'_> {
    /// The text, where a part's delimiters cannot be written in another way.
    ///
    /// # Errors
    /// What a part must not hold.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, &'static str> {
        match self {
            Self::One(text) => Ok(Cow::Borrowed(text)),
            Self::Several { parts, delimiter } => {
                check_parts(parts, *delimiter)?;
                let parts: Vec<&str> = parts.iter().map(|(_, part)| part.as_ref()).collect();
                Ok(Cow::Owned(parts.join(&delimiter.to_string())))
            }
        }
    }

    /// The text in a URL-encoded form. A comma between parts is written as it is, so that it is none of a part's.
    ///
    /// # Errors
    /// What a part must not hold.
    pub(crate) fn encoded(&self) -> Result<String, &'static str> {
        match self {
            Self::Several { parts, delimiter: ',' } => {
                let parts: Vec<String> = parts.iter().map(|(_, part)| byte_serialize(part.as_bytes()).collect()).collect();
                Ok(parts.join(","))
            }
            other => Ok(byte_serialize(other.text()?.as_bytes()).collect()),
        }
    }
}

/// Gives `field` the names and texts of a value; null is left out.
pub(crate) fn write_field(name: FieldName<'_>, how: FieldStyle, value: &Value, field: &mut dyn FnMut(&str, FieldText<'_>)) {
    let own = name.text();
    let mut one = |name: &str, text: &str| field(name, FieldText::One(text));
    match (how, value) {
        (_, Value::Null) => {}
        (FieldStyle::Usual, value) => usual(&own, value, &mut one),
        (FieldStyle::Styled { style: Style::Json, .. }, value) => one(&own, &value.to_string()),
        (FieldStyle::Styled { style: Style::DeepObject, .. }, value) => deep(&own, value, &mut one),
        (FieldStyle::Styled { explode: true, .. }, Value::Array(items)) => present(items).for_each(|item| one(&own, &scalar(item))),
        (FieldStyle::Styled { explode: true, .. }, Value::Object(object)) => {
            object.iter().filter(|(_, member)| !member.is_null()).for_each(|(key, member)| one(&name.beside(key), &scalar(member)));
        }
        (FieldStyle::Styled { style, .. }, Value::Array(_) | Value::Object(_)) => {
            let delimiter = match style {
                Style::SpaceDelimited => ' ',
                Style::PipeDelimited => '|',
                _ => ',',
            };
            let parts = simple_parts(false, value);
            if !parts.is_empty() {
                field(&own, FieldText::Several { parts: &parts, delimiter });
            }
        }
        (FieldStyle::Styled { .. }, single) => one(&own, &scalar(single)),
    }
}

/// As `deep`, but a list of plain values repeats its name.
fn usual(name: &str, value: &Value, field: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Null => {}
        Value::Array(items) if has_parts(items) => {
            present(items).enumerate().for_each(|(index, item)| usual(&format!("{name}[{index}]"), item, field));
        }
        Value::Array(items) => present(items).for_each(|item| field(name, &scalar(item))),
        Value::Object(object) => object.iter().for_each(|(key, member)| usual(&format!("{name}[{key}]"), member, field)),
        single => field(name, &scalar(single)),
    }
}

/// `a[x][y]=1`. OpenAPI leaves lists open: items stand in `a[]`, and those that have parts of their own in `a[0]`, `a[1]`, so that it is
/// clear which parts belong together.
pub(super) fn deep(name: &str, value: &Value, field: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Null => {}
        Value::Object(object) => object.iter().for_each(|(key, member)| deep(&format!("{name}[{key}]"), member, field)),
        Value::Array(items) => {
            let has_parts = has_parts(items);
            for (index, item) in present(items).enumerate() {
                match has_parts {
                    true => deep(&format!("{name}[{index}]"), item, field),
                    false => field(&format!("{name}[]"), &scalar(item)),
                }
            }
        }
        single => field(name, &scalar(single)),
    }
}

fn has_parts(items: &[Value]) -> bool {
    items.iter().any(|item| item.is_array() || item.is_object())
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn fields(how: FieldStyle, value: Value) -> String {
        let mut fields = Vec::new();
        let name = FieldName { wrap: None, name: "c" };
        write_field(name, how, &value, &mut |name, text| fields.push(format!("{name}={}", text.text().unwrap())));
        fields.join("&")
    }

    #[test]
    fn case_c4_every_style_of_a_member_of_a_form() {
        let styled = |style, explode| FieldStyle::Styled { style, explode };
        let (list, object) = (|| json!(["a", 1, null]), || json!({"R": 100, "G": [1, 2], "no": null}));
        let flat = || json!({"R": 100, "G": "x", "no": null});
        assert_snapshot!(fields(FieldStyle::Usual, list()), @"c=a&c=1");
        assert_snapshot!(fields(FieldStyle::Usual, object()), @"c[R]=100&c[G]=1&c[G]=2");
        assert_snapshot!(fields(FieldStyle::Usual, json!([{"x": 1, "y": [2, 3]}, {"x": 3}])), @"c[0][x]=1&c[0][y]=2&c[0][y]=3&c[1][x]=3");
        assert_snapshot!(fields(styled(Style::Form, true), list()), @"c=a&c=1");
        assert_snapshot!(fields(styled(Style::Form, false), list()), @"c=a,1");
        assert_snapshot!(fields(styled(Style::SpaceDelimited, false), list()), @"c=a 1");
        assert_snapshot!(fields(styled(Style::PipeDelimited, false), list()), @"c=a|1");
        assert_snapshot!(fields(styled(Style::DeepObject, true), list()), @"c[]=a&c[]=1");
        assert_snapshot!(fields(styled(Style::Json, false), list()), @r#"c=["a",1,null]"#);
        assert_snapshot!(fields(styled(Style::Form, true), object()), @"R=100&G=[1,2]");
        assert_snapshot!(fields(styled(Style::Form, false), flat()), @"c=R,100,G,x");
        assert_snapshot!(fields(styled(Style::DeepObject, true), object()), @"c[R]=100&c[G][]=1&c[G][]=2");
        assert_snapshot!(fields(styled(Style::DeepObject, true), json!([{"x": 1}, {"x": 2}])), @"c[0][x]=1&c[1][x]=2");
        for how in [FieldStyle::Usual, styled(Style::Form, true), styled(Style::Form, false), styled(Style::DeepObject, true)] {
            assert_eq!(fields(how, json!([])) + &fields(how, json!({})) + &fields(how, json!(null)), "");
            assert_eq!(fields(how, json!("")), "c=");
        }
    }

    #[test]
    fn case_c4_no_item_in_a_form_passes_for_two() {
        let encoded = |style, value: Value| {
            let mut text = String::new();
            let (name, how) = (FieldName { wrap: None, name: "c" }, FieldStyle::Styled { style, explode: false });
            write_field(name, how, &value, &mut |_, given| text = given.encoded().unwrap_or_else(|reason| format!("error: {reason}")));
            text
        };
        assert_snapshot!(encoded(Style::Form, json!(["a,b", "c d"])), @"a%2Cb,c+d");
        assert_snapshot!(encoded(Style::Form, json!("a,b")), @"a%2Cb");
        assert_snapshot!(encoded(Style::SpaceDelimited, json!(["a,b", "c d"])), @"error: must not hold a space in an item or member: it stands between them there");
        assert_snapshot!(encoded(Style::PipeDelimited, json!({"x": "a|b"})), @"error: must not hold `|` in an item or member: it stands between them there");
        let parts = [("", Cow::Borrowed("a,b"))];
        assert!(FieldText::Several { parts: &parts, delimiter: ',' }.text().is_err());
    }
}
