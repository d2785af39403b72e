//! Whether what is said instead of a description can be meant.

use url::Url;

use crate::lint::{MAX_KEY_CHARACTERS, is_snake_case};
use crate::naming::snake_case;
use crate::variables::names_in_braces;

/// An integration's name.
///
/// # Errors
/// What is wrong with it.
pub fn checked_name(name: &str) -> Result<String, String> {
    match is_snake_case(name) && name.len() <= MAX_KEY_CHARACTERS {
        true => Ok(name.to_owned()),
        false => {
            let like = Some(snake_case(name)).filter(|name| is_snake_case(name)).unwrap_or_else(|| "acme".to_owned());
            Err(format!("a name is lower-case letters, digits and underscores, at most {MAX_KEY_CHARACTERS}, e.g. `{like}`"))
        }
    }
}

/// A vendor's name as people write it.
///
/// # Errors
/// What is wrong with it.
pub fn checked_label(label: &str) -> Result<String, String> {
    match !label.trim().is_empty() && label.len() <= MAX_KEY_CHARACTERS && !label.contains(char::is_control) {
        true => Ok(label.to_owned()),
        false => Err(format!("a label is one line of at most {MAX_KEY_CHARACTERS} bytes, e.g. `Acme`")),
    }
}

/// Where requests go; names in braces are variables of an account.
///
/// # Errors
/// What is wrong with it.
pub fn checked_base_url(base_url: &str) -> Result<String, String> {
    let names = names_in_braces(base_url).map_err(|error| error.to_string())?;
    let sample = names.iter().fold(base_url.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), "x"));
    let is_fit =
        |url: &Url| matches!(url.scheme(), "https" | "http") && url.has_host() && url.username().is_empty() && url.password().is_none();
    match Url::parse(&sample).is_ok_and(|url| is_fit(&url)) {
        true => Ok(base_url.to_owned()),
        false => Err("this is no URL of an API; write e.g. `https://api.acme.example/v1`, or `https://{shop}.acme.example`".to_owned()),
    }
}
