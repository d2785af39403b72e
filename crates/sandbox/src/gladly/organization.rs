//! Everything one Gladly customer has. Its fields, by name, are what the control endpoint shows as state.

use jiff::Timestamp;
use serde::Serialize;

use crate::gladly::directory::Directory;
use crate::gladly::event_log::EventLog;
use crate::gladly::ids::Ids;
use crate::gladly::seed;
use crate::gladly::topics::{self, Topic};

#[derive(Debug, Serialize)]
pub(super) struct Organization {
    #[serde(flatten)]
    pub(super) directory: Directory,
    pub(super) topics: Vec<Topic>,
    pub(super) events: EventLog,
    /// Of what is created later.
    #[serde(skip)]
    pub(super) ids: Ids,
}

impl Organization {
    /// The data at the start, dated relative to `now`.
    pub(super) fn seeded(_now: Timestamp) -> Organization {
        Organization { directory: seed::directory(), topics: topics::seed(), events: EventLog::new(), ids: Ids::from_seed(1) }
    }
}
