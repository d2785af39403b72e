//! Numbers that descriptions say in words: `Defaults to 25`, `up to 100`.

/// What introduces the largest page: `max 200`, `up to 100`, `cannot exceed 50`.
const MAXIMUM: &[&str] = &[
    "max",
    "maximum",
    "max.",
    "up to",
    "at most",
    "exceed",
    "more than",
    "upper limit",
    "limited to",
    "between 1 and",
    "from 1 to",
    "1 to",
    "1 -",
    "1-",
];

const DEFAULT: &[&str] = &["default", "defaults to", "default is", "default value", "by default"];

/// How many words may stand between what introduces a number and the number.
const MAX_DISTANCE: usize = 4;

/// The largest page that a text tells; of several numbers the largest, since a default may stand among them.
pub(super) fn maximum(text: &str) -> Option<u64> {
    MAXIMUM.iter().flat_map(|introduction| numbers_after(text, introduction)).max()
}

/// The usual page that a text tells.
pub(super) fn default(text: &str) -> Option<u64> {
    DEFAULT.iter().find_map(|introduction| numbers_after(text, introduction).into_iter().next())
}

/// Whether a text says that counting begins with 0.
pub(super) fn is_zero_based(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "zero-based",
        "zero based",
        "0-based",
        "0 based",
        "zero-indexed",
        "0-indexed",
        "starts at 0",
        "starting at 0",
        "starts from 0",
        "starting from 0",
        "starts with 0",
        "begins at 0",
        "first page is 0",
    ]
    .iter()
    .any(|said| text.contains(said))
}

/// The first number behind each place where a text says `introduction`, unless it is said to be the default.
fn numbers_after(text: &str, introduction: &str) -> Vec<u64> {
    let text = text.to_lowercase();
    let mut numbers = Vec::new();
    for (at, _) in text.match_indices(introduction) {
        let starts_word = !text[..at].ends_with(|c: char| c.is_alphanumeric());
        if !starts_word {
            continue;
        }
        // The sentence ends the search: what follows is about something else.
        let rest = text[at + introduction.len()..].split(". ").next().unwrap_or_default();
        let words: Vec<&str> = rest
            .split(|c: char| c.is_whitespace() || matches!(c, '=' | ':' | '(' | ')' | '`' | '*' | '\'' | '"'))
            .filter(|word| !word.is_empty())
            .collect();
        let found = words.iter().take(MAX_DISTANCE).enumerate().find_map(|(index, word)| Some((index, number(word)?)));
        let is_default = |index: usize| words[index + 1..].iter().take(2).any(|word| word.starts_with("default"));
        match found {
            Some((index, _)) if !introduction.contains("default") && is_default(index) && words[index + 1] == "by" => {}
            Some((_, number)) => numbers.push(number),
            None => {}
        }
    }
    numbers
}

/// A number such as `1,000` or `100)`, if it can be the size of a page.
fn number(word: &str) -> Option<u64> {
    let digits: String = word.trim_matches(|c: char| !c.is_ascii_digit()).chars().filter(|c| *c != ',').collect();
    digits.parse().ok().filter(|number| (1..=100_000).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_behind_what_introduces_them() {
        for (text, expected) in [
            ("Page size. Maximum: 250. Default: 50.", (Some(250), Some(50))),
            ("The number of results per page (max 100).", (Some(100), None)),
            ("Limit can range between 1 and 100, and the default is 10.", (Some(100), Some(10))),
            ("Up to 1,000 items; `25` by default", (Some(1000), None)),
            ("Defaults to 20", (None, Some(20))),
            ("Maximum number to return, 10 by default", (None, None)),
            ("By default will return maximum 25 results. Maximum of 100 results allowed.", (Some(100), Some(25))),
            ("Number of items. See section 7.", (None, None)),
        ] {
            assert_eq!((maximum(text), default(text)), expected, "{text}");
        }
    }
}
