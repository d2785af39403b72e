//! A sales order, as the vendor shows it.

use serde::Serialize;

use crate::edesk::custom_fields::CustomField;
use crate::edesk::moment::Moment;

#[derive(Debug, Clone, Serialize)]
pub(super) struct SalesOrder {
    pub(super) id: u64,
    pub(super) channel_id: u64,
    /// The marketplace's number; unique in the channel.
    pub(super) seller_order_id: String,
    pub(super) status: &'static str,
    pub(super) order_items: Vec<OrderItem>,
    pub(super) shipping_amount: f64,
    pub(super) total_amount: f64,
    pub(super) ship_to: Option<Address>,
    pub(super) bill_to: Option<Address>,
    pub(super) contact_id: u64,
    pub(super) tracking_codes: Option<Vec<Tracking>>,
    pub(super) created_at: Moment,
    pub(super) last_updated_at: Option<Moment>,
    pub(super) ticket_id: Option<u64>,
    pub(super) order_notes_id: Option<Vec<u64>>,
    pub(super) sales_order_delivery_dates: Option<DeliveryDates>,
    pub(super) order_created_at: Option<Moment>,
    pub(super) order_shipped_at: Option<Moment>,
    pub(super) delivery_type: Option<&'static str>,
    pub(super) custom_fields: Vec<CustomField>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct OrderItem {
    pub(super) id: u64,
    pub(super) product: Product,
    pub(super) quantity: i64,
    /// For all of them; assumed.
    pub(super) end_price: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Product {
    pub(super) id: u64,
    pub(super) sku: String,
    pub(super) title: String,
    pub(super) brand: Option<String>,
    /// Height x length x width in centimetres.
    pub(super) dimensions: Option<String>,
    /// Grams.
    pub(super) weight: Option<f64>,
    pub(super) product_image_url: Option<String>,
    pub(super) marketplace_link: Option<String>,
    pub(super) price: f64,
    pub(super) currency: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Address {
    pub(super) name: String,
    pub(super) line_1: String,
    pub(super) line_2: Option<String>,
    pub(super) city: String,
    pub(super) state: Option<String>,
    pub(super) county: Option<String>,
    pub(super) country: &'static str,
    pub(super) postcode: String,
    pub(super) country_name: &'static str,
}

/// A parcel. One that came as a link has no code; assumed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Tracking {
    pub(super) tracking_code: Option<String>,
    pub(super) tracking_link: Option<String>,
    pub(super) tracking_carrier_name: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct DeliveryDates {
    pub(super) expected_delivery_from: Option<Moment>,
    pub(super) expected_delivery_to: Option<Moment>,
}

impl SalesOrder {
    /// Assumed: what the items cost, and the order's own shipping.
    pub(super) fn add_up(&mut self) {
        let items: f64 = self.order_items.iter().map(|item| item.end_price).sum();
        self.total_amount = to_cents(items + self.shipping_amount);
    }
}

/// Sums of decimal fractions, without their dust.
pub(super) fn to_cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
