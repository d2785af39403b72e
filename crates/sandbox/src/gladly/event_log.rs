//! What happened, as `GET /events` and webhooks tell it: a type, a moment, and ids.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::gladly::ids::Ids;

/// Who did something. Also the initiator and responder of conversation items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Actor {
    pub(super) id: String,
    /// `AGENT`, `API`, `AUTOMATION`, `CUSTOMER`, `INTERNAL` or `EXTERNAL`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Event {
    pub(super) id: String,
    /// Entity and what became of it: `TASK/CREATED`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) timestamp: Timestamp,
    pub(super) initiator: Actor,
    pub(super) content: Value,
}

/// Oldest first.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct EventLog {
    pub(super) events: Vec<Event>,
    #[serde(skip)]
    ids: Ids,
}

impl Actor {
    pub(super) fn api(agent_id: &str) -> Actor {
        Actor { id: agent_id.to_owned(), kind: "API" }
    }

    pub(super) fn agent(agent_id: &str) -> Actor {
        Actor { id: agent_id.to_owned(), kind: "AGENT" }
    }

    pub(super) fn customer(customer_id: &str) -> Actor {
        Actor { id: customer_id.to_owned(), kind: "CUSTOMER" }
    }
}

impl EventLog {
    pub(super) fn new() -> EventLog {
        EventLog { events: Vec::new(), ids: Ids::from_seed(2) }
    }

    pub(super) fn record(&mut self, kind: &'static str, initiator: Actor, content: Value, timestamp: Timestamp) {
        let id = self.ids.next();
        self.events.push(Event { id, kind, timestamp, initiator, content });
    }
}
