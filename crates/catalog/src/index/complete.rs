//! What the index knows, put where an imported definition says nothing.

use super::Importable;
use crate::import::Inference;
use crate::integration::{Integration, Variable};
use crate::variables::names_in_braces;

impl Importable {
    /// Fills in what a definition imported from the description at `source` does not say, and gives each thing that was concluded.
    ///
    /// What the description does say is never changed: it is newer than the index. A base URL on the host where the description was
    /// fetched is none of the vendor's, unless the index names that host too.
    pub fn complete(&self, integration: &mut Integration, source: &str) -> Vec<Inference> {
        let mut concluded = Vec::new();
        let mut conclude = |at: &str, what: String, because: &str| {
            concluded.push(Inference { at: at.to_owned(), what, because: format!("the index of importable APIs; {because}") });
        };
        if integration.documentation_url.is_none() {
            integration.documentation_url = Some(self.docs_url.to_owned());
        }
        if !self.is_plausible(&integration.base_url, source) {
            conclude("base_url", format!("requests go to {}", self.base_url), "the description names no place of the vendor's");
            self.base_url.clone_into(&mut integration.base_url);
            add_variables(integration);
        }
        if integration.credentials.is_empty() {
            integration.credentials = self.credentials();
            if !integration.credentials.is_empty() {
                conclude("credentials", format!("accounts authenticate by {}", self.auth), "the description names no way");
            }
        }
        let lists = integration.resources.values().any(|resource| resource.methods.contains_key("list"));
        if integration.pagination.is_none() && lists {
            integration.pagination = self.pagination();
            if integration.pagination.is_some() {
                conclude("pagination", format!("lists page by {}", self.pagination), "for lists of which the description does not tell");
            }
        }
        if integration.rate_limit.is_none() {
            integration.rate_limit = self.rate_limit();
            if integration.rate_limit.is_some() {
                conclude("rate_limit", format!("the limit is {}", self.rate_limit), "for refusals that say nothing themselves");
            }
        }
        concluded
    }

    fn is_plausible(&self, base_url: &str, source: &str) -> bool {
        let is_where_it_was_fetched = host(source).is_some() && host(base_url) == host(source);
        base_url.starts_with("https://") && (!is_where_it_was_fetched || host(base_url) == host(self.base_url))
    }
}

fn host(url: &str) -> Option<&str> {
    url.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest))
}

/// Declares the names in braces of the base URL.
fn add_variables(integration: &mut Integration) {
    let names: Vec<String> = names_in_braces(&integration.base_url).unwrap_or_default().into_iter().map(str::to_owned).collect();
    for name in names {
        integration.variables.entry(name.clone()).or_insert_with(|| Variable {
            label: None,
            description: format!("The part {{{name}}} of the address {}.", integration.base_url),
            example: None,
            default: None,
            // A host has dots, the rest of an address is one label.
            pattern: (name == "host" || name == "site").then(|| "[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*".to_owned()),
            options: indexmap::IndexMap::new(),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::index::find;
    use crate::parse::parse;

    const TEXT: &str = "version: 1\nname: acme\nlabel: Acme\ndescription: Orders.\nbase_url: /api\nresources:\n  orders:\n    methods:\n      \
        list:\n        request: GET /orders\n        documentation: { description: Lists orders. }\n";

    #[test]
    fn what_a_description_leaves_out_is_filled_in_and_what_it_says_stays() {
        let mut integration = parse("acme.yaml", &TEXT.replace("/api", "https://raw.example/api")).unwrap().integration.clone();
        let entry = find("zulip").unwrap();
        let concluded = entry.complete(&mut integration, "https://raw.example/zulip.yaml");
        let said: Vec<String> = concluded.iter().map(|one| format!("{}: {}; {}", one.at, one.what, one.because)).collect();
        insta::assert_snapshot!(said.join("\n"), @"
        base_url: requests go to https://{org}.zulipchat.com/api/v1; the index of importable APIs; the description names no place of the vendor's
        credentials: accounts authenticate by basic (email + key); the index of importable APIs; the description names no way
        ");
        assert!(integration.variables.contains_key("org"));
        assert!(integration.credentials.contains_key("basic"));
        assert_eq!(entry.complete(&mut integration, "https://raw.example/zulip.yaml"), Vec::new());
    }

    #[test]
    fn a_vendor_s_own_base_url_stays_wherever_the_description_was_fetched() {
        for source in ["https://raw.example/x.yaml", "https://api.acme.test/x.yaml", "/tmp/x.yaml"] {
            let mut integration = parse("acme.yaml", &TEXT.replace("/api", "https://api.acme.test/v2")).unwrap().integration.clone();
            let stays = source != "https://api.acme.test/x.yaml";
            find("zulip").unwrap().complete(&mut integration, source);
            assert_eq!(integration.base_url == "https://api.acme.test/v2", stays, "{source}");
        }
    }
}
