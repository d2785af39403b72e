//! Who works here, where it sells, and who buys.

use crate::edesk::people::{Channel, Contact, User};

pub(super) const AMAZON_UK: u64 = 42;
pub(super) const SHOPIFY_US: u64 = 43;
pub(super) const EBAY_DE: u64 = 44;
pub(super) const AMAZON_US: u64 = 47;
const MAILBOX: u64 = 45;

pub(super) fn users() -> Vec<User> {
    let user = |id, name: &'static str, role, active| {
        let username = name.to_lowercase().replace(' ', ".");
        User { id, name, email: format!("{username}@brightwares.example"), active, username, role }
    };
    vec![
        user(11, "Nora Castell", "admin", true),
        user(12, "Ben Adeyemi", "agent", true),
        user(13, "Lucia Ferro", "agent", true),
        user(14, "Tom Hartmann", "agent", true),
        user(15, "Aisha Rahman", "supervisor", true),
        user(16, "Gil Former", "agent", false),
        user(42, "Escalations", "agent", true),
    ]
}

pub(super) fn channels() -> Vec<Channel> {
    let channel = |id, kind, country, currency, name, accessible| Channel { id, kind, country, currency, name, accessible };
    vec![
        channel(AMAZON_UK, "Amazon", "GB", "GBP", "Amazon UK", true),
        channel(SHOPIFY_US, "Shopify", "US", "USD", "Brightwares Store", true),
        channel(EBAY_DE, "eBay", "DE", "EUR", "eBay Germany", true),
        channel(MAILBOX, "Email", "IE", "EUR", "support@brightwares.example", true),
        channel(46, "Voice", "IE", "EUR", "Hotline", true),
        channel(AMAZON_US, "Amazon", "US", "USD", "Amazon US", true),
        channel(49, "Shopify", "FR", "EUR", "Outlet France", false),
    ]
}

/// The first of each channel are the customers of the named tickets; the others take turns in the generated ones.
pub(super) fn contacts() -> Vec<Contact> {
    const PEOPLE: [(u64, u64, &str, Option<&str>); 20] = [
        (9001, AMAZON_UK, "Imogen Clarke", Some("+442071838750")),
        (9002, SHOPIFY_US, "Walter Nguyen", Some("+12125550142")),
        (9003, AMAZON_US, "Renee Holloway", Some("+13035550177")),
        (9004, EBAY_DE, "Katrin Vogel", Some("+4930555012")),
        (9005, AMAZON_UK, "Owen Pritchard", None),
        (9006, SHOPIFY_US, "Carla Mendes", Some("+14155550123")),
        (9007, AMAZON_US, "Derek Olsen", None),
        (9008, EBAY_DE, "Jonas Brandt", None),
        (9009, AMAZON_UK, "Sadie Whitlock", Some("+441614960991")),
        (9010, SHOPIFY_US, "Priyanka Shah", None),
        (9011, AMAZON_US, "Hector Ruiz", Some("+15125550188")),
        (9012, EBAY_DE, "Miriam Stein", None),
        (9013, AMAZON_UK, "Alastair Boyd", None),
        (9014, SHOPIFY_US, "June Takeda", Some("+18085550114")),
        (9015, AMAZON_US, "Yvonne Carter", None),
        (9016, EBAY_DE, "Lars Petersen", Some("+4940555087")),
        (9017, AMAZON_UK, "Bronwen Hughes", None),
        (9018, SHOPIFY_US, "Felix Moreau", None),
        (9019, MAILBOX, "Orla Byrne", Some("+35315550133")),
        (9020, MAILBOX, "Declan Walsh", None),
    ];
    let contact = |(id, channel_id, name, phone): (u64, u64, &str, Option<&str>)| Contact {
        id,
        channel_id,
        client_id: 500_000 + id,
        full_name: name.to_owned(),
        phone_number: phone.map(str::to_owned),
        email: format!("{}@mail.example", name.to_lowercase().replace(' ', ".")),
    };
    PEOPLE.map(contact).into()
}
