//! Vendor bytes as text a model can read: which bytes are text at all, what encoding, and how much of it.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, HeaderMap};

/// What a body is, as far as it matters for passing it on.
pub(crate) enum Content {
    /// UTF-8, made so if need be.
    Text(String),
    Binary {
        mime_type: String,
        bytes: Vec<u8>,
    },
}

/// Sorts a body by its declared type; without one, by whether it is UTF-8.
pub(crate) fn content(headers: &HeaderMap, bytes: Vec<u8>) -> Content {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mime_type = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if mime_type.is_empty() {
        return match String::from_utf8(bytes) {
            Ok(text) => Content::Text(text),
            Err(error) => Content::Binary { mime_type: "application/octet-stream".to_owned(), bytes: error.into_bytes() },
        };
    }
    if is_text(&mime_type) { Content::Text(decoded(declared, bytes)) } else { Content::Binary { mime_type, bytes } }
}

/// At most `max` characters from the start of `text`, with a mark where it was cut.
pub(crate) fn excerpt(text: &str, max: usize) -> Cow<'_, str> {
    match end_of(text, max) {
        None => Cow::Borrowed(text),
        Some(end) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// At most `max` characters from the start of `text`, not ending inside encoded data (base64, a token): half of
/// such a thing is of no use to anybody. `None` = all of it fits.
pub(crate) fn cut(text: &str, max: usize) -> Option<&str> {
    let end = end_of(text, max)?;
    let kept = &text[..end];
    let encoded = kept.bytes().rev().take_while(|byte| is_encoded(*byte)).count();
    let before = end - encoded;
    if encoded >= LONGEST_WORD && before > 0 { Some(&text[..before]) } else { Some(kept) }
}

/// Whether `text` looks like base64 or another encoding rather than words.
pub(crate) fn is_encoded_data(text: &str) -> bool {
    text.len() >= LONGEST_WORD && text.bytes().take(LONGEST_WORD).all(is_encoded)
}

/// Readable words of an HTML page: no tags, scripts or styles, white space collapsed.
pub(crate) fn of_html(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        words.push_str(&rest[..start]);
        words.push(' ');
        rest = &rest[start..];
        let skipped = ["script", "style", "svg"].iter().find(|name| opens(rest, name));
        let end = match skipped {
            Some(name) => closing(rest, name),
            None if rest.starts_with("<!--") => rest.find("-->").map(|end| end + 3),
            None => rest.find('>').map(|end| end + 1),
        };
        rest = end.map_or("", |end| &rest[end..]);
    }
    words.push_str(rest);
    let words = ENTITIES.iter().fold(words, |words, (entity, character)| words.replace(entity, character));
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a body is an HTML page, whatever its declared type.
pub(crate) fn is_html(text: &str) -> bool {
    let start = text.trim_start().get(..14).unwrap_or(text.trim_start()).to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")
}

/// A run of characters without a break that is longer than this is not a word.
const LONGEST_WORD: usize = 200;

const ENTITIES: &[(&str, &str)] = &[("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];

/// Where `text` ends after `max` characters; `None` = it is not longer.
fn end_of(text: &str, max: usize) -> Option<usize> {
    // No text has more characters than bytes: the usual answer is not even counted.
    if text.len() <= max { None } else { text.char_indices().nth(max).map(|(end, _)| end) }
}

fn is_encoded(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

fn is_text(mime_type: &str) -> bool {
    mime_type.starts_with("text/")
        || mime_type.ends_with("+json")
        || mime_type.ends_with("+xml")
        || mime_type.ends_with("+yaml")
        || matches!(
            mime_type,
            "application/json"
                | "application/x-ndjson"
                | "application/jsonlines"
                | "application/javascript"
                | "application/xml"
                | "application/yaml"
                | "application/x-yaml"
                | "application/x-www-form-urlencoded"
                | "application/graphql"
                | "application/sql"
        )
}

/// UTF-8 as it is, without a byte order mark; Latin-1 where that is declared; else with � for what is not UTF-8.
fn decoded(declared: &str, bytes: Vec<u8>) -> String {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_latin_1(declared) => error.as_bytes().iter().map(|&byte| char::from(byte)).collect(),
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn is_latin_1(declared: &str) -> bool {
    let declared = declared.to_ascii_lowercase();
    ["iso-8859-1", "latin1", "windows-1252"].iter().any(|name| declared.contains(name))
}

fn opens(html: &str, name: &str) -> bool {
    let tag = html.as_bytes().get(1..=name.len()).unwrap_or_default();
    let after = html.as_bytes().get(name.len() + 1);
    tag.eq_ignore_ascii_case(name.as_bytes()) && after.is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Where the element called `name` that starts `html` ends.
fn closing(html: &str, name: &str) -> Option<usize> {
    let tags = html.match_indices("</").map(|(at, _)| at);
    let close = tags.into_iter().find(|&at| opens(&html[at + 1..], name))?;
    html[close..].find('>').map(|end| close + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use insta::assert_snapshot;
    use proptest::prelude::*;

    fn sorted(content_type: &'static str, bytes: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        match content(&headers, bytes.to_vec()) {
            Content::Text(text) => format!("text {text}"),
            Content::Binary { mime_type, bytes } => format!("{mime_type} {}", bytes.len()),
        }
    }

    #[test]
    fn the_declared_type_decides_and_without_one_the_bytes_do() {
        assert_snapshot!(sorted("application/json", b"{}"), @"text {}");
        assert_snapshot!(sorted("application/scim+json; charset=utf-8", b"{}"), @"text {}");
        assert_snapshot!(sorted("text/csv", b"a,b"), @"text a,b");
        assert_snapshot!(sorted("Application/PDF", b"%PDF"), @"application/pdf 4");
        assert_snapshot!(sorted("", b"{}"), @"text {}");
        assert_snapshot!(sorted("", b"\xff\xd8"), @"application/octet-stream 2");
    }

    #[test]
    fn text_that_is_not_utf_8_is_made_readable() {
        assert_snapshot!(sorted("text/plain; charset=ISO-8859-1", b"caf\xe9"), @"text café");
        assert_snapshot!(sorted("text/plain", b"caf\xe9"), @"text caf�");
        assert_snapshot!(sorted("application/json", b"\xef\xbb\xbf{}"), @"text {}");
    }

    #[test]
    fn a_page_is_reduced_to_its_words() {
        let page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>a{b:c}</style></head><body><!-- x > y --><SCRIPT>if (a < b) {}</SCRIPT ><h1>Bad&nbsp;Gateway</h1>\n<p>nginx &lt;1.2&gt;</p>";
        assert_snapshot!(of_html(page), @"502 Bad Gateway Bad Gateway nginx <1.2>");
        assert_snapshot!(of_html("a < b"), @"a");
        assert_snapshot!(of_html("x<script>never closed"), @"x");
    }

    #[test]
    fn a_cut_does_not_end_inside_encoded_data() {
        let blob = "QUJD".repeat(1000);
        let text = format!(r#"{{"name":"x","file":"{blob}"}}"#);
        assert_eq!(cut(&text, 500), Some(r#"{"name":"x","file":""#));
        assert_eq!(cut(&blob, 500).map(str::len), Some(500), "nothing stands before the data");
        assert_eq!(cut("a b c", 3), Some("a b"));
        assert_eq!(cut("äöü", 3), None);
    }

    proptest! {
        #[test]
        fn a_cut_keeps_a_beginning_of_at_most_the_given_characters(text in "\\PC{0,300}", max in 1_usize..300) {
            match cut(&text, max) {
                None => prop_assert!(text.chars().count() <= max),
                Some(kept) => {
                    prop_assert!(text.starts_with(kept));
                    prop_assert!(kept.chars().count() <= max && !kept.is_empty());
                    prop_assert!(text.chars().count() > max);
                }
            }
        }

        #[test]
        fn no_page_makes_the_reduction_fail(html in "[<>/!a-z &;\\-äscript]{0,200}") {
            of_html(&html);
            is_html(&html);
        }
    }
}
