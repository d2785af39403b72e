//! `multipart/form-data`: texts and files, each in a part of its own.
//!
//! Source: RFC 7578; HTML Standard, "multipart/form-data encoding algorithm", for names in quotes.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Encoding, Lists, not_base64};
use crate::arguments::Violation;
use crate::encode::scalar;
use crate::files::{is_content_type, is_json};
use crate::fnv::{START, fnv1a};
use crate::pointer::child;

/// The member of a file that holds its name.
pub(crate) const FILE_NAME: &str = "name";
/// The member of a file that says what it is.
pub(crate) const FILE_TYPE: &str = "media_type";

#[derive(Debug, Default)]
pub(super) struct Multipart {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    head: String,
    bytes: Vec<u8>,
}

impl Multipart {
    /// How many parts there are so far.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.parts.push(Part { head: format!("name=\"{}\"", quoted(name)), bytes: text.as_bytes().to_vec() });
    }

    /// Adds a value of a media type, a list item by item where that is asked for. Null is left out.
    pub(super) fn typed(&mut self, name: &str, value: &Value, media_type: &str, lists: Lists) {
        match (value, lists) {
            (Value::Null, _) => {}
            (Value::Array(items), Lists::ItemByItem) => items.iter().for_each(|item| self.typed(name, item, media_type, Lists::Whole)),
            _ => {
                let text = if is_json(media_type) { Cow::Owned(value.to_string()) } else { scalar(value) };
                let head = format!("name=\"{}\"\r\nContent-Type: {media_type}", quoted(name));
                self.parts.push(Part { head, bytes: text.as_bytes().to_vec() });
            }
        }
    }

    /// Adds the files in `value`, one or a list of them, which stands at the JSON Pointer `path` of the arguments.
    pub(super) fn files(&mut self, name: &str, value: &Value, encoding: &Encoding, path: &str, violations: &mut Vec<Violation>) {
        match (encoding, value) {
            (_, Value::Null) => {}
            (_, Value::Array(files)) => {
                for (index, file) in files.iter().enumerate() {
                    self.files(name, file, encoding, &format!("{path}/{index}"), violations);
                }
            }
            (Encoding::Base64 { media_type }, Value::String(text)) => match STANDARD.decode(text) {
                Ok(bytes) => self.file(name, name, media_type, bytes),
                Err(_) => violations.push(not_base64(path)),
            },
            (Encoding::File { content, media_type }, Value::Object(file)) => {
                self.described(name, file, content, media_type, path, violations)
            }
            _ => violations.push(Violation::new(path, "expected a file")),
        }
    }

    /// A file with what is said of it.
    fn described(
        &mut self,
        name: &str,
        file: &Map<String, Value>,
        content: &str,
        media_type: &str,
        path: &str,
        violations: &mut Vec<Violation>,
    ) {
        let said = |member: &str| file.get(member).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (file_name, media_type) = (said(FILE_NAME).unwrap_or(name), said(FILE_TYPE).unwrap_or(media_type));
        let known = violations.len();
        // Both stand in the head of the part, where a line break would begin another header.
        if file_name.contains(char::is_control) {
            violations.push(Violation::new(child(path, FILE_NAME), "expected a file name without control characters"));
        }
        if !is_content_type(media_type) {
            violations.push(Violation::new(child(path, FILE_TYPE), "expected a media type, e.g. `application/pdf`"));
        }
        // Whatever the schema lets through: nothing else of a file could be sent, so it is not taken either.
        for other in file.keys().filter(|member| *member != content && ![FILE_NAME, FILE_TYPE].contains(&member.as_str())) {
            let message = format!(
                "a file has `{content}`, `{FILE_NAME}` and `{FILE_TYPE}`, and nothing else can be sent with it; remove this member"
            );
            violations.push(Violation::new(child(path, other), message));
        }
        match file.get(content).and_then(Value::as_str).map(|text| STANDARD.decode(text)) {
            Some(Ok(bytes)) if violations.len() == known => self.file(name, file_name, media_type, bytes),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => violations.push(not_base64(&child(path, content))),
        }
    }

    fn file(&mut self, name: &str, file_name: &str, media_type: &str, bytes: Vec<u8>) {
        let head = format!("name=\"{}\"; filename=\"{}\"\r\nContent-Type: {media_type}", quoted(name), quoted(file_name));
        self.parts.push(Part { head, bytes });
    }

    /// The body, and the boundary between its parts.
    pub(super) fn finish(self) -> (Vec<u8>, String) {
        let boundary = boundary_for(&self.parts);
        let mut bytes = Vec::new();
        for part in &self.parts {
            bytes.extend_from_slice(format!("--{boundary}\r\nContent-Disposition: form-data; {}\r\n\r\n", part.head).as_bytes());
            bytes.extend_from_slice(&part.bytes);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (bytes, boundary)
    }
}

