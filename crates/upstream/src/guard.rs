//! Addresses that are never called: everything that is not a public host on the internet, or, where that is allowed, a
//! private one.
//!
//! A definition's base URL and an account's variables decide where a request goes, so a wrong or hostile one
//! could reach the machine itself, its neighbours or a cloud's metadata service. Names are checked when they are
//! resolved, by the very look-up the connection uses, so a name cannot answer differently a moment later;
//! addresses written into a URL are checked before the request, because no resolver is asked for those.

mod address;
mod resolver;
#[cfg(test)]
mod spellings;

use std::error::Error;
use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

pub use address::is_public;
pub(crate) use resolver::{GuardedResolver, System};

use address::is_private;

/// Whether vendors may be called on loopback and private addresses, and without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateAddresses {
    /// Only public addresses, only `https`.
    Refuse,
    /// Loopback and private addresses as well, and `http` to those: for the demo's own sandboxes, for tests, and for
    /// vendors inside one's own network. Link-local, metadata and other reserved addresses stay refused.
    Allow,
}

/// Which addresses a connection may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Public,
    PublicAndPrivate,
    /// What is not encrypted must not leave one's own network.
    PrivateOnly,
}

/// Why a request was not allowed to leave. Nothing was connected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denied {
    #[error("`{host}` is a private or reserved address; vendors are only called on public addresses")]
    Address { host: String },
    #[error("`{host}` has only private or reserved addresses; vendors are only called on public addresses")]
    Name { host: String },
    #[error("`{host}` is or has only a reserved address, such as a cloud's metadata service; those are never called")]
    Reserved { host: String },
    #[error("`{scheme}` to `{host}` is not allowed; vendors are only called over https")]
    Scheme { scheme: String, host: String },
}

impl PrivateAddresses {
    /// Where requests of a scheme may go; `None` = the scheme is not allowed at all.
    fn reach(self, scheme: &str) -> Option<Reach> {
        match (self, scheme) {
            (PrivateAddresses::Refuse, "https") => Some(Reach::Public),
            (PrivateAddresses::Allow, "https") => Some(Reach::PublicAndPrivate),
            (PrivateAddresses::Allow, "http") => Some(Reach::PrivateOnly),
            _ => None,
        }
    }

    /// Whether private addresses are allowed and a URL leads nowhere else: plain `http`, which no other address is spoken to in, or a
    /// private address in the URL itself.
    pub(crate) fn confines(self, url: &Url) -> bool {
        match self.check(url) {
            Ok(Reach::PrivateOnly) => true,
            Ok(Reach::PublicAndPrivate) => literal(url).is_some_and(is_private),
            Ok(Reach::Public) | Err(_) => false,
        }
    }

    /// Checks what can be known before any look-up: the scheme, and an address that stands in the URL itself. Names are
    /// left to the resolver of the same reach.
    pub(crate) fn check(self, url: &Url) -> Result<Reach, Denied> {
        let host = url.host_str().unwrap_or_default();
        let reach = self.reach(url.scheme()).ok_or_else(|| Denied::Scheme { scheme: url.scheme().to_owned(), host: host.to_owned() })?;
        let Some(address) = literal(url) else { return Ok(reach) };
        if reach.includes(address) {
            return Ok(reach);
        }
        let host = address.to_string();
        Err(match reach {
            Reach::Public => Denied::Address { host },
            Reach::PrivateOnly if is_public(address) => reach.denied(host),
            Reach::PublicAndPrivate | Reach::PrivateOnly => Denied::Reserved { host },
        })
    }
}

impl Reach {
    fn includes(self, address: IpAddr) -> bool {
        match self {
            Reach::Public => is_public(address),
            Reach::PublicAndPrivate => is_public(address) || is_private(address),
            Reach::PrivateOnly => is_private(address),
        }
    }

    /// The addresses of a name that may be called.
    fn only(self, host: String, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Denied> {
        let none_found = found.is_empty();
        let allowed: Vec<SocketAddr> = found.into_iter().filter(|address| self.includes(address.ip())).collect();
        if allowed.is_empty() && !none_found { Err(self.denied(host)) } else { Ok(allowed) }
    }

    fn denied(self, host: String) -> Denied {
        match self {
            Reach::Public => Denied::Name { host },
            Reach::PublicAndPrivate => Denied::Reserved { host },
            Reach::PrivateOnly => Denied::Scheme { scheme: "http".to_owned(), host },
        }
    }
}

/// The address that stands in a URL itself.
fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
        Host::Domain(_) => None,
    }
}

/// The guard's refusal among the causes of a failed request, if it is there.
pub(crate) fn denial_in<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Denied> {
    causes(error).find_map(|cause| cause.downcast_ref::<Denied>())
}

