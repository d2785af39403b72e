//! What the index knows, put where an imported definition says nothing.

use super::Importable;
use crate::import::{Import, Inference};
use crate::integration::{Integration, Variable};
use crate::variables::names_in_braces;

/// Why a description's base URL is none.
pub const NO_PLACE: &str = "the description names no place of the vendor's";

impl Importable {
    /// Fills in what an imported description does not say, and adds each thing to the report.
    ///
    /// What the description does say is never changed: it is newer than the index. Only its base URL gives way before, where it is none for an
    /// account: see [`Importable::keeps`].
    pub fn complete(&self, Import { integration, report }: &mut Import) {
        let is_assumed = report.inferences.iter().any(|one| one.at == "credentials");
        let concluded = &mut report.inferences;
        let known = self.credentials();
        if is_assumed && !known.is_empty() {
            concluded.retain(|one| one.at != "credentials");
        }
        let mut conclude = |at: &str, what: String, because: &str| {
            concluded.push(Inference { at: at.to_owned(), what, because: format!("the index of importable APIs; {because}") });
        };
        if integration.documentation_url.is_none() {
            integration.documentation_url = Some(self.docs_url.to_owned());
        }
        if (is_assumed || integration.credentials.is_empty()) && !known.is_empty() {
            integration.credentials = known;
            conclude("credentials", format!("accounts authenticate by {}", self.auth), "the description names no way");
        }
        if integration.pagination.is_none() && is_silent_on_paging(integration) {
            integration.pagination = self.pagination();
            if integration.pagination.is_some() {
                conclude("pagination", format!("lists page by {}", self.pagination), "the description tells of no list how it pages");
            }
        }
        if integration.rate_limit.is_none() {
            integration.rate_limit = self.rate_limit();
            if integration.rate_limit.is_some() {
                conclude("rate_limit", format!("the limit is {}", self.rate_limit), "for refusals that say nothing themselves");
            }
        }
    }

    /// Whether requests of accounts may go where the import leads, else why not. Then it is imported again with the base URL of the index,
    /// because endpoints of OAuth and other servers may rest on it as well.
    ///
    /// The place where it was fetched is none of the vendor's unless the index names it too. A demonstration or test server is one whose
    /// keeper must not be handed the secrets of those who have a server of their own, or an account of the vendor's.
    ///
    /// # Errors
    /// What is wrong with the base URL of the import.
    pub fn keeps(&self, Import { integration, report }: &Import) -> Result<(), &'static str> {
        let (base_url, source) = (integration.base_url.as_str(), report.source.as_str());
        let (named, indexed) = (host(base_url), host(self.base_url));
        if !base_url.starts_with("https://") || (named.is_some() && named == host(source) && named != indexed) {
            return Err(NO_PLACE);
        }
        if indexed.is_some_and(is_account_s_own) && !named.is_some_and(|host| host.contains('{')) {
            return Err("each customer has a server of its own");
        }
        if named.is_some_and(is_for_trying) && !indexed.is_some_and(is_for_trying) {
            return Err("the description names a server for trying things out");
        }
        Ok(())
    }

    /// Says of an import that was given the base URL of the index where that is from and why, and what its variables are.
    pub fn place(&self, Import { integration, report }: &mut Import, because: &str) {
        report.inferences.push(Inference {
            at: "base_url".to_owned(),
            what: format!("requests go to {}", self.base_url),
            because: format!("the index of importable APIs; {because}"),
        });
        add_variables(integration);
    }
}

/// Whether the whole host is said by the account.
fn is_account_s_own(host: &str) -> bool {
    host.starts_with('{') && host.find('}') == Some(host.len() - 1)
}

/// Whether a host calls itself one of demonstrations or tests.
pub(super) fn is_for_trying(host: &str) -> bool {
    let (below_top, _) = host.rsplit_once('.').unwrap_or((host, ""));
    below_top.split(['.', '-']).any(|part| ["demo", "sandbox", "staging", "test", "try"].contains(&part))
}

/// Whether there are lists and nothing is said of any. Where some are said to page, the others do not: they would give all records on each page.
fn is_silent_on_paging(integration: &Integration) -> bool {
    let mut methods = integration.resources.values().flat_map(|resource| &resource.methods);
    let is_told = integration.resources.values().any(|resource| resource.pagination.is_some());
    !is_told && methods.clone().all(|(_, method)| method.pagination.is_none()) && methods.any(|(name, _)| name == "list")
}

pub(super) fn host(url: &str) -> Option<&str> {
    url.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest))
}

/// Declares the names in braces of the base URL.
fn add_variables(integration: &mut Integration) {
    let names: Vec<String> = names_in_braces(&integration.base_url).unwrap_or_default().into_iter().map(str::to_owned).collect();
    for name in names {
        let variable = Variable {
            label: None,
            description: format!("The part {{{name}}} of the address {}.", integration.base_url),
            example: None,
            default: None,
            // A host has dots, the rest of an address is one label.
            pattern: (name == "host" || name == "site").then(|| "[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*".to_owned()),
            options: indexmap::IndexMap::new(),
        };
        integration.variables.insert(name, variable);
    }
}

