//! Names as keys of a definition and as names of tools: the right characters, short enough.

use crate::fnv::{START, fnv1a};

/// Longest key that we make. What comes before and behind it in tool names needs room.
const MAX_KEY_CHARACTERS: usize = 56;

/// Words as a key: snake_case that begins with a letter. A longer one keeps its end, which says most, and a hash of all of it.
pub(super) fn identifier(words: &[String]) -> String {
    let mut name = words.join("_");
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "x_");
    }
    if name.len() <= MAX_KEY_CHARACTERS {
        return name;
    }
    let hash = short_hash(&name);
    let room = MAX_KEY_CHARACTERS - hash.len() - 1;
    format!("{}_{hash}", end_of(&name, room))
}

/// The last words of `name` in at most `room` bytes, beginning with a letter where one does.
pub(super) fn end_of(name: &str, room: usize) -> &str {
    let from = name.len().saturating_sub(room);
    let tail = &name[from..];
    let starts = tail.match_indices('_').map(|(at, _)| &tail[at + 1..]);
    let whole = if from == 0 { vec![tail] } else { Vec::new() };
    let is_word = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_lowercase());
    whole.into_iter().chain(starts).find(is_word).unwrap_or_else(|| tail.trim_start_matches(|c: char| !c.is_ascii_lowercase()))
}

/// Six characters that differ where texts do; the first is a letter.
pub(super) fn short_hash(text: &str) -> String {
    let full = fnv1a(START, text.as_bytes());
    format!("h{:05x}", (full ^ full >> 20 ^ full >> 40) & 0xf_ffff)
}
