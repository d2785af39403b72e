//! Writing to standard output, whose reader may leave early: `tidegate catalog schema | head`.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use catalog::characters::is_deceptive;

/// Writes a line.
///
/// # Errors
/// Standard output cannot be written; see [`is_closed_pipe`].
pub(super) fn line(text: impl Display) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

/// A text of several lines that cannot steer the terminal: some of its words are a vendor's. Control characters, and those that change
/// the order in which others are shown, become blanks.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if is_deceptive(c) && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

/// Whether an error only says that nobody reads any more.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_text_steers_the_terminal() {
        assert_eq!(super::plain("a\u{1b}[2Jb\u{202e}c\r\n\td\u{9b}é"), "a [2Jb c \n\td é");
    }
}
