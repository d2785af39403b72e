//! The parts of a sales order as they are written: items, addresses, parcels, dates.

use serde_json::Value;

use crate::edesk::countries;
use crate::edesk::custom_fields::{self, CustomField, Definition};
use crate::edesk::fields::Fields;
use crate::edesk::moment::Moment;
use crate::edesk::refusal::ErrorCode;
use crate::edesk::sales_order::{Address, DeliveryDates, OrderItem, Product, SalesOrder, Tracking, to_cents};
use crate::edesk::value::{date, file_url, image_url, integer, number, one_of, text, text_up_to};
use crate::edesk::vocabulary::DELIVERY_TYPE;

pub(super) const LONGEST_CARRIER_NAME: usize = 64;
/// What a carrier's link must keep, and what the code takes the place of.
const PLACEHOLDER: &str = "(tracking_code)";

/// One entry of `order_items`.
#[derive(Debug, Default)]
pub(super) struct ItemBody {
    sku: String,
    title: String,
    quantity: i64,
    item_amount: f64,
    brand: Option<String>,
    dimensions: Option<String>,
    weight: Option<f64>,
    product_image_url: Option<String>,
}

/// What both a new order and a changed one may bring.
#[derive(Debug)]
pub(super) struct Details {
    ship_to: Option<Address>,
    bill_to: Option<Address>,
    tracking_codes: Option<Vec<Tracking>>,
    delivery_dates: Option<DeliveryDates>,
    order_created_at: Option<Moment>,
    order_shipped_at: Option<Moment>,
    delivery_type: Option<&'static str>,
    custom_fields: Vec<CustomField>,
}

impl ItemBody {
    pub(super) fn read(item: &mut Fields<'_>) -> ItemBody {
        // Must be given, and shows nowhere.
        item.required("shipping_amount", number);
        ItemBody {
            sku: item.required("sku", text),
            title: item.required("title", text),
            quantity: item.required("quantity", integer),
            item_amount: item.required("item_amount", number),
            brand: item.optional("brand", text),
            dimensions: item.optional("dimensions", text),
            weight: item.optional("weight", number),
            product_image_url: item.optional("product_image_url", image_url),
        }
    }

    /// `product_id` is the id of the product in this order; `item_amount` is the price of one; assumed.
    pub(super) fn into_item(self, id: u64, product_id: u64, currency: &str) -> OrderItem {
        let product = Product {
            id: product_id,
            sku: self.sku,
            title: self.title,
            brand: self.brand,
            dimensions: self.dimensions,
            weight: self.weight,
            product_image_url: self.product_image_url,
            marketplace_link: None,
            price: self.item_amount,
            currency: currency.to_owned(),
        };
        OrderItem { id, product, quantity: self.quantity, end_price: to_cents(self.item_amount * self.quantity as f64) }
    }
}

impl Details {
    pub(super) fn read(fields: &mut Fields<'_>, definitions: &[Definition]) -> Details {
        Details {
            ship_to: fields.object("ship_to", address),
            bill_to: fields.object("bill_to", address),
            tracking_codes: fields.objects("tracking_codes", tracking),
            delivery_dates: fields.object("sales_order_delivery_dates", |dates| DeliveryDates {
                expected_delivery_from: dates.optional("expected_delivery_from", date),
                expected_delivery_to: dates.optional("expected_delivery_to", date),
            }),
            order_created_at: fields.optional("order_created_at", date),
            order_shipped_at: fields.optional("order_shipped_at", date),
            delivery_type: fields.optional("delivery_type", one_of(DELIVERY_TYPE)),
            custom_fields: custom_fields::read(fields, definitions),
        }
    }

    /// What was not given stays. That parcels given take the place of all there were is assumed.
    pub(super) fn apply(self, order: &mut SalesOrder) {
        order.ship_to = self.ship_to.or(order.ship_to.take());
        order.bill_to = self.bill_to.or(order.bill_to.take());
        order.tracking_codes = self.tracking_codes.or(order.tracking_codes.take());
        order.sales_order_delivery_dates = self.delivery_dates.or(order.sales_order_delivery_dates.take());
        order.order_created_at = self.order_created_at.or(order.order_created_at);
        order.order_shipped_at = self.order_shipped_at.or(order.order_shipped_at);
        order.delivery_type = self.delivery_type.or(order.delivery_type);
        custom_fields::merge(&mut order.custom_fields, self.custom_fields);
    }
}

/// Three capital letters; which of them are a currency is not checked.
pub(super) fn currency(value: &Value) -> Result<String, ErrorCode> {
    let text = text(value)?;
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code { Ok(text) } else { Err(ErrorCode::NotAllowed) }
}

fn address(fields: &mut Fields<'_>) -> Address {
    let country = |value: &Value| countries::find(&text(value)?).ok_or(ErrorCode::NotAllowed);
    let (name, line_1, city) = (fields.required("name", text), fields.required("line_1", text), fields.required("city", text));
    let (country, country_name) = fields.required("country", country);
    Address {
        name,
        line_1,
        line_2: fields.optional("line_2", text),
        city,
        state: fields.optional("state", text),
        county: fields.optional("county", text),
        country,
        postcode: fields.required("postcode", text),
        country_name,
    }
}

fn tracking(fields: &mut Fields<'_>) -> Tracking {
    let code = fields.required("tracking_code", text);
    let carrier = fields.required("tracking_carrier_name", text_up_to(LONGEST_CARRIER_NAME));
    let link = fields.optional("tracking_carrier_link", |value| {
        let link = file_url(value)?;
        if link.contains(PLACEHOLDER) { Ok(link) } else { Err(ErrorCode::NotAllowed) }
    });
    Tracking {
        tracking_link: link.map(|link| link.replace(PLACEHOLDER, &code)),
        tracking_code: Some(code),
        tracking_carrier_name: Some(carrier),
    }
}
