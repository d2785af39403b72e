//! Message automation: chats that a program leads until it hands them to an agent or closes them. Only the 2025
//! description has these operations; it publishes no fields of a session, so those here are assumed.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::event_log::Actor;
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, Problem, blank, invalid_state, not_exist};
use crate::gladly::success::{found, no_content};
use crate::kit::reply::Reply;

const TYPES: &[&str] = &["TEXT", "MENU", "HTML"];
const TYPING: &[&str] = &["STARTED", "STOPPED"];
const LONGEST_VALUE: usize = 2_048;
const LONGEST_PROMPT: usize = 50;
const LONGEST_ID: usize = 50;
const LONGEST_LABEL: usize = 256;
const LONGEST_DESCRIPTION: usize = 240;

#[derive(Debug, Serialize)]
pub(super) struct Automation {
    automation_sessions: Vec<Session>,
    automation_messages: Vec<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    id: String,
    customer_id: String,
    conversation_id: String,
    status: Status,
    /// What the customer was last told about somebody typing.
    typing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Active,
    HandedOff,
    Closed,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: String,
    session_id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    content: Value,
    sender: Actor,
    timestamp: Timestamp,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    let ["message-automation", "sessions", id, path @ ..] = path else {
        return None;
    };
    match (method, path) {
        ("GET", []) => Some(session(call, id).map(found)),
        ("GET", ["messages"]) => Some(session(call, id).map(|_| found(&messages(call, id).collect::<Vec<_>>()))),
        ("GET", ["messages", message_id]) => {
            Some(messages(call, id).find(|message| message.id == *message_id).map(found).ok_or_else(not_exist))
        }
        ("POST", ["messages"]) => Some(send(call, id)),
        ("POST", ["typing-indicators"]) => Some(show_typing(call, id)),
        ("POST", ["handoff"]) => Some(end(call, id, Status::HandedOff)),
        ("POST", ["close"]) => Some(end(call, id, Status::Closed)),
        _ => None,
    }
}

/// Two sessions are active and one is closed.
pub(super) fn seed(now: Timestamp) -> Automation {
    let session = |id: &str, customer: &str, conversation: &str, status: Status| Session {
        id: id.to_owned(),
        customer_id: customer.to_owned(),
        conversation_id: conversation.to_owned(),
        status,
        typing: "STOPPED",
        description: None,
        created_at: now,
        updated_at: now,
    };
    let message = |id: &str, sender: Actor, text: &str| Message {
        id: id.to_owned(),
        session_id: "ses_1".to_owned(),
        kind: "TEXT",
        content: json!({"value": text}),
        sender,
        timestamp: now,
    };
    Automation {
        automation_sessions: vec![
            session("ses_1", "cus_123", "con_2", Status::Active),
            session("ses_2", "cus_892834", "con_9912", Status::Active),
            session("ses_closed", "cus_123", "con_1", Status::Closed),
        ],
        automation_messages: vec![
            message("aut_1", Actor { id: "ses_1".to_owned(), kind: "AUTOMATION" }, "Hi! What can we do for you?"),
            message("aut_2", Actor::customer("cus_123"), "Where is my missing item?"),
        ],
    }
}

/// Text, HTML or a menu from the program to the customer.
fn send(call: &mut Call<'_>, id: &str) -> Answer {
    demand_active(session(call, id)?)?;
    let fields = Fields::of(call.request)?;
    let kind = fields.required_word("type", TYPES)?;
    let content = fields.object("content")?.ok_or_else(|| blank("content"))?;
    let content = match kind {
        "MENU" => menu(&content)?,
        _ => json!({"value": content.required_text_up_to("value", LONGEST_VALUE)?}),
    };
    let message = Message {
        id: call.organization.ids.next(),
        session_id: id.to_owned(),
        kind,
        content,
        sender: Actor { id: call.caller.agent_id.clone(), kind: "AUTOMATION" },
        timestamp: call.now,
    };
    let reply = found(&message);
    let about = json!({"sessionId": id, "messageId": message.id});
    call.organization.automation.automation_messages.push(message);
    call.record("AUTOMATION/MESSAGE_SENT", about);
    Ok(reply)
}

fn menu(content: &Fields) -> Result<Value, Reply> {
    let prompt = content.required_text_up_to("prompt", LONGEST_PROMPT)?;
    let items = content.objects("menuItems")?.filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| blank(&content.attr("menuItems")))?;
    let items: Vec<Value> = items
        .iter()
        .map(|item| Ok(json!({"id": item.text_up_to("id", LONGEST_ID)?, "label": item.text_up_to("label", LONGEST_LABEL)?})))
        .collect::<Result<_, Reply>>()?;
    Ok(json!({"prompt": prompt, "menuItems": items}))
}

fn show_typing(call: &mut Call<'_>, id: &str) -> Answer {
    demand_active(session(call, id)?)?;
    let state = Fields::of(call.request)?.required_word("state", TYPING)?;
    if let Some(session) = session_mut(call, id) {
        session.typing = state;
    }
    Ok(no_content())
}

/// An unknown session is a 400 here, where reads say 404.
fn end(call: &mut Call<'_>, id: &str, status: Status) -> Answer {
    let known = session(call, id).map_err(|_| Problem::new("not_exist", "entity does not exist").refused(400))?;
    demand_active(known)?;
    let description = Fields::of(call.request)?.required_text_up_to("description", LONGEST_DESCRIPTION)?;
    let now = call.now;
    if let Some(session) = session_mut(call, id) {
        session.status = status;
        session.description = Some(description);
        session.updated_at = now;
    }
    Ok(no_content())
}

/// Assumed: what has been handed to an agent or closed takes no more from the program.
fn demand_active(session: &Session) -> Result<(), Reply> {
    match session.status {
        Status::Active => Ok(()),
        Status::HandedOff | Status::Closed => Err(invalid_state("session is no longer active")),
    }
}

fn session<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Session, Reply> {
    call.organization.automation.automation_sessions.iter().find(|session| session.id == id).ok_or_else(not_exist)
}

fn session_mut<'a>(call: &'a mut Call<'_>, id: &str) -> Option<&'a mut Session> {
    call.organization.automation.automation_sessions.iter_mut().find(|session| session.id == id)
}

fn messages<'a>(call: &'a Call<'_>, session_id: &'a str) -> impl Iterator<Item = &'a Message> {
    call.organization.automation.automation_messages.iter().filter(move |message| message.session_id == session_id)
}
