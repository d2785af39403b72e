//! What kind of address an address is, whatever form it comes in.
//!
//! Source: IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to a host on the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Whether an address is loopback or of a private network, and no cloud's metadata service.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_in(PRIVATE_V4, address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => is_in(PRIVATE_V4, inner),
            None => {
                address.is_loopback()
                    || (address.is_unique_local() && !METADATA_V6.iter().any(|start| address.segments().starts_with(start)))
            }
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !is_in(SPECIAL_V4, address)
}

fn is_in(networks: &[([u8; 4], u32)], address: Ipv4Addr) -> bool {
    networks.iter().any(|&([a, b, c, d], length)| {
        let network = u32::from_be_bytes([a, b, c, d]);
        let mask = u32::MAX << (32 - length);
        u32::from(address) & mask == network
    })
}

/// IPv4 networks that may be called where private addresses are allowed.
const PRIVATE_V4: &[([u8; 4], u32)] = &[([127, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16)];

/// How the networks start in which clouds have their metadata among unique local addresses.
const METADATA_V6: &[[u16; 2]] = &[[0xfd00, 0x0ec2], [0xfd20, 0x00ce]];

/// IPv4 networks that are not public: first address and prefix length.
const SPECIAL_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),        // "this network", unspecified
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // carrier-grade NAT; some clouds' metadata
    ([127, 0, 0, 0], 8),      // loopback
    ([168, 63, 129, 16], 32), // a cloud's host agent, on a public address
    ([169, 254, 0, 0], 16),   // link-local; metadata of most clouds
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments; another cloud's metadata
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 31, 196, 0], 24),  // AS112
    ([192, 52, 193, 0], 24),  // AMT
    ([192, 88, 99, 0], 24),   // 6to4 relays
    ([192, 168, 0, 0], 16),   // private
    ([192, 175, 48, 0], 24),  // AS112
    ([198, 18, 0, 0], 15),    // benchmarking
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, broadcast
];

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = embedded_v4(address) {
        return is_public_v4(inner);
    }
    // Global unicast is 2000::/3; everything outside it (loopback, unique local, link-local, multicast, the
    // deprecated ranges) is refused without a list, so that a range assigned tomorrow is refused as well.
    let segments = address.segments();
    let global_unicast = segments[0] & 0xe000 == 0x2000;
    let protocol_assignments = segments[0] == 0x2001 && segments[1] < 0x0200; // also Teredo, benchmarking, ORCHID
    let documentation = (segments[0] == 0x2001 && segments[1] == 0x0db8) || (segments[0] == 0x3fff && segments[1] < 0x1000);
    global_unicast && !protocol_assignments && !documentation
}

/// The IPv4 address that an IPv6 address stands for, where a gateway or the system would translate it.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = address.segments();
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match [s0, s1, s2, s3, s4, s5] {
        [0, 0, 0, 0, 0, 0xffff] => Some(from(s6, s7)),    // IPv4-mapped
        [0, 0, 0, 0, 0xffff, 0] => Some(from(s6, s7)),    // IPv4-translated (RFC 2765)
        [0x64, 0xff9b, 0, 0, 0, 0] => Some(from(s6, s7)), // NAT64 (RFC 6052)
        [0x2002, high, low, ..] => Some(from(high, low)), // 6to4
        _ => None,                                        // IPv4-compatible (::/96) lies outside global unicast and is refused there.
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn wrapping_an_ipv4_address_into_ipv6_never_changes_the_verdict(bits: u32) {
            let inner = Ipv4Addr::from(bits);
            let [a, b, c, d] = inner.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for outer in [
                inner.to_ipv6_mapped(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert_eq!(is_public_v6(outer), is_public_v4(inner));
            }
        }

        #[test]
        fn what_the_standard_library_calls_special_is_never_public(bits: u32) {
            let address = Ipv4Addr::from(bits);
            let special = address.is_private() || address.is_loopback() || address.is_link_local() || address.is_broadcast()
                || address.is_documentation() || address.is_multicast() || address.is_unspecified();
            prop_assert!(!(special && is_public_v4(address)));
            prop_assert!(!(is_private(IpAddr::V4(address)) && is_public_v4(address)));
        }
    }
}
