//! What people paste: values with white space around them, and whole addresses where a host or its first part is asked for.

use url::Url;

/// `text` without what comes along when it is copied: white space, and marks that nobody sees.
pub(super) fn tidied(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}

/// What may be meant by an address such as `https://Blue.acme.test/orders`: its host, and, where the host of the API is
/// `around` a value, that value.
pub(super) fn from_address(text: &str, around: Option<&(String, String)>) -> Vec<String> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let Some(host) = Url::parse(&with_scheme).ok().and_then(|url| url.host_str().map(str::to_owned)) else { return Vec::new() };
    let inner = around.and_then(|(before, behind)| host.strip_prefix(before.as_str())?.strip_suffix(behind.as_str())).map(str::to_owned);
    std::iter::once(host.clone()).chain(inner).collect()
}
