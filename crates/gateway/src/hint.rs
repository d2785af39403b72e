//! Errors at the terminal that say what to do.

use anyhow::Error;

/// The remedy that goes with an error.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Hint {
    text: String,
    fault: Fault,
}

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Something did not work.
    Failure,
    /// The command was given what it cannot be given, as its arguments alone show.
    Usage,
}

/// Adds a remedy to an error.
pub(crate) fn hinted(error: Error, hint: impl Into<String>) -> Error {
    error.context(Hint { text: hint.into(), fault: Fault::Failure })
}

/// An error about the arguments of a command, with a remedy.
pub(crate) fn misused(error: Error, hint: impl Into<String>) -> Error {
    error.context(Hint { text: hint.into(), fault: Fault::Usage })
}

/// What an error is about.
pub(crate) fn fault(error: &Error) -> Fault {
    error.downcast_ref().map_or(Fault::Failure, |Hint { fault, .. }| *fault)
}

/// What happened, and the remedy if one was added.
pub(crate) fn split(error: &Error) -> (String, Option<String>) {
    let Some(Hint { text: hint, .. }) = error.downcast_ref::<Hint>() else { return (format!("{error:#}"), None) };
    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    (causes.join(": "), Some(hint.clone()))
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    #[test]
    fn an_error_and_its_remedy_come_apart_again() {
        let error = super::hinted(anyhow!("port taken").context("cannot listen"), "choose another");
        assert_eq!(super::split(&error), ("cannot listen: port taken".into(), Some("choose another".into())));
        assert_eq!(super::split(&anyhow!("port taken").context("cannot listen")), ("cannot listen: port taken".into(), None));
    }
}
