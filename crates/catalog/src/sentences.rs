//! Descriptions made shorter at the end of a sentence, for readers with less room.

use std::borrow::Cow;

/// As many whole sentences from the beginning of `text` as have at most `max` characters; where not even one does, as
/// many whole words and `…`.
pub fn whole_sentences(text: &str, max: usize) -> Cow<'_, str> {
    let text = text.trim();
    let Some((limit, _)) = text.char_indices().nth(max) else { return Cow::Borrowed(text) };
    match ends(text).take_while(|end| *end <= limit).last() {
        Some(end) => Cow::Borrowed(&text[..end]),
        None => Cow::Owned(words(text, max)),
    }
}

/// The first sentence of `text`, on one line and of at most `max` characters.
pub fn first_sentence(text: &str, max: usize) -> String {
    let text = text.trim();
    let first = ends(text).next().map_or(text, |end| &text[..end]);
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max { line } else { words(&line, max) }
}

/// Where sentences end, in bytes: behind a full stop, question or exclamation mark before a space, but not behind an
/// abbreviation of single letters, such as `e.g.`; and before an empty line.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter_map(|(at, character)| {
        let rest = &text[at..];
        if rest.starts_with("\n\n") {
            return Some(at);
        }
        let end = at + character.len_utf8();
        let before_space = text[end..].chars().next().is_none_or(char::is_whitespace);
        let last_word = text[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
        (matches!(character, '.' | '!' | '?') && before_space && !is_letters_between_stops(last_word)).then_some(end)
    })
}

/// Whether a word is `e.g`, `(i.e` or the like.
fn is_letters_between_stops(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_letter = |part: &str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    word.contains('.') && word.split('.').all(is_letter)
}

/// As many whole words as fit before a `…`; the beginning of a word that alone is too long.
fn words(text: &str, max: usize) -> String {
    let room = max.saturating_sub(1);
    let limit = text.char_indices().nth(room).map_or(text.len(), |(limit, _)| limit);
    let end = text[..limit].rfind(char::is_whitespace).unwrap_or(limit);
    format!("{}…", text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "Sends an eGift, e.g. a coffee. The vendor refuses unknown ids! Is it sent? It\nis.";

    #[test]
    fn a_text_is_cut_behind_the_last_sentence_that_fits() {
        assert_eq!(whole_sentences(TEXT, 1_000), TEXT);
        assert_eq!(whole_sentences(TEXT, 70), "Sends an eGift, e.g. a coffee. The vendor refuses unknown ids!");
        assert_eq!(whole_sentences(TEXT, 62), "Sends an eGift, e.g. a coffee. The vendor refuses unknown ids!");
        assert_eq!(whole_sentences(TEXT, 61), "Sends an eGift, e.g. a coffee.");
        assert_eq!(whole_sentences(TEXT, 20), "Sends an eGift,…");
        assert_eq!(whole_sentences("Ünbelievable", 4), "Ünb…");
    }

    #[test]
    fn a_first_sentence_is_one_line() {
        assert_eq!(first_sentence(TEXT, 100), "Sends an eGift, e.g. a coffee.");
        assert_eq!(first_sentence("Lists all\n  campaigns\n\nand more", 100), "Lists all campaigns");
        assert_eq!(first_sentence("Lists all campaigns of a team", 15), "Lists all…");
        assert_eq!(first_sentence("", 15), "");
    }

    #[test]
    fn only_letters_between_stops_are_an_abbreviation() {
        assert_eq!(first_sentence("Since v2.1. Then more.", 100), "Since v2.1.");
        assert_eq!(first_sentence("See https://acme.test/a.html. Then more.", 100), "See https://acme.test/a.html.");
        assert_eq!(first_sentence("A number (e.g. 7, i.e. few). Then more.", 100), "A number (e.g. 7, i.e. few).");
    }

    proptest! {
        #[test]
        fn nothing_is_longer_than_asked_for(text in "([a-zé.!? \n]|\\PC){0,80}", max in 1_usize..60) {
            prop_assert!(whole_sentences(&text, max).chars().count() <= max);
            prop_assert!(first_sentence(&text, max).chars().count() <= max);
        }

        #[test]
        fn a_text_that_fits_is_whole(text in "[a-z.!? ]{0,40}") {
            prop_assert_eq!(whole_sentences(&text, 40), text.trim());
        }
    }
}
