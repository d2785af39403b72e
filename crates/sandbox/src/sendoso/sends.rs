//! Sends: the list of all, and the operations that create one. Nothing recognises a repeated request:
//! the same payload twice is two sends and two charges.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::kit::clock::later;
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::sendoso::fields::Fields;
use crate::sendoso::format::{decimal, plain_date};
use crate::sendoso::lifecycle::Course;
use crate::sendoso::order::{AddressRequest, Kind, Order, Phone};
use crate::sendoso::organization::{Campaign, Delivery, Funds, Organization};
use crate::sendoso::page::page;
use crate::sendoso::refusal::{Answer, bad, blank, touch_not_found};
use crate::sendoso::settings::Settings;

const EGIFT_EXPIRATION_DAYS: i64 = 30;
/// The vendor's own host, also when its API answers elsewhere.
const TRACKING_PAGE: &str = "https://app.sendoso.com/track/";

#[derive(Debug, Clone, Serialize)]
pub(super) struct Send {
    pub(super) id: u64,
    pub(super) course: Course,
    pub(super) tracking_code: String,
    pub(super) gift_type: &'static str,
    pub(super) gift_subtype: &'static str,
    pub(super) cost_cents: i64,
    pub(super) created_at: Timestamp,
    /// When the recipient's chance to answer ends.
    pub(super) expires_at: Option<Timestamp>,
    pub(super) touch_id: u64,
    pub(super) touch_name: &'static str,
    pub(super) recipient_name: String,
    pub(super) recipient_email: String,
    pub(super) recipient_company: String,
    pub(super) sender_id: u64,
    /// Who paid.
    pub(super) group_id: u64,
    pub(super) sent_via: String,
    /// Oldest first; never empty.
    pub(super) updates: Vec<Update>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Update {
    pub(super) status: &'static str,
    pub(super) occurred_at: Timestamp,
}

/// A send about to be made, whichever operation asks for it.
#[derive(Debug)]
pub(super) struct NewSend {
    pub(super) course: Course,
    pub(super) gift_type: &'static str,
    pub(super) gift_subtype: &'static str,
    pub(super) cost_cents: i64,
    pub(super) life: Option<SignedDuration>,
    pub(super) touch_id: u64,
    pub(super) touch_name: &'static str,
    pub(super) recipient_name: String,
    pub(super) recipient_email: String,
    pub(super) sender_id: u64,
    pub(super) sent_via: String,
}

impl Send {
    pub(super) fn status(&self) -> &'static str {
        self.updates.last().map_or("Initiated", |update| update.status)
    }

    /// The vendor's durable name of a send, the same in lists and webhooks.
    pub(super) fn gid(&self) -> String {
        BASE64_STANDARD.encode(format!("gid://sendoso/Send/{}", self.id))
    }
}

pub(super) fn list(organization: &Organization, request: &Request, settings: &Settings) -> Answer {
    let newest_first: Vec<&Send> = organization.sends.iter().rev().collect();
    Ok(page(request, "sends", "total_count", &newest_first, |send| shape(organization, send, settings)))
}

pub(super) fn create(organization: &mut Organization, request: &Request, sender_id: u64, now: Timestamp) -> Answer {
    let order = Order::read(&Fields::under(request, "send")?)?;
    let campaign = open_campaign(organization, order.touch_id, order.kind.delivery(), now)?.clone();
    let (course, life) = match order.kind {
        Kind::Physical { phone: Phone::GivenOrNotNeeded } => (Course::Physical, None),
        Kind::Physical { phone: Phone::Missing } => (Course::NoPhone, None),
        Kind::AddressCollection { expire_after_days, .. } => (Course::AddressCollection, Some(days(expire_after_days))),
        Kind::Egift => (Course::Egift, Some(days(EGIFT_EXPIRATION_DAYS))),
    };
    let new =
        NewSend { life, recipient_name: order.name, ..NewSend::of_campaign(&campaign, course, order.email, order.via_from, sender_id) };
    let code = organization.place(new, now).tracking_code.clone();
    let message = match order.kind {
        Kind::Egift => "EGifts send Successfully",
        Kind::Physical { .. } | Kind::AddressCollection { .. } => "Gift send Successfully",
    };
    let mut result = json!({"success": true, "message": message, "tracking_code": code});
    match order.kind {
        Kind::Egift => result["tracking_url"] = Value::from(tracking_url(&code)),
        Kind::AddressCollection { request: AddressRequest::ByLink, .. } => {
            result["address_confirmation_link"] = Value::from(format!("https://app.sendoso.com/confirm_address/{code}"));
        }
        Kind::AddressCollection { .. } | Kind::Physical { .. } => {}
    }
    Ok(Reply::json(200, &result))
}

