//! The tracking links of a sales order: added, replaced as a set, removed all at once. They are the links of its parcels.

use serde_json::{Value, json};

use crate::edesk::answer::{confirmation, data};
use crate::edesk::call::Call;
use crate::edesk::fields::{Fields, body};
use crate::edesk::order_body::LONGEST_CARRIER_NAME;
use crate::edesk::refusal::{Answer, ErrorCode, not_found};
use crate::edesk::sales_order::Tracking;
use crate::edesk::sales_orders;
use crate::edesk::value::{file_url, text_up_to};
use crate::kit::reply::Reply;

pub(super) fn get(call: &mut Call<'_>, order_id: u64) -> Answer {
    let order = call.helpdesk.sales_orders.get(order_id).ok_or_else(not_found)?;
    let parcels = order.tracking_codes.iter().flatten().filter(|parcel| parcel.tracking_link.is_some());
    let links: Vec<Value> = parcels
        .map(|parcel| json!({"tracking_link": parcel.tracking_link, "tracking_carrier_name": parcel.tracking_carrier_name}))
        .collect();
    data(json!({"tracking_links": links}))
}

pub(super) fn create(call: &mut Call<'_>, order_id: u64) -> Answer {
    let present = parcels(call, order_id)?;
    let links = read(call)?;
    store(call, order_id, present.into_iter().chain(links).collect())
}

pub(super) fn update(call: &mut Call<'_>, order_id: u64) -> Answer {
    let present = parcels(call, order_id)?;
    let links = read(call)?;
    // A link that was there before stays with its parcel.
    let is_kept = |parcel: &Tracking| links.iter().any(|link| link.tracking_link == parcel.tracking_link);
    let mut parcels = without_links(present, is_kept);
    let new = links.into_iter().filter(|link| !parcels.iter().any(|parcel| parcel.tracking_link == link.tracking_link));
    let new: Vec<Tracking> = new.collect();
    parcels.extend(new);
    store(call, order_id, parcels)
}

pub(super) fn delete(call: &mut Call<'_>, order_id: u64) -> Answer {
    let present = parcels(call, order_id)?;
    store(call, order_id, without_links(present, |_| false))?;
    confirmation("Tracking links deleted")
}

fn parcels(call: &Call<'_>, order_id: u64) -> Result<Vec<Tracking>, Reply> {
    let order = call.helpdesk.sales_orders.get(order_id).ok_or_else(not_found)?;
    Ok(order.tracking_codes.clone().unwrap_or_default())
}

fn read(call: &Call<'_>) -> Result<Vec<Tracking>, Reply> {
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    // An empty list is given; assumed.
    if !fields.is_given("tracking_links") {
        fields.refuse("tracking_links", ErrorCode::Missing);
    }
    let links = fields.objects("tracking_links", |link| Tracking {
        tracking_code: None,
        tracking_link: Some(link.required("tracking_link", file_url)),
        tracking_carrier_name: link.optional("tracking_carrier_name", text_up_to(LONGEST_CARRIER_NAME)),
    });
    fields.finish()?;
    Ok(links.unwrap_or_default())
}

/// Parcels keep their codes; what was only a link goes; assumed.
fn without_links(parcels: Vec<Tracking>, is_kept: impl Fn(&Tracking) -> bool) -> Vec<Tracking> {
    let strip = |parcel: Tracking| match is_kept(&parcel) {
        true => Some(parcel),
        false if parcel.tracking_code.is_some() => Some(Tracking { tracking_link: None, ..parcel }),
        false => None,
    };
    parcels.into_iter().filter_map(strip).collect()
}

/// Answers the whole order.
fn store(call: &mut Call<'_>, order_id: u64, parcels: Vec<Tracking>) -> Answer {
    let now = call.moment();
    let order = call.helpdesk.sales_orders.get_mut(order_id).ok_or_else(not_found)?;
    order.tracking_codes = (!parcels.is_empty()).then_some(parcels);
    order.last_updated_at = Some(now);
    sales_orders::get(call, order_id)
}
