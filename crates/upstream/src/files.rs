//! Files that a JSON answer holds as base64, taken out of it: as text they would fill a model's context and could not be
//! looked at, and half of one is worth nothing. Each leaves a note in its place.
//!
//! Only for answers whose definition says where files are.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use catalog::dotted_path::{DottedPath, EachPath};
use catalog::files::{FilePlace, is_media_type};
use serde_json::Value;

use crate::answer::{File, FileContent};
use crate::document::Document;
use crate::text;

/// A JSON text and where in it files are.
pub(crate) struct Files<'j> {
    json: &'j str,
    /// In the order of the text; never empty.
    found: Vec<Found>,
}

/// A JSON text with notes in the places of files, and those files that fit.
pub(crate) struct Taken {
    pub(crate) text: String,
    pub(crate) files: Vec<File>,
    /// What the files add to an answer's length, in characters.
    pub(crate) characters: usize,
}

struct Found {
    /// The string with its quotes.
    range: Range<usize>,
    file: File,
    /// As [`Taken::characters`].
    characters: usize,
}

/// A shorter text is a word such as `N/A`, an id or a token, or takes no more room than the note in its place would.
const SHORTEST_FILE: usize = 64;

/// What stands around each file in an answer, in characters.
const FRAME: usize = 100;

/// Longest name and media type that are given, in characters.
const LONGEST_NAME: usize = 100;

impl<'j> Files<'j> {
    /// The files at `places`; `None` where there are none. What is no base64 is no file, and stays as it is.
    pub(crate) fn find(json: &'j str, places: &[FilePlace]) -> Option<Files<'j>> {
        let found = places.iter().flat_map(|place| {
            let items = items(json, &place.at);
            items.into_iter().filter_map(|item| found(json, item, place))
        });
        let mut found: Vec<Found> = found.collect();
        found.sort_by_key(|found| found.range.start);
        found.dedup_by_key(|found| found.range.start);
        (!found.is_empty()).then_some(Files { json, found })
    }

    /// Takes the files out, in order, as long as text and files together have at most `max` characters, a file counted
    /// as base64. The first one given is called number `first`.
    pub(crate) fn take(self, max: usize, first: usize) -> Taken {
        let mut left = max.saturating_sub(self.characters_without_files());
        let mut taken = Taken { text: String::new(), files: Vec::new(), characters: 0 };
        let mut end = 0;
        for Found { range, file, characters } in self.found {
            taken.text.push_str(&self.json[end..range.start]);
            end = range.end;
            if characters <= left {
                left -= characters;
                taken.characters += characters;
                taken.text.push_str(&note_of_given(first + taken.files.len(), &file));
                taken.files.push(file);
            } else {
                taken.text.push_str(&note_of_left_out(&file));
            }
        }
        taken.text.push_str(&self.json[end..]);
        taken
    }

    /// At most what the text has with a note in each place.
    fn characters_without_files(&self) -> usize {
        let notes: usize = self.found.iter().map(|found| note_of_left_out(&found.file).chars().count()).sum();
        let encoded: usize = self.found.iter().map(|found| self.json[found.range.clone()].chars().count()).sum();
        (self.json.chars().count() + notes).saturating_sub(encoded)
    }
}

fn note_of_given(number: usize, file: &File) -> String {
    note(&format!("[file {number} below: {}]", described(file)))
}

/// Never shorter than [`note_of_given`], up to a hundred million files.
fn note_of_left_out(file: &File) -> String {
    note(&format!("[left out, too large to be given: {}]", described(file)))
}

fn note(text: &str) -> String {
    Value::from(text).to_string()
}

fn described(file: &File) -> String {
    let bytes = match &file.content {
        FileContent::Text(text) => text.len(),
        FileContent::Bytes(bytes) => bytes.len(),
    };
    let name = file.name.as_ref().map_or(String::new(), |name| format!("{name}, "));
    format!("{name}{}, {bytes} bytes", file.media_type)
}

/// The items that hold the files: what the last `[]` stands for.
fn items<'j>(json: &'j str, path: &EachPath) -> Vec<&'j str> {
    path.lists.iter().fold(vec![json], |items, list| {
        let items = items.into_iter().filter_map(|item| part(item, list));
        items
            .flat_map(|list| match Document::open(list) {
                Ok(Document::Array(items)) => items.into_iter().map(|item| item.get()).collect(),
                // As in a list of records, one thing may stand for a list of one.
                Ok(Document::Object(_)) => vec![list],
                Ok(Document::Scalar(_)) | Err(_) => Vec::new(),
            })
            .collect()
    })
}

