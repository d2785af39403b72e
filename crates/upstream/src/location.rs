//! A vendor's `Location`: where something new is, or where the vendor would rather be asked.

use percent_encoding::percent_decode_str;
use url::Url;

/// `location` without its query, fragment and user name, which may be secrets: the vendor's, or ours in an echo.
pub(crate) fn without_secrets(location: &str) -> String {
    match Url::parse(location) {
        Ok(url) if url.has_host() => format!("{}{}", url.origin().ascii_serialization(), url.path()),
        _ => {
            let path = location.split(['?', '#']).next().unwrap_or_default();
            let Some(rest) = path.strip_prefix("//") else { return path.to_owned() };
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            format!("//{}{path}", authority.rsplit('@').next().unwrap_or_default())
        }
    }
}

/// The id in `https://api.example.com/v1/tickets/7`: always a text, as ids in URLs are.
pub(crate) fn last_segment(location: &str) -> String {
    let segment = location.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn what_may_be_secret_is_left_out() {
        assert_snapshot!(without_secrets("https://user:word@api.example.com/v1/things/7?key=k#f"), @"https://api.example.com/v1/things/7");
        assert_snapshot!(without_secrets("//user:word@api.example.com/things/7?key=k"), @"//api.example.com/things/7");
        assert_snapshot!(without_secrets("/things/7?key=k"), @"/things/7");
        assert_snapshot!(without_secrets("?key=k"), @"");
    }
}
