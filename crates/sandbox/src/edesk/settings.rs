//! Switches for what the vendor's documentation leaves open, and for what a test wants otherwise.

use serde::{Deserialize, Serialize};

use crate::kit::token_bucket::Flow;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// `PUT /tickets/{id}/data` heeds custom fields only, as documented; otherwise status, owner and channel as well.
    pub(super) strict_ticket_data: bool,
    /// `PUT /tags/{id}` with a `ticket_id` tags that ticket, which the vendor does not document but its users' workflows
    /// expect.
    pub(super) tag_tickets: bool,
    /// How long a new sales order is missing from the list, though it can be read by its id.
    pub(super) search_lag_seconds: u32,
    /// Requests a token may make at once; 0 lifts the limit.
    pub(super) bucket_capacity: u32,
    /// Requests a token gains each second.
    pub(super) bucket_refill_per_second: u32,
    /// The time zone of the token's user, in which date filters are read.
    pub(super) user_utc_offset_hours: i8,
    /// One more is refused. The vendor has such a limit and does not publish it.
    pub(super) max_templates: usize,
    /// In one ticket; one more is refused. The vendor has such a limit and does not publish it.
    pub(super) max_messages_per_ticket: usize,
}

impl Settings {
    pub(super) fn flow(&self) -> Flow {
        Flow { capacity: self.bucket_capacity, per_second: self.bucket_refill_per_second }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self.user_utc_offset_hours {
            -12..=14 => Ok(()),
            other => Err(format!("user_utc_offset_hours: {other} is not between -12 and 14")),
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            strict_ticket_data: false,
            tag_tickets: true,
            search_lag_seconds: 1,
            bucket_capacity: 60,
            bucket_refill_per_second: 2,
            user_utc_offset_hours: 0,
            max_templates: 500,
            max_messages_per_ticket: 1_000,
        }
    }
}
