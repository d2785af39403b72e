//! Sales orders. A new one can be read at once, and is listed a moment later.

use jiff::SignedDuration;
use serde_json::json;

use crate::edesk::answer::{confirmation, data, list};
use crate::edesk::call::Call;
use crate::edesk::contact;
use crate::edesk::fields::{Fields, body};
use crate::edesk::filters::Filters;
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::moment::Moment;
use crate::edesk::order_body::{Details, ItemBody, currency};
use crate::edesk::people::shop_channel;
use crate::edesk::refusal::{Answer, ErrorCode, not_found};
use crate::edesk::sales_order::{OrderItem, SalesOrder};
use crate::edesk::value::{id_in, integer, number, one_of, text};
use crate::edesk::vocabulary::ORDER_STATUS;

pub(super) fn list_all(call: &mut Call<'_>) -> Answer {
    let offset = call.settings.user_utc_offset_hours;
    let lag = SignedDuration::from_secs(i64::from(call.settings.search_lag_seconds));
    let mut filters = Filters::of(call.request);
    let contact = filters.integer("filter_contact_id_equals");
    let channel = filters.integer("filter_channel_id_equals");
    let number = filters.text("filter_seller_order_id_equals");
    let status = filters.word("filter_status_equals", ORDER_STATUS);
    let (from, to) = (filters.integer("filter_id_gte"), filters.integer("filter_id_lte"));
    let created = filters.days("created_at", offset)?;
    let updated = filters.days("last_updated_at", offset)?;
    let mut orders: Vec<&SalesOrder> = call
        .helpdesk
        .sales_orders
        .iter()
        .filter(|order| order.created_at.plus(lag) <= call.moment())
        .filter(|order| contact.is_none_or(|id| order.contact_id == id))
        .filter(|order| channel.is_none_or(|id| order.channel_id == id))
        .filter(|order| number.is_none_or(|number| order.seller_order_id == number))
        .filter(|order| status.is_none_or(|status| order.status == status))
        .filter(|order| from.is_none_or(|id| order.id >= id) && to.is_none_or(|id| order.id <= id))
        .filter(|order| created.include(Some(order.created_at)) && updated.include(order.last_updated_at))
        .collect();
    filters.sort(&mut orders, |order| (order.id, order.created_at, order.last_updated_at));
    filters.finish()?;
    list(call.request, &orders, |order| json!(order))
}

pub(super) fn get(call: &mut Call<'_>, id: u64) -> Answer {
    data(call.helpdesk.sales_orders.get(id).ok_or_else(not_found)?)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let helpdesk = &*call.helpdesk;
    let channel_id = fields.required("channel_id", shop_channel(helpdesk));
    let seller_order_id = fields.required("seller_order_id", text);
    let is_taken = |order: &SalesOrder| order.channel_id == channel_id && order.seller_order_id == seller_order_id;
    if helpdesk.sales_orders.iter().any(is_taken) {
        fields.refuse("seller_order_id", ErrorCode::NotUnique);
    }
    let currency = fields.required("currency", currency);
    let status = fields.required("status", one_of(ORDER_STATUS));
    let shipping_amount = fields.required("shipping_amount", number);
    fields.require("order_items");
    let items = fields.objects("order_items", ItemBody::read).unwrap_or_default();
    // Documented as optional; the vendor refuses an order without it all the same.
    fields.require("ship_to");
    let customer = contact::read(&mut fields, helpdesk);
    match &customer {
        Some(contact::Customer::Known(id)) => contact::check_channel(&mut fields, helpdesk, *id, channel_id),
        None if !fields.is_given("contact_id") => fields.refuse("contact_id", ErrorCode::Missing),
        _ => {}
    }
    let details = Details::read(&mut fields, &helpdesk.custom_field_definitions);
    fields.finish()?;
    let Some(customer) = customer else { return Err(not_found()) };

    let helpdesk = &mut *call.helpdesk;
    let contact_id = helpdesk.contact_of(customer, channel_id);
    let order_items = items.into_iter().map(|item| item.into_item(helpdesk.next_part_id(), helpdesk.next_part_id(), &currency)).collect();
    let mut order = SalesOrder {
        id: 0,
        channel_id,
        seller_order_id,
        status,
        order_items,
        shipping_amount,
        total_amount: 0.0,
        ship_to: None,
        bill_to: None,
        contact_id,
        tracking_codes: None,
        created_at: Moment(call.now),
        last_updated_at: None,
        ticket_id: None,
        order_notes_id: None,
        sales_order_delivery_dates: None,
        order_created_at: None,
        order_shipped_at: None,
        delivery_type: None,
        custom_fields: Vec::new(),
    };
    details.apply(&mut order);
    order.add_up();
    let id = helpdesk.sales_orders.add(|id| SalesOrder { id, ..order });
    get(call, id)
}

