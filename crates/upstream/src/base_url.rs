//! Where an account's requests may go: to the hosts that its definition knows, and beyond them only where the operator says so.
//!
//! Whoever holds an API token may give an account a base URL of its own; credentials, and an OAuth app's secret, follow it. Why
//! this rule: docs/decisions/0016-an-account-s-own-base-url.md.

use catalog::hosts::knows_host;
use catalog::integration::Integration;
use catalog::target::Target;
use url::Url;

use crate::client::Client;

/// Neither the definition nor the operator knows the host of an account's own base URL. Shown to whoever connects the account, and to
/// agents that call its tools.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`base_url`: the integration does not know {origin}; leave `base_url` out, or have the operator of this server add `{host}` to \
     `allowed_upstream_hosts`"
)]
pub struct UnknownHost {
    origin: String,
    host: String,
}

impl Client {
    /// Whether the account of `target` may be called there; `base_url` is its own, if it has one, of which the target was made.
    ///
    /// To be asked before anything of the account is sent anywhere: its OAuth endpoints may be on the same host.
    ///
    /// # Errors
    /// [`UnknownHost`]. Addresses are checked later, when a request is sent.
    pub fn check_base_url(&self, integration: &Integration, base_url: Option<&str>, target: &Target) -> Result<(), UnknownHost> {
        let url = target.base_url();
        if base_url.is_none() || self.operator_allows(url) || knows_host(integration, url) {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(UnknownHost { origin: url.origin().ascii_serialization(), host })
    }

    /// Whether the operator named the host, or allowed private addresses and the URL cannot lead elsewhere.
    fn operator_allows(&self, url: &Url) -> bool {
        let named = |host: &str| self.allowed_hosts.iter().any(|allowed| allowed == host);
        url.host_str().is_some_and(named) || self.private_addresses.confines(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::UpstreamSettings;
    use crate::guard::PrivateAddresses;
    use insta::assert_snapshot;
    use serde_json::json;

    fn base(private_addresses: PrivateAddresses, own: Option<&str>) -> String {
        let integration: Integration = serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": "https://{shop}.acme.test/v1",
            "variables": {"shop": {"description": "d"}}, "resources": {},
        }))
        .unwrap();
        let allowed_hosts = ["Staging.Acme.Example", "bücher.example", "2130706433", "[FD12::1]"]
            .map(|host| url::Host::parse(host).unwrap().to_string())
            .to_vec();
        let settings = UpstreamSettings { private_addresses, allowed_hosts, ..UpstreamSettings::default() };
        let context = json!({"shop": "blue"}).as_object().unwrap().clone();
        let target = Target::new(&integration, own, &context).unwrap();
        match Client::new(&settings).unwrap().check_base_url(&integration, own, &target) {
            Ok(()) => target.base_url().to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    fn own(url: &str) -> String {
        base(PrivateAddresses::Refuse, Some(url))
    }

    #[test]
    fn an_account_goes_where_its_definition_says() {
        assert_snapshot!(base(PrivateAddresses::Refuse, None), @"https://blue.acme.test/v1");
        assert_snapshot!(own("https://red.acme.test/staging"), @"https://red.acme.test/staging");
    }

    #[test]
    fn a_host_that_neither_definition_nor_operator_knows_is_refused_with_what_to_do() {
        assert_snapshot!(own("https://evil.test:8443/red.acme.test"), @"error: `base_url`: the integration does not know https://evil.test:8443; leave `base_url` out, or have the operator of this server add `evil.test` to `allowed_upstream_hosts`");
        for url in ["https://acme.test", "https://red.acme.test.evil.test", "http://red.acme.test", "https://127.0.0.2", "http://127.0.0.2"]
        {
            assert!(own(url).contains("does not know"), "{url}");
        }
    }

    #[test]
    fn a_host_that_the_operator_names_is_allowed_in_every_spelling_and_no_host_below_it() {
        for url in
            ["https://staging.acme.example:8443/x", "https://STAGING.acme.example", "https://xn--bcher-kva.example", "https://[fd12:0::1]"]
        {
            assert!(!own(url).contains("error"), "{url}: {}", own(url));
        }
        for url in ["https://a.staging.acme.example", "https://acme.example", "https://staging.acme.example.evil.test"] {
            assert!(own(url).contains("does not know"), "{url}");
        }
    }

    #[test]
    fn where_private_addresses_are_allowed_what_leads_only_there_needs_no_list() {
        let own = |url: &str| base(PrivateAddresses::Allow, Some(url));
        for url in ["http://127.0.0.2:9000", "http://sandbox:9000", "https://10.1.2.3", "https://[fd12::2]"] {
            assert!(!own(url).contains("error"), "{url}: {}", own(url));
        }
        // Such a name may turn out to be public.
        for url in ["https://sandbox:9000", "https://1.1.1.1", "http://1.1.1.1", "https://169.254.169.254", "http://169.254.169.254"] {
            assert!(own(url).contains("does not know"), "{url}");
        }
    }
}
