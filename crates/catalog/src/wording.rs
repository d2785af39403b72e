//! How messages name things: quoted, shortened, with what may have been meant.

use crate::nearest::nearest;

/// Most names that a message lists.
const MAX_LISTED: usize = 24;

/// Names as a message lists them: `` `a`, `b` ``.
pub(crate) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// At most `most` characters of a text.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The remedy for a name that is not known.
pub(crate) fn did_you_mean(found: &str, known: &[&str]) -> String {
    if let [best, ..] = nearest(found, known.iter().copied(), 1)[..] {
        return format!("did you mean `{best}`?");
    }
    if known.is_empty() {
        return "none is declared".to_owned();
    }
    let more = if known.len() > MAX_LISTED { ", …" } else { "" };
    format!("known here: {}{more}", quoted(known.iter().copied().take(MAX_LISTED)))
}
