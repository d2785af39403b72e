//! What people are asked for who connect an account.

use crate::integration::{CredentialKind, CredentialScheme, Integration, Variable};
use crate::problem::Problem;
use crate::variables::Pattern;
use crate::wording::did_you_mean;

/// Longest label, in characters: it stands above an input, or on a button.
const MAX_LABEL_CHARACTERS: usize = 60;

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    for (name, variable) in &integration.variables {
        check_variable(&format!("variables.{name}"), variable, problems);
    }
    for (name, scheme) in &integration.credentials {
        let path = format!("credentials.{name}");
        check_label(&path, scheme.label.as_deref(), problems);
        check_fields(&path, scheme, problems);
    }
}

fn check_variable(path: &str, variable: &Variable, problems: &mut Vec<Problem>) {
    check_label(path, variable.label.as_deref(), problems);
    if !variable.options.is_empty() && variable.pattern.is_some() {
        problems.push(Problem::error(format!("{path}.pattern"), "the options are the only values; remove `pattern` or `options`"));
    }
    for (value, label) in &variable.options {
        let path = format!("{path}.options.{value}");
        if value.is_empty() || value.trim() != value {
            problems.push(Problem::error(&path, "an option's value is what is filled in; write it without white space around it"));
        }
        if label.trim().is_empty() {
            problems.push(Problem::error(&path, "the option's label is empty; write what people choose it by"));
        }
    }
    if let Ok(pattern) = Pattern::of(Some(variable)) {
        check_example(path, variable.example.as_deref(), Some(&pattern), problems);
    }
}

fn check_fields(path: &str, scheme: &CredentialScheme, problems: &mut Vec<Problem>) {
    let known = if scheme.kind == CredentialKind::OAuth2 { &[] } else { scheme.kind.required_fields() };
    for (name, field) in &scheme.fields {
        let path = format!("{path}.fields.{name}");
        if known.is_empty() {
            problems.push(Problem::error(&path, "people who connect an account this way are asked by the vendor alone; remove `fields`"));
        } else if !known.contains(&name.as_str()) {
            let message = format!("accounts of this kind have no credential `{}`; {}", name.escape_debug(), did_you_mean(name, known));
            problems.push(Problem::error(&path, message));
        }
        check_label(&path, field.label.as_deref(), problems);
        let pattern = field.pattern.as_deref().map(Pattern::written).transpose();
        if let Err(error) = &pattern {
            problems.push(Problem::error(format!("{path}.pattern"), error));
        }
        check_example(&path, field.example.as_deref(), pattern.ok().flatten().as_ref(), problems);
    }
}

fn check_label(path: &str, label: Option<&str>, problems: &mut Vec<Problem>) {
    let Some(label) = label else { return };
    let is_line = !label.trim().is_empty() && !label.contains('\n');
    if !is_line || label.chars().count() > MAX_LABEL_CHARACTERS {
        let message = format!("a label is one line of at most {MAX_LABEL_CHARACTERS} characters; say more in the help");
        problems.push(Problem::error(format!("{path}.label"), message));
    }
}

/// People copy examples, so one must be right.
fn check_example(path: &str, example: Option<&str>, pattern: Option<&Pattern<'_>>, problems: &mut Vec<Problem>) {
    if let (Some(example), Some(pattern)) = (example, pattern)
        && !pattern.admits(example)
    {
        problems.push(Problem::error(
            format!("{path}.example"),
            format!("the example does not match the pattern `{}`; mend one of them", pattern.as_str()),
        ));
    }
}
