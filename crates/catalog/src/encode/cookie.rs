//! Arguments as pairs of the header `Cookie` (RFC 6265 section 4.2).

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use super::{UNRESERVED, check_parts, present, scalar, simple_parts};
use crate::integration::Style;

/// Appends an argument to the text of a `Cookie` header: `a=1; b=2`. Null and empty lists are left out.
///
/// An exploded list has a pair for each item. OpenAPI joins them by `&`, which is no delimiter of cookies. An object is never exploded: its
/// members would be cookies that nobody declared.
///
/// # Errors
/// What the value must not hold.
pub(crate) fn push_cookies(cookies: &mut String, name: &str, style: Style, explode: bool, value: &Value) -> Result<(), &'static str> {
    match value {
        Value::Null => {}
        value if style == Style::Json => push_pair(cookies, name, &[&value.to_string()]),
        Value::Array(items) if explode => present(items).for_each(|item| push_pair(cookies, name, &[&scalar(item)])),
        value => {
            let parts = simple_parts(false, value);
            if value.is_array() || value.is_object() {
                check_parts(&parts, ',')?;
            }
            let parts: Vec<&str> = parts.iter().map(|(_, part)| part.as_ref()).collect();
            if !parts.is_empty() {
                push_pair(cookies, name, &parts);
            }
        }
    }
    Ok(())
}

/// Parts are joined by `%2C`: a comma is no character of a cookie's value, and servers decode the value as a whole.
fn push_pair(cookies: &mut String, name: &str, parts: &[&str]) {
    if !cookies.is_empty() {
        cookies.push_str("; ");
    }
    cookies.push_str(name);
    cookies.push('=');
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            cookies.push_str("%2C");
        }
        cookies.extend(utf8_percent_encode(part, UNRESERVED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn cookies(style: Style, explode: bool, value: Value) -> String {
        let mut cookies = String::new();
        if let Err(reason) = push_cookies(&mut cookies, "c", style, explode, &value) {
            return format!("error: {reason}");
        }
        cookies
    }

    #[test]
    fn case_c4_every_style_in_a_cookie() {
        let (list, object) = (|| json!(["a", "b;c"]), || json!({"R": 100, "G": "x"}));
        insta::assert_snapshot!(cookies(Style::Form, true, json!("a b")), @"c=a%20b");
        insta::assert_snapshot!(cookies(Style::Form, true, list()), @"c=a; c=b%3Bc");
        insta::assert_snapshot!(cookies(Style::Form, false, list()), @"c=a%2Cb%3Bc");
        insta::assert_snapshot!(cookies(Style::Form, false, object()), @"c=R%2C100%2CG%2Cx");
        insta::assert_snapshot!(cookies(Style::Form, true, object()), @"c=R%2C100%2CG%2Cx");
        insta::assert_snapshot!(cookies(Style::Json, true, object()), @"c=%7B%22R%22%3A100%2C%22G%22%3A%22x%22%7D");
        for empty in [json!(null), json!([]), json!({}), json!([null])] {
            assert_eq!(cookies(Style::Form, true, empty), "");
        }
        assert_eq!(cookies(Style::Form, true, json!("")), "c=");
        assert_eq!(cookies(Style::Form, false, json!("a,b")), "c=a%2Cb");
        assert_eq!(cookies(Style::Form, true, json!(["a,b"])), "c=a%2Cb");
        for several in [json!(["a,b", "c"]), json!({"x": "a,b"})] {
            assert!(cookies(Style::Form, false, several).contains("must not hold `,`"));
        }
    }

    proptest! {
        #[test]
        fn no_value_sets_another_cookie(text in "(?s).{0,20}", explode: bool) {
            let set = cookies(Style::Form, explode, json!(text));
            prop_assert!(set.starts_with("c=") && set.is_ascii());
            prop_assert!(!set[2..].contains(|c: char| c == ';' || c == '=' || c.is_whitespace() || c.is_control()));
        }
    }
}