/// One link for each recipient, each a send of its own.
pub(super) fn create_egift_links(organization: &mut Organization, request: &Request, sender_id: u64, now: Timestamp) -> Answer {
    let fields = Fields::under(request, "send")?;
    fields.require(&["touch_id", "via", "via_from", "recipient_users"])?;
    if fields.text("via") != "generate_egift_links" {
        return Err(bad("via is not included in the list"));
    }
    let email = |user: &Value| user.get("email").and_then(Value::as_str).map(str::trim).unwrap_or_default().to_owned();
    let emails: Vec<String> = fields.list("recipient_users").iter().map(email).collect();
    if emails.is_empty() {
        return Err(blank("recipient_users"));
    }
    if emails.iter().any(String::is_empty) {
        return Err(blank("email"));
    }
    let campaign = open_campaign(organization, fields.id("touch_id"), Delivery::Email, now)?.clone();
    let mut links = Vec::with_capacity(emails.len());
    for email in emails {
        let via_from = fields.text("via_from");
        let new = NewSend::of_campaign(&campaign, Course::EgiftLink, email.clone(), via_from, sender_id);
        organization.place(NewSend { life: Some(days(EGIFT_EXPIRATION_DAYS)), ..new }, now);
        let link = format!("https://sendo.so/g/{}", organization.codes.alphanumeric(13));
        links.push(json!({"egift_link": link, "recipient_email_or_phone_number": email}));
    }
    Ok(Reply::json(
        200,
        &json!({
            "success": true,
            "message": format!("Success! Here are your {} eGift Card links:", links.len()),
            "egift_links": links,
            "expiration_days": EGIFT_EXPIRATION_DAYS,
        }),
    ))
}

impl NewSend {
    fn of_campaign(campaign: &Campaign, course: Course, email: String, via_from: String, sender_id: u64) -> NewSend {
        NewSend {
            course,
            gift_type: campaign.gift_type,
            gift_subtype: campaign.gift_subtype,
            cost_cents: campaign.cost_cents,
            life: None,
            touch_id: campaign.id,
            touch_name: campaign.name,
            recipient_name: String::new(),
            recipient_email: email,
            sender_id,
            sent_via: via_from,
        }
    }
}

impl Organization {
    /// Charges the sender's group and files the send. Without money it is filed all the same, and fails
    /// at the next tick: the vendor tells its caller nothing about funds.
    pub(super) fn place(&mut self, new: NewSend, now: Timestamp) -> &Send {
        let group_id = self.user(new.sender_id).map_or(0, |user| user.group_id);
        let course = match self.charge(group_id, new.cost_cents, now) {
            Funds::Taken => new.course,
            Funds::Insufficient => Course::NoFunds,
        };
        let updates = course.first_steps().iter().map(|status| Update { status, occurred_at: now }).collect();
        let send = Send {
            id: self.sends.last().map_or(1, |last| last.id + 1),
            course,
            tracking_code: self.codes.hex(40),
            gift_type: new.gift_type,
            gift_subtype: new.gift_subtype,
            cost_cents: new.cost_cents,
            created_at: now,
            expires_at: new.life.map(|life| later(now, life)),
            touch_id: new.touch_id,
            touch_name: new.touch_name,
            recipient_name: new.recipient_name,
            recipient_email: new.recipient_email,
            recipient_company: String::new(),
            sender_id: new.sender_id,
            group_id,
            sent_via: new.sent_via,
            updates,
        };
        self.sends.push_mut(send)
    }
}

/// The campaign, if it takes this kind of send today. Outside its dates the vendor claims that it does
/// not exist, although it can be read.
fn open_campaign(organization: &Organization, touch_id: Option<u64>, delivery: Delivery, now: Timestamp) -> Result<&Campaign, Reply> {
    let campaign = touch_id.and_then(|id| organization.campaign(id)).ok_or_else(touch_not_found)?;
    if now < campaign.starts_at || campaign.ends_at.is_some_and(|end| now > end) {
        return Err(touch_not_found());
    }
    if campaign.delivery != delivery {
        return Err(bad("Touch does not support this delivery type"));
    }
    Ok(campaign)
}

fn shape(organization: &Organization, send: &Send, settings: &Settings) -> Value {
    let sender = organization.user(send.sender_id);
    let group = organization.group_of(send.sender_id);
    let updates: Vec<Value> =
        send.updates.iter().map(|update| json!({"status": update.status, "occurred_at": plain_date(update.occurred_at)})).collect();
    let mut item = json!({
        "id": send.id,
        "send_gid": send.gid(),
        "type": send.gift_type,
        "subtype": send.gift_subtype,
        "currency": "USD",
        "current_total_cost": decimal(send.cost_cents),
        "status": send.status(),
        "created_at": plain_date(send.created_at),
        "touch": {"id": send.touch_id, "name": send.touch_name},
        "recipient": {
            "name": send.recipient_name,
            "email": send.recipient_email,
            "company_name": send.recipient_company,
        },
        "sender": {
            "id": send.sender_id,
            "name": sender.map(|user| format!("{} {}", user.first_name, user.last_name)),
            "email": sender.map(|user| user.email.as_str()),
            "team_id": group.map(|group| group.id),
            "team_name": group.map(|group| group.name.as_str()),
        },
        "sent_via": send.sent_via,
        "status_updates": updates,
    });
    if settings.tracking_in_sends {
        item["tracking_code"] = Value::from(send.tracking_code.as_str());
        item["tracking_url"] = Value::from(tracking_url(&send.tracking_code));
    }
    item
}

fn tracking_url(code: &str) -> String {
    format!("{TRACKING_PAGE}{code}")
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}