pub(super) fn update(call: &mut Call<'_>, id: u64) -> Answer {
    let present = call.helpdesk.sales_orders.get(id).ok_or_else(not_found)?;
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let helpdesk = &*call.helpdesk;
    let channel_id = fields.optional("channel_id", shop_channel(helpdesk));
    let currency = fields.optional("currency", currency);
    let status = fields.optional("status", one_of(ORDER_STATUS));
    let shipping_amount = fields.optional("shipping_amount", number);
    let contact_id = fields.optional("contact_id", id_in(&helpdesk.contacts));
    if let Some(contact_id) = contact_id {
        contact::check_channel(&mut fields, helpdesk, contact_id, channel_id.unwrap_or(present.channel_id));
    }
    let items = fields.objects("order_items", |item| {
        let id = item.required("id", integer);
        let is_of_order = present.order_items.iter().any(|known| i64::try_from(known.id) == Ok(id));
        if !is_of_order && !item.is_blank("id") {
            item.refuse("id", ErrorCode::ItemOfOtherOrder);
        }
        (id, ItemBody::read(item))
    });
    let details = Details::read(&mut fields, &helpdesk.custom_field_definitions);
    fields.finish()?;

    let now = call.moment();
    let order = call.helpdesk.sales_orders.get_mut(id).ok_or_else(not_found)?;
    order.channel_id = channel_id.unwrap_or(order.channel_id);
    order.status = status.unwrap_or(order.status);
    order.shipping_amount = shipping_amount.unwrap_or(order.shipping_amount);
    order.contact_id = contact_id.unwrap_or(order.contact_id);
    for (id, item) in items.unwrap_or_default() {
        if let Some(known) = order.order_items.iter_mut().find(|known| i64::try_from(known.id) == Ok(id)) {
            replace(known, item);
        }
    }
    if let Some(currency) = currency {
        order.order_items.iter_mut().for_each(|item| item.product.currency.clone_from(&currency));
    }
    details.apply(order);
    order.add_up();
    order.last_updated_at = Some(now);
    get(call, id)
}

pub(super) fn delete(call: &mut Call<'_>, id: u64) -> Answer {
    let order = call.helpdesk.sales_orders.remove(id).ok_or_else(not_found)?;
    call.helpdesk.forget_order(&order);
    confirmation("Sales order deleted")
}

/// What the new item says nothing of stays.
fn replace(known: &mut OrderItem, item: ItemBody) {
    let old = &known.product;
    let mut new = item.into_item(known.id, old.id, &old.currency);
    let product = &mut new.product;
    product.brand = product.brand.take().or_else(|| old.brand.clone());
    product.dimensions = product.dimensions.take().or_else(|| old.dimensions.clone());
    product.weight = product.weight.or(old.weight);
    product.product_image_url = product.product_image_url.take().or_else(|| old.product_image_url.clone());
    product.marketplace_link.clone_from(&old.marketplace_link);
    *known = new;
}

impl Helpdesk {
    /// Assumed: tickets lose their link, and notes go with the order.
    fn forget_order(&mut self, order: &SalesOrder) {
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.sales_order_id == Some(order.id)) {
            ticket.sales_order_id = None;
        }
        for note in order.order_notes_id.iter().flatten() {
            self.order_notes.remove(*note);
        }
    }
}
