//! The objects of one kind, by id.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// Ids are given in sequence and skip those that are taken.
#[derive(Debug, Clone)]
pub(super) struct Collection<T> {
    rows: BTreeMap<u64, T>,
    next: u64,
}

impl<T> Collection<T> {
    /// `next` is the id that the first new object gets.
    pub(super) fn new(next: u64, rows: impl IntoIterator<Item = (u64, T)>) -> Collection<T> {
        Collection { rows: rows.into_iter().collect(), next }
    }

    pub(super) fn get(&self, id: u64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        self.rows.get_mut(&id)
    }

    /// Files what `make` gives for its id, and answers that id.
    pub(super) fn add(&mut self, make: impl FnOnce(u64) -> T) -> u64 {
        while self.rows.contains_key(&self.next) {
            self.next += 1;
        }
        let id = self.next;
        self.rows.insert(id, make(id));
        self.next += 1;
        id
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<T> {
        self.rows.remove(&id)
    }

    /// In the order of their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl<T: Serialize> Serialize for Collection<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.values())
    }
}
