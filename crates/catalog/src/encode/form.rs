//! Members of a form as fields: names and texts, not yet encoded.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{present, scalar, simple_parts};
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
    /// Names that members of an exploded object take for fields of their own.
    pub(crate) fn spread(self, value: &Value) -> impl Iterator<Item = &str> {
        let object = match self {
            Self::Styled { style: Style::DeepObject | Style::Json, .. } => None,
            Self::Styled { explode: true, .. } => value.as_object(),
            Self::Usual | Self::Styled { explode: false, .. } => None,
        };
        object.into_iter().flat_map(Map::keys).map(String::as_str)
    }
}

/// Gives `field` the names and texts of a value; null is left out.
pub(crate) fn write_field(name: &str, how: FieldStyle, value: &Value, field: &mut dyn FnMut(&str, &str)) {
    match (how, value) {
        (_, Value::Null) => {}
        (FieldStyle::Usual, value) => usual(name, value, field),
        (FieldStyle::Styled { style: Style::Json, .. }, value) => field(name, &value.to_string()),
        (FieldStyle::Styled { style: Style::DeepObject, .. }, value) => deep(name, value, field),
        (FieldStyle::Styled { explode: true, .. }, Value::Array(items)) => present(items).for_each(|item| field(name, &scalar(item))),
        (FieldStyle::Styled { explode: true, .. }, Value::Object(object)) => {
            object.iter().filter(|(_, member)| !member.is_null()).for_each(|(name, member)| field(name, &scalar(member)));
        }
        (FieldStyle::Styled { style, .. }, value) => {
            let delimiter = match style {
                Style::SpaceDelimited => " ",
                Style::PipeDelimited => "|",
                _ => ",",
            };
            let parts: Vec<Cow<'_, str>> = simple_parts(false, value).into_iter().map(|(_, part)| part).collect();
            if !parts.is_empty() {
                field(name, &parts.join(delimiter));
            }
        }
    }
}

fn usual(name: &str, value: &Value, field: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| usual(name, item, field)),
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
            let has_parts = items.iter().any(|item| item.is_array() || item.is_object());
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

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn fields(how: FieldStyle, value: Value) -> String {
        let mut fields = Vec::new();
        write_field("c", how, &value, &mut |name, text| fields.push(format!("{name}={text}")));
        fields.join("&")
    }

    #[test]
    fn case_c4_every_style_of_a_member_of_a_form() {
        let styled = |style, explode| FieldStyle::Styled { style, explode };
        let (list, object) = (|| json!(["a", 1, null]), || json!({"R": 100, "G": [1, 2], "no": null}));
        assert_snapshot!(fields(FieldStyle::Usual, list()), @"c=a&c=1");
        assert_snapshot!(fields(FieldStyle::Usual, object()), @"c[R]=100&c[G]=1&c[G]=2");
        assert_snapshot!(fields(styled(Style::Form, true), list()), @"c=a&c=1");
        assert_snapshot!(fields(styled(Style::Form, false), list()), @"c=a,1");
        assert_snapshot!(fields(styled(Style::SpaceDelimited, false), list()), @"c=a 1");
        assert_snapshot!(fields(styled(Style::PipeDelimited, false), list()), @"c=a|1");
        assert_snapshot!(fields(styled(Style::DeepObject, true), list()), @"c[]=a&c[]=1");
        assert_snapshot!(fields(styled(Style::Json, false), list()), @r#"c=["a",1,null]"#);
        assert_snapshot!(fields(styled(Style::Form, true), object()), @"R=100&G=[1,2]");
        assert_snapshot!(fields(styled(Style::Form, false), object()), @"c=R,100,G,[1,2]");
        assert_snapshot!(fields(styled(Style::DeepObject, true), object()), @"c[R]=100&c[G][]=1&c[G][]=2");
        assert_snapshot!(fields(styled(Style::DeepObject, true), json!([{"x": 1}, {"x": 2}])), @"c[0][x]=1&c[1][x]=2");
        for how in [FieldStyle::Usual, styled(Style::Form, true), styled(Style::Form, false), styled(Style::DeepObject, true)] {
            assert_eq!(fields(how, json!([])) + &fields(how, json!({})) + &fields(how, json!(null)), "");
            assert_eq!(fields(how, json!("")), "c=");
        }
    }
}
