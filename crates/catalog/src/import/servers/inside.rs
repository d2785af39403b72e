//! Addresses that are nobody's on the Internet.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::variables::names_in_braces;

/// Whether a URL, in which names in braces may stand, leads to this machine, a private network or a reserved address.
///
/// Source: RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6598, RFC 6761.
pub(in crate::import) fn is_inside(url: &str) -> bool {
    let names = names_in_braces(url).unwrap_or_default();
    let sample = names.iter().fold(url.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), "x"));
    match Url::parse(&sample).as_ref().map(Url::host) {
        Ok(Some(Host::Domain(name))) => {
            let name = name.trim_end_matches('.');
            ["localhost", "local", "internal"].iter().any(|end| name == *end || name.ends_with(&format!(".{end}")))
        }
        Ok(Some(Host::Ipv4(address))) => is_inside_v4(address),
        Ok(Some(Host::Ipv6(address))) => is_inside_v6(address),
        Ok(None) | Err(_) => false,
    }
}

fn is_inside_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && second & 0b1100_0000 == 64;
    address.is_private() || address.is_loopback() || address.is_link_local() || first == 0 || is_shared || first >= 224
}

fn is_inside_v6(address: Ipv6Addr) -> bool {
    let is_special = address.is_loopback() || address.is_unspecified() || address.is_unique_local() || address.is_unicast_link_local();
    is_special || address.is_multicast() || address.to_ipv4_mapped().is_some_and(is_inside_v4)
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn addresses_of_private_networks_are_told_from_public_ones() {
        for url in [
            "http://169.254.169.254/latest",
            "https://10.0.0.1",
            "https://100.64.1.1",
            "https://192.168.1.1:8443/{path}",
            "https://127.1",
            "https://[::1]",
            "https://[fd00::1]",
            "https://[::ffff:10.0.0.1]",
            "https://localhost",
            "https://metadata.internal",
            "https://printer.local.",
        ] {
            assert!(is_inside(url), "{url}");
        }
        for url in [
            "https://api.acme.example",
            "https://{shop}.acme.example",
            "https://1.1.1.1",
            "https://[2606:4700::1]",
            "https://internal.acme.example",
            "nothing",
        ] {
            assert!(!is_inside(url), "{url}");
        }
    }
}
