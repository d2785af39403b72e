//! The organization a sandbox starts with: the same at every start, with dates relative to it. What the
//! documentation and the tests name by id or by name is written out; the rest is generated.

use jiff::{SignedDuration, Timestamp};

use crate::kit::clock::later;
use crate::kit::code::Codes;
use crate::sendoso::lifecycle::Course;
use crate::sendoso::marketplace::{Product, Variant};
use crate::sendoso::organization::{Campaign, Delivery, Group, Organization, Role, User};
use crate::sendoso::sends::{Send, Update};

/// Whose tokens a sandbox issues: a manager of the "SDR Team".
pub(super) const USUAL_USER: u64 = 501;
/// The first send made in a sandbox is the next one, 9001, as in the vendor's examples.
const LAST_SEND: u64 = 9_000;
const SENDS: u64 = 60;
const PRODUCTS: usize = 45;

pub(super) fn organization(now: Timestamp) -> Organization {
    let mut codes = Codes::from_seed(4_711);
    let users = users(&mut codes);
    let campaigns = campaigns(now);
    let sends = sends(&users, &campaigns, &mut codes, now);
    Organization { id: 88, groups: groups(now), invitations: Vec::new(), products: products(), users, campaigns, sends, codes }
}

fn groups(now: Timestamp) -> Vec<Group> {
    let group = |id, name: &str, budget: i64, monthly_budget, one_time_budget, rollover, is_active| Group {
        id,
        name: name.to_owned(),
        budget_cents: budget * 100,
        monthly_budget,
        one_time_budget,
        rollover,
        is_active,
        created_at: days_before(midnight(now), 400),
        updated_at: days_before(midnight(now), 3),
    };
    vec![
        group(1234, "SDR Team", 5_000, 5_000, 0, false, true),
        group(1235, "Enterprise Sales", 48_250, 50_000, 10_000, true, true),
        group(1236, "Customer Success", 12_400, 15_000, 0, true, true),
        group(1237, "Marketing Events", 30, 2_000, 0, false, true),
        group(1238, "Former Partners", 0, 0, 0, false, false),
    ]
}

fn users(codes: &mut Codes) -> Vec<User> {
    const PEOPLE: [(&str, &str, Role, u64); 14] = [
        ("Dana", "Whitfield", Role::Manager, 1234),
        ("Marcus", "Oyelaran", Role::Regular, 1234),
        ("Priya", "Raman", Role::Regular, 1234),
        ("Tomas", "Lindqvist", Role::Regular, 1234),
        ("Helena", "Vogt", Role::Manager, 1235),
        ("Andre", "Baptiste", Role::Regular, 1235),
        ("Mei", "Tanaka", Role::Regular, 1235),
        ("Oscar", "Delgado", Role::Regular, 1235),
        ("Ruth", "Abrams", Role::Manager, 1236),
        ("Ivan", "Petrov", Role::Regular, 1236),
        ("Chloe", "Martin", Role::Regular, 1237),
        ("Samir", "Haddad", Role::Regular, 1237),
        ("Nora", "Kelly", Role::Admin, 1236),
        ("Paul", "Gone", Role::Regular, 1236),
    ];
    (USUAL_USER..)
        .zip(PEOPLE)
        .map(|(id, (first_name, last_name, role, group_id))| User {
            id,
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: format!("{}.{}@company.com", first_name.to_lowercase(), last_name.to_lowercase()),
            role,
            group_id,
            balance_cents: if id == USUAL_USER { 57_800 } else { 2_500 * ((id % 5) as i64) },
            invitation_key: codes.hex(32),
            is_active: last_name != "Gone",
        })
        .collect()
}

fn campaigns(now: Timestamp) -> Vec<Campaign> {
    const EVERYWHERE: &[&str] = &["US", "CA", "GB", "DE", "FR"];
    let today = midnight(now);
    let mail = |id, name, gift_subtype, cost, description| Campaign {
        id,
        name,
        description,
        delivery: Delivery::Mail,
        starts_at: days_before(today, 90),
        ends_at: None,
        created_at: days_before(today, 97),
        user_id: USUAL_USER,
        gift_id: id + 10_000,
        gift_type: "Inventoried Sends",
        gift_subtype,
        cost_cents: cost * 100,
        denominations: None,
        countries: EVERYWHERE,
        is_active: true,
    };
    let email = |id, name, gift_subtype, (lowest, highest): (i64, i64), description| Campaign {
        delivery: Delivery::Email,
        gift_type: "eGifts USA",
        denominations: Some((lowest * 100, highest * 100)),
        countries: &["US"],
        ..mail(id, name, gift_subtype, lowest, description)
    };
    vec![
        email(77, "Prospect Coffee", "Coffee", (50, 50), "A coffee eGift card for a first conversation"),
        email(78, "Lunch on Us", "Lunch", (25, 40), "An eGift card for lunch during a demo"),
        Campaign {
            gift_type: "Sendoso Choice",
            denominations: None,
            ..email(5150, "New Hire Swag Box", "On-Demand", (75, 75), "New hires pick stickers and swag with a link")
        },
        mail(4711, "Executive Celebration Hamper", "Bundles", 150, "A hamper for a signed contract"),
        mail(4712, "Q4 Executive Wine Box", "Wine", 120, "Two bottles from Napa in a wooden box"),
        mail(4713, "Welcome Swag Kit", "Custom Bundles", 45, "T-shirt, notebook and bottle for new customers"),
        mail(4714, "Handwritten Thank You", "Handwritten Notes", 8, "A note written by hand after a meeting"),
        Campaign {
            ends_at: Some(days_before(today, 30)),
            ..mail(4601, "Summer Picnic Basket", "Bundles", 65, "For the summer campaign, which is over")
        },
        Campaign {
            starts_at: days_before(today, -30),
            ..email(4890, "New Year Treat", "On-Demand", (20, 20), "For the new year, which is yet to come")
        },
        Campaign { is_active: false, ..mail(4500, "Retired Desk Plant", "Custom", 35, "Deactivated") },
    ]
}

