//! Conversations: at most one of a customer is not closed, and closing one has conditions.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::customers::owner;
use crate::gladly::fields::Fields;
use crate::gladly::items::Item;
use crate::gladly::refusal::{Answer, Problem, invalid, invalid_state};
use crate::gladly::success::{found, limited, no_content};
use crate::kit::reply::Reply;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Open,
    Waiting,
    Closed,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Conversation {
    pub(super) id: String,
    pub(super) customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent_id: Option<String>,
    pub(super) inbox_id: String,
    pub(super) custom_attributes: Vec<AttributeValue>,
    pub(super) topic_ids: Vec<String>,
    pub(super) created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) closed_at: Option<Timestamp>,
    pub(super) status: Status,
}

/// A value that a conversation has for one of the organization's custom attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AttributeValue {
    pub(super) id: String,
    pub(super) value: String,
}

/// Whether a conversation is closed although its customer waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Force {
    Asked,
    NotAsked,
}

/// What a change of a conversation asks for. `None` leaves things as they are.
struct Change {
    assignee: Option<Assignee>,
    status: Option<(Status, Force)>,
}

struct Assignee {
    inbox_id: String,
    agent_id: Option<String>,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("GET", ["customers", id, "conversations"]) => list(call, id),
        ("GET", ["conversations", id]) => known(call, id).map(found),
        ("PATCH", ["conversations", id]) => update(call, id),
        _ => return None,
    })
}

pub(super) fn known<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Conversation, Reply> {
    call.organization.conversation(id).ok_or_else(|| Problem::new("not_exist", "conversation does not exist").refused(404))
}

fn list(call: &Call<'_>, customer_id: &str) -> Answer {
    owner(call.organization, call.settings, customer_id)?;
    let conversations = call.organization.conversations.iter().filter(|conversation| conversation.customer_id == customer_id);
    let mut conversations: Vec<&Conversation> = conversations.collect();
    conversations.sort_by_key(|conversation| conversation.created_at);
    Ok(limited(&conversations, call.settings.conversations_cap))
}

/// Nothing is changed unless all that is asked for can be.
fn update(call: &mut Call<'_>, id: &str) -> Answer {
    let before = known(call, id)?.clone();
    let change = Change::read(call)?;
    change.check(call, &before)?;
    if let Some((status, _)) = change.status {
        set_status(call, &before, status);
    }
    if let Some(assignee) = change.assignee {
        assign(call, id, assignee);
    }
    Ok(no_content())
}

impl Change {
    fn read(call: &Call<'_>) -> Result<Change, Reply> {
        let fields = Fields::of(call.request)?;
        let assignee = fields.object("assignee")?.map(|assignee| read_assignee(call, &assignee)).transpose()?;
        let status = fields.object("status")?.map(|status| read_status(&status)).transpose()?;
        Ok(Change { assignee, status })
    }

    fn check(&self, call: &Call<'_>, conversation: &Conversation) -> Result<(), Reply> {
        let is_closed = conversation.status == Status::Closed;
        match self.status {
            Some((Status::Closed, force)) if !is_closed => closing(call, conversation, force)?,
            Some((Status::Open, _)) if is_closed => reopening(call, conversation)?,
            _ => {}
        }
        // Assumed: what is reopened by the same request can be reassigned by it.
        let stays_closed = is_closed && !matches!(self.status, Some((Status::Open, _)));
        match self.assignee.is_some() && stays_closed {
            true => Err(invalid_state("closed conversation cannot be reassigned")),
            false => Ok(()),
        }
    }
}

fn read_assignee(call: &Call<'_>, fields: &Fields) -> Result<Assignee, Reply> {
    let directory = &call.organization.directory;
    let inbox_id = fields
        .text("inboxId")?
        .filter(|id| !id.trim().is_empty())
        .ok_or_else(|| Problem::new("blank", "'inboxId' cannot be blank when updating assignee").at("assignee.inboxId").refused(400))?;
    let inbox = directory.inbox(&inbox_id).ok_or_else(|| invalid("assignee.inboxId", "inbox does not exist"))?;
    let agent_id = fields.text("agentId")?.filter(|id| !id.is_empty());
    match &agent_id {
        Some(id) if !inbox.agent_ids.contains(&id.as_str()) => {
            Err(Problem::new("invalid_state", "agent does not belong to inbox").at("assignee.agentId").refused(400))
        }
        _ => Ok(Assignee { inbox_id, agent_id }),
    }
}

