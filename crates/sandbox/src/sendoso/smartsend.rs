//! SmartSend: products the vendor picks for a recipient, and sends of its first choice.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::sendoso::fields::Fields;
use crate::sendoso::marketplace::{self, CATEGORIES, Origin, Product};
use crate::sendoso::organization::Organization;
use crate::sendoso::refusal::{Answer, blank, refused};

const MOST_RECOMMENDATIONS: usize = 5;

/// What a recommendation may cost and where it must go.
struct Constraints<'a> {
    price_lte_usd: Option<i64>,
    country: Option<&'a str>,
}

pub(super) fn recommendations(organization: &Organization, request: &Request) -> Answer {
    let email = request.parameter("recipient_email").unwrap_or_default();
    if email.trim().is_empty() {
        return Err(blank("recipient_email"));
    }
    let constraints = Constraints {
        price_lte_usd: request.parameter("price_lte_usd").and_then(|text| text.parse().ok()),
        country: request.parameter("ship_to_country_code").filter(|code| !code.is_empty()),
    };
    let products: Vec<Value> = picks(organization, email, &constraints)
        .map(|product| {
            let mut shape = product.shape();
            shape["interests"] = json!([interest(product)]);
            shape
        })
        .collect();
    Ok(Reply::json(200, &json!({"products": products})))
}

pub(super) fn send(organization: &mut Organization, request: &Request, sender_id: u64, now: Timestamp) -> Answer {
    let fields = Fields::flat(request)?;
    fields.require(&["recipient_email", "recipient_first_name", "recipient_last_name"])?;
    let country = fields.text("ship_to_country_code");
    let constraints =
        Constraints { price_lte_usd: fields.integer("price_lte_usd"), country: Some(country.as_str()).filter(|code| !code.is_empty()) };
    let email = fields.text("recipient_email");
    let first = picks(organization, &email, &constraints).next();
    let variant = first.and_then(|product| cheapest(product, &constraints)).cloned();
    let variant = variant.ok_or_else(|| refused(404, "No recommendation found"))?;
    Ok(marketplace::place(organization, &fields, &variant, Origin::SmartSend, sender_id, now))
}

/// The same ones every time for the same recipient, others for another.
fn picks<'a>(organization: &'a Organization, email: &str, constraints: &'a Constraints<'_>) -> impl Iterator<Item = &'a Product> {
    let products = &organization.products;
    let first = email.bytes().map(usize::from).sum::<usize>() % products.len().max(1);
    let fits = |product: &&Product| {
        cheapest(product, constraints).is_some() && constraints.country.is_none_or(|country| product.ships_to(country))
    };
    products.iter().cycle().skip(first).take(products.len()).filter(fits).take(MOST_RECOMMENDATIONS)
}

fn cheapest<'a>(product: &'a Product, constraints: &Constraints<'_>) -> Option<&'a marketplace::Variant> {
    let highest = constraints.price_lte_usd.map_or(i64::MAX, |dollars| dollars.saturating_mul(100));
    product.variants.iter().filter(|variant| variant.price_cents <= highest).min_by_key(|variant| variant.price_cents)
}

fn interest(product: &Product) -> &'static str {
    let mut members = CATEGORIES.iter().flat_map(|(_, members)| members.iter());
    members.find(|(id, _)| *id == product.category).map_or("Gifts", |(_, name)| *name)
}
