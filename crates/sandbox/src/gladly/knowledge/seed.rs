//! The knowledge base at the start.

use jiff::Timestamp;

use crate::gladly::knowledge::{Audience, Content, Entry, HelpCenter, Kind, Knowledge, Snippet, Use};

const AUDIENCES: &[Audience] = &[Audience { id: "aud_everyone", name: "Everyone" }, Audience { id: "aud_vip", name: "VIP customers" }];

const HELP_CENTERS: &[HelpCenter] = &[HelpCenter {
    id: "hc_acme",
    snippets: &[
        Snippet { id: "snip_shipping", section_id: "sec_shipping", answer_id: "ans_intl_shipping" },
        Snippet { id: "snip_returns", section_id: "sec_returns", answer_id: "ans_returns" },
    ],
}];

const SHIPPING: &str = "<p>Parcels to other countries usually arrive within <strong>10 to 21 business days</strong>. Customs may hold a \
parcel for up to 14 days more; the tracking page then says <em>In customs</em>. If nothing has moved for 30 days, we send a replacement or \
refund the order.</p>";

pub(in crate::gladly) fn knowledge(now: Timestamp) -> Knowledge {
    let answer = |id: &str, name: &str, description: &str| Entry {
        id: id.to_owned(),
        name: name.to_owned(),
        description: Some(description.to_owned()),
        audience_ids: Vec::new(),
        created_at: now,
        updated_at: now,
        used_by: None,
    };
    let answers = vec![
        answer("ans_intl_shipping", "International shipping delays", "What to say when a parcel abroad is late"),
        answer("ans_returns", "Returns and exchanges", "The 60 days and the label"),
        Entry { used_by: Some(Use::Rules), ..answer("ans_missing_item", "An item is missing from my box", "Used by the routing rules") },
        Entry { used_by: Some(Use::Thread), ..answer("ans_refund_time", "When a refund arrives", "Part of the refund thread") },
        answer("ans_gift_cards", "Gift cards", "Balance and expiry"),
        Entry { audience_ids: vec!["aud_vip".to_owned()], ..answer("ans_vip", "Early access", "VIP customers only") },
    ];
    let content = |answer_id: &str, language: &str, kind: Kind, body_html: &str| Content {
        answer_id: answer_id.to_owned(),
        language: language.to_owned(),
        kind,
        body_html: body_html.to_owned(),
        title: None,
        updated_at: now,
    };
    let answer_contents = vec![
        content("ans_intl_shipping", "en-us", Kind::Public, SHIPPING),
        content("ans_intl_shipping", "en-us", Kind::Email, "<p>Sorry for the wait! Parcels abroad may take up to 21 business days.</p>"),
        content("ans_returns", "en-us", Kind::Public, "<p>Send anything back within 60 days; the label is in your order history.</p>"),
        content("ans_returns", "es-mx", Kind::Public, "<p>Devuelva lo que quiera en 60 días.</p>"),
        content("ans_missing_item", "en-us", Kind::Public, "<p>Tell us the order number and we send it.</p>"),
        content("ans_refund_time", "en-us", Kind::Public, "<p>Banks take 5 to 10 business days.</p>"),
        content("ans_gift_cards", "en-us", Kind::Public, "<p>Gift cards do not expire.</p>"),
        content("ans_vip", "en-us", Kind::Reference, "<p>VIP customers see new collections two days early.</p>"),
    ];
    Knowledge { answers, answer_contents, audiences: AUDIENCES, help_centers: HELP_CENTERS }
}
