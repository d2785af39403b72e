//! A simulator of Gladly's REST API v1. Where the vendor's documentation leaves something open, the code says `assumed`.
//!
//! Each area of the API is a file with one `route`, which answers the requests of that area and leaves all others to the
//! next one. What the areas remember is in [`Organization`], since one's actions are the other's consequences.

mod access;
mod activities;
mod automation;
mod business_hours;
mod call;
mod campaigns;
mod communications;
mod contact;
mod conversation_notes;
mod conversation_topics;
mod conversations;
mod custom_attributes;
mod custom_channels;
mod customers;
mod directory;
mod event_log;
mod event_types;
mod events;
mod exports;
mod fields;
mod identity;
mod ids;
mod items;
mod knowledge;
mod media;
mod moments;
mod organization;
mod phone;
mod profile;
mod redactions;
mod refusal;
mod replies;
mod reports;
mod seed;
mod settings;
mod success;
mod task_comments;
mod tasks;
mod time_zone;
mod topics;
mod webhooks;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::{Map, Value, json};

use crate::gladly::access::{ApiUsers, Caller, Gate};
use crate::gladly::call::Call;
use crate::gladly::conversation_notes::NOTE;
use crate::gladly::organization::Organization;
use crate::gladly::refusal::{Answer, not_exist};
use crate::gladly::settings::Settings;
use crate::kit::Simulator;
use crate::kit::object::object;
use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// Answers what is of its area, by method and path after `/api/v1`; `None` leaves the request to the next one.
type Route = fn(&mut Call<'_>, &str, &[&str]) -> Option<Answer>;

const AREAS: &[Route] = &[
    directory::route,
    customers::route,
    identity::route,
    conversations::route,
    conversation_topics::route,
    conversation_notes::route,
    items::route,
    activities::route,
    replies::route,
    redactions::route,
    media::route,
    custom_attributes::route,
    tasks::route,
    task_comments::route,
    topics::route,
    business_hours::route,
    knowledge::route,
    exports::route,
    events::route,
    reports::route,
    communications::route,
    campaigns::route,
    webhooks::route,
    custom_channels::route,
    automation::route,
];

#[derive(Debug)]
pub(crate) struct Gladly {
    settings: Settings,
    api_users: ApiUsers,
    gate: Gate,
    organization: Organization,
}

impl Gladly {
    pub(crate) fn new(now: Timestamp) -> Gladly {
        let organization = Organization::seeded(to_the_millisecond(now));
        Gladly { settings: Settings::default(), api_users: ApiUsers::default(), gate: Gate::new(), organization }
    }

    fn route(&mut self, request: &Request, now: Timestamp) -> Answer {
        let segments = request.segments();
        let ["api", "v1", path @ ..] = segments.as_slice() else {
            return Err(not_exist());
        };
        let method = request.method.as_str();
        let caller = match (method, path) {
            ("GET", ["orgs", ..]) => Caller::anybody(),
            _ => self.api_users.caller(request)?,
        };
        let now = to_the_millisecond(now);
        let mut call = Call { request, now, caller: &caller, settings: &self.settings, organization: &mut self.organization };
        AREAS.iter().find_map(|route| route(&mut call, method, path)).unwrap_or_else(|| Err(not_exist()))
    }
}

impl Simulator for Gladly {
    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        let admitted = self.gate.admit(request, self.settings.requests_per_second, now);
        let reply = admitted.and_then(|()| self.route(request, now)).unwrap_or_else(|refusal| refusal);
        self.gate.with_limit_headers(reply, request, self.settings.requests_per_second, now)
    }

    /// Exports are all that moves by itself.
    fn tick(&mut self, moment: Timestamp) {
        exports::tick(&mut self.organization, to_the_millisecond(moment));
    }

    fn reset(&mut self, now: Timestamp) {
        self.settings = Settings::default();
        self.gate = Gate::new();
        self.organization = Organization::seeded(to_the_millisecond(now));
    }

    fn issue(&mut self, wish: Map<String, Value>, _now: Timestamp) -> Result<Map<String, Value>, String> {
        self.api_users.issue(wish)
    }

    fn settings(&self) -> Map<String, Value> {
        object(&self.settings)
    }

    fn configure(&mut self, settings: Map<String, Value>) -> Result<(), String> {
        let settings: Settings = serde_json::from_value(Value::Object(settings)).map_err(|error| error.to_string())?;
        self.organization.merge_customers(settings.merged_customers.iter())?;
        self.settings = settings;
        Ok(())
    }

    fn state(&self) -> Map<String, Value> {
        let mut state = Map::from_iter([
            ("vendor".to_owned(), json!("gladly")),
            ("api_users".to_owned(), json!(self.api_users)),
            ("notes".to_owned(), json!(self.organization.items_of_kind(NOTE))),
        ]);
        state.extend(object(&self.organization));
        state
    }
}

/// What the vendor writes in most of its dates, so nothing is remembered more precisely.
fn to_the_millisecond(moment: Timestamp) -> Timestamp {
    moment.round(TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Floor)).unwrap_or(moment)
}
