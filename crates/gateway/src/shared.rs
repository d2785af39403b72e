//! Values that are shared for as long as anyone holds them, and then forgotten.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Entries from which on it is worth looking for those that nobody holds any more.
const FIRST_SWEEP: usize = 64;

/// One value for each key at a time.
pub(crate) struct Shared<K, V>(Mutex<Entries<K, V>>);

struct Entries<K, V> {
    by_key: HashMap<K, Weak<V>>,
    /// The size at which forgotten entries are removed: twice what the last look left, so that looking costs little for each entry.
    sweep_at: usize,
}

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Entries { by_key: HashMap::new(), sweep_at: FIRST_SWEEP }))
    }
}

impl<K: Eq + Hash, V> Shared<K, V> {
    /// The value for `key`; made if nobody holds one.
    pub(crate) fn get_or_make(&self, key: K, make: impl FnOnce(&K) -> V) -> Arc<V> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = entries.by_key.get(&key).and_then(Weak::upgrade) {
            return value;
        }
        if entries.by_key.len() >= entries.sweep_at {
            entries.by_key.retain(|_, value| value.strong_count() > 0);
            entries.sweep_at = FIRST_SWEEP.max(2 * entries.by_key.len());
        }
        let value = Arc::new(make(&key));
        entries.by_key.insert(key, Arc::downgrade(&value));
        value
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::Shared;

    #[test]
    fn a_value_is_shared_while_it_is_held_and_made_anew_after() {
        let shared = Shared::default();
        let first = shared.get_or_make("a", |_| 1);
        assert!(Arc::ptr_eq(&first, &shared.get_or_make("a", |_| 2)));
        assert_eq!(*shared.get_or_make("b", |_| 3), 3);
        drop(first);
        assert_eq!(*shared.get_or_make("a", |_| 4), 4);
    }

    #[test]
    fn what_nobody_holds_is_forgotten_and_what_is_held_is_not() {
        let shared = Shared::default();
        let held: Vec<_> = (0..100).map(|key| shared.get_or_make(key, |key| *key)).collect();
        for key in 100..10_000 {
            shared.get_or_make(key, |key| *key);
        }
        assert!(shared.0.lock().unwrap().by_key.len() <= 2 * held.len() + 1);
        assert!(held.iter().all(|value| Arc::ptr_eq(value, &shared.get_or_make(**value, |_| 0))));
    }

    #[test]
    fn what_is_held_is_looked_through_only_when_it_has_doubled() {
        let shared = Shared::default();
        let mut looks = BTreeSet::new();
        let _held: Vec<_> = (0..10_000)
            .map(|key| {
                looks.insert(shared.0.lock().unwrap().sweep_at);
                shared.get_or_make(key, |key| *key)
            })
            .collect();
        assert_eq!(Vec::from_iter(looks), [64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384]);
    }
}
