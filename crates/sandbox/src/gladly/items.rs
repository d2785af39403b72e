//! Conversation items: the timeline of a conversation, and what lies outside of any.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::gladly::call::Call;
use crate::gladly::conversations;
use crate::gladly::customers::owner;
use crate::gladly::event_log::Actor;
use crate::gladly::refusal::{Answer, Problem, not_exist};
use crate::gladly::success::{found, limited, no_content};
use crate::kit::reply::Reply;

/// Kinds in which a customer or an agent says something.
const MESSAGES: &[&str] =
    &["CHAT_MESSAGE", "EMAIL", "SMS", "FACEBOOK_MESSAGE", "INSTAGRAM_DIRECT", "WHATSAPP", "TWITTER", "VOICEMAIL", "CUSTOM_CHANNEL"];
/// All other kinds the API shows. There are more in the product, of which it only says that they exist.
const OTHERS: &[&str] = &["CONVERSATION_STATUS_CHANGE", "CONVERSATION_NOTE", "CUSTOMER_ACTIVITY", "PHONE_CALL", "TOPIC_CHANGE", "TASK"];

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) customer_id: String,
    /// Items made by the API are outside of any conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) conversation_id: Option<String>,
    pub(super) timestamp: Timestamp,
    pub(super) initiator: Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) responder: Option<Actor>,
    /// Its `type` decides which other fields there are.
    pub(super) content: Value,
}

impl Item {
    pub(super) fn kind(&self) -> &str {
        self.content.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn is_message(&self) -> bool {
        MESSAGES.contains(&self.kind())
    }

    fn is_supported(&self) -> bool {
        self.is_message() || OTHERS.contains(&self.kind())
    }
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("GET", ["conversations", id, "items"]) => timeline(call, id),
        ("GET", ["conversation-items", id]) => supported(call, id).map(found),
        ("DELETE", ["conversation-items", id]) => delete(call, id),
        ("DELETE", ["customers", customer_id, "conversation-items", id]) => delete_of_customer(call, customer_id, id),
        _ => return None,
    })
}

/// The item of that id, if the API can show it.
pub(super) fn supported<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Item, Reply> {
    let item = call.organization.item(id).ok_or_else(not_exist)?;
    match item.is_supported() {
        true => Ok(item),
        false => {
            let detail = format!("Conversation item with id [{id}] exists but is not supported by the API.");
            Err(Problem::new("invalid", &detail).refused(400))
        }
    }
}

fn timeline(call: &Call<'_>, conversation_id: &str) -> Answer {
    conversations::known(call, conversation_id)?;
    let session = call.request.parameter("sessionId").filter(|session| !session.is_empty());
    let is_of_session = |item: &Item| session.is_none_or(|session| item.content.get("sessionId").and_then(Value::as_str) == Some(session));
    let items = call.organization.items.iter().filter(|item| item.conversation_id.as_deref() == Some(conversation_id));
    let mut items: Vec<&Item> = items.filter(|item| item.is_supported() && is_of_session(item)).collect();
    items.sort_by_key(|item| item.timestamp);
    Ok(limited(&items, call.settings.items_cap))
}

/// Status and words of the refusal are assumed.
fn delete(call: &mut Call<'_>, id: &str) -> Answer {
    let item = call.organization.item(id).ok_or_else(not_exist)?;
    if item.kind() != "CUSTOMER_ACTIVITY" {
        return Err(Problem::new("invalid", "only CUSTOMER_ACTIVITY items can be deleted").refused(400));
    }
    call.organization.items.retain(|item| item.id != id);
    Ok(no_content())
}

fn delete_of_customer(call: &mut Call<'_>, customer_id: &str, id: &str) -> Answer {
    owner(call.organization, call.settings, customer_id)?;
    match call.organization.item(id) {
        Some(item) if item.customer_id == customer_id => delete(call, id),
        _ => Err(not_exist()),
    }
}
