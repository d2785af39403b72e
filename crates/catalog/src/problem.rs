//! What is wrong, or doubtful, in a definition: a place, the problem and a remedy.

/// One finding in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as keys and list positions joined by dots, e.g. `resources.sends.methods.list.pagination.size`
    /// or `errors.rules.0.when`. Empty for the file as a whole.
    pub path: String,
    /// What is wrong and what to do about it: lower-case, no full stop, never a secret.
    pub message: String,
    pub severity: Severity,
}

/// Whether a definition with this finding can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The definition is refused.
    Error,
    /// The definition works; its author should look.
    Warning,
}

impl Problem {
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Error }
    }

    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Warning }
    }
}
