//! The account's prepared texts: more than a page of twenty, so that whoever looks for one has to turn over.

use std::collections::BTreeSet;

use crate::edesk::attachments::Attachment;
use crate::edesk::moment::Moment;
use crate::edesk::templates::{AiClassification, Template};

use super::ago;

const FIRST: u64 = 301;

pub(super) fn templates(now: Moment) -> Vec<Template> {
    /// Name, what it is for, text.
    const TEXTS: [(&str, &str, &str); 24] = [
        ("Order received", "WhereOrder", "Thank you for your order. We are packing it and write again when it leaves."),
        ("Order shipped", "WhereOrder", "Good news: your order has left our warehouse. You can follow it with the link in this message."),
        ("Tracking code", "TrackingCodeRequest", "Here is your tracking code. It may take a day until the carrier shows the parcel."),
        ("Domestic delay", "WhereOrder", "Your parcel is taking longer than usual. Please allow two more working days."),
        ("Address change", "ShipmentInstructions", "We have changed the delivery address as you asked."),
        ("Parcel lost", "WhereOrder", "The carrier cannot find your parcel. We send a replacement today."),
        ("Damaged on arrival", "Damaged", "We are sorry that your order arrived damaged. A photograph helps us to replace it at once."),
        ("Faulty item", "FaultyItem", "We are sorry about the fault. Please tell us when it first showed."),
        ("Wrong item sent", "WrongItem", "We are sorry that we sent the wrong item. The right one leaves today."),
        ("Missing parts", "MissingItems", "We are sorry that parts are missing. Which ones, please?"),
        ("Replacement on its way", "Replacement", "Your replacement has left our warehouse."),
        ("Return instructions", "OtherReturn", "Please put the label on the parcel and leave it at any counter of the carrier."),
        ("Return received", "OtherReturn", "Your return has arrived. We refund it within three working days."),
        ("Refund sent", "RefundRequest", "We have refunded your order. Your bank may need some days to show it."),
        ("Partial refund offer", "RefundRequest", "We would like to offer you a part of the price back if you keep the item."),
        ("Order cancelled", "CancellationRequest", "We have cancelled your order. Nothing will be charged."),
        ("Too late to cancel", "CancellationRequest", "Your order has already left. Please refuse the parcel or send it back."),
        ("Invoice attached", "InvoiceRequest", "Please find the invoice attached."),
        ("Payment failed", "PaymentIssue", "Your payment did not go through. Please try again with another card."),
        ("Size and material", "ProductQuery", "Sizes and materials are listed on the page of the product."),
        ("Warranty", "Warranty", "Our products have a warranty of two years from the day of delivery."),
        (
            "International Shipping Delay",
            "WhereOrder",
            "Hello, thank you for your patience. International parcels are held up in customs at the moment, and yours is one of \
             them. We expect it to arrive within 7 to 10 working days, and we write to you as soon as it moves. If you would rather \
             have a refund, tell us and we arrange it.",
        ),
        ("Thank you", "HappyCustomer", "Thank you for your kind words. They made our day."),
        ("Out of office", "OutOfOffice", "We are back on the next working day and answer in order of arrival."),
    ];
    (FIRST..)
        .zip(TEXTS)
        .map(|(id, (name, classification, text))| Template {
            id,
            name: name.to_owned(),
            subject: Some(name.to_owned()),
            body_text: text.to_owned(),
            channels: (id % 4 == 0).then(|| BTreeSet::from([42, 47])),
            template_usage: if name == "Out of office" { "OutOfOffice" } else { "Manual" },
            template_type: vec!["Consumer"],
            query_type: (classification == "WhereOrder").then(|| vec!["ShippingQuery", "OrderShippingInquiry"]),
            order_status: None,
            delivery_date: None,
            active: name != "Partial refund offer",
            order_fulfilment: None,
            created_at: ago(now, 24 * 300, 0),
            message_subject: None,
            invoice_attached: name == "Invoice attached",
            only_use_if_no_replies_yet: false,
            ai_classification: Some(AiClassification { classification: Some(classification), quick_reply: id % 2 == 0 }),
            attachments: match name {
                "Return instructions" => vec![Attachment::new(708_001, "return-label.pdf".to_owned())],
                _ => Vec::new(),
            },
        })
        .collect()
}
