//! The vendors there are simulators for.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::edesk::EDesk;
use crate::example::Example;
use crate::gladly::Gladly;
use crate::kit::Simulator;
use crate::sendoso::Sendoso;

/// A vendor with a simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Vendor {
    Sendoso,
    EDesk,
    Gladly,
    /// Made up, for ways to authenticate that none of the others asks for.
    Example,
}

/// An OAuth client that a sandbox has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OAuthApp {
    pub client_id: &'static str,
    pub client_secret: &'static str,
    /// The scopes it may ask for.
    pub scopes: &'static [&'static str],
}

/// No simulator has this name.
#[derive(Debug, thiserror::Error)]
#[error("unknown vendor `{0}`; there are simulators for {known}", known = known())]
pub struct UnknownVendor(String);

impl Vendor {
    /// Those that exist. The made-up one has to be asked for by its name.
    pub const ALL: &[Vendor] = &[Vendor::Sendoso, Vendor::EDesk, Vendor::Gladly];

    /// The name of its integration, as in file names and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Vendor::Sendoso => "sendoso",
            Vendor::EDesk => "edesk",
            Vendor::Gladly => "gladly",
            Vendor::Example => "example",
        }
    }

    /// The OAuth clients its sandboxes know, the usual one first; none where the vendor has no OAuth. Redirects to loopback are registered
    /// for each of them, on any port and path.
    pub fn oauth_apps(self) -> &'static [OAuthApp] {
        match self {
            Vendor::Sendoso => crate::sendoso::APPS,
            Vendor::EDesk | Vendor::Gladly | Vendor::Example => &[],
        }
    }

    pub(crate) fn simulator(self, now: Timestamp) -> Box<dyn Simulator> {
        match self {
            Vendor::Sendoso => Box::new(Sendoso::new(now)),
            Vendor::EDesk => Box::new(EDesk::new(now)),
            Vendor::Gladly => Box::new(Gladly::new(now)),
            Vendor::Example => Box::new(Example::new()),
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Vendor {
    type Err = UnknownVendor;

    fn from_str(name: &str) -> Result<Vendor, UnknownVendor> {
        simulated().find(|vendor| vendor.name() == name).ok_or_else(|| UnknownVendor(name.to_owned()))
    }
}

fn simulated() -> impl Iterator<Item = Vendor> {
    Vendor::ALL.iter().copied().chain([Vendor::Example])
}

fn known() -> String {
    simulated().map(Vendor::name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_is_found_by_the_name_it_shows() {
        for vendor in simulated() {
            assert_eq!(vendor.to_string().parse::<Vendor>().unwrap(), vendor);
        }
    }

    #[test]
    fn an_unknown_vendor_is_told_which_there_are() {
        let error = "sendosso".parse::<Vendor>().unwrap_err();
        insta::assert_snapshot!(error, @"unknown vendor `sendosso`; there are simulators for sendoso, edesk, gladly, example");
    }
}
