//! Exact invalidation of what others cache: a number for every account and environment that changes with every write
//! that changes what a token may do.
//!
//! A cache entry holds the generation it was filled at and is good while [`Generations::of`] still gives an equal one.
//! The numbers live in a fixed set of shards, so two keys may share one; then a write makes an entry too many stale,
//! never too few.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;
use uuid::Uuid;

const SHARDS: usize = 4096;

/// The generations of all accounts and environments. Reading one takes a few nanoseconds and no lock.
pub struct Generations {
    shards: Box<[AtomicU64]>,
    hasher: RandomState,
    /// Counts all bumps of all shards.
    bumps: AtomicU64,
    /// Whether changes by other processes are heard: 0 while they are not, else a number never used before.
    hearing: AtomicU64,
    /// Source of numbers that are used once.
    fresh: AtomicU64,
    changed: watch::Sender<()>,
}

/// A moment in the life of one key. Equal means: nothing that was read in between can have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(State);

/// A moment in the life of all keys; see [`Generations::since`].
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    hearing: u64,
    bumps: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Known {
        hearing: u64,
        bumps: u64,
    },
    /// Equal to no other.
    Unknown(u64),
}

impl Generations {
    pub(crate) fn new() -> Generations {
        Generations {
            shards: (0..SHARDS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            bumps: AtomicU64::new(0),
            hearing: AtomicU64::new(0),
            fresh: AtomicU64::new(1),
            changed: watch::Sender::new(()),
        }
    }

    /// Wakes whenever any generation may have become another one, for those who wait rather than ask.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The present generation of an account or environment. While changes by other processes are not heard, no two
    /// answers are equal, so nothing cached is trusted.
    pub fn of(&self, key: Uuid) -> Generation {
        match self.hearing.load(Ordering::SeqCst) {
            0 => self.unknown(),
            hearing => Generation(State::Known { hearing, bumps: self.shard(key).load(Ordering::SeqCst) }),
        }
    }

    /// Call before reading what is to be cached; then [`Generations::since`] gives the generation to keep with it.
    pub fn mark(&self) -> Mark {
        Mark { hearing: self.hearing.load(Ordering::SeqCst), bumps: self.bumps.load(Ordering::SeqCst) }
    }

    /// The generation to cache with what was read after `mark`, under a key that only that reading told, as with a
    /// token. If anything changed between, the answer equals no other: what was read serves once and is read anew.
    pub fn since(&self, mark: Mark, key: Uuid) -> Generation {
        let generation = self.of(key);
        // Last, because a bump counts here before it counts in its shard: one that `generation` contains is seen.
        let quiet = self.bumps.load(Ordering::SeqCst) == mark.bumps;
        match generation.0 {
            State::Known { hearing, .. } if quiet && hearing == mark.hearing => generation,
            _ => self.unknown(),
        }
    }

    /// Makes stale whatever was cached under `key`. The store does so after each of its writes.
    pub(crate) fn bump(&self, key: Uuid) {
        self.bumps.fetch_add(1, Ordering::SeqCst);
        self.shard(key).fetch_add(1, Ordering::SeqCst);
        self.changed.send_replace(());
    }

    /// Whether changes by other processes are heard now.
    pub(crate) fn are_heard(&self) -> bool {
        self.hearing.load(Ordering::SeqCst) != 0
    }

    /// From now on, changes by other processes are heard. Whatever was cached before is stale.
    pub(crate) fn trust(&self) {
        self.hearing.store(self.fresh.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
        self.changed.send_replace(());
    }

    /// From now on, changes by other processes may be missed.
    pub(crate) fn distrust(&self) {
        self.hearing.store(0, Ordering::SeqCst);
    }

    fn unknown(&self) -> Generation {
        Generation(State::Unknown(self.fresh.fetch_add(1, Ordering::SeqCst)))
    }

    fn shard(&self, key: Uuid) -> &AtomicU64 {
        // Keyed hashing spreads the ids, which start with the time they were made.
        let hash = self.hasher.hash_one(key);
        &self.shards[hash as usize % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Uuid = Uuid::from_u128(7);

    fn trusted() -> Generations {
        let generations = Generations::new();
        generations.trust();
        generations
    }

    #[test]
    fn a_generation_stays_until_its_key_is_bumped() {
        let generations = trusted();
        let before = generations.of(KEY);
        assert_eq!(before, generations.of(KEY));
        generations.bump(KEY);
        assert_ne!(before, generations.of(KEY));
        assert_eq!(generations.of(KEY), generations.of(KEY));
    }

    #[test]
    fn nothing_is_trusted_while_others_are_not_heard() {
        let generations = Generations::new();
        assert_ne!(generations.of(KEY), generations.of(KEY));
        generations.trust();
        let before = generations.of(KEY);
        generations.distrust();
        assert_ne!(generations.of(KEY), generations.of(KEY));
        assert_ne!(before, generations.of(KEY));
        generations.trust();
        assert_ne!(before, generations.of(KEY), "what changed while nobody listened is not known");
    }

    #[test]
    fn what_was_read_while_something_changed_is_not_kept() {
        let generations = trusted();
        let quiet = generations.since(generations.mark(), KEY);
        assert_eq!(quiet, generations.of(KEY));

        let mark = generations.mark();
        generations.bump(KEY);
        let disturbed = generations.since(mark, KEY);
        assert_ne!(disturbed, generations.of(KEY));
    }

    #[test]
    fn what_was_read_before_an_interruption_is_not_kept_after_it() {
        let generations = trusted();
        let mark = generations.mark();
        generations.distrust();
        generations.trust();
        assert_ne!(generations.since(mark, KEY), generations.of(KEY));
    }

    #[test]
    fn a_bump_leaves_most_other_keys_alone() {
        let generations = trusted();
        let before: Vec<_> = (0..100).map(|key| generations.of(Uuid::from_u128(key))).collect();
        generations.bump(Uuid::from_u128(1000));
        let unchanged = (0..100).filter(|key| generations.of(Uuid::from_u128(*key)) == before[*key as usize]).count();
        assert!(unchanged > 90, "{unchanged} of 100 unchanged");
    }
}
