//! The tickets and orders that documentation and tests name.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::edesk::custom_fields::CustomField;
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::messages::Message;
use crate::edesk::moment::Moment;
use crate::edesk::order_notes::OrderNote;
use crate::edesk::people::User;
use crate::edesk::sales_order::SalesOrder;
use crate::edesk::tickets::Ticket;

use super::orders::{Purchase, order, parcel};
use super::people::{AMAZON_UK, AMAZON_US, SHOPIFY_US};
use super::{ago, user};

pub(super) fn sales_orders(helpdesk: &mut Helpdesk, now: Moment) -> Vec<SalesOrder> {
    let days = |count: i64| now.plus(SignedDuration::from_hours(24 * count));
    let shipped = order(
        helpdesk,
        &Purchase {
            id: 88_310,
            contact_id: 9001,
            seller_order_id: "203-5518842-7731905".to_owned(),
            status: "OrderShipped",
            articles: &[(1, 1)],
            shipping_amount: 4.99,
            ordered_at: ago(now, 8 * 24, 0),
            shipped_at: Some(ago(now, 6 * 24, 0)),
            expected: Some((days(-1), days(1))),
        },
    );
    let shipped = shipped.map(|order| SalesOrder {
        tracking_codes: parcel("123456789", "https://www.fedex.com/fedextrack/?trknbr=123456789".to_owned(), "FedEx"),
        ..order
    });
    let broken = order(
        helpdesk,
        &Purchase {
            id: 11_092,
            contact_id: 9002,
            seller_order_id: "BW-20917".to_owned(),
            status: "Delivered",
            articles: &[(0, 1)],
            shipping_amount: 7.50,
            ordered_at: ago(now, 9 * 24, 0),
            shipped_at: Some(ago(now, 7 * 24, 0)),
            expected: Some((days(-3), days(-2))),
        },
    );
    let broken = broken.map(|order| SalesOrder {
        tracking_codes: parcel("1Z0042550398761204", "https://www.ups.com/track?tracknum=1Z0042550398761204".to_owned(), "UPS"),
        ..order
    });
    let late = order(
        helpdesk,
        &Purchase {
            id: 509_211,
            contact_id: 9003,
            seller_order_id: "114-9930271-0448216".to_owned(),
            status: "OrderShipped",
            articles: &[(2, 2), (6, 1)],
            shipping_amount: 5.95,
            ordered_at: ago(now, 5 * 24, 0),
            shipped_at: Some(ago(now, 4, 0)),
            expected: Some((days(2), days(4))),
        },
    );
    let late = late.map(|order| SalesOrder {
        tracking_codes: parcel("1Z9999999999999999", "https://www.ups.com/track?tracknum=1Z9999999999999999".to_owned(), "UPS"),
        order_notes_id: Some(vec![2_990]),
        ..order
    });
    [shipped, broken, late].into_iter().flatten().collect()
}

pub(super) fn tickets(helpdesk: &Helpdesk, now: Moment) -> (Vec<Ticket>, Vec<Message>) {
    let agent = helpdesk.users.get(12).cloned();
    let minutes = |count: i64| Some(now.plus(SignedDuration::from_mins(count)));
    let messages = vec![
        Message {
            subject: Some("Shipping update".to_owned()),
            ..from_customer(
                501,
                70_012,
                9001,
                ago(now, 70, 12),
                "Hello, I ordered an oak lamp last week. Has it shipped, and can I track it?",
            )
        },
        Message {
            subject: Some("Vase arrived shattered".to_owned()),
            ..from_customer(
                8_801,
                99_421,
                9002,
                ago(now, 22, 40),
                "The ceramic vase came today and it is in pieces. The box had no padding at all. Please send me another one.",
            )
        },
        Message {
            subject: Some("Order has not left yet?".to_owned()),
            ..from_customer(
                9_401,
                1_409_923,
                9003,
                ago(now, 30, 5),
                "I ordered mugs and candles five days ago as a gift for Sunday, and the order still shows no parcel. Where is it?",
            )
        },
        Message {
            from_user: agent,
            from_consumer_id: None,
            kind: "Note",
            direction: "Other",
            ..from_customer(9_402, 1_409_923, 9003, ago(now, 28, 50), "Asked the Denver warehouse when this leaves.")
        },
    ];
    let shipping = Ticket {
        ai_classification: "WhereOrder",
        reply_due_at: minutes(90),
        ..ticket(70_012, "Shipping update", "ShippingQuery", AMAZON_UK, 9001, 88_310, ago(now, 70, 12), vec![501])
    };
    let broken = Ticket {
        ai_classification: "Damaged",
        reply_due_at: minutes(165),
        tags_ids: BTreeSet::from([660]),
        owner_user_id: Some(13),
        ..ticket(99_421, "Vase arrived shattered", "DefectiveItemReceived", SHOPIFY_US, 9002, 11_092, ago(now, 22, 40), vec![8_801])
    };
    let late = Ticket {
        ai_classification: "TrackingCodeRequest",
        reply_due_at: minutes(210),
        owner_user_id: Some(12),
        last_updated_at: Some(ago(now, 28, 50)),
        custom_fields: vec![
            CustomField { id: 1, name: "Warehouse", value: "Denver".to_owned() },
            CustomField { id: 4, name: "Priority customer", value: "Yes".to_owned() },
        ],
        ..ticket(1_409_923, "Order has not left yet?", "OrderQuery", AMAZON_US, 9003, 509_211, ago(now, 30, 5), vec![9_401, 9_402])
    };
    (vec![shipping, broken, late], messages)
}

pub(super) fn order_notes(users: &[User], now: Moment) -> Vec<OrderNote> {
    let at = ago(now, 29, 0);
    vec![OrderNote {
        id: 2_990,
        sales_order_id: 509_211,
        user: user(users, 14),
        text: "Gift: leave the invoice out of the parcel.".to_owned(),
        attachments: Vec::new(),
        created_at: at,
        last_updated_at: at,
    }]
}

/// An open ticket about an order whose last message is as old as itself.
#[expect(clippy::too_many_arguments, reason = "a row of a table")]
pub(super) fn ticket(
    id: u64,
    subject: &str,
    kind: &'static str,
    channel_id: u64,
    contact_id: u64,
    sales_order_id: u64,
    created_at: Moment,
    messages_ids: Vec<u64>,
) -> Ticket {
    Ticket {
        id,
        subject: subject.to_owned(),
        kind,
        channel_id,
        status: "Open",
        sales_order_id: Some(sales_order_id),
        created_at,
        last_updated_at: Some(created_at),
        owner_user_id: None,
        custom_fields: Vec::new(),
        reply_due_at: None,
        tags_ids: BTreeSet::new(),
        contact_id: Some(contact_id),
        messages_ids,
        replies: 0,
        ai_classification: "",
        is_read: false,
        is_priority: false,
    }
}

pub(super) fn from_customer(id: u64, ticket_id: u64, contact_id: i64, created_at: Moment, body: &str) -> Message {
    Message {
        id,
        external_id: Some(format!("ext-{id}")),
        subject: None,
        created_at,
        from_consumer_id: Some(contact_id),
        from_user: None,
        kind: "Message",
        attachments: Vec::new(),
        direction: "Incoming",
        body: body.to_owned(),
        errors: Vec::new(),
        ticket_id,
    }
}
