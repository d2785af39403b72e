//! The words of an expression or a template, for what the engine itself would only find where a branch is taken: names of filters and
//! tests, and names in brackets.

/// A piece of code between templates' marks; white space and numbers do not count.
#[derive(Debug, PartialEq, Eq)]
enum Word<'s> {
    Name(&'s str),
    /// A text in quotes, without them. Escapes stay.
    Text(&'s str),
    Sign(char),
}

/// What code names, each as it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names<'s> {
    pub(super) filters: Vec<&'s str>,
    pub(super) tests: Vec<&'s str>,
    /// What is looked up in brackets: of `arguments["id"]`, both.
    pub(super) subscripts: Vec<(&'s str, &'s str)>,
}

impl<'s> Names<'s> {
    pub(super) fn of_expression(source: &'s str) -> Self {
        let mut names = Self::default();
        names.read(&words(source, &[]).0);
        names
    }

    pub(super) fn of_template(source: &'s str) -> Self {
        let mut names = Self::default();
        let mut rest = source;
        while let Some((start, end)) = opening(rest) {
            rest = &rest[start + 2..];
            if end == "#}" {
                rest = rest.split_once(end).map_or("", |(_, after)| after);
                continue;
            }
            let (found, after) = words(rest, end.as_bytes());
            names.read(&found);
            rest = if found.contains(&Word::Name("raw")) { after.split_once("endraw").map_or("", |(_, after)| after) } else { after };
        }
        names
    }

    fn read(&mut self, words: &[Word<'s>]) {
        // `{% filter name %}` is a filter without a sign before it.
        let statement: Vec<&Word<'s>> = words.iter().filter(|word| !matches!(word, Word::Sign('-' | '+'))).take(2).collect();
        if let [Word::Name("filter"), Word::Name(name)] = statement[..] {
            self.filters.push(name);
        }
        for (at, word) in words.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            match (word, words.get(at + 1), words.get(at + 2), words.get(at + 3)) {
                (Word::Sign('|'), Some(Word::Name(name)), ..) => self.filters.push(name),
                // After a dot, it is a member.
                (Word::Name("is"), Some(Word::Name("not")), Some(Word::Name(name)), _) if before != Some(&Word::Sign('.')) => {
                    self.tests.push(name)
                }
                (Word::Name("is"), Some(Word::Name(name)), ..) if before != Some(&Word::Sign('.')) => self.tests.push(name),
                (Word::Name(of), Some(Word::Sign('[')), Some(Word::Text(member)), Some(Word::Sign(']')))
                    if before != Some(&Word::Sign('.')) =>
                {
                    self.subscripts.push((of, member));
                }
                _ => {}
            }
        }
    }
}

/// Where code or a comment begins, and what ends it.
fn opening(text: &str) -> Option<(usize, &'static str)> {
    let marks = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
    marks.iter().filter_map(|(start, end)| Some((text.find(start)?, *end))).min()
}

/// The words up to `end`, which may stand in texts, and what comes after it.
fn words<'s>(source: &'s str, end: &[u8]) -> (Vec<Word<'s>>, &'s str) {
    let mut words = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if !end.is_empty() && rest.as_bytes().starts_with(end) {
            return (words, &rest[end.len()..]);
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let length = match first {
            '"' | '\'' => {
                let length = text_length(&rest[1..], first);
                words.push(Word::Text(&rest[1..=length]));
                (length + 2).min(rest.len())
            }
            _ if is_name(first) => {
                let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                if !first.is_ascii_digit() {
                    words.push(Word::Name(&rest[..length]));
                }
                length
            }
            _ => {
                if !first.is_whitespace() {
                    words.push(Word::Sign(first));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    (words, "")
}

/// Bytes before the quotation mark that ends a text; all, if none does.
fn text_length(text: &str, mark: char) -> usize {
    let mut is_escaped = false;
    let end = text.find(|c| {
        let ends = c == mark && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let names =
            Names::of_expression(r#"a is not defined and b.is | first | join("|x is y") and c['d'] and e.f["g"] and "\"|h" is string"#);
        assert_eq!((names.filters, names.tests), (vec!["first", "join"], vec!["defined", "string"]));
        assert_eq!(names.subscripts, [("c", "d")]);
    }

    #[test]
    fn only_the_code_of_a_template_counts() {
        let source = "a | b {# c | d #} {{ '}}' | e }} {%- if f is g %}{% filter h %} | i {% endfilter %}{% endif %}{% raw %}{{ j | k }}{% endraw %}{{ l | m";
        let names = Names::of_template(source);
        assert_eq!((names.filters, names.tests), (vec!["e", "h", "m"], vec!["g"]));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a |is\\[\\]'\"\\\\{}%#ä.1-]{0,60}") {
            let (expression, template) = (Names::of_expression(&text), Names::of_template(&text));
            prop_assert!(expression.filters.len() + template.filters.len() <= 2 * text.len());
        }
    }
}
