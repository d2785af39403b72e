//! What the columns of the index say, as parts of a definition.

use indexmap::IndexMap;

use super::Importable;
use crate::integration::{Attach, CredentialKind, CredentialScheme, KnownLimit, PagePlace, Pagination, RateLimit};

/// Records asked for at once where the vendor's own limit is not known: few enough for any.
const SAFE_SIZE: u64 = 25;

impl Importable {
    /// How lists page; `None` where it is not known or cannot be said in a few words.
    pub(super) fn pagination(&self) -> Option<Pagination> {
        let mut words = self.pagination.split(" (").next()?.split(' ');
        let (style, names) = (words.next()?, words.next());
        let pair = || names.and_then(|names| names.rsplit_once('/')).map(|(first, size)| (first.to_owned(), size.to_owned()));
        match style {
            "none" => Some(Pagination::None),
            "link" => {
                Some(Pagination::LinkHeader { size: names.map(str::to_owned), default_size: Some(SAFE_SIZE), max_size: Some(SAFE_SIZE) })
            }
            "page" => pair().map(|(page, size)| Pagination::Page {
                page,
                size,
                first: 1,
                default_size: SAFE_SIZE,
                max_size: SAFE_SIZE,
                place: PagePlace::Query,
            }),
            "offset" => pair().map(|(offset, size)| Pagination::Offset {
                offset,
                size,
                first: 0,
                default_size: SAFE_SIZE,
                max_size: SAFE_SIZE,
                place: PagePlace::Query,
            }),
            "cursor" => {
                let (cursor, size) = pair()?;
                let next = words.nth(1)?.to_owned();
                Some(Pagination::Cursor {
                    cursor,
                    size: Some(size),
                    default_size: Some(SAFE_SIZE),
                    max_size: Some(SAFE_SIZE),
                    next,
                    place: PagePlace::Query,
                })
            }
            _ => None,
        }
    }

    /// What is known about a 429 that says nothing itself.
    pub(super) fn rate_limit(&self) -> Option<RateLimit> {
        let (limit, seconds) = self.rate_limit.split(' ').next()?.split_once('/')?;
        let when_limited = KnownLimit { limit: limit.parse().ok()?, reset: Some(seconds.strip_suffix('s')?.parse().ok()?) };
        Some(RateLimit { when_limited: Some(when_limited), ..RateLimit::default() })
    }

    /// The ways to authenticate that need nothing but a secret, by name. OAuth 2 is not among them: its endpoints are not in the index.
    pub(super) fn credentials(&self) -> IndexMap<String, CredentialScheme> {
        self.auth.split("; ").filter_map(credential).map(|(name, scheme)| (name.to_owned(), scheme)).collect()
    }
}

fn credential(way: &str) -> Option<(&'static str, CredentialScheme)> {
    let (facts, remark) = way.split_once(" (").map_or((way, None), |(facts, remark)| (facts, Some(remark.trim_end_matches(')'))));
    let scheme = |kind, attach| CredentialScheme {
        kind,
        label: None,
        help: remark.map(str::to_owned),
        fields: IndexMap::new(),
        attach,
        oauth2: None,
        check: None,
    };
    match facts.split_once(' ') {
        None if facts == "bearer" => Some(("token", scheme(CredentialKind::Bearer, None))),
        None if facts == "basic" => Some(("basic", scheme(CredentialKind::Basic, None))),
        Some(("header", named)) => {
            let (name, prefix) = named.split_once(" \"").map_or((named, ""), |(name, prefix)| (name, prefix.trim_end_matches('"')));
            let attach = Attach { header: Some(name.to_owned()), query: None, cookie: None, prefix: prefix.to_owned() };
            Some(("api_key", scheme(CredentialKind::ApiKey, Some(attach))))
        }
        Some(("query", name)) => {
            let attach = Attach { header: None, query: Some(name.to_owned()), cookie: None, prefix: String::new() };
            Some(("api_key", scheme(CredentialKind::ApiKey, Some(attach))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{find, importable};

    #[test]
    fn every_column_says_something_in_the_words_that_are_read() {
        for entry in importable() {
            let paging = entry.pagination.split(' ').next().unwrap();
            let unsaid = ["other", "unknown"].contains(&paging);
            assert_eq!(entry.pagination().is_none(), unsaid, "{}: {}", entry.name, entry.pagination);
            for way in entry.auth.split("; ") {
                let unsaid = ["other", "unknown", "oauth2"].contains(&way.split(' ').next().unwrap());
                assert_eq!(credential(way).is_none(), unsaid, "{}: {way}", entry.name);
            }
            let counted = entry.rate_limit.split(' ').next().unwrap().split_once('/').is_some_and(|(n, _)| n.parse::<u64>().is_ok());
            let is_window = counted && entry.rate_limit.contains("s (");
            assert_eq!(entry.rate_limit().is_some(), is_window, "{}: {}", entry.name, entry.rate_limit);
        }
    }

    #[test]
    fn no_way_to_authenticate_hides_another_and_none_is_a_version_or_a_second_factor() {
        for entry in importable() {
            let ways: Vec<_> = entry.auth.split("; ").filter_map(credential).map(|(name, _)| name).collect();
            assert_eq!(entry.credentials().len(), ways.len(), "{}: {}", entry.name, entry.auth);
            let named: Vec<String> = entry.auth.split("; ").map(|way| way.split(" (").next().unwrap_or_default().to_lowercase()).collect();
            let is_no_secret = |way: &String| ["version", "otp", "sudo"].iter().any(|word| way.contains(word));
            assert!(!named.iter().any(is_no_secret), "{}: {}", entry.name, entry.auth);
        }
    }

    #[test]
    fn facts_become_parts_of_a_definition() {
        let said = |name: &str| {
            let entry = find(name).unwrap();
            serde_json::to_string(&(entry.pagination(), entry.rate_limit(), entry.credentials())).unwrap()
        };
        insta::assert_snapshot!(said("incident_io"), @r#"[{"style":"cursor","cursor":"after","size":"page_size","default_size":25,"max_size":25,"next":"pagination_meta.after"},{"reset_format":"seconds","when_limited":{"limit":1200,"reset":60}},{"token":{"kind":"bearer"}}]"#);
        insta::assert_snapshot!(said("pagerduty"), @r#"[{"style":"offset","offset":"offset","size":"limit","first":0,"default_size":25,"max_size":25},null,{"api_key":{"kind":"api_key","attach":{"header":"Authorization","prefix":"Token token="}}}]"#);
    }
}
