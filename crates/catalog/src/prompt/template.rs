//! Texts with placeholders `{{ name }}`, and nothing more: what is filled in is never read again.

use crate::wording::{did_you_mean, shortened};

/// Longest piece of a text that a message repeats.
const MAX_QUOTED_CHARACTERS: usize = 24;

/// A text in pieces.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    /// Position among the arguments.
    Argument(usize),
}

impl Template {
    /// `names` are the arguments there are.
    ///
    /// # Errors
    /// A placeholder that is not closed, or that none of the arguments fills.
    pub(super) fn parse(text: &str, names: &[&str]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                return Err("`{{` begins a placeholder that has no end; write `{{ argument }}`".to_owned());
            };
            let name = name.trim();
            let Some(at) = names.iter().position(|known| *known == name) else {
                let name = shortened(name, MAX_QUOTED_CHARACTERS);
                return Err(format!("`{{{{ {name} }}}}` is no argument of this prompt; {}", did_you_mean(&name, names)));
            };
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Argument(at));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        Ok(Self(pieces))
    }

    /// Whether it is nothing but one argument.
    pub(super) fn is_argument(&self) -> bool {
        matches!(self.0[..], [Piece::Argument(_)])
    }

    /// The arguments in it, by position.
    pub(super) fn arguments(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Argument(at) => Some(*at),
            Piece::Text(_) => None,
        })
    }

    /// Bytes of [`Self::filled`].
    pub(super) fn length(&self, values: &[&str]) -> usize {
        self.pieces(values).map(|(text, _)| text.len()).sum()
    }

    /// The text with `values` in place of the arguments.
    pub(super) fn filled(&self, values: &[&str]) -> String {
        self.pieces(values).map(|(text, _)| text).collect()
    }

    /// The same, each value written by `write`.
    pub(super) fn filled_by(&self, values: &[&str], write: impl Fn(&str) -> String) -> String {
        let written = self.pieces(values).map(|(text, is_value)| if is_value { write(text) } else { text.to_owned() });
        written.collect()
    }

    /// Every piece as text, and whether it was filled in.
    fn pieces<'a>(&'a self, values: &'a [&'a str]) -> impl Iterator<Item = (&'a str, bool)> {
        self.0.iter().map(|piece| match piece {
            Piece::Text(text) => (text.as_str(), false),
            Piece::Argument(at) => (values.get(*at).copied().unwrap_or_default(), true),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn single_braces_are_text() {
        let template = Template::parse("{a} } {{ a }}}{{b}}", &["a", "b"]).unwrap();
        assert_eq!(template.filled(&["1", "2"]), "{a} } 1}2");
    }

    proptest! {
        #[test]
        fn what_is_filled_in_is_never_read_again(value in "[a{} ]{0,20}", before in "[^{]{0,8}", after in "[^{]{0,8}") {
            let template = Template::parse(&format!("{before}{{{{ a }}}}{after}"), &["a"]).unwrap();
            let filled = template.filled(&[&value]);
            prop_assert_eq!(template.length(&[&value]), filled.len());
            prop_assert_eq!(filled, format!("{before}{value}{after}"));
        }

        #[test]
        fn any_text_is_a_template_or_refused(text in "[a-c{} ]{0,40}") {
            if let Ok(template) = Template::parse(&text, &["a", "b"]) {
                prop_assert_eq!(template.filled(&["{{ a }}", "{{ b }}"]).replace([' ', '\t'], ""), text.replace(' ', ""));
            }
        }
    }
}
