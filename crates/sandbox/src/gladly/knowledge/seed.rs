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

/// Id, name, description, and the public text in English: the first two are in the help center, the third in a rule, the
/// fourth in a thread, the fifth in nothing, the sixth not public.
const ANSWERS: &[(&str, &str, &str, &str)] = &[
    (
        "ans_intl_shipping",
        "International shipping delays",
        "What to say when a parcel abroad is late",
        "<p>Parcels to other countries usually arrive within <strong>10 to 21 business days</strong>. Customs may hold a parcel for up to \
         14 days more; the tracking page then says <em>In customs</em>. If nothing has moved for 30 days, we send a replacement or refund \
         the order.</p>",
    ),
    (
        "ans_returns",
        "Returns and exchanges",
        "The 60 days and the label",
        "<p>Send anything back within 60 days. The prepaid label is in your order history.</p>",
    ),
    ("ans_missing_item", "An item is missing from my box", "Used by the routing rules", "<p>Tell us the order number and we send it.</p>"),
    ("ans_refund_time", "When a refund arrives", "Part of the refund thread", "<p>Banks take 5 to 10 business days.</p>"),
    ("ans_gift_cards", "Gift cards", "Balance and expiry", "<p>Gift cards do not expire.</p>"),
    ("ans_vip", "Early access", "VIP customers only", ""),
];

pub(in crate::gladly) fn knowledge(now: Timestamp) -> Knowledge {
    let answers = ANSWERS.iter().map(|(id, name, description, _)| Entry {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        description: Some((*description).to_owned()),
        audience_ids: if *id == "ans_vip" { vec!["aud_vip".to_owned()] } else { Vec::new() },
        created_at: now,
        updated_at: now,
        used_by: match *id {
            "ans_missing_item" => Some(Use::Rules),
            "ans_refund_time" => Some(Use::Thread),
            _ => None,
        },
    });
    let english = ANSWERS.iter().filter(|(.., body)| !body.is_empty());
    let english = english.map(|(id, _, _, body)| content(id, "en-us", Kind::Public, body, now));
    let others = [
        content("ans_returns", "es-mx", Kind::Public, "<p>Devuelva lo que quiera en 60 días.</p>", now),
        content(
            "ans_intl_shipping",
            "en-us",
            Kind::Email,
            "<p>Sorry for the wait! Parcels abroad may take up to 21 business days.</p>",
            now,
        ),
        content("ans_vip", "en-us", Kind::Reference, "<p>VIP customers see new collections two days early.</p>", now),
    ];
    Knowledge {
        answers: answers.collect(),
        answer_contents: english.chain(others).collect(),
        audiences: AUDIENCES,
        help_centers: HELP_CENTERS,
    }
}

fn content(answer_id: &str, language: &str, kind: Kind, body_html: &str, now: Timestamp) -> Content {
    let (answer_id, language, body_html) = (answer_id.to_owned(), language.to_owned(), body_html.to_owned());
    Content { answer_id, language, kind, body_html, title: None, updated_at: now }
}
