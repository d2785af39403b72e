//! Proactive campaigns, which are made in the vendor's application, and the collections of recipients a client adds.

use jiff::Timestamp;
use serde::Serialize;

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::phone;
use crate::gladly::refusal::{Answer, blank, invalid, not_exist};
use crate::gladly::success::found;
use crate::gladly::time_zone;
use crate::kit::reply::Reply;

const CAMPAIGNS: &[Campaign] = &[
    Campaign { id: "cmp_delays", name: "Shipping delay notice", kind: Kind::Email },
    Campaign { id: "cmp_recall", name: "Product recall", kind: Kind::Sms },
    Campaign { id: "cmp_callback", name: "Call-back", kind: Kind::Voice },
];

#[derive(Debug, Serialize)]
pub(super) struct Campaigns {
    campaigns: &'static [Campaign],
    recipient_collections: Vec<RecipientCollection>,
}

#[derive(Debug, Serialize)]
struct Campaign {
    id: &'static str,
    name: &'static str,
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    Email,
    Sms,
    Voice,
}

/// Its recipients are not shown, and nothing is sent to them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RecipientCollection {
    id: String,
    campaign_id: &'static str,
    #[serde(rename = "type")]
    kind: Kind,
    name: String,
    start_after: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_before: Option<Timestamp>,
    /// Of those the vendor has, the two a new one can be in.
    status: &'static str,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("POST", ["campaigns", id, "recipient-collections"]) => Some(add_recipients(call, id)),
        _ => None,
    }
}

pub(super) fn seed() -> Campaigns {
    Campaigns { campaigns: CAMPAIGNS, recipient_collections: Vec::new() }
}

fn add_recipients(call: &mut Call<'_>, campaign_id: &str) -> Answer {
    let campaign = CAMPAIGNS.iter().find(|campaign| campaign.id == campaign_id).ok_or_else(not_exist)?;
    let fields = Fields::of(call.request)?;
    let name = fields.required_text("name")?;
    let start_after = fields.required_moment("startAfter")?;
    let end_before = fields.moment("endBefore")?;
    if end_before.is_some_and(|end| end <= start_after) {
        return Err(invalid("endBefore", "endBefore must occur after startAfter"));
    }
    let recipients = fields.objects("recipients")?.filter(|list| !list.is_empty()).ok_or_else(|| blank("recipients"))?;
    recipients.iter().try_for_each(|recipient| demand_reachable(recipient, campaign.kind))?;
    let collection = RecipientCollection {
        id: call.organization.ids.next(),
        campaign_id: campaign.id,
        kind: campaign.kind,
        name,
        start_after,
        end_before,
        status: if start_after > call.now { "SCHEDULED" } else { "ACTIVE" },
    };
    let reply = found(&collection);
    call.organization.campaigns.recipient_collections.push(collection);
    Ok(reply)
}

/// A name, a time zone, and an address of the kind that the campaign writes to.
fn demand_reachable(recipient: &Fields, kind: Kind) -> Result<(), Reply> {
    recipient.required_text("customerName")?;
    if !time_zone::is_known(&recipient.required_text("timezone")?) {
        return Err(invalid(&recipient.attr("timezone"), "Timezone is invalid"));
    }
    match kind {
        Kind::Email => recipient.required_text("emailAddress").map(|_| ()),
        Kind::Sms | Kind::Voice => match phone::is_e164(&recipient.required_text("phoneNumber")?) {
            true => Ok(()),
            false => Err(invalid(&recipient.attr("phoneNumber"), "phoneNumber must be in E.164 format")),
        },
    }
}
