//! What happens to a send by itself: one step at each tick, until it has arrived, expired or failed.

use jiff::Timestamp;
use serde::Serialize;

use crate::sendoso::organization::Group;
use crate::sendoso::sends::{Send, Update};
use crate::sendoso::settings::Settings;

/// The road a send is on, chosen when it is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Course {
    /// Seeded history; nothing happens any more.
    Settled,
    Physical,
    AddressCollection,
    Egift,
    EgiftLink,
    /// A parcel abroad without a phone number.
    NoPhone,
    /// The group could not pay, which is only seen afterwards.
    NoFunds,
    AwaitingApproval,
}

impl Course {
    fn steps(self) -> &'static [&'static str] {
        match self {
            Course::Settled => &[],
            Course::Physical => &["Initiated", "Order Received", "Processing", "Packed", "Shipped", "Delivered"],
            Course::AddressCollection => &["Initiated", "Confirming Address", "Order Received", "Processing", "Shipped", "Delivered"],
            Course::Egift => &["Initiated", "Sent", "Opened", "Clicked", "Redeemed"],
            Course::EgiftLink => &["Initiated", "Clicked", "Redeemed"],
            Course::NoPhone => &["Initiated", "Failed"],
            Course::NoFunds => &["Initiated", "Insufficient Funds"],
            Course::AwaitingApproval => &["Initiated", "Pending Approval"],
        }
    }

    /// The status a new send has already passed through when its creation is answered. The request for an
    /// address leaves at once: the vendor's own example lists the send as `Confirming Address` right away.
    pub(super) fn first_steps(self) -> &'static [&'static str] {
        let steps = self.steps();
        let count = if self == Course::AddressCollection { 2 } else { 1 };
        steps.get(..count).unwrap_or(steps)
    }

    /// The status in which it is the recipient's turn, and the one it gets if nothing comes.
    fn turn_of_recipient(self) -> Option<(&'static str, &'static str)> {
        match self {
            Course::AddressCollection => Some(("Confirming Address", "Address Confirmation - Cancelled")),
            Course::Egift => Some(("Sent", "Expired")),
            Course::EgiftLink => Some(("Initiated", "Expired")),
            _ => None,
        }
    }
}

/// Moves every send one step on, and gives groups their money back for what expired.
pub(super) fn tick(sends: &mut [Send], groups: &mut [Group], settings: &Settings, moment: Timestamp) {
    for send in sends {
        let Some(update) = next(send, settings, moment) else {
            continue;
        };
        if matches!(update.status, "Expired and Credited" | "Address Confirmation - Cancelled")
            && let Some(group) = groups.iter_mut().find(|group| group.id == send.group_id)
        {
            group.budget_cents += send.cost_cents;
            group.updated_at = moment;
        }
        send.updates.push(update);
    }
}

fn next(send: &Send, settings: &Settings, moment: Timestamp) -> Option<Update> {
    let status = send.status();
    if status == "Expired" {
        return Some(Update { status: "Expired and Credited", occurred_at: moment });
    }
    if let Some((_, missed)) = send.course.turn_of_recipient().filter(|(turn, _)| *turn == status) {
        if let Some(expired_at) = send.expires_at.filter(|&expires_at| moment >= expires_at) {
            return Some(Update { status: missed, occurred_at: expired_at });
        }
        if !settings.recipients_respond {
            return None;
        }
    }
    if status == "Processing" && settings.sandbox_mode {
        return None;
    }
    let mut rest = send.course.steps().iter().skip_while(|&&step| step != status);
    let status = rest.nth(1)?;
    Some(Update { status, occurred_at: moment })
}
