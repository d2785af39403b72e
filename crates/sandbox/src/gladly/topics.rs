//! What conversations are about.

use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Topic {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_id: Option<String>,
}

pub(super) fn seed() -> Vec<Topic> {
    let topic = |id: &str, name: &str, parent_id: Option<&str>| Topic {
        id: id.to_owned(),
        name: name.to_owned(),
        disabled: false,
        parent_id: parent_id.map(str::to_owned),
    };
    vec![
        topic("Z_Oto7j-Sy2DlQdnZBDdDw", "Missing item", Some("top_orders")),
        topic("top_orders", "Orders", None),
        topic("top_refund", "Refund", Some("top_orders")),
        topic("top_shipping", "Shipping", None),
    ]
}
