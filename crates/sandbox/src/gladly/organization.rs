//! Everything one Gladly customer has. Its fields, by name, are what the control endpoint shows as state.

use jiff::Timestamp;
use serde::Serialize;

use crate::gladly::business_hours::{self, BusinessHours};
use crate::gladly::directory::Directory;
use crate::gladly::event_log::EventLog;
use crate::gladly::ids::Ids;
use crate::gladly::knowledge::{self, Knowledge};
use crate::gladly::seed;
use crate::gladly::topics::{self, Topic};

#[derive(Debug, Serialize)]
pub(super) struct Organization {
    #[serde(flatten)]
    pub(super) directory: Directory,
    pub(super) topics: Vec<Topic>,
    pub(super) business_hours: Vec<BusinessHours>,
    #[serde(flatten)]
    pub(super) knowledge: Knowledge,
    pub(super) events: EventLog,
    /// Of what is created later.
    #[serde(skip)]
    pub(super) ids: Ids,
}

impl Organization {
    /// The data at the start, dated relative to `now`.
    pub(super) fn seeded(now: Timestamp) -> Organization {
        Organization {
            directory: seed::directory(),
            topics: topics::seed(),
            business_hours: business_hours::seed(now),
            knowledge: knowledge::seed(now),
            events: EventLog::new(),
            ids: Ids::from_seed(1),
        }
    }
}