/// An error and what caused it, outermost first.
pub(crate) fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(url: &str) -> Result<Reach, Denied> {
        PrivateAddresses::Refuse.check(&Url::parse(url).unwrap())
    }

    fn allowing(url: &str) -> Result<Reach, Denied> {
        PrivateAddresses::Allow.check(&Url::parse(url).unwrap())
    }

    #[test]
    fn every_spelling_of_a_refused_address_is_refused() {
        for host in [
            // loopback in all the ways a URL may write it
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7F.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "127。0。0。1",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:0:127.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b:1::a00:1]",
            "[2002:7f00:1::]",
            // unspecified, private, carrier-grade NAT, link-local and metadata
            "0.0.0.0",
            "0",
            "[::]",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.100.100.200",
            "169.254.169.254",
            "0xA9FEA9FE",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a9fe:a9fe::1]",
            "192.0.0.192",
            "168.63.129.16",
            "[fd00:ec2::254]",
            "[fc00::1]",
            "[fe80::1]",
            "[fec0::1]",
            // multicast, broadcast, documentation, benchmarking, reserved
            "224.0.0.1",
            "[ff02::1]",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "198.18.0.1",
            "198.19.255.255",
            "[2001:db8::1]",
            "[3fff::1]",
            "[2001::1]",
            "[2001:2::1]",
            "[100::1]",
            "[5f00::1]",
        ] {
            let refused = checked(&format!("https://{host}/v1"));
            assert!(matches!(refused, Err(Denied::Address { .. })), "{host} was allowed");
        }
    }

    #[test]
    fn public_addresses_are_allowed_up_to_the_edges_of_the_refused_ranges() {
        for host in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "[2606:4700::1111]",
            "[2a00:1450::1]",
            "[2001:200::1]",
            "[2001:4860:4860::8888]",
            "[::ffff:1.1.1.1]",
            "[64:ff9b::1.1.1.1]",
        ] {
            assert_eq!(checked(&format!("https://{host}/v1")), Ok(Reach::Public), "{host}");
        }
    }

    #[test]
    fn plain_http_and_other_schemes_are_refused() {
        for url in ["http://api.example.com/", "ftp://api.example.com/", "file:///etc/passwd", "unix:/run/x"] {
            assert!(matches!(checked(url), Err(Denied::Scheme { .. })), "{url}");
        }
        assert_eq!(checked("https://api.example.com/"), Ok(Reach::Public));
    }

    #[test]
    fn private_addresses_and_plain_http_to_them_can_be_allowed() {
        for host in ["127.0.0.1:9000", "[::1]", "10.1.2.3", "172.31.255.255", "192.168.0.1", "[fd12::1]", "[::ffff:10.0.0.1]"] {
            assert_eq!(allowing(&format!("http://{host}/")), Ok(Reach::PrivateOnly), "{host}");
            assert_eq!(allowing(&format!("https://{host}/")), Ok(Reach::PublicAndPrivate), "{host}");
        }
        assert_eq!(allowing("https://1.1.1.1/"), Ok(Reach::PublicAndPrivate));
        for url in ["http://1.1.1.1/", "http://[2606:4700::1111]/", "file:///etc/passwd", "ftp://127.0.0.1/"] {
            assert!(matches!(allowing(url), Err(Denied::Scheme { .. })), "{url}");
        }
    }

    #[test]
    fn link_local_metadata_and_other_reserved_addresses_are_refused_even_then() {
        for host in [
            "169.254.169.254",
            "[::ffff:169.254.169.254]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[fd20:ce::254]",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "0.0.0.0",
            "[::]",
            "224.0.0.1",
            "[ff02::1]",
            "255.255.255.255",
            "198.18.0.1",
        ] {
            for scheme in ["http", "https"] {
                let refused = allowing(&format!("{scheme}://{host}/"));
                assert!(matches!(refused, Err(Denied::Reserved { .. })), "{scheme}://{host}: {refused:?}");
            }
        }
    }

    #[test]
    fn a_name_keeps_the_addresses_within_reach_and_is_refused_without_any() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect::<Vec<_>>();
        let found = ["10.0.0.1", "1.1.1.1", "::1", "169.254.169.254"];
        let kept = |reach: Reach, found: &[&str]| reach.only("h".into(), addresses(found));
        assert_eq!(kept(Reach::Public, &found), Ok(addresses(&["1.1.1.1"])));
        assert_eq!(kept(Reach::PublicAndPrivate, &found), Ok(addresses(&["10.0.0.1", "1.1.1.1", "::1"])));
        assert_eq!(kept(Reach::PrivateOnly, &found), Ok(addresses(&["10.0.0.1", "::1"])));

        assert_eq!(kept(Reach::Public, &["10.0.0.1", "::ffff:10.0.0.1"]), Err(Denied::Name { host: "h".into() }));
        assert_eq!(kept(Reach::PublicAndPrivate, &["169.254.169.254"]), Err(Denied::Reserved { host: "h".into() }));
        assert_eq!(kept(Reach::PrivateOnly, &["1.1.1.1"]), Err(Denied::Scheme { scheme: "http".into(), host: "h".into() }));
        assert_eq!(kept(Reach::Public, &[]), Ok(vec![]));
    }
}
