//! Vendor bytes as text a model can read: which bytes are text at all, what encoding, and how much of it.

use std::borrow::Cow;

use catalog::characters::is_deceptive;
use http::header::{CONTENT_TYPE, HeaderMap};

use crate::secrets::Secrets;

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

/// `text` in one line of at most `max` characters, without the secrets, and without characters that would make it look like
/// something else.
pub(crate) fn one_line(text: &str, max: usize, secrets: &Secrets) -> String {
    // Blanked out as it was sent, and again without the characters that may have stood in it.
    let text = secrets.blank_out(text);
    let visible = text.split(|c: char| c.is_whitespace() || c.is_control()).map(|word| word.replace(is_deceptive, ""));
    let line = visible.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    excerpt(&secrets.blank_out(&line), max).into_owned()
}

/// Names and values of the headers that are text.
pub(crate) fn readable(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
}

/// At most `max` characters from the start of `text`, not ending inside encoded data (base64, a token): half of
/// such a thing is of no use to anybody. `None` = all of it fits.
pub(crate) fn cut(text: &str, max: usize) -> Option<&str> {
    let end = end_of(text, max)?;
    let kept = &text[..end];
    let encoded = encoded_length(kept.bytes().rev());
    let before = end - encoded;
    if encoded >= LONGEST_WORD && before > 0 { Some(&text[..before]) } else { Some(kept) }
}

/// Whether `text` looks like base64 or another encoding rather than words.
pub(crate) fn is_encoded_data(text: &str) -> bool {
    encoded_length(text.bytes().take(LONGEST_WORD)) >= LONGEST_WORD
}

/// A run of characters without a break that is longer than this is not a word.
const LONGEST_WORD: usize = 200;

/// Where `text` ends after `max` characters; `None` = it is not longer.
fn end_of(text: &str, max: usize) -> Option<usize> {
    // No text has more characters than bytes: the usual answer is not even counted.
    if text.len() <= max { None } else { text.char_indices().nth(max).map(|(end, _)| end) }
}

/// How many bytes of encoded data come first. It may stand in lines (of 64 or 76 characters, RFC 7468 and RFC 2045) but not
/// in short ones: those are a list of words.
fn encoded_length(bytes: impl Iterator<Item = u8>) -> usize {
    const SHORTEST_LINE: usize = 60;
    let (mut length, mut line, mut is_first) = (0, 0, true);
    for byte in bytes {
        if is_encoded(byte) {
            line += 1;
        } else if matches!(byte, b'\r' | b'\n') && (line == 0 || is_first || line >= SHORTEST_LINE) {
            is_first = is_first && line == 0;
            line = 0;
        } else {
            break;
        }
        length += 1;
    }
    length
}

fn is_encoded(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

pub(crate) fn is_text(mime_type: &str) -> bool {
    mime_type.starts_with("text/")
        || mime_type.ends_with("+json")
        || mime_type.ends_with("+xml")
        || mime_type.ends_with("+yaml")
        || matches!(
            mime_type,
            "application/json"
                | "application/x-ndjson"
                | "application/ndjson"
                | "application/jsonl"
                | "application/jsonlines"
                | "application/json-lines"
                | "application/x-jsonl"
                | "application/x-jsonlines"
                | "application/javascript"
                | "application/xml"
                | "application/yaml"
                | "application/x-yaml"
                | "application/x-www-form-urlencoded"
                | "application/graphql"
                | "application/sql"
        )
}

/// UTF-8 as it is, without a byte order mark; Windows-1252 where that or Latin-1 is declared; else with � for what is not UTF-8.
fn decoded(declared: &str, bytes: Vec<u8>) -> String {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_western(declared) => error.as_bytes().iter().map(|&byte| windows_1252(byte)).collect(),
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// Whether the declared `charset` is Windows-1252. Latin-1 and ASCII are other names for it, as browsers have it (WHATWG
/// Encoding Standard, section 4.2).
fn is_western(declared: &str) -> bool {
    let parameters = declared.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset")).map(|(_, value)| value);
    let charset = charsets.next().unwrap_or_default().trim().trim_matches('"').to_ascii_lowercase();
    matches!(charset.as_str(), "windows-1252" | "cp1252" | "iso-8859-1" | "iso8859-1" | "latin1" | "l1" | "us-ascii" | "ascii")
}

/// Latin-1, but for 32 control characters in whose place are these.
fn windows_1252(byte: u8) -> char {
    const FROM_0X80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    let special = byte.checked_sub(0x80).and_then(|index| FROM_0X80.get(usize::from(index)));
    special.copied().unwrap_or(char::from(byte))
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
        assert_snapshot!(sorted("text/plain; x=1; Charset=\"Windows-1252\"", b"\x805 caf\xe9\x81"), @"text €5 café\u{81}");
        assert_snapshot!(sorted("text/plain; charset=iso-8859-15", b"caf\xe9"), @"text caf�");
        assert_snapshot!(sorted("text/latin1", b"caf\xe9"), @"text caf�");
        assert_snapshot!(sorted("text/plain", b"caf\xe9"), @"text caf�");
        assert_snapshot!(sorted("application/json", b"\xef\xbb\xbf{}"), @"text {}");
    }

    #[test]
    fn a_cut_does_not_end_inside_encoded_data() {
        let blob = "QUJD".repeat(1000);
        let text = format!(r#"{{"name":"x","file":"{blob}"}}"#);
        assert_eq!(cut(&text, 500), Some(r#"{"name":"x","file":""#));
        assert_eq!(cut(&blob, 500).map(str::len), Some(500), "nothing stands before the data");
        let lines = format!("{}\r\n", "QUJD".repeat(19)).repeat(10);
        assert_eq!(cut(&format!("a file: {lines}"), 500), Some("a file: "));
        assert!(is_encoded_data(&lines));
        let words = "SKU-1234\n".repeat(100);
        assert_eq!(cut(&format!("skus: {words}"), 500).map(str::len), Some(500));
        assert!(!is_encoded_data(&words));
        assert_eq!(cut("a b c", 3), Some("a b"));
        assert_eq!(cut("äöü", 3), None);
    }

    #[test]
    fn one_line_is_what_it_looks_like() {
        let secrets = Secrets::of(&["s3cret-token"]);
        assert_snapshot!(one_line(" a\n\u{202e}b\u{7}c\u{85}\u{e0041}\u{2028}d ", 100, &secrets), @"a b c d");
        assert_snapshot!(one_line("a\tb c", 3, &secrets), @"a b…");
        assert_snapshot!(one_line("s3cret-token s3cret\u{200e}-token", 100, &secrets), @"[redacted] [redacted]");
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
    }
}
