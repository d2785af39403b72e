//! Errors at the terminal that say what to do.

use anyhow::Error;

/// The remedy that goes with an error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Hint(String);

/// Adds a remedy to an error.
pub(crate) fn hinted(error: Error, hint: impl Into<String>) -> Error {
    error.context(Hint(hint.into()))
}

/// What happened, and the remedy if one was added.
pub(crate) fn split(error: &Error) -> (String, Option<String>) {
    let Some(Hint(hint)) = error.downcast_ref::<Hint>() else { return (format!("{error:#}"), None) };
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
