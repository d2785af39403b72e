//! Where a vendor's JSON answer holds files as base64, and what is said about them beside it.

use crate::dotted_path::{DottedPath, EachPath};
use crate::headers::is_token;
use crate::integration::FileInAnswer;
use crate::problem::Problem;

/// Said of what [`is_media_type`] refuses.
pub(crate) const NO_MEDIA_TYPE: &str = "this is no media type; write type and subtype in lower case, e.g. `application/pdf`";

/// A place where answers hold files.
#[derive(Debug, Clone)]
pub struct FilePlace {
    /// The base64 texts.
    pub at: EachPath,
    /// The type of a file that the answer says none of.
    pub media_type: Option<String>,
    /// From the item that holds the file.
    pub media_type_at: Option<DottedPath>,
    /// From the item that holds the file.
    pub name_at: Option<DottedPath>,
}

impl FilePlace {
    /// `path` is the method's place in the definition.
    pub(crate) fn compile_all(path: &str, files: &[FileInAnswer], problems: &mut Vec<Problem>) -> Vec<Self> {
        files
            .iter()
            .enumerate()
            .filter_map(|(index, file)| Self::compile(&format!("{path}.response.files.{index}"), file, problems))
            .collect()
    }

    fn compile(path: &str, file: &FileInAnswer, problems: &mut Vec<Problem>) -> Option<Self> {
        if file.media_type.is_none() && file.media_type_at.is_none() {
            problems.push(Problem::error(path, "what these files are is not said; give `media_type`, `media_type_at` or both"));
        }
        if file.media_type.as_deref().is_some_and(|media_type| !is_media_type(media_type)) {
            problems.push(Problem::error(format!("{path}.media_type"), NO_MEDIA_TYPE));
        }
        let mut parsed = |key: &str, text: &Option<String>| {
            let parsed = text.as_deref()?.parse::<DottedPath>();
            parsed.map_err(|error| problems.push(Problem::error(format!("{path}.{key}"), error.to_string()))).ok()
        };
        let media_type_at = parsed("media_type_at", &file.media_type_at);
        let name_at = parsed("name_at", &file.name_at);
        match file.at.parse() {
            Ok(at) => Some(Self { at, media_type: file.media_type.clone(), media_type_at, name_at }),
            Err(error) => {
                problems.push(Problem::error(format!("{path}.at"), error.to_string()));
                None
            }
        }
    }
}

/// Whether this is a type and a subtype in lower case, without parameters.
///
/// Source: RFC 9110, section 8.3.1.
pub fn is_media_type(text: &str) -> bool {
    let is_part = |part: &str| is_token(part) && !part.bytes().any(|byte| byte.is_ascii_uppercase());
    text.split_once('/').is_some_and(|(kind, subtype)| is_part(kind) && is_part(subtype))
}

/// Whether what is of this type is a line of JSON after the other.
pub(crate) fn is_json_lines(content_type: &str) -> bool {
    matches!(
        essence(content_type).as_str(),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines"
    )
}

/// Whether what is of this type is JSON, e.g. `application/json; charset=utf-8`, `text/json` or `application/hal+json` (RFC 6839 section 3.1).
pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Whether this may stand in a `Content-Type`: a media type, perhaps with parameters, and nothing that would begin another header.
///
/// Source: RFC 9110, section 8.3.1.
pub(crate) fn is_content_type(text: &str) -> bool {
    is_media_type(&essence(text)) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn essence(content_type: &str) -> String {
    without_parameters(content_type).to_ascii_lowercase()
}

/// A media type without what follows its first semicolon.
pub(crate) fn without_parameters(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}
