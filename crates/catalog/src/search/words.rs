//! Texts as the words that a search compares: in lower case, without endings.

use std::collections::HashMap;

use crate::singular::singular;

/// A word's place in its vocabulary.
pub(super) type WordId = usize;

/// The stems of all words that were read, numbered from 0.
#[derive(Debug, Default)]
pub(super) struct Vocabulary(HashMap<String, WordId>);

impl Vocabulary {
    /// The words of a text, in order; new ones are added.
    pub(super) fn read(&mut self, text: &str) -> Vec<WordId> {
        parts(text)
            .map(|part| {
                let next = self.0.len();
                *self.0.entry(stem(&part.to_lowercase())).or_insert(next)
            })
            .collect()
    }

    pub(super) fn id(&self, stem: &str) -> Option<WordId> {
        self.0.get(stem).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The stems of a query, each once: those of words that say something, and those of words that a question just has.
pub(super) fn asked(query: &str) -> (Vec<String>, Vec<String>) {
    let (mut telling, mut noise) = (Vec::new(), Vec::new());
    for part in parts(query) {
        let word = part.to_lowercase();
        let stem = stem(&word);
        let kind = if NOISE.contains(&word.as_str()) { &mut noise } else { &mut telling };
        if !kind.contains(&stem) {
            kind.push(stem);
        }
    }
    (telling, noise)
}

/// Whether a tool's name can hold this character.
pub(super) fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

/// What people say who do not know the name of a standard method.
pub(super) fn said_instead_of(method: &str) -> &'static str {
    match method {
        "list" => "list find search look up show browse all every",
        "get" => "get read show fetch view details one",
        "create" => "create add new make open",
        "update" => "update change edit modify set",
        "delete" => "delete remove erase cancel",
        _ => "",
    }
}

/// Runs of letters and digits; camelCase as it stands and as its words, because people write both.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|run| !run.is_empty()).flat_map(|run| {
        let mut rest = if hump(run) < run.len() { run } else { "" };
        let words = std::iter::from_fn(move || {
            let (word, left) = rest.split_at(hump(rest));
            rest = left;
            (!word.is_empty()).then_some(word)
        });
        std::iter::once(run).chain(words)
    })
}

/// Where the second word of camelCase begins; the end if there is none.
fn hump(run: &str) -> usize {
    let pairs = run.char_indices().zip(run.chars().skip(1));
    let found = pairs.into_iter().find(|((_, before), after)| before.is_lowercase() && after.is_uppercase());
    found.map_or(run.len(), |((at, before), _)| at + before.len_utf8())
}

/// A word without the endings of plurals and verbs. What is left need not be a word: it is only compared.
fn stem(word: &str) -> String {
    let singular = singular(word);
    let stem = ["ation", "ing", "ed"].iter().find_map(|ending| singular.strip_suffix(ending).filter(|stem| is_stem(stem)));
    let stem = stem.map_or(singular.as_str(), undoubled);
    let stem = if stem.chars().count() > 3 { stem.strip_suffix('e').unwrap_or(stem) } else { stem };
    stem.to_owned()
}

/// Whether enough is left to be told from other words: `string` and `need` are no verb forms.
fn is_stem(stem: &str) -> bool {
    stem.chars().count() >= 3 && stem.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

/// `shipp` as `ship`; `bill` stays.
fn undoubled(stem: &str) -> &str {
    let mut last = stem.chars().rev();
    match (last.next(), last.next()) {
        (Some(one), Some(other)) if one == other && one.is_ascii() && !matches!(one, 'l' | 's' | 'z' | 'e' | 'o') => {
            &stem[..stem.len() - 1]
        }
        _ => stem,
    }
}

/// Words that questions and sentences have, whatever they are about.
const NOISE: [&str; 52] = [
    "a", "an", "and", "any", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have", "how", "i", "if", "in",
    "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "please", "so", "some", "someone", "that", "the", "their", "them",
    "there", "this", "to", "us", "want", "was", "we", "what", "when", "where", "which", "who", "with", "you",
];

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn words(text: &str) -> String {
        parts(text).map(|part| stem(&part.to_lowercase())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_are_folded_and_camel_case_is_parted_too() {
        assert_snapshot!(words("create_a_sendoso_eGift campaignId URL-Encoded v2 Über"), @"creat a sendoso egift e gift campaignid campaign id url encod v2 über");
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            "send sends sending",
            "ship ships shipped shipping",
            "create created creating creates",
            "address addresses",
            "category categories",
            "invite invited inviting invitation",
            "recommend recommendation recommendations recommended",
            "bill billed billing bills",
            "person people",
        ] {
            let stems = words(forms);
            let mut stems: Vec<&str> = stems.split(' ').collect();
            stems.dedup();
            assert_eq!(stems.len(), 1, "{forms}: {stems:?}");
        }
    }

    #[test]
    fn short_words_keep_their_endings() {
        assert_snapshot!(words("string ring need status bus used free"), @"string ring need status bus used fre");
    }

    #[test]
    fn a_question_is_more_than_what_it_is_about() {
        let (telling, noise) = asked("How do I send a gift to someone? Sends gifts!");
        assert_eq!((telling.join(" ").as_str(), noise.join(" ").as_str()), ("send gift", "how do i a to someon"));
    }
}
