//! Accounts for which no refresh is worth an attempt until somebody changes something.
//!
//! Remembered, so that each call with a token that has ended does not ask the database for it.

use quick_cache::sync::Cache;
use store::{Account, Generation, Generations};
use uuid::Uuid;

const CAPACITY: usize = 20_000;

/// The accounts for which it is futile, and why.
pub(super) struct Futile(Cache<Uuid, (Seen, Why)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Their environment has no OAuth app for them.
    NoApp,
    /// The vendor has refused what they hold.
    Refused,
}

/// When it was seen: an app counts as a change of its environment, another credential as one of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    account: Generation,
    pub(super) environment: Generation,
}

impl Seen {
    /// To be taken before anything else is looked up, so that nothing that happens between is missed.
    pub(super) fn now(generations: &Generations, account: &Account) -> Self {
        Self { account: generations.of(account.id.uuid()), environment: generations.of(account.environment_id.uuid()) }
    }
}

impl Default for Futile {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl Futile {
    /// Why it is futile still; `None` if it may not be.
    pub(super) fn present(&self, account: &Account, now: Seen) -> Option<Why> {
        self.0.get(&account.id.uuid()).filter(|(seen, _)| *seen == now).map(|(_, why)| why)
    }

    pub(super) fn add(&self, account: &Account, seen: Seen, why: Why) {
        self.0.insert(account.id.uuid(), (seen, why));
    }
}
