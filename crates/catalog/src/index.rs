//! APIs that are not built in but whose vendors publish a description: where it is, and what is known besides.
//!
//! The list is `importable.tsv`, compiled in and read when it is first asked for. No description is copied: whoever adds one fetches the
//! vendor's own file.

use std::sync::LazyLock;

use crate::nearest::nearest;

mod complete;
mod facts;

pub use complete::NO_PLACE;

const TABLE: &str = include_str!("../importable.tsv");

/// A collection of descriptions that vendors publish in other formats.
const COLLECTION: &str = "https://api.apis.guru/";

/// An API whose description can be imported. All are facts in our own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Importable {
    /// Of the integration that it becomes, e.g. `acme_orders`.
    pub name: &'static str,
    /// The vendor's name as people write it.
    pub label: &'static str,
    /// E.g. `helpdesk`.
    pub category: &'static str,
    /// Where the description is fetched.
    pub description_url: &'static str,
    /// `openapi` or `swagger`.
    pub format: &'static str,
    /// Where requests start; names in braces are variables of an account.
    pub base_url: &'static str,
    /// Ways to authenticate, separated by `; `, each with a remark in parentheses: `bearer`, `basic`, `oauth2`, `header NAME "PREFIX"`,
    /// `query NAME`, `other (…)` or `unknown`.
    pub auth: &'static str,
    /// `page PAGE/SIZE`, `offset OFFSET/SIZE`, `cursor CURSOR/SIZE next PATH`, `link SIZE`, each with a remark in parentheses; `none`,
    /// `other (…)` or `unknown`.
    pub pagination: &'static str,
    /// What is known, after `REQUESTS/SECONDSs` where that is.
    pub rate_limit: &'static str,
    pub docs_url: &'static str,
    /// What the facts rest on, a letter each: see [`Importable::grounds`].
    pub checked: &'static str,
}

/// All of them, by name.
pub fn importable() -> &'static [Importable] {
    static ROWS: LazyLock<Vec<Importable>> = LazyLock::new(|| rows().filter_map(row).collect());
    &ROWS
}

/// The one of this name.
pub fn find(name: &str) -> Option<&'static Importable> {
    importable().iter().find(|entry| entry.name == name)
}

/// The names most like this one, for whoever mistook one; else those that it is a part of.
pub fn like(name: &str) -> Vec<&'static str> {
    let parts = importable().iter().map(|entry| entry.name).filter(|known| !name.is_empty() && known.split('_').any(|part| part == name));
    let parts: Vec<&str> = parts.take(10).collect();
    if parts.is_empty() { nearest(name, importable().iter().map(|entry| entry.name), 5) } else { parts }
}

impl Importable {
    /// Whether the description is the vendor's own file, or a collection's copy of it.
    pub fn is_vendors_own(&self) -> bool {
        !self.description_url.starts_with(COLLECTION)
    }

    /// What the facts rest on, in words. What none of them names is general knowledge.
    pub fn grounds(&self) -> Vec<&'static str> {
        let ground = |letter| match letter {
            'D' => Some("base URL and authentication read in the description, or its place seen"),
            'L' => Some("place of the description seen in public code"),
            'C' => Some("base URL and kind of authentication agree with a public registry of connectors"),
            'A' => Some("kind of authentication agrees with a public registry of connectors"),
            'R' => Some("a rate-limit header agrees with a public registry of connectors"),
            'K' => Some("general knowledge only"),
            _ => None,
        };
        self.checked.chars().filter_map(ground).collect()
    }
}

fn rows() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).skip(1)
}

fn row(line: &'static str) -> Option<Importable> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [name, label, category, description_url, format, base_url, auth, pagination, rate_limit, docs_url, checked] = columns[..] else {
        return None;
    };
    Some(Importable { name, label, category, description_url, format, base_url, auth, pagination, rate_limit, docs_url, checked })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::variables::names_in_braces;

    #[test]
    fn every_row_is_read_and_names_each_api_once_in_order() {
        assert_eq!(importable().len(), rows().count());
        assert!(importable().len() >= 150, "{}", importable().len());
        for pair in importable().windows(2) {
            assert!(pair[0].name < pair[1].name, "{} before {}", pair[0].name, pair[1].name);
        }
    }

    #[test]
    fn every_row_is_complete_and_its_addresses_are_https() {
        for entry in importable() {
            let name = entry.name;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain), "{name}");
            for url in [entry.description_url, entry.docs_url, entry.base_url] {
                assert!(url.starts_with("https://") && !url.contains([' ', '<', '>']), "{name}: {url}");
            }
            assert!(url::Url::parse(entry.description_url).is_ok_and(|url| url.username().is_empty()), "{name}");
            assert!(names_in_braces(entry.base_url).is_ok(), "{name}");
            assert!(["openapi", "swagger"].contains(&entry.format), "{name}: {}", entry.format);
            assert!([entry.label, entry.category, entry.rate_limit].iter().all(|text| !text.trim().is_empty()), "{name}");
            assert_eq!(entry.grounds().len(), entry.checked.len(), "{name}: {}", entry.checked);
            assert!(!entry.checked.is_empty(), "{name}");
        }
    }

    #[test]
    fn no_secret_is_sent_to_a_host_of_files_and_to_one_for_trying_things_out_only_where_the_label_says_so() {
        for entry in importable() {
            let host = complete::host(entry.base_url).unwrap();
            let holds_files = ["githubusercontent.com", "github.io", "apis.guru", "amazonaws.com", "swaggerhub.com", "readme.io"];
            assert!(!holds_files.iter().any(|files| host.ends_with(files)), "{}: {host}", entry.name);
            let is_said = entry.label.ends_with("(test)") || entry.label.ends_with("(sandbox)");
            assert_eq!(complete::is_for_trying(host), is_said, "{}: {host}", entry.name);
        }
    }

    #[test]
    fn a_built_in_name_is_that_of_the_same_vendor() {
        for entry in Catalog::built_in().iter() {
            if let Some(indexed) = find(&entry.name) {
                assert_eq!(indexed.label, entry.definition().unwrap().integration.label);
            }
        }
    }

    #[test]
    fn a_mistaken_name_finds_those_it_is_like() {
        assert_eq!(like("strpe").first(), Some(&"stripe"));
        assert!(like("twilio").contains(&"twilio_verify"));
        assert!(like("zzzzzzzz").is_empty() && like("").is_empty());
    }
}
