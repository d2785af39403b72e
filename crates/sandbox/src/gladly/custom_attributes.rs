//! The organization's own attributes of conversations.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::gladly::call::Call;
use crate::gladly::conversations::{AttributeValue, known};
use crate::gladly::customers::owner;
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, Problem, invalid};
use crate::gladly::success::{found, no_content};
use crate::kit::reply::Reply;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomAttribute {
    pub(super) id: &'static str,
    /// By which clients set it; conversations show its id.
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) deactivated: bool,
    pub(super) created_at: Timestamp,
    pub(super) created_by: &'static str,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("GET", ["custom-attributes", id]) => get(call, id),
        ("POST", ["customer-history", customer_id, "conversations", id, "custom-attributes"]) => change(call, customer_id, id),
        _ => return None,
    })
}

/// The words of the refusal are assumed.
fn get(call: &Call<'_>, id: &str) -> Answer {
    let attribute = call.organization.custom_attributes.iter().find(|attribute| attribute.id == id);
    attribute.map(found).ok_or_else(|| Problem::new("not_exist", &format!("custom attribute [{id}] does not exist")).refused_as_object(404))
}

/// Assumed: a second value of the same attribute is added beside the first, one that is there is not added again, and
/// what is not there need not be removed.
fn change(call: &mut Call<'_>, customer_id: &str, conversation_id: &str) -> Answer {
    owner(call.organization, call.settings, customer_id)?;
    let conversation = known(call, conversation_id)?;
    if conversation.customer_id != customer_id {
        return Err(Problem::new("not_exist", "conversation does not exist").refused(404));
    }
    let before = conversation.custom_attributes.clone();
    let mut values = before.clone();
    let fields = Fields::of(call.request)?;
    let (removed, added) = (read(call, &fields, "remove")?, read(call, &fields, "add")?);
    values.retain(|value| !removed.contains(value));
    for value in added {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if let Some(conversation) = call.organization.conversation_mut(conversation_id) {
        conversation.custom_attributes.clone_from(&values);
    }
    let mut happened = |kind, value: &AttributeValue| {
        let content = json!({"customerId": customer_id, "conversationId": conversation_id, "customAttributeId": value.id});
        call.record(kind, content);
    };
    values.iter().filter(|value| !before.contains(value)).for_each(|value| happened("CONVERSATION/CUSTOM_ATTRIBUTE_ADDED", value));
    before.iter().filter(|value| !values.contains(value)).for_each(|value| happened("CONVERSATION/CUSTOM_ATTRIBUTE_REMOVED", value));
    Ok(no_content())
}

/// The pairs of `key` and `value` under `name`. That a key must be one of the organization's is assumed.
fn read(call: &Call<'_>, fields: &Fields, name: &str) -> Result<Vec<AttributeValue>, Reply> {
    let pair = |pair: &Fields| {
        let (key, value) = (pair.required_text("key")?, pair.required_text("value")?);
        let attribute = call.organization.custom_attributes.iter().find(|attribute| attribute.key == key && !attribute.deactivated);
        let attribute = attribute.ok_or_else(|| invalid(&pair.attr("key"), &format!("custom attribute [{key}] does not exist")))?;
        Ok(AttributeValue { id: attribute.id.to_owned(), value })
    };
    fields.objects(name)?.unwrap_or_default().iter().map(pair).collect()
}
