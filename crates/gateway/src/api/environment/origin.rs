//! Origins as people write them, in the one spelling that a `Content-Security-Policy` compares with.

use url::{Host, Url};

use crate::api::error::ApiError;

/// Most origins of one list: they stand in a header of every link page.
const MOST: usize = 50;

/// The origins in their usual spelling, each once.
///
/// # Errors
/// 400 that names the list and the entry that is none, or is not safe from being read on the way.
pub(super) fn checked(field: &str, origins: &[String]) -> Result<Vec<String>, ApiError> {
    if origins.len() > MOST {
        return Err(ApiError::bad_request(format!("`{field}` may have {MOST} entries")));
    }
    let mut checked: Vec<String> = Vec::with_capacity(origins.len());
    for (index, text) in origins.iter().enumerate() {
        let origin = origin(text).ok_or_else(|| {
            let remedy = match text.contains('[') {
                true => "a `Content-Security-Policy` knows no IPv6 addresses; this machine is http://localhost:3000",
                false => "and nothing after host and port, e.g. https://app.example.com",
            };
            ApiError::bad_request(format!("`{field}[{index}]` must be an origin with https, or with http on this machine, {remedy}"))
        })?;
        if !checked.contains(&origin) {
            checked.push(origin);
        }
    }
    Ok(checked)
}

fn origin(text: &str) -> Option<String> {
    // A host that the policy takes has no other characters; one with a semicolon would end the directive that it stands in.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-".contains(&byte));
    let url = Url::parse(text).ok().filter(|_| is_plain)?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url.host()?),
        _ => false,
    };
    (is_bare && is_safe).then(|| url.origin().ascii_serialization())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked_one(text: &str) -> Result<Vec<String>, String> {
        checked("frame_ancestors", &[text.to_owned()]).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn origins_are_spelled_as_browsers_spell_them() {
        for (given, spelled) in [
            ("https://app.example.com", "https://app.example.com"),
            ("HTTPS://App.Example.com:443/", "https://app.example.com"),
            ("https://app.example.com:8443", "https://app.example.com:8443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            assert_eq!(checked_one(given).unwrap(), [spelled], "{given}");
        }
    }

    #[test]
    fn what_is_no_origin_or_could_be_read_on_the_way_is_refused_by_its_place() {
        for given in [
            "",
            "*",
            "app.example.com",
            "https://*.example.com",
            "https://app.example.com/page",
            "https://app.example.com?x",
            "https://app.example.com#x",
            "https://user@app.example.com",
            "https://app.example.com; script-src *",
            "https://app.example.com https://other.example.com",
            "https://app.example.com\n",
            "http://app.example.com",
            "http://localhost.example.com",
            "data:text/html,x",
            "javascript:alert(1)",
            "null",
        ] {
            assert!(checked_one(given).unwrap_err().starts_with("`frame_ancestors[0]` must be an origin"), "{given}");
        }
    }

    #[test]
    fn an_ipv6_address_is_refused_with_the_name_that_works() {
        for given in ["http://[::1]:3000", "https://[2001:db8::1]"] {
            assert!(checked_one(given).unwrap_err().contains("http://localhost:3000"), "{given}");
        }
    }

    #[test]
    fn each_origin_stands_once() {
        let twice = ["https://app.example.com".to_owned(), "https://app.example.com/".to_owned()];
        assert_eq!(checked("frame_ancestors", &twice).unwrap(), ["https://app.example.com"]);
    }
}
