//! Campaigns, under the vendor's older name: touches.

use serde_json::{Value, json};

use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::sendoso::format::{precise_date, price};
use crate::sendoso::organization::{Campaign, Organization};
use crate::sendoso::page::page;
use crate::sendoso::refusal::{Answer, touch_not_found};

/// All but deactivated ones, also those outside their dates.
pub(super) fn list(organization: &Organization, request: &Request) -> Answer {
    let delivery = request.parameter("delivery_type").filter(|delivery| !delivery.is_empty());
    let listed: Vec<&Campaign> = organization
        .campaigns
        .iter()
        .filter(|campaign| campaign.is_active && delivery.is_none_or(|delivery| campaign.delivery.name() == delivery))
        .collect();
    Ok(page(request, "touches", "total_posts", &listed, |campaign| shape(campaign)))
}

pub(super) fn get(organization: &Organization, touch_id: &str) -> Answer {
    let campaign = touch_id.parse().ok().and_then(|id| organization.campaign(id)).ok_or_else(touch_not_found)?;
    Ok(Reply::json(200, &json!({"success": true, "touch": shape(campaign)})))
}

fn shape(campaign: &Campaign) -> Value {
    json!({
        "id": campaign.id,
        "name": campaign.name,
        "start_date": precise_date(campaign.starts_at),
        "end_date": campaign.ends_at.map(precise_date),
        "description": campaign.description,
        "created_at": precise_date(campaign.created_at),
        "user_id": campaign.user_id,
        "gift_id": campaign.gift_id,
        "starting_egift_price": price(campaign.denominations.map(|(lowest, _)| lowest)),
        "ending_egift_price": price(campaign.denominations.map(|(_, highest)| highest)),
        "status": "Active",
        "is_default_price": campaign.denominations.is_none(),
        "delivery_type": campaign.delivery.name(),
        "hubspot_key": null,
        "ship_to_countries": campaign.countries,
        "currency": "USD",
    })
}