/// A boundary that is in no part. Derived from the parts, so that equal arguments give equal plans.
fn boundary_for(parts: &[Part]) -> String {
    // Chance collisions are all that must be unlikely, and the search below settles those too.
    let mut hash = parts.iter().fold(START, |hash, part| fnv1a(fnv1a(hash, part.head.as_bytes()), &part.bytes));
    loop {
        let boundary = format!("part-{hash:016x}");
        let text = boundary.as_bytes();
        let is_free =
            parts.iter().all(|part| part.bytes.windows(text.len()).all(|window| window != text) && !part.head.contains(&boundary));
        if is_free {
            return boundary;
        }
        hash = hash.wrapping_add(1);
    }
}

/// A name inside quotes, as HTML forms write it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn file_encoding() -> Encoding {
        Encoding::File { content: "data".to_owned(), media_type: "text/plain".to_owned() }
    }

    /// The parts of a body as a server reads them: head and bytes.
    fn read(bytes: &[u8], boundary: &str) -> Vec<(String, Vec<u8>)> {
        let find = |bytes: &[u8], text: &str| bytes.windows(text.len()).position(|window| window == text.as_bytes());
        let mut rest = bytes.strip_prefix(format!("--{boundary}").as_bytes()).unwrap();
        let mut parts = Vec::new();
        while let Some(part) = rest.strip_prefix(b"\r\n") {
            let head = find(part, "\r\n\r\n").unwrap();
            let end = find(part, &format!("\r\n--{boundary}")).unwrap();
            parts.push((String::from_utf8(part[..head].to_vec()).unwrap(), part[head + 4..end].to_vec()));
            rest = &part[end + 4 + boundary.len()..];
        }
        assert_eq!(rest, b"--\r\n");
        parts
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_whatever_it_is(
            files in prop::collection::vec(("[^\\p{C}\u{2028}\u{2029}]{1,20}", prop::collection::vec(prop::sample::select(b"-\r\npart0a\xff".to_vec()), 0..60)), 0..5),
            text in "(?s).{0,60}",
        ) {
            let given: Vec<Value> = files.iter().map(|(name, bytes)| json!({"name": name, "data": STANDARD.encode(bytes)})).collect();
            let (mut multipart, mut violations) = (Multipart::default(), Vec::new());
            multipart.text("note", &text);
            multipart.files("files[]", &Value::from(given), &file_encoding(), "/files", &mut violations);
            prop_assert_eq!(violations, []);
            let (bytes, boundary) = multipart.finish();
            let parts = read(&bytes, &boundary);
            prop_assert_eq!(&parts[0], &("Content-Disposition: form-data; name=\"note\"".to_owned(), text.into_bytes()));
            prop_assert_eq!(parts.len(), files.len() + 1);
            for ((name, bytes), (head, read)) in files.iter().zip(&parts[1..]) {
                let name = name.replace('"', "%22");
                let expected = format!("Content-Disposition: form-data; name=\"files[]\"; filename=\"{name}\"\r\nContent-Type: text/plain");
                prop_assert_eq!(head, &expected);
                prop_assert_eq!(read, bytes);
            }
        }

        #[test]
        fn nothing_said_of_a_file_adds_a_header(name in "(?s).{0,20}", media_type in "[a-z/;= \r\n:\"ä-]{0,20}") {
            let (mut multipart, mut violations) = (Multipart::default(), Vec::new());
            let file = json!({"name": name, "media_type": media_type, "data": ""});
            multipart.files("f", &file, &file_encoding(), "/f", &mut violations);
            for part in &multipart.parts {
                prop_assert_eq!(part.head.matches(['\r', '\n']).count(), 2);
                prop_assert!(part.head.contains("\"\r\nContent-Type: "));
            }
            prop_assert_eq!(multipart.parts.is_empty(), !violations.is_empty());
        }
    }
}
