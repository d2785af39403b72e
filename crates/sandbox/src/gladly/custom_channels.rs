//! Messages of channels that a customer of the vendor builds: those that come in, and what became of those that went
//! out. Only the 2025 description has these operations.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, blank, invalid, not_exist};
use crate::gladly::success::created;
use crate::kit::reply::Reply;

const CHANNELS: &[&str] = &["chan_line"];
const PROFILE_TYPES: &[&str] = &["EMAIL", "PHONE_NUMBER"];
const TYPES: &[&str] = &["TEXT", "FILES"];
const STATUSES: &[&str] = &["ACCEPTED", "DELIVERED", "READ", "FAILED"];

#[derive(Debug, Serialize)]
pub(super) struct CustomChannels {
    custom_channels: &'static [&'static str],
    custom_channel_messages: Vec<Message>,
}

/// Fields as a conversation item of such a channel has them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: String,
    custom_channel_id: &'static str,
    company_address: String,
    customer_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    content: Value,
    status: Value,
    timestamp: Timestamp,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("POST", ["communications", "custom-channels", channel, "messages"]) => Some(receive(call, channel)),
        ("PUT", ["communications", "custom-channels", channel, "messages", id, "status"]) => Some(update_status(call, channel, id)),
        _ => None,
    }
}

/// One message is there that an agent sent, so that its status can be told.
pub(super) fn seed(now: Timestamp) -> CustomChannels {
    let sent = Message {
        id: "msg_line_1".to_owned(),
        custom_channel_id: "chan_line",
        company_address: "@acme".to_owned(),
        customer_address: "U4af4980629".to_owned(),
        group_id: None,
        group_name: None,
        kind: "TEXT",
        content: json!({"text": "Your replacement left our warehouse today."}),
        status: json!({"value": "SENT"}),
        timestamp: now,
    };
    CustomChannels { custom_channels: CHANNELS, custom_channel_messages: vec![sent] }
}

/// A message of a customer, as the channel's adaptor hands it over. It stays in the channel: the sandbox opens no
/// conversation for it.
fn receive(call: &mut Call<'_>, channel: &str) -> Answer {
    let custom_channel_id = CHANNELS.iter().copied().find(|known| *known == channel).ok_or_else(not_exist)?;
    let fields = Fields::of(call.request)?;
    let sender = fields.object("sender")?.ok_or_else(|| blank("sender"))?;
    let customer_address = sender.required_text("address")?;
    sender.text("displayName")?;
    if let Some(profile) = sender.object("profileIdentifier")? {
        profile.required_word("type", PROFILE_TYPES)?;
        profile.required_text("address")?;
    }
    let company_address = fields.required_text("to")?;
    let kind = fields.required_word("type", TYPES)?;
    let message = Message {
        group_id: fields.text("groupId")?,
        group_name: fields.text("groupName")?,
        content: content(&fields, kind)?,
        id: call.organization.ids.next(),
        custom_channel_id,
        company_address,
        customer_address,
        kind,
        status: json!({"value": "ACCEPTED"}),
        timestamp: call.now,
    };
    let location = format!("/api/v1/communications/custom-channels/{channel}/messages/{}", message.id);
    call.organization.custom_channels.custom_channel_messages.push(message);
    Ok(created(location))
}

/// `{text}`, or `{caption, files: [{fileName, url}]}`.
fn content(fields: &Fields, kind: &str) -> Result<Value, Reply> {
    let content = fields.object("content")?.ok_or_else(|| blank("content"))?;
    if kind == "TEXT" {
        return Ok(json!({"text": content.required_text("text")?}));
    }
    let files = content.objects("files")?.filter(|files| !files.is_empty()).ok_or_else(|| blank(&content.attr("files")))?;
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            let url = file.required_text("url")?;
            match url.starts_with("https://") || url.starts_with("http://") {
                true => Ok(json!({"fileName": file.text("fileName")?, "url": url})),
                false => Err(invalid(&file.attr("url"), "url must be a web address")),
            }
        })
        .collect::<Result<_, Reply>>()?;
    Ok(json!({"caption": content.text("caption")?, "files": files}))
}

/// Assumed: the answer has no body; the vendor only gives the status 200.
fn update_status(call: &mut Call<'_>, channel: &str, id: &str) -> Answer {
    let messages = &mut call.organization.custom_channels.custom_channel_messages;
    let message = messages.iter_mut().find(|message| message.custom_channel_id == channel && message.id == id);
    let message = message.ok_or_else(not_exist)?;
    let fields = Fields::of(call.request)?;
    let value = fields.required_word("value", STATUSES)?;
    message.status = match fields.text("details")? {
        Some(details) => json!({"value": value, "details": details}),
        None => json!({"value": value}),
    };
    Ok(Reply { status: 200, headers: Vec::new(), body: Vec::new() })
}
