//! Accounts whose tokens nobody can refresh, because their environment has no OAuth app for them.
//!
//! Remembered, so that each call with a token that has ended does not ask the database for it.

use quick_cache::sync::Cache;
use store::{Account, Generation, Generations};
use uuid::Uuid;

const CAPACITY: usize = 20_000;

/// The accounts without an app.
pub(super) struct WithoutApp(Cache<Uuid, Seen>);

/// When it was seen: an app counts as a change of its environment, another credential as one of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    account: Generation,
    environment: Generation,
}

impl Default for WithoutApp {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl WithoutApp {
    /// To be asked before anything else is looked up, so that nothing that happens between is missed.
    pub(super) fn now(generations: &Generations, account: &Account) -> Seen {
        Seen { account: generations.of(account.id.uuid()), environment: generations.of(account.environment_id.uuid()) }
    }

    pub(super) fn has(&self, account: &Account, now: Seen) -> bool {
        self.0.get(&account.id.uuid()).is_some_and(|seen| seen == now)
    }

    pub(super) fn add(&self, account: &Account, seen: Seen) {
        self.0.insert(account.id.uuid(), seen);
    }
}
