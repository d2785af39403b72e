//! Whether a form comes from one of our own pages.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue};

/// Whether no other page sent it, as far as the browser says: by `Sec-Fetch-Site`, and on plain http by `Origin`, which our referrer policy
/// lets it name. `Origin: null` is said of pages that hide where they are from.
pub(super) fn is_from_our_page(headers: &HeaderMap, public_url: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    match headers.get(ORIGIN).map(HeaderValue::to_str) {
        None => true,
        Some(Ok(origin)) => public_url == origin || is_below(public_url, origin) || is_host(headers, origin),
        Some(Err(_)) => false,
    }
}

fn is_below(public_url: &str, origin: &str) -> bool {
    public_url.strip_prefix(origin).is_some_and(|path| path.starts_with('/'))
}

/// A proxy may have another name than the public URL.
fn is_host(headers: &HeaderMap, origin: &str) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
        is_from_our_page(&headers, "https://gate.test/path")
    }

    #[test]
    fn forms_of_other_pages_are_refused_and_our_own_taken() {
        assert!(admitted(&[]));
        assert!(admitted(&[("origin", "https://gate.test"), ("sec-fetch-site", "same-origin")]));
        assert!(admitted(&[("origin", "https://gate.test")]));
        assert!(admitted(&[("origin", "http://10.0.0.7:8700"), ("host", "10.0.0.7:8700")]));
        assert!(!admitted(&[("origin", "null")]));
        assert!(!admitted(&[("origin", "https://evil.test"), ("host", "gate.test")]));
        assert!(!admitted(&[("origin", "https://gate.tes"), ("host", "gate.test")]));
        for site in ["cross-site", "same-site"] {
            let headers = [("sec-fetch-site", HeaderValue::from_static(site)), ("origin", HeaderValue::from_static("null"))];
            let headers = headers.map(|(name, value)| (http::HeaderName::from_static(name), value)).into_iter().collect();
            assert!(!is_from_our_page(&headers, "https://gate.test/path"), "{site}");
        }
    }
}
