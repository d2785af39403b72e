//! Webhooks: where events are to be sent.
//!
//! The sandbox opens no connections, so it sends neither events nor the PING that a webhook must answer when it is
//! enabled or its address changes: the setting `webhook_pings` says how that would end.

use jiff::Timestamp;
use serde::Serialize;

use crate::gladly::call::Call;
use crate::gladly::event_types;
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, Problem, blank, invalid, invalid_state, not_exist};
use crate::gladly::settings::WebhookPings;
use crate::gladly::success::{created, found, no_content};
use crate::kit::reply::Reply;

const MOST: usize = 20;
const LONGEST_NAME: usize = 200;

/// What the vendor shows; credentials and the values of headers are never read back, so they are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Webhook {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    url: String,
    events: Vec<String>,
    enabled: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    has_credentials: bool,
    header_keys: Vec<String>,
}

/// `None` leaves a field as it is.
#[derive(Debug)]
struct Changes {
    name: Option<String>,
    url: Option<String>,
    events: Option<Vec<String>>,
    enabled: Option<bool>,
    has_credentials: bool,
    header_keys: Option<Vec<String>>,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("GET", ["webhooks"]) => Some(Ok(found(&call.organization.webhooks))),
        ("GET", ["webhooks", id]) => Some(known(call, id).map(found)),
        ("POST", ["webhooks"]) => Some(create(call)),
        ("PATCH", ["webhooks", id]) => Some(update(call, id)),
        ("DELETE", ["webhooks", id]) => Some(delete(call, id)),
        _ => None,
    }
}

pub(super) fn seed(now: Timestamp) -> Vec<Webhook> {
    vec![Webhook {
        id: "wh_tasks".to_owned(),
        name: Some("Task board".to_owned()),
        url: "https://hooks.acme.example/tasks".to_owned(),
        events: vec!["TASK/CREATED".to_owned(), "TASK/CLOSED".to_owned()],
        enabled: true,
        created_at: now,
        updated_at: now,
        has_credentials: true,
        header_keys: Vec::new(),
    }]
}

fn create(call: &mut Call<'_>) -> Answer {
    let changes = Changes::read(&Fields::of(call.request)?)?;
    let (url, events) = match (&changes.url, &changes.events) {
        (_, None) => return Err(blank("events")),
        (None, _) => return Err(blank("url")),
        (Some(url), Some(events)) => (url.clone(), events.clone()),
    };
    if call.organization.webhooks.len() >= MOST {
        return Err(invalid_state("an organization cannot have more than 20 webhooks"));
    }
    let webhook = Webhook {
        id: call.organization.ids.next(),
        name: None,
        url,
        events,
        enabled: false,
        created_at: call.now,
        updated_at: call.now,
        has_credentials: false,
        header_keys: Vec::new(),
    };
    let (before, webhook) = (webhook.clone(), changes.applied_to(webhook));
    demand_good_address(call, &webhook, &before)?;
    let location = format!("/api/v1/webhooks/{}", webhook.id);
    call.organization.webhooks.push(webhook);
    Ok(created(location))
}

fn update(call: &mut Call<'_>, id: &str) -> Answer {
    let before = known(call, id)?.clone();
    let changes = Changes::read(&Fields::of(call.request)?)?;
    let webhook = Webhook { updated_at: call.now, ..changes.applied_to(before.clone()) };
    demand_good_address(call, &webhook, &before)?;
    if let Some(place) = call.organization.webhooks.iter_mut().find(|place| place.id == id) {
        *place = webhook;
    }
    Ok(no_content())
}

/// The body of the refusal is assumed.
fn delete(call: &mut Call<'_>, id: &str) -> Answer {
    if known(call, id)?.enabled {
        return Err(invalid_state("webhook must be disabled to be deleted"));
    }
    call.organization.webhooks.retain(|webhook| webhook.id != id);
    Ok(no_content())
}

/// HTTPS, no other webhook's address, and one that answers a PING if it must. The vendor publishes these rules without
/// the bodies of their refusals.
fn demand_good_address(call: &Call<'_>, webhook: &Webhook, before: &Webhook) -> Result<(), Reply> {
    if webhook.url.strip_prefix("https://").is_none_or(str::is_empty) {
        return Err(invalid("url", "url must be an HTTPS address"));
    }
    if call.organization.webhooks.iter().any(|other| other.id != webhook.id && other.url == webhook.url) {
        return Err(Problem::new("taken", "another webhook already has this url").at("url").refused(400));
    }
    let is_pinged = webhook.enabled && (!before.enabled || webhook.url != before.url);
    match call.settings.webhook_pings {
        WebhookPings::Unanswered if is_pinged => Err(invalid("url", "url did not answer the PING event with status 200")),
        WebhookPings::Answered | WebhookPings::Unanswered => Ok(()),
    }
}

fn known<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Webhook, Reply> {
    call.organization.webhooks.iter().find(|webhook| webhook.id == id).ok_or_else(not_exist)
}

impl Changes {
    fn read(fields: &Fields) -> Result<Changes, Reply> {
        let events = fields.texts("events")?;
        if let Some(events) = &events {
            if events.is_empty() {
                return Err(blank("events"));
            }
            if let Some(unknown) = events.iter().find(|event| !event_types::is_known(event)) {
                return Err(invalid("events", &format!("{unknown} is not a known event type")));
            }
        }
        let url = if fields.has("url") { Some(fields.required_text("url")?) } else { None };
        let credentials = fields.object("credentials")?;
        if let Some(credentials) = &credentials {
            credentials.required_text("username")?;
            credentials.required_text("password")?;
        }
        let headers = fields.object("headers")?;
        Ok(Changes {
            name: fields.text_up_to("name", LONGEST_NAME)?,
            url,
            events,
            enabled: fields.boolean("enabled")?,
            has_credentials: credentials.is_some(),
            header_keys: headers.map(|headers| headers.into_values().keys().cloned().collect()),
        })
    }

    fn applied_to(self, webhook: Webhook) -> Webhook {
        Webhook {
            name: self.name.or(webhook.name),
            url: self.url.unwrap_or(webhook.url),
            events: self.events.unwrap_or(webhook.events),
            enabled: self.enabled.unwrap_or(webhook.enabled),
            has_credentials: self.has_credentials || webhook.has_credentials,
            header_keys: self.header_keys.unwrap_or(webhook.header_keys),
            ..webhook
        }
    }
}
