//! What the index knows, put where an imported definition says nothing.

use super::Importable;
use crate::integration::{Integration, Variable};
use crate::variables::names_in_braces;

impl Importable {
    /// Fills in what a definition imported from this description does not say. Gives a sentence for each thing.
    ///
    /// What the description does say is never changed: it is newer than the index.
    pub fn complete(&self, integration: &mut Integration) -> Vec<String> {
        let mut done = Vec::new();
        if integration.documentation_url.is_none() {
            integration.documentation_url = Some(self.docs_url.to_owned());
        }
        if !integration.base_url.starts_with("https://") {
            done.push(format!("base_url is {}: the description has none that can be used", self.base_url));
            self.base_url.clone_into(&mut integration.base_url);
            add_variables(integration);
        }
        if integration.credentials.is_empty() {
            integration.credentials = self.credentials();
            if !integration.credentials.is_empty() {
                done.push(format!("credentials are those of `{}`: the description names none", self.auth));
            }
        }
        let lists = |integration: &Integration| integration.resources.values().any(|resource| resource.methods.contains_key("list"));
        if integration.pagination.is_none() && lists(integration) {
            integration.pagination = self.pagination();
            if integration.pagination.is_some() {
                done.push(format!("lists page by `{}` where the description does not tell", self.pagination));
            }
        }
        if integration.rate_limit.is_none() {
            integration.rate_limit = self.rate_limit();
            if integration.rate_limit.is_some() {
                done.push(format!("a refusal for too many calls means {}, where its headers say nothing", self.rate_limit));
            }
        }
        done
    }
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
        let mut integration = parse("acme.yaml", &TEXT.replace("/api", "https://api.acme.test")).unwrap().integration.clone();
        let entry = find("zulip").unwrap();
        integration.base_url = "/api".to_owned();
        insta::assert_snapshot!(entry.complete(&mut integration).join("\n"), @"
        base_url is https://{org}.zulipchat.com/api/v1: the description has none that can be used
        credentials are those of `basic (email + key)`: the description names none
        ");
        assert!(integration.variables.contains_key("org"));
        assert!(integration.credentials.contains_key("basic"));
        assert_eq!(entry.complete(&mut integration), Vec::<String>::new());
    }
}