#[cfg(test)]
mod tests {
    use crate::import::{Import, Inference, Report};
    use crate::index::find;
    use crate::integration::Pagination;
    use crate::parse::parse;

    /// The import of a description at `source` that says this of its servers.
    fn imported(source: &str, base_url: &str) -> Import {
        let text = format!(
            "version: 1\nname: acme\nlabel: Acme\ndescription: Orders.\nbase_url: {base_url}\ncredentials: {{ bearer: {{ kind: bearer }} }}\n\
             resources:\n  orders:\n    methods:\n      list:\n        request: GET /orders\n        documentation: {{ description: Lists orders. }}\n"
        );
        let report = Report { source: source.to_owned(), ..Report::default() };
        Import { integration: parse("acme.yaml", &text).unwrap().integration.clone(), report }
    }

    #[test]
    fn what_a_description_leaves_out_is_filled_in_and_what_it_says_stays() {
        let mut import = imported("https://raw.example/zulip.yaml", "https://api.acme.test");
        "https://{org}.zulipchat.com/api/v1".clone_into(&mut import.integration.base_url);
        let assumed =
            Inference { at: "credentials".to_owned(), what: "a bearer token".to_owned(), because: "nothing is declared".to_owned() };
        import.report.inferences.push(assumed);
        let entry = find("zulip").unwrap();
        entry.place(&mut import, super::NO_PLACE);
        entry.complete(&mut import);
        let said: Vec<String> = import.report.inferences.iter().map(|one| format!("{}: {}; {}", one.at, one.what, one.because)).collect();
        insta::assert_snapshot!(said.join("\n"), @"
        base_url: requests go to https://{org}.zulipchat.com/api/v1; the index of importable APIs; the description names no place of the vendor's
        credentials: accounts authenticate by basic (email + key); the index of importable APIs; the description names no way
        ");
        assert!(import.integration.variables.contains_key("org"));
        assert_eq!(import.integration.credentials.keys().collect::<Vec<_>>(), ["basic"]);
    }

    #[test]
    fn declared_credentials_stay() {
        let mut import = imported("https://raw.example/zulip.yaml", "https://api.acme.test");
        find("zulip").unwrap().complete(&mut import);
        assert_eq!(import.integration.credentials.keys().collect::<Vec<_>>(), ["bearer"]);
        assert!(import.report.inferences.is_empty());
    }

    #[test]
    fn lists_page_as_the_index_says_only_where_the_description_is_silent_on_all_of_them() {
        let mut silent = imported("https://raw.example/x.yaml", "https://api.acme.test");
        find("vimeo").unwrap().complete(&mut silent);
        assert!(matches!(silent.integration.pagination, Some(Pagination::Page { .. })));
        let mut told = imported("https://raw.example/x.yaml", "https://api.acme.test");
        let lists = &mut told.integration.resources["orders"].methods;
        lists["list"].pagination = Some(Pagination::None);
        find("vimeo").unwrap().complete(&mut told);
        assert!(told.integration.pagination.is_none());
    }

    #[test]
    fn a_vendor_s_own_base_url_stays_but_not_the_place_where_the_description_was_fetched() {
        for (source, stays) in [("https://raw.example/x.yaml", true), ("https://api.acme.test/x.yaml", false), ("/files/x.yaml", true)] {
            let import = imported(source, "https://api.acme.test/v2");
            assert_eq!(find("zulip").unwrap().keeps(&import).is_ok(), stays, "{source}");
        }
    }

    #[test]
    fn a_demonstration_or_test_server_gives_way_to_the_one_of_the_account() {
        let mut gone = Vec::new();
        for (name, base_url) in [
            ("netbox", "https://demo.netbox.example/api"),
            ("traccar", "https://server.traccar.example/api"),
            ("osf", "https://api.test.osf.io/v2"),
            ("adyen_management", "https://management-test.adyen.com/v3"),
            ("velo_payments", "https://api.sandbox.velopayments.com"),
            ("vimeo", "https://api.acme.example"),
        ] {
            let import = imported("https://raw.example/x.yaml", base_url);
            let entry = find(name).unwrap();
            gone.push(format!("{base_url} > {}", if entry.keeps(&import).is_ok() { base_url } else { entry.base_url }));
        }
        insta::assert_snapshot!(gone.join("\n"), @"
        https://demo.netbox.example/api > https://{host}/api
        https://server.traccar.example/api > https://{host}/api
        https://api.test.osf.io/v2 > https://api.osf.io/v2
        https://management-test.adyen.com/v3 > https://management-{environment}.adyen.com/v3
        https://api.sandbox.velopayments.com > https://api.sandbox.velopayments.com
        https://api.acme.example > https://api.acme.example
        ");
    }
}
