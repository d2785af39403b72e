//! Answers to what customers wrote.

use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::conversations::{Conversation, Status, note_in_timeline};
use crate::gladly::events;
use crate::gladly::fields::Fields;
use crate::gladly::items::{Item, supported};
use crate::gladly::refusal::{Answer, Problem, blank, invalid};
use crate::gladly::success::created;
use crate::kit::reply::Reply;

const TYPES: &[&str] = &["EMAIL", "CHAT_MESSAGE", "FACEBOOK_MESSAGE", "INSTAGRAM_DIRECT", "SMS", "TWITTER", "WHATSAPP"];
const LONGEST_BODY: usize = 2_048;
const MOST_OPTIONS: usize = 10;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("POST", ["conversation-items", id, "reply"]) => create(call, id),
        _ => return None,
    })
}

/// Assumed: a reply is of its message's type, a voicemail takes none, and what is not a message cannot be replied to.
fn create(call: &mut Call<'_>, item_id: &str) -> Answer {
    let item = supported(call, item_id)?.clone();
    let content = content(&Fields::of(call.request)?, &item)?;
    if item.kind() == "VOICEMAIL" {
        return Err(not_supported("VOICEMAIL"));
    }
    let conversation = item.conversation_id.as_deref().and_then(|id| call.organization.conversation(id)).cloned();
    let conversation = match conversation {
        Some(conversation) if item.is_message() && item.initiator.kind == "CUSTOMER" => conversation,
        _ => return Err(Problem::new("invalid", "you can only reply to customer messages").refused(400)),
    };
    if conversation.status == Status::Closed {
        return Err(Problem::new("invalid", "you cannot reply to items in closed conversations").refused(400));
    }
    if content["type"] != item.kind() {
        return Err(not_supported(content["type"].as_str().unwrap_or_default()));
    }
    let id = note_in_timeline(call, &conversation, content);
    if let Some(reply) = call.organization.item(&id).cloned() {
        events::sent(call, &reply);
    }
    take_on(call, &conversation);
    Ok(created(format!("/api/v1/conversation-items/{id}")))
}

/// Whoever replies first has the conversation.
fn take_on(call: &mut Call<'_>, conversation: &Conversation) {
    if conversation.agent_id.is_some() {
        return;
    }
    let agent_id = call.caller.agent_id.clone();
    let assignee = json!({"inboxId": conversation.inbox_id, "agentId": agent_id});
    if let Some(conversation) = call.organization.conversation_mut(&conversation.id) {
        conversation.agent_id = Some(agent_id);
    }
    call.record("CONVERSATION_ASSIGNEE/UPDATED", json!({"conversationId": conversation.id, "assignee": assignee}));
}

/// The content of the new item: the reply's own, sent the way back that the message came.
fn content(fields: &Fields, message: &Item) -> Result<Value, Reply> {
    let reply = fields.object_or_empty("content")?;
    let kind = reply.text("type")?.filter(|kind| !kind.trim().is_empty());
    let kind = kind.ok_or_else(|| Problem::unexplained("blank").at("content.type").refused(400))?;
    if !TYPES.contains(&kind.as_str()) {
        return Err(not_supported(&kind));
    }
    let body = reply.required_text("body")?;
    if body.chars().count() > LONGEST_BODY {
        let detail = format!("content.body cannot be larger than {LONGEST_BODY} characters");
        return Err(Problem::new("too_long", &detail).at("content.body").refused(400));
    }
    let came = |name: &str| message.content.get(name).cloned().unwrap_or_default();
    Ok(match kind.as_str() {
        "SMS" => json!({"type": kind, "from": came("to"), "to": came("from"), "content": body}),
        "EMAIL" => {
            let from = came("to").get(0).cloned().unwrap_or_default();
            let subject = came("subject").as_str().map(|subject| format!("Re: {subject}"));
            json!({"type": kind, "from": from, "to": [came("from")], "cc": [], "bcc": [], "subject": subject, "content": body})
        }
        "CHAT_MESSAGE" => chat(&reply, &body, &came("sessionId"))?,
        "FACEBOOK_MESSAGE" => json!({"type": kind, "pageId": came("pageId"), "userId": came("userId"), "content": body}),
        _ => json!({"type": kind, "content": body}),
    })
}

fn not_supported(kind: &str) -> Reply {
    Problem::new("invalid", &format!("type [{kind}] is not supported")).refused(400)
}

/// Plain text unless options are asked for.
fn chat(reply: &Fields, body: &str, session: &Value) -> Result<Value, Reply> {
    let message_type = reply.word("messageType", &["TEXT", "QUICK_REPLY_REQUEST"])?.unwrap_or("TEXT");
    let mut content = json!({"type": "CHAT_MESSAGE", "messageType": message_type, "sessionId": session, "content": body});
    if message_type == "QUICK_REPLY_REQUEST" {
        content["messageData"] = json!({"options": options(&reply.object_or_empty("messageData")?)?});
    }
    Ok(content)
}

/// 1 to 10 choices with different ids.
fn options(data: &Fields) -> Result<Vec<Value>, Reply> {
    let attr = data.attr("options");
    let options = data.objects("options")?.filter(|options| !options.is_empty()).ok_or_else(|| blank(&attr))?;
    if options.len() > MOST_OPTIONS {
        return Err(invalid(&attr, &format!("{attr} cannot have more than {MOST_OPTIONS} entries")));
    }
    let mut ids: Vec<String> = Vec::new();
    let mut read = Vec::new();
    for option in &options {
        let (id, label) = (option.required_text("id")?, option.required_text("label")?);
        let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if !is_plain || ids.contains(&id) {
            let problem = if is_plain { "must be unique" } else { "contains unsupported characters" };
            return Err(invalid(&option.attr("id"), &format!("{} {problem}", option.attr("id"))));
        }
        read.push(json!({"id": id, "label": label}));
        ids.push(id);
    }
    Ok(read)
}
