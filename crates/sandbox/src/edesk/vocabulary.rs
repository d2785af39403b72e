//! The words that the vendor's fields take.

pub(super) const TICKET_STATUS: &[&str] = &["Scheduled", "Spam", "Archived", "Open", "Pending", "Closed"];

/// On updates and in filters; the last four are commands, which no ticket has as its status.
pub(super) const TICKET_STATUS_WIDE: &[&str] =
    &["Scheduled", "Spam", "Archived", "Open", "Pending", "Closed", "Unread", "Read", "Unpriority", "Priority"];

/// The last three are of tickets alone; templates know the others.
pub(super) const TICKET_TYPE: &[&str] = &[
    "BuyerNotes",
    "Cancellation",
    "Chat",
    "ContactBuyer",
    "ContactForm",
    "DefectiveItemReceived",
    "FeedbackReply",
    "Incident",
    "InvoiceRequest",
    "NegativeFeedback",
    "OfferQuery",
    "OrderClaim",
    "OrderQuery",
    "OrderShippingInquiry",
    "PaymentsQuery",
    "Presales",
    "ProductQuery",
    "PublicMessage",
    "Query",
    "ResolutionCase",
    "ReturnRequest",
    "ReturnsQuery",
    "SampleQuery",
    "ShippingQuery",
    "SystemMessage",
    "WrongItemReceived",
    "Chatbot",
    "OrderAdjustment",
    "Refund",
];

pub(super) const TEMPLATE_QUERY_TYPE: &[&str] = TICKET_TYPE.split_at(TICKET_TYPE.len() - 3).0;

/// What can be written; reading shows more.
pub(super) const MESSAGE_TYPE: &[&str] = &["Message", "Note"];
pub(super) const MESSAGE_TYPE_ON_UPDATE: &[&str] = &["Note"];
pub(super) const MESSAGE_DIRECTION: &[&str] = &["Incoming", "Outgoing"];

pub(super) const ORDER_STATUS: &[&str] = &[
    "OrderReceived",
    "PaymentReceived",
    "PaymentRejected",
    "PaymentAccepted",
    "OrderShipped",
    "InTransit",
    "Delivered",
    "Canceled",
    "Returned",
    "Hold",
];
pub(super) const DELIVERY_TYPE: &[&str] = &["Expedited", "NextDay", "SecondDay", "Standard"];
pub(super) const ATTACHMENT_TYPE: &[&str] = &["Other", "Invoice"];

pub(super) const TEMPLATE_USAGE: &[&str] = &["Manual", "ManualAuto"];
pub(super) const TEMPLATE_TYPE: &[&str] = &["Consumer", "Internal", "External"];
pub(super) const TEMPLATE_DELIVERY_DATE: &[&str] = &["Within", "Outside"];
pub(super) const ORDER_FULFILMENT: &[&str] = &["FBA", "MerchantFulfilled"];
pub(super) const AI_CLASSIFICATION: &[&str] = &[
    "WhereOrder",
    "ShipmentInstructions",
    "PreorderShipmentInquiry",
    "GiftPurchase",
    "FaultyItem",
    "WrongItem",
    "MissingItems",
    "Damaged",
    "DontFit",
    "NotAsDescribed",
    "Warranty",
    "OtherReturn",
    "RefundRequest",
    "CancellationRequest",
    "PaymentIssue",
    "InvoiceRequest",
    "NoResponseNeeded",
    "HappyCustomer",
    "OutOfOffice",
    "OrderIssue",
    "ProductQuery",
    "TrackingCodeRequest",
    "UnhappyCustomer",
    "Replacement",
    "EvidenceReceived",
];

pub(super) const TAG_COLOR: &[&str] = &[
    "757575", "F44336", "E91E63", "9C27B0", "673AB7", "3F51B5", "2196F3", "03A9F4", "00BCD4", "009688", "4CAF50", "8BC34A", "FFA000",
    "FB8C00", "FF5722", "795548", "607D8B", "000000", "F68843", "3BB9FB", "8488E7", "2C6DEF", "FFDF7E", "CFAAF8", "B6D44C", "F480B6",
    "EB3F48", "76767B", "D682C8",
];
pub(super) const TAG_ICON: &[&str] = &[
    "folder",
    "heart",
    "hashtag",
    "automobile",
    "ban",
    "bank",
    "bell",
    "bolt",
    "bullhorn",
    "bullseye",
    "calendar",
    "check",
    "close",
    "cog",
    "comment",
    "comments",
    "exclamation",
    "eye",
    "flag",
    "gift",
    "group",
    "globe",
    "info",
    "legal",
    "magic",
    "money",
    "plane",
    "plug",
    "print",
    "recycle",
    "refresh",
    "reply",
    "smile",
    "star",
    "support",
    "tint",
    "tree",
    "user",
    "users",
    "unlock",
    "wheelchair",
    "wrench",
    "euro",
    "gbp",
    "remove",
    "dropbox",
    "truck",
    "dollar",
    "phone",
    "adjust",
    "adn",
    "ambulance",
    "anchor",
];
