//! The marketplace: products found by filters and an opaque cursor, and sends of one of them.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::sendoso::fields::Fields;
use crate::sendoso::format::decimal;
use crate::sendoso::lifecycle::Course;
use crate::sendoso::organization::Organization;
use crate::sendoso::refusal::{Answer, bad, refused};
use crate::sendoso::sends::NewSend;

/// Undocumented; assumed.
const PAGE_SIZE: usize = 20;
/// How long a recipient may take to give an address; assumed.
const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Groups of categories, each with the ids and names of its members.
pub(super) const CATEGORIES: [(&str, &[(&str, &str)]); 3] = [
    ("Food & Drink", &[("coffee-tea", "Coffee & Tea"), ("sweets", "Sweets"), ("wine", "Wine")]),
    ("Office", &[("desk", "Desk Accessories"), ("stationery", "Stationery")]),
    ("Wellbeing", &[("candles", "Candles"), ("outdoor", "Outdoor")]),
];

#[derive(Debug, Clone, Serialize)]
pub(super) struct Product {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) category: &'static str,
    pub(super) countries: &'static [&'static str],
    pub(super) variants: Vec<Variant>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Variant {
    pub(super) id: String,
    pub(super) price_cents: i64,
}

/// Which kind of send, as its campaign is called in the send list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    Marketplace,
    SmartSend,
}

pub(super) fn list(organization: &Organization, request: &Request) -> Answer {
    let found: Vec<&Product> = organization.products.iter().filter(|product| product.matches(request)).collect();
    let start = match request.parameter("after").filter(|after| !after.is_empty()) {
        None => 0,
        Some(cursor) => {
            let last = product_of(cursor).ok_or_else(|| bad("after is not a valid cursor"))?;
            // A product that the filters no longer find leaves nothing to go on from.
            found.iter().position(|product| product.id == last).map_or(found.len(), |place| place + 1)
        }
    };
    let shown: Vec<&Product> = found.iter().skip(start).take(PAGE_SIZE).copied().collect();
    let has_more = start + shown.len() < found.len();
    let after = shown.last().filter(|_| has_more).map(|product| cursor_after(product));
    let url = after.as_ref().map(|after| next_url(request, after));
    let categories: Vec<Value> = CATEGORIES
        .iter()
        .map(|(group, members)| {
            let children: Vec<Value> = members.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
            json!({"group_name": group, "children": children})
        })
        .collect();
    Ok(Reply::json(
        200,
        &json!({
            "pagination": {"after": after, "next_page": {"url": url}},
            "categories": categories,
            "products": shown.iter().map(|product| product.shape()).collect::<Vec<_>>(),
        }),
    ))
}

pub(super) fn send(organization: &mut Organization, request: &Request, sender_id: u64, now: Timestamp) -> Answer {
    let fields = Fields::flat(request)?;
    fields.require(&["variant_ids", "recipient_email", "recipient_first_name", "recipient_last_name"])?;
    let id = fields.list("variant_ids").first().and_then(Value::as_str).unwrap_or_default();
    let mut variants = organization.products.iter().flat_map(|product| &product.variants);
    let variant = variants.find(|variant| variant.id == id).cloned();
    let variant = variant.ok_or_else(|| refused(404, "Variant not found"))?;
    Ok(place(organization, &fields, &variant, Origin::Marketplace, sender_id, now))
}

/// Sends one variant to the recipient the fields name, and answers as both operations do.
pub(super) fn place(
    organization: &mut Organization,
    fields: &Fields,
    variant: &Variant,
    origin: Origin,
    sender_id: u64,
    now: Timestamp,
) -> Reply {
    let (touch_id, touch_name) = match origin {
        Origin::Marketplace => (901, "Marketplace"),
        Origin::SmartSend => (902, "SmartSend"),
    };
    let course = match fields.is_true("require_approval") {
        true => Course::AwaitingApproval,
        false => Course::AddressCollection,
    };
    let new = NewSend {
        course,
        gift_type: "Sendoso Direct",
        gift_subtype: "On-Demand",
        cost_cents: variant.price_cents,
        life: Some(LIFE),
        touch_id,
        touch_name,
        recipient_name: format!("{} {}", fields.text("recipient_first_name"), fields.text("recipient_last_name")),
        recipient_email: fields.text("recipient_email"),
        sender_id,
        sent_via: touch_name.to_owned(),
    };
    let gid = organization.place(new, now).gid();
    Reply::json(200, &json!({"products": [{"variant_id": variant.id}], "send": {"id": gid}}))
}

impl Product {
    /// Does it pass every filter of the query? A filter that is no number is not one.
    pub(super) fn matches(&self, request: &Request) -> bool {
        let dollars = |name| request.parameter(name).and_then(|text| text.parse::<i64>().ok());
        let is_one_of = |name: &str, passes: &dyn Fn(&str) -> bool| {
            let mut wanted = request.all_parameters(name).peekable();
            wanted.peek().is_none() || wanted.any(passes)
        };
        let lowest = dollars("price_gte_usd").map_or(i64::MIN, |dollars| dollars.saturating_mul(100));
        let highest = dollars("price_lte_usd").map_or(i64::MAX, |dollars| dollars.saturating_mul(100));
        let text = request.parameter("text_search").unwrap_or_default().to_lowercase();
        self.variants.iter().any(|variant| (lowest..=highest).contains(&variant.price_cents))
            && is_one_of("ship_to_country_codes[]", &|code| self.ships_to(code))
            && is_one_of("category_ids[]", &|id| self.category == id)
            && (self.name.to_lowercase().contains(&text) || self.description.to_lowercase().contains(&text))
    }

    pub(super) fn ships_to(&self, country: &str) -> bool {
        self.countries.iter().any(|known| known.eq_ignore_ascii_case(country))
    }

    pub(super) fn shape(&self) -> Value {
        let variants: Vec<Value> = self
            .variants
            .iter()
            .map(|variant| {
                let image = |size: &str| format!("https://cdn.sendoso.example/{size}/{}.png", variant.id);
                json!({
                    "id": variant.id,
                    "estimated_total_price": {"currency": "USD", "price_per_unit": decimal(variant.price_cents)},
                    "images": [{
                        "url": image("original"),
                        "cdn_main": {"url": image("main")},
                        "cdn_thumbnail": {"url": image("thumbnail")},
                    }],
                })
            })
            .collect();
        json!({"id": self.id, "name": self.name, "description": self.description, "variants": variants})
    }
}

fn cursor_after(product: &Product) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("after:{}", product.id))
}

fn product_of(cursor: &str) -> Option<String> {
    let decoded = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    decoded.strip_prefix("after:").map(str::to_owned)
}

/// The same query with the new cursor, on the host it was asked of.
fn next_url(request: &Request, after: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(request.all_but("after")).append_pair("after", after);
    format!("http://{}{}?{}", request.header("host").unwrap_or("app.sendoso.com"), request.path, query.finish())
}