/// Sixty settled sends, two a day, and among them one of this week to Sarah that is on its way.
fn sends(users: &[User], campaigns: &[Campaign], codes: &mut Codes, now: Timestamp) -> Vec<Send> {
    const RECIPIENTS: [(&str, &str, &str); 9] = [
        ("Jim Halpert", "jim.halpert@initech.example", "Initech"),
        ("Ana Ruiz", "ana.ruiz@globex.example", "Globex"),
        ("Kofi Mensah", "kofi.mensah@umbra.example", "Umbra"),
        ("Lena Fischer", "lena.fischer@hooli.example", "Hooli"),
        ("Yuki Sato", "yuki.sato@stark.example", "Stark"),
        ("Omar Aziz", "omar.aziz@wayne.example", "Wayne"),
        ("Grace Liu", "grace.liu@acmecorp.com", "Acme Corp"),
        ("Peter Novak", "peter.novak@tyrell.example", "Tyrell"),
        ("Ines Costa", "ines.costa@soylent.example", "Soylent"),
    ];
    const MAIL: [&[&str]; 5] = [
        &["Initiated", "Order Received", "Processing", "Packed", "Shipped", "Delivered"],
        &["Initiated", "Order Received", "Processing", "Packed", "Shipped"],
        &["Initiated", "Confirming Address", "Order Received", "Processing", "Shipped", "Delivered"],
        &["Initiated", "Confirming Address", "Address Confirmation - Cancelled"],
        &["Initiated", "Order Received", "Processing"],
    ];
    const EMAIL: [&[&str]; 4] = [
        &["Initiated", "Sent", "Opened", "Clicked", "Redeemed"],
        &["Initiated", "Sent", "Opened"],
        &["Initiated", "Sent", "Bounced and Credited"],
        &["Initiated", "Sent", "Expired", "Expired and Credited"],
    ];
    // Campaigns outside their dates have no sends.
    let open: Vec<&Campaign> = campaigns.iter().filter(|campaign| campaign.is_active && campaign.ends_at.is_none()).take(7).collect();
    let active: Vec<&User> = users.iter().filter(|user| user.is_active).collect();
    let mut sends = Vec::new();
    for number in 0..SENDS {
        let place = number as usize;
        let (Some(campaign), Some(sender)) = (open.get(place % open.len()), active.get(place % active.len())) else {
            continue;
        };
        let (name, email, company) = RECIPIENTS[place % RECIPIENTS.len()];
        let steps = match campaign.delivery {
            Delivery::Mail => MAIL[place % MAIL.len()],
            Delivery::Email => EMAIL[place % EMAIL.len()],
        };
        let age = SignedDuration::from_hours(12 * (SENDS - number) as i64 + 24 * 7);
        sends.push(Send {
            id: LAST_SEND - SENDS + 1 + number,
            course: Course::Settled,
            tracking_code: codes.hex(40),
            gift_type: campaign.gift_type,
            gift_subtype: campaign.gift_subtype,
            cost_cents: campaign.cost_cents,
            created_at: later(now, -age),
            expires_at: None,
            touch_id: campaign.id,
            touch_name: campaign.name,
            recipient_name: name.to_owned(),
            recipient_email: email.to_owned(),
            recipient_company: company.to_owned(),
            sender_id: sender.id,
            group_id: sender.group_id,
            sent_via: ["Sendoso.com", "Salesforce Trigger", "SDR Agent"][place % 3].to_owned(),
            updates: updates(steps, later(now, -age), now),
        });
    }
    if let (Some(last), Some(wine)) = (sends.last_mut(), campaigns.iter().find(|campaign| campaign.id == 4712)) {
        let created_at = this_week(now);
        *last = Send {
            gift_type: wine.gift_type,
            gift_subtype: wine.gift_subtype,
            cost_cents: wine.cost_cents,
            created_at,
            touch_id: wine.id,
            touch_name: wine.name,
            recipient_name: "Sarah Connor".to_owned(),
            recipient_email: "sarah.connor@example.com".to_owned(),
            recipient_company: "Cyberdyne".to_owned(),
            sender_id: USUAL_USER,
            group_id: 1234,
            sent_via: "Sendoso.com".to_owned(),
            updates: updates(&["Initiated", "Order Received", "Processing", "Packed", "Shipped"], created_at, now),
            ..last.clone()
        };
    }
    sends
}