fn read_status(fields: &Fields) -> Result<(Status, Force), Reply> {
    let force = match fields.boolean("force")? {
        Some(true) => Force::Asked,
        Some(false) | None => Force::NotAsked,
    };
    match fields.text("value")?.as_deref().map(str::trim) {
        Some("OPEN") => Ok((Status::Open, force)),
        Some("CLOSED") => Ok((Status::Closed, force)),
        None | Some("") => Err(Problem::new("blank", "'value' cannot be blank when updating status").at("status.value").refused(400)),
        Some(_) => Err(invalid("status.value", "status.value must be one of OPEN, CLOSED")),
    }
}

fn closing(call: &Call<'_>, conversation: &Conversation, force: Force) -> Result<(), Reply> {
    if call.settings.topics_required && conversation.topic_ids.is_empty() {
        return Err(invalid_state("topics are required before closing of conversation"));
    }
    let timeline = call.organization.items.iter().filter(|item| item.conversation_id.as_deref() == Some(&conversation.id));
    let last_message = timeline.filter(|item| item.is_message()).max_by_key(|item| item.timestamp);
    let is_waiting = last_message.is_some_and(|item| item.initiator.kind == "CUSTOMER");
    match is_waiting && force == Force::NotAsked {
        true => Err(invalid_state("cannot close conversation, customer waiting for response, set 'status.force' to true to override")),
        false => Ok(()),
    }
}

/// Assumed, from the rule that a customer has at most one conversation that is not closed.
fn reopening(call: &Call<'_>, conversation: &Conversation) -> Result<(), Reply> {
    let mut others = call.organization.conversations.iter().filter(|other| other.customer_id == conversation.customer_id);
    match others.any(|other| other.status != Status::Closed) {
        true => Err(invalid_state("customer has another open conversation")),
        false => Ok(()),
    }
}

fn set_status(call: &mut Call<'_>, before: &Conversation, status: Status) {
    let (event, item_status) = match (before.status, status) {
        (Status::Closed, Status::Open) => ("CONVERSATION/REOPENED", "OPEN"),
        (Status::Open | Status::Waiting, Status::Closed) => ("CONVERSATION/CLOSED", "CLOSED"),
        // A waiting conversation becomes open without a word about it; the others are what they should be.
        (Status::Waiting, Status::Open) => return change(call, &before.id, |conversation| conversation.status = Status::Open),
        _ => return,
    };
    let closed_at = (status == Status::Closed).then_some(call.now);
    change(call, &before.id, |conversation| {
        conversation.status = status;
        conversation.closed_at = closed_at;
    });
    note_in_timeline(call, before, json!({"type": "CONVERSATION_STATUS_CHANGE", "status": item_status}));
    let assignee = json!({"inboxId": before.inbox_id, "agentId": before.agent_id});
    let content = json!({"customerId": before.customer_id, "conversationId": before.id, "context": {"assignee": assignee}});
    call.record(event, content);
}

fn assign(call: &mut Call<'_>, id: &str, Assignee { inbox_id, agent_id }: Assignee) {
    let content = json!({"conversationId": id, "assignee": {"inboxId": inbox_id, "agentId": agent_id}});
    change(call, id, |conversation| {
        conversation.inbox_id = inbox_id;
        conversation.agent_id = agent_id;
    });
    call.record("CONVERSATION_ASSIGNEE/UPDATED", content);
}

fn change(call: &mut Call<'_>, id: &str, how: impl FnOnce(&mut Conversation)) {
    if let Some(conversation) = call.organization.conversation_mut(id) {
        how(conversation);
    }
}

/// Files what this request did to a conversation as an item of it.
pub(super) fn note_in_timeline(call: &mut Call<'_>, conversation: &Conversation, content: Value) -> String {
    let id = call.organization.ids.next();
    let item = Item {
        id: id.clone(),
        customer_id: conversation.customer_id.clone(),
        conversation_id: Some(conversation.id.clone()),
        timestamp: call.now,
        initiator: call.author(),
        responder: None,
        content,
    };
    call.organization.items.push(item);
    id
}
