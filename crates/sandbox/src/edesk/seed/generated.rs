//! Enough tickets and orders for several pages.

use jiff::SignedDuration;

use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::messages::Message;
use crate::edesk::moment::Moment;
use crate::edesk::sales_order::SalesOrder;
use crate::edesk::tickets::Ticket;
use crate::kit::code::Codes;

use super::ago;
use super::named::{from_customer, ticket};
use super::orders::{ARTICLES, Purchase, order, parcel};

const FIRST_ORDER: u64 = 600_001;
const ORDERS: u64 = 30;
pub(super) const NEXT_ORDER: u64 = FIRST_ORDER + ORDERS;
const FIRST_TICKET: u64 = 1_500_001;
pub(super) const NEXT_TICKET: u64 = FIRST_TICKET + (OPEN.len() + SETTLED.len()) as u64;
const FIRST_MESSAGE: u64 = 401;
/// Those who order, one after the other.
const FIRST_CUSTOMER: u64 = 9004;
const CUSTOMERS: u64 = 15;

/// Minutes until each open ticket should be answered; none while no clock runs. With those written out, thirteen are due
/// within two hours, and some are due in whatever two hours of the first day.
const OPEN: [Option<i64>; 32] = [
    Some(-180),
    Some(1_440),
    Some(52),
    None,
    Some(300),
    Some(8),
    Some(135),
    Some(-45),
    Some(101),
    Some(720),
    Some(31),
    Some(75),
    None,
    Some(480),
    Some(22),
    Some(1_200),
    Some(110),
    Some(63),
    Some(900),
    Some(14),
    Some(240),
    Some(-600),
    Some(118),
    Some(40),
    Some(600),
    None,
    Some(84),
    Some(180),
    Some(400),
    Some(1_080),
    Some(150),
    Some(660),
];
const SETTLED: [&str; 8] = ["Pending", "Closed", "Closed", "Pending", "Archived", "Closed", "Spam", "Scheduled"];

/// What customers ask: subject, type, text.
const QUESTIONS: [(&str, &str, &str, &str); 8] = [
    ("Where is my parcel?", "OrderShippingInquiry", "WhereOrder", "It should have come on Tuesday. Where is my parcel?"),
    ("Return of an item", "ReturnRequest", "OtherReturn", "It does not fit my hallway. How do I send it back?"),
    ("Wrong colour", "WrongItemReceived", "WrongItem", "I ordered green and got grey."),
    ("Invoice please", "InvoiceRequest", "InvoiceRequest", "Please send me an invoice with my company's name."),
    ("Can I still cancel?", "Cancellation", "CancellationRequest", "I ordered twice by mistake. Can one be cancelled?"),
    ("Question about the size", "ProductQuery", "ProductQuery", "How high is it without its foot?"),
    ("Scratched on arrival", "DefectiveItemReceived", "FaultyItem", "There is a long scratch on the front."),
    ("Payment taken twice", "PaymentsQuery", "PaymentIssue", "My bank shows two payments for one order."),
];

pub(super) fn sales_orders(helpdesk: &mut Helpdesk, now: Moment) -> Vec<SalesOrder> {
    const STATUS: [&str; 7] = ["Delivered", "InTransit", "OrderShipped", "PaymentAccepted", "Delivered", "OrderReceived", "Returned"];
    let mut codes = Codes::from_seed(42);
    let mut orders = Vec::with_capacity(ORDERS as usize);
    for number in 0..ORDERS {
        let place = number as usize;
        let status = STATUS[place % STATUS.len()];
        let is_shipped = !matches!(status, "PaymentAccepted" | "OrderReceived");
        let ordered_at = ago(now, 24 * (2 + number as i64), 17 * number as i64 % 60);
        let purchase = Purchase {
            id: FIRST_ORDER + number,
            contact_id: FIRST_CUSTOMER + number % CUSTOMERS,
            seller_order_id: format!("BW-{}", 21_000 + number),
            status,
            articles: &[(place % ARTICLES.len(), 1 + number as i64 % 3), ((place + 3) % ARTICLES.len(), 1)],
            shipping_amount: [0.0, 4.99, 7.5][place % 3],
            ordered_at,
            shipped_at: is_shipped.then(|| ordered_at.plus(SignedDuration::from_hours(26))),
            expected: None,
        };
        let Some(order) = order(helpdesk, &purchase) else { continue };
        let code = format!("JD{}", codes.hex(14).to_uppercase());
        let link = format!("https://www.dhl.com/track?tracking-id={code}");
        let tracking_codes = if is_shipped { parcel(&code, link, "DHL") } else { None };
        orders.push(SalesOrder { tracking_codes, ..order });
    }
    orders
}

/// A ticket for each of the orders, and some without one, each with the customer's message.
pub(super) fn tickets(orders: &[SalesOrder], now: Moment) -> (Vec<Ticket>, Vec<Message>) {
    let generated: Vec<&SalesOrder> = orders.iter().filter(|order| order.id >= FIRST_ORDER).collect();
    let open = OPEN.iter().map(|due| ("Open", *due));
    let settled = SETTLED.iter().map(|status| (*status, None));
    let (mut tickets, mut messages) = (Vec::new(), Vec::new());
    for ((place, (status, due)), number) in open.chain(settled).enumerate().zip(0..) {
        let order = generated[place % generated.len()];
        let (subject, kind, classification, text) = QUESTIONS[place % QUESTIONS.len()];
        let (id, message_id) = (FIRST_TICKET + number, FIRST_MESSAGE + number);
        let asked_at = ago(now, 1 + 2 * number as i64 % 60, 7 * number as i64 % 60);
        let contact_id = i64::try_from(order.contact_id).unwrap_or_default();
        messages.push(from_customer(message_id, id, contact_id, asked_at, text));
        let is_about_order = place % 9 != 7;
        let ticket = ticket(id, subject, kind, order.channel_id, order.contact_id, order.id, asked_at, vec![message_id]);
        tickets.push(Ticket {
            status,
            sales_order_id: ticket.sales_order_id.filter(|_| is_about_order),
            reply_due_at: due.map(|minutes| now.plus(SignedDuration::from_mins(minutes))),
            owner_user_id: [None, Some(12), Some(13), Some(14)][place % 4],
            ai_classification: classification,
            ..ticket
        });
    }
    (tickets, messages)
}
