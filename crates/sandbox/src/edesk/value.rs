//! What a single value of a body may be. Each function reads one kind, or says with the vendor's code why it cannot.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use crate::edesk::collection::Collection;
use crate::edesk::moment::Moment;
use crate::edesk::refusal::ErrorCode;

/// Unreachable by definition (RFC 6761); the sandbox opens no connection to find out about others.
const UNREACHABLE: &str = ".invalid";
const IMAGE_EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "gif", "webp", "svg"];

pub(super) fn text(value: &Value) -> Result<String, ErrorCode> {
    value.as_str().map(str::to_owned).ok_or(ErrorCode::NotString)
}

pub(super) fn text_up_to(most: usize) -> impl Fn(&Value) -> Result<String, ErrorCode> {
    move |value| text(value).and_then(|text| if text.chars().count() > most { Err(ErrorCode::TooLong) } else { Ok(text) })
}

/// A whole number, also in quotes.
pub(super) fn integer(value: &Value) -> Result<i64, ErrorCode> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .ok_or(ErrorCode::NotNumeric)
}

/// Any number, also in quotes.
pub(super) fn number(value: &Value) -> Result<f64, ErrorCode> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
    .ok_or(ErrorCode::NotNumeric)
}

pub(super) fn boolean(value: &Value) -> Result<bool, ErrorCode> {
    value.as_bool().ok_or(ErrorCode::NotBoolean)
}

/// A moment as the vendor writes it, or a day.
pub(super) fn date(value: &Value) -> Result<Moment, ErrorCode> {
    value.as_str().and_then(Moment::parse).ok_or(ErrorCode::NotDate)
}

/// Loosely: something, an at sign, and a name with a dot.
pub(super) fn email(value: &Value) -> Result<String, ErrorCode> {
    let text = text(value)?;
    let is_email = text.split_once('@').is_some_and(|(name, host)| {
        let is_plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
        is_plain(name) && is_plain(host) && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    if is_email { Ok(text) } else { Err(ErrorCode::NotEmail) }
}

/// An address the vendor could fetch a file from.
pub(super) fn file_url(value: &Value) -> Result<String, ErrorCode> {
    let text = text(value)?;
    match fetchable(&text) {
        Some(_) => Ok(text),
        None => Err(ErrorCode::NotFileUrl),
    }
}

/// Assumed: an extension, where there is one, must be that of an image.
pub(super) fn image_url(value: &Value) -> Result<String, ErrorCode> {
    let text = text(value)?;
    let url = fetchable(&text).ok_or(ErrorCode::NotImageUrl)?;
    let file = url.path().rsplit('/').next().unwrap_or_default();
    match file.rsplit_once('.') {
        Some((_, extension)) if !IMAGE_EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()) => Err(ErrorCode::NotImageUrl),
        _ => Ok(text),
    }
}

/// One of the vendor's words.
pub(super) fn one_of(words: &'static [&'static str]) -> impl Fn(&Value) -> Result<&'static str, ErrorCode> {
    move |value| words.iter().find(|word| value.as_str() == Some(word)).copied().ok_or(ErrorCode::NotAllowed)
}

/// The id of an object that exists.
pub(super) fn id_in<T>(collection: &Collection<T>) -> impl Fn(&Value) -> Result<u64, ErrorCode> {
    move |value| {
        let id = u64::try_from(integer(value)?).map_err(|_| ErrorCode::UnknownObject)?;
        if collection.get(id).is_some() { Ok(id) } else { Err(ErrorCode::UnknownObject) }
    }
}

/// A list of values; the first wrong one is the list's error.
pub(super) fn list_of<T>(read: impl Fn(&Value) -> Result<T, ErrorCode>) -> impl Fn(&Value) -> Result<Vec<T>, ErrorCode> {
    move |value| value.as_array().ok_or(ErrorCode::NotArray)?.iter().map(&read).collect()
}

/// Like [`list_of`], in ascending order and without doubles.
pub(super) fn set_of<T: Ord>(read: impl Fn(&Value) -> Result<T, ErrorCode>) -> impl Fn(&Value) -> Result<BTreeSet<T>, ErrorCode> {
    let list = list_of(read);
    move |value| Ok(list(value)?.into_iter().collect())
}

fn fetchable(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    (matches!(url.scheme(), "http" | "https") && !host.ends_with(UNREACHABLE)).then_some(url)
}
