//! Bodies of `multipart/form-data` (RFC 7578), as far as uploads need it.

use crate::kit::request::Request;

/// One field or file of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Files have one.
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content: Vec<u8>,
}

/// The parts of the body, in order; `None` if its content type says that it is something else. What is malformed is left
/// out.
pub(crate) fn parts(request: &Request) -> Option<Vec<Part>> {
    let content_type = request.header("content-type")?;
    if !content_type.to_ascii_lowercase().starts_with("multipart/form-data") {
        return None;
    }
    let boundary = parameter(content_type, "boundary").unwrap_or_default();
    Some(split(&request.body, &boundary))
}

fn split(body: &[u8], boundary: &str) -> Vec<Part> {
    if boundary.is_empty() {
        return Vec::new();
    }
    // Every delimiter but the first follows a line end, which belongs to it.
    let delimiter = format!("\r\n--{boundary}");
    let body = [b"\r\n", body].concat();
    let mut parts = Vec::new();
    let mut rest = after(&body, delimiter.as_bytes());
    while let Some(part) = rest.filter(|rest| !rest.starts_with(b"--")) {
        let end = find(part, delimiter.as_bytes());
        parts.extend(end.and_then(|end| read(part.get(..end)?)));
        rest = after(part, delimiter.as_bytes());
    }
    parts
}

/// A part between two delimiters: the end of the delimiter's line, headers, an empty line, content.
fn read(part: &[u8]) -> Option<Part> {
    let part = after(part, b"\r\n")?;
    let end_of_head = find(part, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(part.get(..end_of_head)?);
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(disposition, "name")?,
        file_name: parameter(disposition, "filename"),
        content_type: header("content-type").map(str::to_owned),
        content: part.get(end_of_head + 4..)?.to_vec(),
    })
}

/// `name="value"` or `name=value` after a semicolon. In quotes, `;` and `=` are part of the value.
///
/// Source: HTML Standard, "multipart/form-data encoding algorithm": a quotation mark in a name is written as `%22`, a backslash as
/// itself.
fn parameter(header: &str, name: &str) -> Option<String> {
    let (_, mut rest) = header.split_once(';')?;
    loop {
        let (found, value) = rest.split_once('=')?;
        // A parameter without a value stands before this one.
        let found = found.rsplit(';').next().unwrap_or_default().trim();
        let (value, after) = match value.trim_start().strip_prefix('"') {
            Some(value) => {
                let (value, after) = value.split_once('"').unwrap_or((value, ""));
                (unescaped(value), after)
            }
            None => {
                let (value, after) = value.split_once(';').unwrap_or((value, ""));
                (value.trim().to_owned(), after)
            }
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

/// The three characters that HTML forms write in another way; everything else, also `%`, stays as it is.
fn unescaped(value: &str) -> String {
    value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

fn after<'a>(bytes: &'a [u8], pattern: &[u8]) -> Option<&'a [u8]> {
    find(bytes, pattern).and_then(|start| bytes.get(start + pattern.len()..))
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            files in prop::collection::vec(("[a-c;=\"'\\\\, ä.]{1,12}", prop::collection::vec(any::<u8>(), 0..60)), 0..4),
        ) {
            let boundary = "the boundary of this test";
            let mut body = Vec::new();
            for (number, (name, content)) in files.iter().enumerate() {
                let name = name.replace('"', "%22");
                let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{number}\"; filename=\"{name}\"\r\n\r\n");
                body.extend([head.as_bytes(), content, b"\r\n"].concat());
            }
            body.extend(format!("--{boundary}--\r\n").into_bytes());
            let read: Vec<(String, Option<String>, Vec<u8>)> =
                split(&body, boundary).into_iter().map(|part| (part.name, part.file_name, part.content)).collect();
            let written: Vec<(String, Option<String>, Vec<u8>)> =
                files.into_iter().enumerate().map(|(number, (name, content))| (number.to_string(), Some(name), content)).collect();
            prop_assert_eq!(read, written);
        }

        #[test]
        fn any_bytes_are_read_without_complaint(body in prop::collection::vec(prop::sample::select(b"-X\r\n:;=\"a".to_vec()), 0..200)) {
            for part in split(&body, "X") {
                prop_assert!(part.content.len() < body.len());
            }
        }
    }

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = "--X\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nInvoice\r\n\
                    --X\r\ncontent-disposition: form-data; name=\"files[]\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\
                    %PDF\r\n\r\n--not it\r\n--X--\r\n";
        let parts = split(body.as_bytes(), "X");
        assert_eq!(
            parts,
            [
                Part { name: "kind".to_owned(), file_name: None, content_type: None, content: b"Invoice".to_vec() },
                Part {
                    name: "files[]".to_owned(),
                    file_name: Some("a.pdf".to_owned()),
                    content_type: Some("application/pdf".to_owned()),
                    content: b"%PDF\r\n\r\n--not it".to_vec()
                },
            ]
        );
    }

    #[test]
    fn a_parameter_is_read_in_quotes_and_without() {
        let header = r#"form-data; a; name=plain ; filename="x; name=y" ; Boundary="%22b\c%0A"; open="z"#;
        let read = ["name", "filename", "boundary", "open", "a"].map(|name| parameter(header, name));
        assert_eq!(read.map(Option::unwrap_or_default), ["plain", "x; name=y", "\"b\\c\n", "z", ""]);
    }

    #[test]
    fn what_is_malformed_has_no_parts() {
        for body in ["", "--X", "--X--", "--X\r\n\r\n--X--", "--X\r\nname=1\r\n\r\n", "no delimiter"] {
            assert_eq!(split(body.as_bytes(), "X"), [], "{body}");
        }
        assert_eq!(split(b"--\r\n\r\n", ""), []);
    }
}
