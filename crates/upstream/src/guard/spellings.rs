//! An address may be spelled in many ways; the verdict is that of the address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use proptest::sample::select;
use url::{Host, Url};

use super::{Denied, PrivateAddresses, is_public};

/// Addresses of every kind, half of them from the networks that matter.
fn addresses() -> impl Strategy<Value = Ipv4Addr> {
    let first = select(vec![0, 10, 100, 127, 168, 169, 172, 192, 198, 203, 224, 255_u8]);
    prop_oneof![any::<u32>().prop_map(Ipv4Addr::from), (first, any::<[u8; 3]>()).prop_map(|(a, [b, c, d])| Ipv4Addr::new(a, b, c, d))]
}

#[derive(Debug, Clone, Copy)]
enum Base {
    Decimal,
    Octal,
    Hexadecimal,
    UpperHexadecimal,
}

fn bases() -> impl Strategy<Value = [Base; 4]> {
    let base = || select(vec![Base::Decimal, Base::Octal, Base::Hexadecimal, Base::UpperHexadecimal]);
    [base(), base(), base(), base()]
}

fn number(value: u32, base: Base, zeros: usize) -> String {
    let zeros = "0".repeat(zeros);
    match base {
        Base::Decimal => value.to_string(),
        Base::Octal => format!("0{zeros}{value:o}"),
        Base::Hexadecimal => format!("0x{zeros}{value:x}"),
        Base::UpperHexadecimal => format!("0X{zeros}{value:X}"),
    }
}

/// One to four numbers, of which the last stands for all bytes that are left, as `inet_aton` reads them.
fn spelled(address: Ipv4Addr, parts: usize, bases: [Base; 4], zeros: usize) -> String {
    let bits = u32::from(address);
    let leading = address.octets().into_iter().take(parts - 1).map(u32::from);
    let last = u64::from(bits) & ((1_u64 << (8 * (5 - parts))) - 1);
    let values = leading.chain([u32::try_from(last).unwrap()]);
    values.zip(bases).map(|(value, base)| number(value, base, zeros)).collect::<Vec<_>>().join(".")
}

/// The same text in characters that a URL takes for it.
fn disguised(text: &str, disguise: usize) -> String {
    match disguise {
        0 => text.to_owned(),
        1 => format!("{text}."),
        2 => text.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        3 => text.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect(), // full width
        _ => text.replace('.', "。"),
    }
}

fn refused(url: &str) -> bool {
    match Url::parse(url) {
        Ok(url) => matches!(PrivateAddresses::Refuse.check(&url), Err(Denied::Address { .. })),
        Err(_) => true,
    }
}

proptest! {
    #[test]
    fn of_an_ipv4_address(address in addresses(), parts in 1..=4_usize, bases in bases(), zeros in 0..4_usize, disguise in 0..5_usize) {
        let host = disguised(&spelled(address, parts, bases, zeros), disguise);
        let url = Url::parse(&format!("https://{host}/v1")).unwrap();
        prop_assert_eq!(url.host(), Some(Host::Ipv4(address)), "{} is no name to look up", host);
        prop_assert_eq!(PrivateAddresses::Refuse.check(&url).is_ok(), is_public(IpAddr::V4(address)), "{}", host);
    }

    #[test]
    fn of_an_ipv4_address_in_an_ipv6_one(address in addresses(), form in 0..8_usize) {
        let [a, b, c, d] = address.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let host = match form {
            0 => format!("::ffff:{address}"),
            1 => format!("::FFFF:{high:x}:{low:X}"),
            2 => format!("0:0:0:0:0:ffff:{high:04x}:{low:04x}"),
            3 => format!("0000:0000:0000:0000:0000:ffff:{address}"),
            4 => format!("::ffff:0:{address}"),
            5 => format!("64:ff9b::{address}"),
            6 => format!("0064:FF9B::{high:x}:{low:x}"),
            _ => format!("2002:{high:x}:{low:x}::"),
        };
        let url = Url::parse(&format!("https://[{host}]/v1")).unwrap();
        prop_assert_eq!(PrivateAddresses::Refuse.check(&url).is_ok(), is_public(IpAddr::V4(address)), "{}", host);
    }

    #[test]
    fn of_an_ipv6_address(bits: u128) {
        let address = Ipv6Addr::from(bits);
        let groups = address.segments();
        let full = groups.map(|group| format!("{group:04X}")).join(":");
        let short = groups.map(|group| format!("{group:x}")).join(":");
        for host in [full, short, address.to_string()] {
            let url = Url::parse(&format!("https://[{host}]/v1")).unwrap();
            prop_assert_eq!(PrivateAddresses::Refuse.check(&url).is_ok(), is_public(IpAddr::V6(address)), "{}", host);
        }
    }

    #[test]
    fn a_zone_is_refused_whatever_the_address(bits: u128, zone in "[a-z0-9]{1,6}", percent in select(vec!["%", "%25"])) {
        let (any, link_local) = (Ipv6Addr::from(bits), Ipv6Addr::from((0xfe80_u128 << 112) | (bits >> 64)));
        for address in [any, link_local, Ipv6Addr::LOCALHOST] {
            let url = format!("https://[{address}{percent}{zone}]/v1");
            prop_assert!(refused(&url), "{}", url);
        }
    }

    #[test]
    fn a_number_too_large_or_with_too_many_parts_is_no_host(more in 1..1_000_u64, parts in "[0-9]{1,3}(\\.[0-9]{1,3}){4,6}") {
        let decimal = u64::from(u32::MAX) + more;
        for host in [decimal.to_string(), format!("{decimal:#x}"), format!("0{decimal:o}"), "127.0.0.256".to_owned(), parts] {
            prop_assert!(Url::parse(&format!("https://{host}/")).is_err(), "{}", host);
        }
    }
}
