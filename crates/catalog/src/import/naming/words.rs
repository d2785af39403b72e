//! Words of paths and operationIds: in lower case, joined by underscores, nouns in the plural.

use crate::singular::singular;

/// The words of a text in any notation: `postMessage`, `post-message` and `POST_MESSAGE` give `post`, `message`.
///
/// Digits stay with the letters before them (`oauth2`, `s3`). Letters of western languages lose their accents; others are dropped.
pub(super) fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().flat_map(ascii).collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            words.push(std::mem::take(&mut word));
            continue;
        }
        let before = index.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or(' ');
        if letter.is_ascii_uppercase() && starts_word(before, &letters[index + 1..]) {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter.to_ascii_lowercase());
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    joined_auth(words)
}

/// Whether a capital letter begins a word: after a small letter or a digit, or as the last of several capitals before small ones. `IDs` is one word.
fn starts_word(before: char, after: &[char]) -> bool {
    if before.is_ascii_lowercase() || before.is_ascii_digit() {
        return true;
    }
    let ends_plural = after.first() == Some(&'s') && !after.get(1).is_some_and(char::is_ascii_lowercase);
    before.is_ascii_uppercase() && after.first().is_some_and(char::is_ascii_lowercase) && !ends_plural
}

/// `OAuth` is one word.
fn joined_auth(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        match joined.last_mut() {
            Some(last) if last == "o" && word.starts_with("auth") => last.push_str(&word),
            _ => joined.push(word),
        }
    }
    joined
}

fn ascii(letter: char) -> Vec<char> {
    let text = match letter {
        _ if letter.is_ascii() => return vec![letter],
        '\u{2019}' => "",
        'ä' | 'æ' => "ae",
        'à'..='ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='õ' | 'ø' | 'ō' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù'..='û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        upper if upper.is_uppercase() => {
            return upper.to_lowercase().filter(|lower| *lower != upper).flat_map(ascii).collect();
        }
        _ => " ",
    };
    text.chars().collect()
}

/// A noun in the plural; words that have none, and plurals, stay.
pub(super) fn plural(word: &str) -> String {
    if UNCOUNTABLE.contains(&word) || word.len() < 2 || singular(word) != word {
        return word.to_owned();
    }
    let candidate = match word {
        "person" => "people".to_owned(),
        "child" => "children".to_owned(),
        "index" => "indices".to_owned(),
        "criterion" => "criteria".to_owned(),
        "datum" => "data".to_owned(),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) => format!("{word}es"),
        _ => match word.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{word}s"),
        },
    };
    // What the tool's name would not turn back stays as the vendor has it.
    match singular(&candidate) == word {
        true => candidate,
        false => word.to_owned(),
    }
}

/// `words` with the last in the plural.
///
/// What follows a preposition is not counted: `files_on_hold` are many already.
pub(super) fn plural_of(words: &[String]) -> Vec<String> {
    match before_preposition(words) {
        Some(head) if head < words.len() => [with_last(&words[..head], plural), words[head..].to_vec()].concat(),
        _ => with_last(words, plural),
    }
}

fn before_preposition(words: &[String]) -> Option<usize> {
    let at = words.iter().position(|word| matches!(word.as_str(), "by" | "for" | "in" | "of" | "on" | "to" | "under" | "with"))?;
    (at > 0 && at + 1 < words.len()).then_some(at)
}

/// `words` with the last in the singular.
pub(super) fn singular_words(words: &[String]) -> Vec<String> {
    with_last(words, singular)
}

/// Whether a name says that there are many.
pub(super) fn is_plural(words: &[String]) -> bool {
    words.last().is_some_and(|word| singular(word) != *word && !SINGLE_THINGS.contains(&word.as_str()))
}

fn with_last(words: &[String], change: impl Fn(&str) -> String) -> Vec<String> {
    let mut words = words.to_vec();
    if let Some(last) = words.last_mut() {
        *last = change(last);
    }
    words
}

/// Plurals that are one thing.
const SINGLE_THINGS: &[&str] = &[
    "capabilities",
    "credentials",
    "details",
    "insights",
    "limits",
    "metrics",
    "options",
    "preferences",
    "prefs",
    "properties",
    "quotas",
    "settings",
    "statistics",
    "stats",
    "totals",
];

/// Nouns without a plural, or whose plural nobody writes.
const UNCOUNTABLE: &[&str] = &[
    "access",
    "activity",
    "advice",
    "api",
    "audio",
    "auth",
    "availability",
    "billing",
    "busy",
    "chat",
    "config",
    "content",
    "data",
    "equipment",
    "feedback",
    "hardware",
    "health",
    "help",
    "history",
    "info",
    "information",
    "inventory",
    "lookup",
    "me",
    "media",
    "metadata",
    "money",
    "music",
    "oauth",
    "oauth2",
    "oidc",
    "pricing",
    "progress",
    "publishing",
    "reporting",
    "saml",
    "scim",
    "self",
    "shipping",
    "sms",
    "software",
    "sso",
    "staff",
    "stock",
    "storage",
    "support",
    "telemetry",
    "tracking",
    "traffic",
    "usage",
    "weather",
    "whoami",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_gives_the_same_words() {
        for (text, expected) in [
            ("postMessage", "post_message"),
            ("post-message", "post_message"),
            ("POST_MESSAGE", "post_message"),
            ("HTTPRoutes", "http_routes"),
            ("userIDs", "user_ids"),
            ("OAuth2Apps", "oauth2_apps"),
            ("oauth2", "oauth2"),
            ("S3Bucket", "s3_bucket"),
            ("Straßen", "strassen"),
            ("Éclairs", "eclairs"),
            ("注文", ""),
            ("$batch", "batch"),
        ] {
            assert_eq!(words(text).join("_"), expected, "{text}");
        }
    }

    #[test]
    fn a_plural_turns_back_into_the_word_it_was_made_of() {
        for (word, expected) in [
            ("user", "users"),
            ("reply", "replies"),
            ("key", "keys"),
            ("address", "addresses"),
            ("status", "statuses"),
            ("box", "boxes"),
            ("person", "people"),
            ("orders", "orders"),
            ("media", "media"),
            ("me", "me"),
            ("index", "indices"),
        ] {
            assert_eq!(plural(word), expected);
        }
    }
}
