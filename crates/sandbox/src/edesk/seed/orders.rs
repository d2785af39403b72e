//! How the seed builds a sales order.

use crate::edesk::countries;
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::moment::Moment;
use crate::edesk::sales_order::{Address, DeliveryDates, OrderItem, Product, SalesOrder, Tracking, to_cents};

use super::people::{AMAZON_UK, EBAY_DE};

/// What is sold: SKU, title, brand, price, grams, size.
pub(super) type Article = (&'static str, &'static str, &'static str, f64, f64, &'static str);

pub(super) const ARTICLES: [Article; 8] = [
    ("VAS-CER-30", "Hand-thrown ceramic vase, 30 cm", "Brightwares", 64.90, 2_100.0, "30 x 16 x 16"),
    ("LMP-OAK-01", "Oak table lamp", "Lumenhus", 89.00, 1_850.0, "42 x 18 x 18"),
    ("MUG-STW-04", "Stoneware mugs, set of four", "Brightwares", 34.50, 1_600.0, "12 x 22 x 22"),
    ("RUG-WOL-12", "Wool rug, 120 x 180 cm", "Tufted & Co", 219.00, 6_400.0, "180 x 20 x 20"),
    ("CLK-WAL-02", "Walnut wall clock", "Lumenhus", 54.00, 900.0, "30 x 30 x 5"),
    ("CSH-LIN-45", "Linen cushion cover, 45 cm", "Tufted & Co", 18.75, 210.0, "45 x 45 x 1"),
    ("CDL-SOY-03", "Soy candles, set of three", "Brightwares", 26.00, 750.0, "10 x 24 x 8"),
    ("FRM-ALU-50", "Aluminium picture frame, 50 x 70 cm", "Lumenhus", 41.20, 1_300.0, "70 x 50 x 3"),
];

/// An order of these articles, without parcels.
#[derive(Debug)]
pub(super) struct Purchase<'a> {
    pub(super) id: u64,
    pub(super) contact_id: u64,
    pub(super) seller_order_id: String,
    pub(super) status: &'static str,
    pub(super) articles: &'a [(usize, i64)],
    pub(super) shipping_amount: f64,
    pub(super) ordered_at: Moment,
    pub(super) shipped_at: Option<Moment>,
    pub(super) expected: Option<(Moment, Moment)>,
}

/// `None` for a customer or article there is not.
pub(super) fn order(helpdesk: &mut Helpdesk, purchase: &Purchase<'_>) -> Option<SalesOrder> {
    let contact = helpdesk.contacts.get(purchase.contact_id)?.clone();
    let currency = helpdesk.channels.get(contact.channel_id)?.currency;
    let mut order_items = Vec::with_capacity(purchase.articles.len());
    for &(place, quantity) in purchase.articles {
        let &(sku, title, brand, price, weight, dimensions) = ARTICLES.get(place)?;
        let product = Product {
            // The same product has the same id in every order.
            id: 31_000 + place as u64,
            sku: sku.to_owned(),
            title: title.to_owned(),
            brand: Some(brand.to_owned()),
            dimensions: Some(dimensions.to_owned()),
            weight: Some(weight),
            product_image_url: Some(format!("https://images.brightwares.example/{}.jpg", sku.to_lowercase())),
            marketplace_link: Some(format!("https://www.brightwares.example/p/{}", sku.to_lowercase())),
            price,
            currency: currency.to_owned(),
        };
        order_items.push(OrderItem { id: helpdesk.next_part_id(), product, quantity, end_price: to_cents(price * quantity as f64) });
    }
    let address = address(&contact.full_name, contact.channel_id);
    let mut order = SalesOrder {
        id: purchase.id,
        channel_id: contact.channel_id,
        seller_order_id: purchase.seller_order_id.clone(),
        status: purchase.status,
        order_items,
        shipping_amount: purchase.shipping_amount,
        total_amount: 0.0,
        ship_to: address.clone(),
        bill_to: address,
        contact_id: contact.id,
        tracking_codes: None,
        created_at: purchase.ordered_at,
        last_updated_at: purchase.shipped_at.or(Some(purchase.ordered_at)),
        ticket_id: None,
        order_notes_id: None,
        sales_order_delivery_dates: purchase
            .expected
            .map(|(from, to)| DeliveryDates { expected_delivery_from: Some(from), expected_delivery_to: Some(to) }),
        order_created_at: Some(purchase.ordered_at),
        order_shipped_at: purchase.shipped_at,
        delivery_type: Some("Standard"),
        custom_fields: Vec::new(),
    };
    order.add_up();
    Some(order)
}

pub(super) fn parcel(code: &str, link: String, carrier: &str) -> Option<Vec<Tracking>> {
    Some(vec![Tracking {
        tracking_code: Some(code.to_owned()),
        tracking_link: Some(link),
        tracking_carrier_name: Some(carrier.to_owned()),
    }])
}

fn address(name: &str, channel_id: u64) -> Option<Address> {
    let (line_1, city, state, county, postcode, country) = match channel_id {
        AMAZON_UK => ("14 Larch Road", "Leeds", None, Some("West Yorkshire"), "LS6 2QE", "GB"),
        EBAY_DE => ("Ahornweg 9", "Hamburg", None, None, "22087", "DE"),
        _ => ("2208 Juniper Street", "Denver", Some("CO"), None, "80205", "US"),
    };
    let (country, country_name) = countries::find(country)?;
    Some(Address {
        name: name.to_owned(),
        line_1: line_1.to_owned(),
        line_2: None,
        city: city.to_owned(),
        state: state.map(str::to_owned),
        county: county.map(str::to_owned),
        country,
        postcode: postcode.to_owned(),
        country_name,
    })
}
