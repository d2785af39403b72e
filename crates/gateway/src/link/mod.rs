//! Links for people: what they open in a browser to connect an account.

pub(crate) mod assets;
pub(crate) mod page;
