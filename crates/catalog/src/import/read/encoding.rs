//! Bytes to text.

use std::borrow::Cow;

use super::{ReadError, shown};

/// The text of a file: UTF-8, or UTF-16 where a byte order mark or the first character tells it (RFC 8259 section 8.1, YAML 1.2.2
/// section 5.2). A byte order mark is no part of it.
///
/// # Errors
/// [`ReadError`], with the line of the first byte that is no text.
pub fn decoded<'b>(source_name: &str, bytes: &'b [u8]) -> Result<Cow<'b, str>, ReadError> {
    let refused = |line, message: &str| ReadError { source_name: shown(source_name), line, message: message.to_owned() };
    let utf_16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map(Cow::Owned).map_err(|_| refused(1, "begins as UTF-16 and goes on otherwise; save it as UTF-8"))
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf_8(rest, refused),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Err(refused(1, "this is UTF-32; save it as UTF-8")),
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [1..=127, 0, 1..=127, 0, ..] => utf_16(bytes, u16::from_le_bytes),
        [0, 1..=127, 0, 1..=127, ..] => utf_16(bytes, u16::from_be_bytes),
        [0x1F, 0x8B, ..] => Err(refused(1, "this is compressed with gzip; unpack it first")),
        [b'P', b'K', 3, 4, ..] => Err(refused(1, "this is a ZIP archive; unpack it and give the description in it")),
        [b'%', b'P', b'D', b'F', ..] => Err(refused(1, "this is a PDF file; look for the vendor's OpenAPI file, JSON or YAML")),
        _ => utf_8(bytes, refused),
    }
}

fn utf_8<'b>(bytes: &'b [u8], refused: impl Fn(usize, &str) -> ReadError) -> Result<Cow<'b, str>, ReadError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        refused(line, "this line holds bytes that are not UTF-8; save the file as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_and_utf_16_are_read_with_a_mark_and_without() {
        let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let text = "{\"é\": \"😀\"}";
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{FEFF}{text}").into_bytes(),
            utf_16(text, u16::to_le_bytes),
            utf_16(text, u16::to_be_bytes),
            utf_16(&format!("\u{FEFF}{text}"), u16::to_le_bytes),
            utf_16(&format!("\u{FEFF}{text}"), u16::to_be_bytes),
        ] {
            assert_eq!(decoded("a.json", &bytes).unwrap_or_default(), text, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        let problem = |bytes: &[u8]| decoded("a.yaml", bytes).unwrap_err().to_string();
        insta::assert_snapshot!(problem(b"a: 1\nb: caf\xE9\n"), @"a.yaml:2: this line holds bytes that are not UTF-8; save the file as UTF-8");
        insta::assert_snapshot!(problem(b"\xFF\xFE\x00\xD8a\x00"), @"a.yaml:1: begins as UTF-16 and goes on otherwise; save it as UTF-8");
        insta::assert_snapshot!(problem(b"\x1F\x8B\x08"), @"a.yaml:1: this is compressed with gzip; unpack it first");
    }
}
