//! Tags and their groups. A ticket is tagged through the ticket.

use serde::Serialize;
use serde_json::{Value, json};

use crate::edesk::answer::{confirmation, data, list};
use crate::edesk::call::Call;
use crate::edesk::fields::{Fields, body};
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::refusal::{Answer, ErrorCode, not_found};
use crate::edesk::value::{boolean, id_in, one_of, text};
use crate::edesk::vocabulary::{TAG_COLOR, TAG_ICON};

#[derive(Debug, Clone, Serialize)]
pub(super) struct Tag {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) active: bool,
    pub(super) tag_group_id: u64,
    pub(super) color: Option<&'static str>,
    pub(super) icon: Option<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct TagGroup {
    pub(super) id: u64,
    pub(super) name: Option<&'static str>,
    pub(super) user_id: u64,
    pub(super) entity_type: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) hide: bool,
}

pub(super) fn list_all(call: &mut Call<'_>) -> Answer {
    let tags: Vec<&Tag> = call.helpdesk.tags.iter().collect();
    list(call.request, &tags, |tag| json!(tag))
}

pub(super) fn list_groups(call: &mut Call<'_>) -> Answer {
    let groups: Vec<&TagGroup> = call.helpdesk.tag_groups.iter().collect();
    list(call.request, &groups, |group| json!(group))
}

pub(super) fn get(call: &mut Call<'_>, id: u64) -> Answer {
    data(call.helpdesk.tags.get(id).ok_or_else(not_found)?)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let name = fields.required("name", unused_name(call.helpdesk));
    let tag_group_id = fields.required("tag_group_id", id_in(&call.helpdesk.tag_groups));
    let color = fields.optional("color", one_of(TAG_COLOR));
    let icon = fields.optional("icon", one_of(TAG_ICON));
    let active = fields.optional("active", boolean).unwrap_or(true);
    fields.finish()?;
    let id = call.helpdesk.tags.add(|id| Tag { id, name, active, tag_group_id, color, icon });
    get(call, id)
}

/// Changes what is given; a name that is given must be a new one.
pub(super) fn update(call: &mut Call<'_>, id: u64) -> Answer {
    call.helpdesk.tags.get(id).ok_or_else(not_found)?;
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let name = fields.optional("name", unused_name(call.helpdesk));
    let tag_group_id = fields.optional("tag_group_id", id_in(&call.helpdesk.tag_groups));
    let color = fields.optional("color", one_of(TAG_COLOR));
    let icon = fields.optional("icon", one_of(TAG_ICON));
    let active = fields.optional("active", boolean);
    let ticket_id = match call.settings.tag_tickets {
        true => fields.optional("ticket_id", id_in(&call.helpdesk.tickets)),
        false => None,
    };
    fields.finish()?;
    if let Some(tag) = call.helpdesk.tags.get_mut(id) {
        tag.tag_group_id = tag_group_id.unwrap_or(tag.tag_group_id);
        tag.color = color.or(tag.color);
        tag.icon = icon.or(tag.icon);
        tag.active = active.unwrap_or(tag.active);
        if let Some(name) = name {
            tag.name = name;
        }
    }
    if let Some(ticket) = ticket_id.and_then(|id| call.helpdesk.tickets.get_mut(id)) {
        ticket.tags_ids.insert(id);
    }
    get(call, id)
}

pub(super) fn delete(call: &mut Call<'_>, id: u64) -> Answer {
    call.helpdesk.tags.remove(id).ok_or_else(not_found)?;
    for ticket in call.helpdesk.tickets.iter_mut() {
        ticket.tags_ids.remove(&id);
    }
    confirmation("Tag deleted")
}

/// Refuses the name of any tag, also of the one being changed.
fn unused_name(helpdesk: &Helpdesk) -> impl Fn(&Value) -> Result<String, ErrorCode> {
    move |value| {
        let name = text(value)?;
        match helpdesk.tags.iter().any(|tag| tag.name == name) {
            true => Err(ErrorCode::NotUnique),
            false => Ok(name),
        }
    }
}
