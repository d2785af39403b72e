//! Switches for what the vendor's documentation leaves open, and for what a test wants otherwise.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// For each of the five verbs; 0 lifts the limit, and then no header speaks of it.
    pub(super) requests_per_second: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { requests_per_second: 10 }
    }
}