fn found(json: &str, item: &str, place: &FilePlace) -> Option<Found> {
    let literal = part(item, &place.at.last)?;
    let encoded = string(literal)?;
    let (data_type, encoded) = match encoded.strip_prefix("data:") {
        Some(data) => data.split_once(";base64,")?,
        None => ("", encoded.as_ref()),
    };
    let bytes = decoded(encoded)?;
    let said = |path: &Option<DottedPath>| {
        let said = string(part(item, path.as_ref()?)?)?;
        Some(said).filter(|said| !said.is_empty())
    };
    let media_type = media_type(data_type).or_else(|| media_type(&said(&place.media_type_at)?)).or_else(|| place.media_type.clone());
    let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let content = match String::from_utf8(bytes) {
        Ok(text) if text::is_text(&media_type) => FileContent::Text(text),
        Ok(text) => FileContent::Bytes(text.into_bytes().into()),
        Err(error) => FileContent::Bytes(error.into_bytes().into()),
    };
    let length = match &content {
        FileContent::Text(text) => text.chars().count(),
        FileContent::Bytes(bytes) => bytes.len().div_ceil(3) * 4,
    };
    // `literal` is a part of `json`, found without copying.
    let start = (literal.as_ptr() as usize).checked_sub(json.as_ptr() as usize)?;
    let range = start..start + literal.len();
    let name = said(&place.name_at).map(|name| text::excerpt(&name, LONGEST_NAME).into_owned());
    Some(Found { range, file: File { media_type, name, content }, characters: length + FRAME })
}

/// The value at a path, in `json` itself; the empty path is all of it.
fn part<'j>(json: &'j str, path: &DottedPath) -> Option<&'j str> {
    if path.segments().is_empty() {
        return Some(json.trim());
    }
    Document::open(json).ok()?.at(path.segments()).map(|value| value.get())
}

fn string(literal: &str) -> Option<Cow<'_, str>> {
    #[derive(serde::Deserialize)]
    struct Text<'j>(#[serde(borrow)] Cow<'j, str>);
    serde_json::from_str(literal).ok().map(|Text(text)| text)
}

/// The type alone, in lower case, of what a vendor calls one.
fn media_type(said: &str) -> Option<String> {
    let media_type = said.split(';').next()?.trim().to_ascii_lowercase();
    (media_type.len() <= LONGEST_NAME && is_media_type(&media_type)).then_some(media_type)
}

/// Bytes from base64 of either alphabet, with or without padding, in one line or in many.
///
/// Source: RFC 4648, sections 4 and 5; RFC 2045, section 6.8.
fn decoded(encoded: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const ENGINES: [GeneralPurpose; 2] = [GeneralPurpose::new(&STANDARD, CONFIG), GeneralPurpose::new(&URL_SAFE, CONFIG)];
    let encoded: Cow<'_, str> = match encoded.bytes().any(|byte| byte.is_ascii_whitespace()) {
        true => encoded.chars().filter(|character| !character.is_ascii_whitespace()).collect(),
        false => encoded.into(),
    };
    // A long checksum is made of the letters of base64 too.
    if encoded.len() < SHORTEST_FILE || encoded.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    ENGINES.iter().find_map(|engine| engine.decode(encoded.as_bytes()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use serde_json::json;

    fn places() -> Vec<FilePlace> {
        let at = "list[].file".parse().unwrap();
        vec![FilePlace { at, media_type: Some("image/png".into()), media_type_at: None, name_at: Some("name".parse().unwrap()) }]
    }

    proptest! {
        #[test]
        fn each_file_is_given_whole_or_left_out_and_never_more_than_fits(
            files in prop::collection::vec(("[a-z\"ä\\\\]{0,120}", prop::collection::vec(any::<u8>(), 48..600)), 1..6),
            max in 0_usize..3_000,
            first in 1_usize..9,
        ) {
            let list: Vec<Value> = files.iter().map(|(name, bytes)| json!({"name": name, "file": STANDARD.encode(bytes)})).collect();
            let json = json!({"ö": "€", "list": list}).to_string();
            let Taken { text, files: given, characters } = Files::find(&json, &places()).unwrap().take(max, first);
            let total = text.chars().count() + characters;
            prop_assert!(given.is_empty() || total <= max, "{total} characters instead of {max}");
            let text: Value = serde_json::from_str(&text).unwrap();
            let mut number = first;
            for (index, (_, bytes)) in files.iter().enumerate() {
                let note = text["list"][index]["file"].as_str().unwrap();
                if note.starts_with(&format!("[file {number} below: ")) {
                    prop_assert_eq!(&given[number - first].content, &FileContent::Bytes(bytes.clone().into()));
                    number += 1;
                } else {
                    prop_assert!(note.starts_with("[left out, too large to be given: "), "{}", note);
                }
            }
            prop_assert_eq!(given.len(), number - first);
        }
    }
}
