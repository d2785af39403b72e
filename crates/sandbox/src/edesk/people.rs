//! Reference data, which is only read: users, channels, contacts, and who calls.

use serde::Serialize;
use serde_json::{Value, json};

use crate::edesk::answer::{data, list};
use crate::edesk::call::Call;
use crate::edesk::filters::Filters;
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::refusal::{Answer, ErrorCode};
use crate::edesk::value::id_in;

/// Channels of these types have no sales orders; assumed.
const WITHOUT_ORDERS: [&str; 3] = ["Email", "Voice", "Chat"];

#[derive(Debug, Clone, Serialize)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) email: String,
    pub(super) active: bool,
    pub(super) username: String,
    pub(super) role: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Channel {
    pub(super) id: u64,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) country: &'static str,
    pub(super) currency: &'static str,
    pub(super) name: &'static str,
    /// Others exist, but the token's user may not use them and does not see them listed.
    #[serde(skip)]
    pub(super) accessible: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Contact {
    pub(super) id: u64,
    pub(super) channel_id: u64,
    pub(super) client_id: u64,
    pub(super) full_name: String,
    pub(super) phone_number: Option<String>,
    pub(super) email: String,
}

pub(super) fn whoami(call: &mut Call<'_>) -> Answer {
    data(json!({"user": call.user()}))
}

pub(super) fn users(call: &mut Call<'_>) -> Answer {
    let users: Vec<&User> = call.helpdesk.users.iter().collect();
    list(call.request, &users, |user| json!(user))
}

pub(super) fn channels(call: &mut Call<'_>) -> Answer {
    let channels: Vec<&Channel> = call.helpdesk.channels.iter().filter(|channel| channel.accessible).collect();
    list(call.request, &channels, |channel| json!(channel))
}

/// How the filters compare is assumed: `fsf_query` looks into all texts, `consumer_id` is the contact's id, e-mail
/// addresses and telephone numbers are compared whole, names in part.
pub(super) fn contacts(call: &mut Call<'_>) -> Answer {
    let mut filters = Filters::of(call.request);
    let id = filters.integer("consumer_id");
    let [query, email, name, phone] = ["fsf_query", "email", "name", "phone_number"].map(|name| filters.text(name).map(str::to_lowercase));
    filters.finish()?;
    let contains = |text: &str, part: &str| text.to_lowercase().contains(part);
    let found: Vec<&Contact> = call
        .helpdesk
        .contacts
        .iter()
        .filter(|contact| id.is_none_or(|id| contact.id == id))
        .filter(|contact| email.as_ref().is_none_or(|email| contact.email.to_lowercase() == *email))
        .filter(|contact| name.as_ref().is_none_or(|name| contains(&contact.full_name, name)))
        .filter(|contact| phone.as_ref().is_none_or(|phone| contact.phone_number.as_ref() == Some(phone)))
        .filter(|contact| {
            let texts = [Some(&contact.full_name), Some(&contact.email), contact.phone_number.as_ref()];
            query.as_ref().is_none_or(|query| texts.into_iter().flatten().any(|text| contains(text, query)))
        })
        .collect();
    list(call.request, &found, |contact| json!(contact))
}

/// Reads the id of a channel that the token's user may use.
pub(super) fn usable_channel(helpdesk: &Helpdesk) -> impl Fn(&Value) -> Result<u64, ErrorCode> {
    let known = id_in(&helpdesk.channels);
    move |value| {
        let id = known(value)?;
        match helpdesk.channels.get(id) {
            Some(channel) if channel.accessible => Ok(id),
            _ => Err(ErrorCode::NoAccess),
        }
    }
}

/// Reads the id of a usable channel that has sales orders.
pub(super) fn shop_channel(helpdesk: &Helpdesk) -> impl Fn(&Value) -> Result<u64, ErrorCode> {
    let usable = usable_channel(helpdesk);
    move |value| {
        let id = usable(value)?;
        match helpdesk.channels.get(id) {
            Some(channel) if WITHOUT_ORDERS.contains(&channel.kind) => Err(ErrorCode::ChannelType),
            _ => Ok(id),
        }
    }
}
