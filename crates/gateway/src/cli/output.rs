//! Writing to standard output, whose reader may leave early: `tidegate catalog schema | head`.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

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

/// Whether an error only says that nobody reads any more.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
