//! Arguments in a URL's path, none of which can leave its place.

use std::borrow::Cow;

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::{UNRESERVED, check_parts, simple_parts};
use crate::integration::Style;

/// Appends a value to a URL's path, in `simple`, `label` or `matrix` style or as JSON; of `matrix`, `encoded_name` stands before it.
///
/// # Errors
/// What the value must not be: no value may leave its segment or vanish from the path (CVE-2026-32871).
pub(crate) fn push_path_value(
    url: &mut String,
    encoded_name: &str,
    style: Style,
    explode: bool,
    value: &Value,
) -> Result<(), &'static str> {
    let parts = match style {
        Style::Json if !value.is_null() => vec![("", Cow::Owned(value.to_string()))],
        _ => simple_parts(explode, value),
    };
    for (name, part) in &parts {
        check_path_text(name)?;
        check_path_text(part)?;
    }
    if parts.iter().all(|(name, part)| name.is_empty() && part.is_empty()) {
        return Err("must not be empty: it stands in the URL's path");
    }
    // A dot is written as it is.
    if style == Style::Label && explode && (value.is_array() || value.is_object()) {
        check_parts(&parts, '.')?;
    }
    let (first, between) = match style {
        Style::Label if explode => (".", "."),
        Style::Label => (".", ","),
        Style::Matrix if explode => (";", ";"),
        Style::Matrix => (";", ","),
        _ => ("", ","),
    };
    url.push_str(first);
    for (index, (name, part)) in parts.iter().enumerate() {
        if index > 0 {
            url.push_str(between);
        }
        let is_named_here = style == Style::Matrix && (explode || index == 0);
        match name.is_empty() {
            false => url.extend(utf8_percent_encode(name, UNRESERVED)),
            true if is_named_here => url.push_str(encoded_name),
            true => {}
        }
        if !name.is_empty() || is_named_here {
            url.push('=');
        }
        url.extend(utf8_percent_encode(part, UNRESERVED));
    }
    Ok(())
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
    use proptest::prelude::*;
    use serde_json::json;

    fn path(style: Style, explode: bool, value: Value) -> String {
        let mut url = String::new();
        match push_path_value(&mut url, "c", style, explode, &value) {
            Ok(()) => url,
            Err(reason) => format!("error: {reason}"),
        }
    }

    #[test]
    fn case_c4_every_style_in_a_path() {
        let (list, object) = (|| json!(["a", "b/c"]), || json!({"R": 100, "G": "x,y", "no": null}));
        assert_snapshot!(path(Style::Simple, false, list()), @"a,b%2Fc");
        assert_snapshot!(path(Style::Simple, false, object()), @"R,100,G,x%2Cy");
        assert_snapshot!(path(Style::Simple, true, object()), @"R=100,G=x%2Cy");
        assert_snapshot!(path(Style::Label, false, json!("blue")), @".blue");
        assert_snapshot!(path(Style::Label, false, list()), @".a,b%2Fc");
        assert_snapshot!(path(Style::Label, true, list()), @".a.b%2Fc");
        assert_snapshot!(path(Style::Label, false, object()), @".R,100,G,x%2Cy");
        assert_snapshot!(path(Style::Label, true, object()), @".R=100.G=x%2Cy");
        assert_snapshot!(path(Style::Matrix, false, json!("blue")), @";c=blue");
        assert_snapshot!(path(Style::Matrix, true, json!(7)), @";c=7");
        assert_snapshot!(path(Style::Matrix, false, list()), @";c=a,b%2Fc");
        assert_snapshot!(path(Style::Matrix, true, list()), @";c=a;c=b%2Fc");
        assert_snapshot!(path(Style::Matrix, false, object()), @";c=R,100,G,x%2Cy");
        assert_snapshot!(path(Style::Matrix, true, object()), @";R=100;G=x%2Cy");
        assert_snapshot!(path(Style::Json, false, json!({"a": [1]})), @"%7B%22a%22%3A%5B1%5D%7D");
        assert_snapshot!(path(Style::Label, true, json!([1.5, 2])), @"error: must not hold `.` in an item or member: it stands between them there");
        assert_snapshot!(path(Style::Label, false, json!([1.5, 2])), @".1.5,2");
    }

    #[test]
    fn a_path_value_never_climbs_nor_vanishes() {
        for style in [Style::Simple, Style::Label, Style::Matrix] {
            for value in [".", "..", "../x", "a/..", "a\\..\\b", "%2e%2e", "%252e.", "x/%2E/y", "..%2f"] {
                assert!(path(style, false, json!(value)).contains("as a step"), "{value}");
            }
            assert!(path(style, false, json!("a\nb")).contains("control"));
            for value in [json!(""), json!(null), json!([]), json!([""]), json!({"a": null})] {
                assert!(path(style, true, value).contains("empty"));
            }
        }
        assert_snapshot!(path(Style::Simple, false, json!("a..b/...")), @"a..b%2F...");
        assert!(path(Style::Json, false, json!({"a": "x/../y"})).contains("as a step"));
        assert!(path(Style::Json, false, json!(null)).contains("empty"));
    }

    proptest! {
        #[test]
        fn whatever_the_style_a_value_stays_in_its_segment(
            style in prop::sample::select(vec![Style::Simple, Style::Label, Style::Matrix, Style::Json]),
            explode: bool,
            texts in prop::collection::vec("[./%2eE\\\\a;=,]{0,6}|.{0,4}", 0..4),
            shape in 0..3,
        ) {
            let value = match shape {
                0 => Value::from(texts.concat()),
                1 => Value::from(texts.clone()),
                _ => Value::Object(texts.iter().map(|text| (text.clone(), Value::from(text.clone()))).collect()),
            };
            let mut url = "https://h.test/a/".to_owned();
            if push_path_value(&mut url, "c", style, explode, &value).is_ok() {
                url.push_str("/end");
                let parsed = url::Url::parse(&url).unwrap();
                prop_assert_eq!(parsed.as_str(), &url);
                let segments: Vec<&str> = parsed.path_segments().unwrap().collect();
                prop_assert_eq!((segments.len(), segments[0], segments[2]), (3, "a", "end"));
                prop_assert!(!matches!(percent_decode_str(segments[1]).decode_utf8_lossy().as_ref(), "" | "." | ".."));
            }
        }
    }
}
