//! The pages that a person sees who connects an account. What they show comes in; nothing is asked for here.
//!
//! Every page works without script and without anything from elsewhere. Forms are posted to the address they were opened
//! at, with its query. The address is a secret: a page repeats it only as the way back to itself, for whoever has it already.

mod choose;
mod ending;
mod fill;
mod layout;
mod leaving;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use choose::{Choose, ChooseMethod, IntegrationChoice, choose, choose_method};
pub(crate) use ending::{Done, Mood, Problem, Trial, done, problem};
pub(crate) use fill::{Back, Failure, Fill, fill};
pub(crate) use layout::{Site, Window, vendor_words};
pub(crate) use leaving::{Leaving, Returning, leaving, returning};

/// What the person came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose<'a> {
    Connect,
    /// An account that is there already; its name, if it has one.
    Reconnect {
        account: Option<&'a str>,
    },
}
