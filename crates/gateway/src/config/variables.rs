//! Environment variables that users name in values, so that a secret need not be on a command line, where other users of
//! the machine see it.

/// Puts the values of environment variables in the place of `${NAME}`. Anything else with a dollar stays as it is.
///
/// # Errors
/// A variable that is not set, by its name.
pub(crate) fn with_variables(text: &str) -> Result<String, String> {
    expand(text, variable)
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read; which variable is for the user to say")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn expand(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, from_name)) = rest.split_once("${") {
        expanded.push_str(before);
        rest = match from_name.split_once('}') {
            Some((name, after)) if is_name(name) => {
                let value = variable(name).ok_or_else(|| format!("the environment variable `{name}` is not set"))?;
                expanded.push_str(&value);
                after
            }
            _ => {
                expanded.push_str("${");
                from_name
            }
        };
    }
    expanded.push_str(rest);
    Ok(expanded)
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit()) && !text.is_empty() && text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn expanded(text: &str) -> Result<String, String> {
        expand(text, |name| ["A", "B_2"].contains(&name).then(|| format!("<{name} ${{A}}>")))
    }

    #[test]
    fn variables_are_put_in_once_and_other_dollars_stay() {
        for (text, result) in [
            ("Authorization:${A}", "Authorization:<A ${A}>"),
            ("${A}${B_2}!", "<A ${A}><B_2 ${A}>!"),
            ("$A costs $5, ${}, ${2}, ${a b}, ${A", "$A costs $5, ${}, ${2}, ${a b}, ${A"),
            ("${${A}", "${<A ${A}>"),
            ("", ""),
        ] {
            assert_eq!(expanded(text).as_deref(), Ok(result));
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        insta::assert_snapshot!(expanded("x ${A} ${NOPE}").unwrap_err(), @"the environment variable `NOPE` is not set");
    }
}
