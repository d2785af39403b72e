//! Whether what was typed into a field can be right.

use std::borrow::Cow;

use super::{Field, pasted};
use crate::variables::Pattern;

/// Longest value, in characters: tokens in the form of signed documents have some thousand.
const MAX_CHARACTERS: usize = 8_192;

impl Field {
    /// The value of what was typed; empty where nothing was and nothing has to be.
    ///
    /// # Errors
    /// What is wrong, in whole sentences, without what was typed.
    pub(super) fn read(&self, typed: &str) -> Result<String, String> {
        let label = &self.label;
        let text = pasted::tidied(typed);
        if text.is_empty() {
            return if self.is_required { Err(format!("“{label}” is missing.")) } else { Ok(String::new()) };
        }
        if text.chars().count() > MAX_CHARACTERS {
            return Err(format!("“{label}” is longer than {MAX_CHARACTERS} characters. Paste the value alone."));
        }
        if text.chars().any(char::is_control) {
            return Err(format!("“{label}” has a line break or an invisible character in it. Copy the value again, alone."));
        }
        if !self.options.is_empty() {
            return match self.options.iter().find(|(value, _)| value == text) {
                Some((value, _)) => Ok(value.clone()),
                None => Err(format!("Choose one of the values of “{label}”.")),
            };
        }
        let Some(pattern) = self.pattern.as_deref().and_then(|pattern| Pattern::written(pattern).ok()) else {
            return Ok(text.to_owned());
        };
        let candidates = std::iter::once(Cow::Borrowed(text));
        // A secret is not searched for in addresses.
        let from_url = (!self.is_secret).then(|| pasted::from_address(text, self.around.as_ref())).into_iter().flatten();
        let fitting = candidates.chain(from_url.map(Cow::Owned)).find(|value| pattern.admits(value));
        fitting.map(Cow::into_owned).ok_or_else(|| match &self.example {
            Some(example) => format!("“{label}” does not look right. It looks like this: {example}"),
            None => format!("“{label}” does not look right. Check that it is complete and nothing else."),
        })
    }
}
