//! The one polymorphic body of `POST /send`: which of three kinds of send it asks for, and whether it is
//! complete. `via` and the address flags decide.

use crate::kit::reply::Reply;
use crate::sendoso::fields::Fields;
use crate::sendoso::organization::Delivery;
use crate::sendoso::refusal::{bad, blank};

/// A complete and consistent send request. The campaign is not looked up yet.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) kind: Kind,
    /// `None` if it is no number; then no campaign has it.
    pub(super) touch_id: Option<u64>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) via_from: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Physical { phone: Phone },
    AddressCollection { expire_after_days: i64, request: AddressRequest },
    Egift,
}

/// A parcel abroad needs a phone number; without one it fails after it was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phone {
    GivenOrNotNeeded,
    Missing,
}

/// How the recipient is asked for the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AddressRequest {
    ByEmail,
    ByLink,
}

const ADDRESS_FIELDS: [&str; 5] = ["address", "city", "state", "zip", "country"];
const MIXED_FLAGS: &str = "no_address and confirm_address must be true for address collection";

impl Order {
    pub(super) fn read(fields: &Fields) -> Result<Order, Reply> {
        let via = fields.text("via");
        let kind = match via.as_str() {
            "single_email_address" => egift(fields)?,
            "single_person_or_company" if fields.is_true("no_address") => address_collection(fields)?,
            "single_person_or_company" => physical(fields)?,
            "" => return Err(blank("via")),
            _ => return Err(bad("via is not included in the list")),
        };
        Ok(Order {
            kind,
            touch_id: fields.id("touch_id"),
            name: fields.text("name"),
            email: fields.text("email"),
            via_from: fields.text("via_from"),
        })
    }
}

impl Kind {
    pub(super) fn delivery(self) -> Delivery {
        match self {
            Kind::Physical { .. } | Kind::AddressCollection { .. } => Delivery::Mail,
            Kind::Egift => Delivery::Email,
        }
    }
}

fn egift(fields: &Fields) -> Result<Kind, Reply> {
    fields.require(&["touch_id", "email", "via", "via_from"])?;
    Ok(Kind::Egift)
}

fn physical(fields: &Fields) -> Result<Kind, Reply> {
    fields.require(&["touch_id", "name", "email", "address", "city", "state", "zip", "country", "confirm_address", "via", "via_from"])?;
    if fields.is_true("confirm_address") {
        return Err(bad(MIXED_FLAGS));
    }
    let needs_phone = !is_in_usa(&fields.text("country"));
    let phone = match needs_phone && fields.is_blank("mobile_no") {
        true => Phone::Missing,
        false => Phone::GivenOrNotNeeded,
    };
    Ok(Kind::Physical { phone })
}

fn address_collection(fields: &Fields) -> Result<Kind, Reply> {
    fields.require(&[
        "touch_id",
        "name",
        "email",
        "no_address",
        "confirm_address",
        "address_confirmation_via",
        "resume_with_unconfirmed_address",
        "expire_after_days",
        "hide_product_info",
        "via",
        "via_from",
    ])?;
    let has_address = ADDRESS_FIELDS.iter().any(|name| !fields.is_blank(name));
    if has_address || !fields.is_true("confirm_address") {
        return Err(bad(MIXED_FLAGS));
    }
    let request = match fields.text("address_confirmation_via").as_str() {
        "email" => AddressRequest::ByEmail,
        "link" => AddressRequest::ByLink,
        _ => return Err(bad("address_confirmation_via must be email or link")),
    };
    match fields.integer("expire_after_days") {
        Some(expire_after_days @ 2..=7) => Ok(Kind::AddressCollection { expire_after_days, request }),
        _ => Err(bad("expire_after_days must be between 2 and 7")),
    }
}

/// Codes and names are both accepted.
fn is_in_usa(country: &str) -> bool {
    matches!(country.to_ascii_lowercase().as_str(), "us" | "usa" | "united states" | "united states of america")
}
