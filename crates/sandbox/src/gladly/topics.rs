//! What conversations are about: a tree of names that the whole organization shares.

use serde::Serialize;
use serde_json::json;

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::ids::wished_id;
use crate::gladly::refusal::{Answer, Problem, invalid, taken};
use crate::gladly::success::{created, found, no_content};
use crate::kit::reply::Reply;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Topic {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_id: Option<String>,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("GET", ["topics"]) => Some(Ok(found(&call.organization.topics))),
        ("GET", ["topics", id]) => Some(get(call, id)),
        ("POST", ["topics"]) => Some(create(call)),
        ("PATCH", ["topics", id]) => Some(update(call, id)),
        _ => None,
    }
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

fn get(call: &Call<'_>, id: &str) -> Answer {
    let topic = call.organization.topics.iter().find(|topic| topic.id == id);
    topic.map(found).ok_or_else(|| unknown(id))
}

fn create(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let name = fields.required_text("name")?;
    let wished = wished_id(&fields)?;
    let disabled = fields.boolean("disabled")?.unwrap_or(false);
    let id = wished.unwrap_or_else(|| call.organization.ids.next());
    let parent_id = parent(call, &fields, &id)?;
    if call.organization.topics.iter().any(|topic| topic.id == id) {
        // The text for a name is the vendor's; this one is assumed.
        return Err(taken("id", "another topic already has this id"));
    }
    demand_unused_name(call, &id, &name)?;
    let location = format!("/api/v1/topics/{id}");
    call.organization.topics.push(Topic { id, name, disabled, parent_id });
    Ok(created(location))
}

fn update(call: &mut Call<'_>, id: &str) -> Answer {
    if !call.organization.topics.iter().any(|topic| topic.id == id) {
        return Err(unknown(id));
    }
    let fields = Fields::of(call.request)?;
    let name = fields.required_text("name")?;
    let disabled = fields.boolean("disabled")?;
    let parent_id = parent(call, &fields, id)?;
    demand_unused_name(call, id, &name)?;
    if let Some(topic) = call.organization.topics.iter_mut().find(|topic| topic.id == id) {
        topic.name = name;
        topic.disabled = disabled.unwrap_or(topic.disabled);
        topic.parent_id = parent_id.or_else(|| topic.parent_id.take());
    }
    Ok(no_content())
}

/// The topic this one is to stand under. Assumed: it must exist and be no part of what stands under this one.
fn parent(call: &Call<'_>, fields: &Fields, id: &str) -> Result<Option<String>, Reply> {
    let Some(parent_id) = fields.text("parentId")? else {
        return Ok(None);
    };
    let topics = &call.organization.topics;
    let mut above = Some(parent_id.clone());
    while let Some(ancestor) = above {
        if ancestor == id {
            return Err(invalid("parentId", "a topic cannot be its own parent"));
        }
        let topic = topics.iter().find(|topic| topic.id == ancestor);
        above = topic.ok_or_else(|| invalid("parentId", "parent topic does not exist"))?.parent_id.clone();
    }
    Ok(Some(parent_id))
}

fn demand_unused_name(call: &Call<'_>, id: &str, name: &str) -> Result<(), Reply> {
    match call.organization.topics.iter().find(|topic| topic.name == name && topic.id != id) {
        Some(other) => {
            let problem = Problem::new("taken", "another topic already has this name").at("name");
            Err(problem.with_meta(json!({"id": other.id})).refused(409))
        }
        None => Ok(()),
    }
}

fn unknown(id: &str) -> Reply {
    Problem::new("not_exist", &format!("conversation topic [{id}] does not exist")).refused_as_object(404)
}
