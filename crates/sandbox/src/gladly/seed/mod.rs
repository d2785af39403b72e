//! The data at the start: the people, conversations, calls and tasks of the vendor's workflows.

mod customers;
mod directory;
mod tasks;
mod timelines;
mod transcripts;

use jiff::{SignedDuration, Timestamp};

use crate::gladly::access::USUAL_AGENT;
use crate::gladly::custom_attributes::CustomAttribute;
use crate::kit::clock::later;

pub(super) use customers::customers;
pub(super) use directory::directory;
pub(super) use tasks::{comments, tasks};
pub(super) use timelines::{Timelines, timelines};

pub(super) fn custom_attributes(now: Timestamp) -> Vec<CustomAttribute> {
    let created_at = ago(now, 400 * DAY);
    let attribute = |id, key, label| CustomAttribute { id, key, label, deactivated: false, created_at, created_by: USUAL_AGENT };
    vec![
        attribute("cat_order", "order_number", "Order number"),
        attribute("cat_reason", "contact_reason", "Contact reason"),
        attribute("cat_reviewed", "reviewed", "Reviewed by quality"),
        CustomAttribute { deactivated: true, ..attribute("cat_legacy", "legacy_segment", "Legacy segment") },
    ]
}

/// The number that customers text and call, and the only one that the organization texts from.
pub(super) const COMPANY_NUMBER: &str = "+14155550000";

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn ago(now: Timestamp, seconds: i64) -> Timestamp {
    later(now, SignedDuration::from_secs(-seconds))
}