/// The steps spread over the time since `created_at`, at most a day apart.
fn updates(steps: &[&'static str], created_at: Timestamp, now: Timestamp) -> Vec<Update> {
    let count = steps.len().max(1) as i64;
    let apart = (now.duration_since(created_at).as_secs() / count).min(86_400);
    let at = |number: i64| later(created_at, SignedDuration::from_secs(apart * number));
    (0..).zip(steps).map(|(number, status)| Update { status, occurred_at: at(number) }).collect()
}

fn products() -> Vec<Product> {
    const KINDS: [(&str, &str, &str); 9] = [
        ("Single Origin Coffee", "coffee-tea", "Freshly roasted beans"),
        ("Loose Leaf Tea Set", "coffee-tea", "Six teas in tins"),
        ("Chocolate Truffles", "sweets", "Twelve truffles in a gift box"),
        ("Red Wine Duo", "wine", "Two bottles of red wine"),
        ("Walnut Desk Organizer", "desk", "Keeps a desk tidy"),
        ("Linen Notebook", "stationery", "Bound in linen, dotted paper"),
        ("Cedar Candle", "candles", "Burns for fifty hours"),
        ("Insulated Bottle", "outdoor", "Keeps cold for a day"),
        ("Picnic Blanket", "outdoor", "Waterproof below, soft above"),
    ];
    const EDITIONS: [&str; 5] = ["Classic", "Deluxe", "Mini", "Signature", "Holiday"];
    (0..PRODUCTS)
        .map(|number| {
            let (kind, category, description) = KINDS[number % KINDS.len()];
            let edition = EDITIONS[number / KINDS.len() % EDITIONS.len()];
            let price_cents = 1_800 + 425 * number as i64;
            let variant =
                |place: i64| Variant { id: format!("var_{:04}_{place}", number + 1), price_cents: price_cents + 1_000 * (place - 1) };
            Product {
                id: format!("prod_{:04}", number + 1),
                name: format!("{edition} {kind}"),
                description: description.to_owned(),
                category,
                // Wine stays in the country.
                countries: if category == "wine" { &["US"] } else { &["US", "CA", "GB"] },
                variants: (1..=1 + (number % 2) as i64).map(variant).collect(),
            }
        })
        .collect()
}

/// Two days ago, but not before Monday: someone who asks for this week finds it on any day.
fn this_week(now: Timestamp) -> Timestamp {
    let today = midnight(now);
    // 1970-01-01 was a Thursday, the third day after a Monday.
    let days_since_monday = (today.as_second().div_euclid(86_400) + 3).rem_euclid(7);
    days_before(now, 2).max(days_before(today, days_since_monday))
}

/// The last midnight in the vendor's time zone, which is eight hours behind UTC.
fn midnight(now: Timestamp) -> Timestamp {
    let behind = SignedDuration::from_hours(8);
    let local = later(now, -behind).as_second();
    let start_of_day = Timestamp::from_second(local - local.rem_euclid(86_400));
    later(start_of_day.unwrap_or(now), behind)
}

fn days_before(moment: Timestamp, days: i64) -> Timestamp {
    later(moment, SignedDuration::from_hours(-24 * days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_send_of_this_week_lies_between_monday_and_now_on_every_day() {
        // 2026-06-08, a Monday, at midnight in the vendor's time zone.
        let monday: Timestamp = "2026-06-08T00:00:00-08:00".parse().unwrap();
        for hour in 0..7 * 24 {
            let now = later(monday, SignedDuration::from_hours(hour));
            assert!((monday..=now).contains(&this_week(now)), "{now}");
        }
    }

    #[test]
    fn sends_are_numbered_in_order_of_time_and_lie_in_the_past() {
        let now: Timestamp = "2026-06-10T12:00:00Z".parse().unwrap();
        let sends = organization(now).sends;
        assert_eq!(sends.len() as u64, SENDS);
        assert!(sends.is_sorted_by_key(|send| send.id) && sends.is_sorted_by_key(|send| send.created_at));
        for send in &sends {
            assert!(send.updates.is_sorted_by_key(|update| update.occurred_at));
            assert!(send.updates.iter().all(|update| update.occurred_at <= now));
        }
    }

    #[test]
    fn names_and_ids_are_unique() {
        let seeded = organization(Timestamp::UNIX_EPOCH);
        let mut campaigns: Vec<u64> = seeded.campaigns.iter().map(|campaign| campaign.id).collect();
        let mut products: Vec<&str> = seeded.products.iter().map(|product| product.name.as_str()).collect();
        campaigns.sort_unstable();
        products.sort_unstable();
        assert!(campaigns.is_sorted_by(|one, next| one < next));
        assert!(products.is_sorted_by(|one, next| one < next));
    }
}
