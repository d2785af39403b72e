//! The data at the start: the people, conversations, calls and tasks of the vendor's workflows.

mod directory;

pub(super) use directory::directory;
