//! A vendor's texts as descriptions for agents: plain, bounded, without what lint refuses.

/// A text without line breaks and runs of spaces, cut at `max_characters`.
pub(crate) fn plain(text: &str, max_characters: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(max_characters).collect()
}
