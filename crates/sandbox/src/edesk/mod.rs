//! A simulator of eDesk's API v1. Where the vendor's documentation leaves something open, the code says `assumed`.

mod access;
mod answer;
mod attachments;
mod call;
mod collection;
mod contact;
mod countries;
mod custom_fields;
mod fields;
mod filters;
mod helpdesk;
mod messages;
mod moment;
mod note_attachments;
mod order_body;
mod order_notes;
mod people;
mod refusal;
mod routes;
mod sales_order;
mod sales_orders;
mod seed;
mod settings;
mod tags;
mod templates;
mod tickets;
mod tracking_links;
mod value;
mod vocabulary;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::edesk::call::Call;
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::refusal::{Answer, no_route};
use crate::edesk::settings::Settings;
use crate::kit::Simulator;
use crate::kit::object::object;
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::token_bucket::TokenBucket;
use crate::kit::tokens::TokenBook;

#[derive(Debug)]
pub(crate) struct EDesk {
    settings: Settings,
    tokens: TokenBook,
    buckets: TokenBucket,
    helpdesk: Helpdesk,
}

impl EDesk {
    pub(crate) fn new(now: Timestamp) -> EDesk {
        EDesk {
            settings: Settings::default(),
            tokens: TokenBook::default(),
            buckets: TokenBucket::default(),
            helpdesk: seed::helpdesk(now),
        }
    }

    fn run(&mut self, request: &Request, now: Timestamp) -> Answer {
        let segments = request.segments();
        let path = segments.strip_prefix(&["v1"]).ok_or_else(no_route)?;
        let operation = routes::operation(&request.method, path).ok_or_else(no_route)?;
        let user_id = access::admit(request, &self.tokens, &mut self.buckets, &self.settings, now)?;
        operation.run(&mut Call { request, helpdesk: &mut self.helpdesk, settings: &self.settings, user_id, now })
    }
}

impl Simulator for EDesk {
    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        self.run(request, now).unwrap_or_else(|refusal| refusal)
    }

    /// Nothing moves by itself but the clocks of tickets, which are read off when they are shown.
    fn tick(&mut self, _moment: Timestamp) {}

    fn reset(&mut self, now: Timestamp) {
        self.settings = Settings::default();
        self.buckets = TokenBucket::default();
        self.helpdesk = seed::helpdesk(now);
    }

    fn issue(&mut self, wish: Map<String, Value>, now: Timestamp) -> Result<Map<String, Value>, String> {
        access::grant(&mut self.tokens, wish, now)
    }

    fn settings(&self) -> Map<String, Value> {
        object(&self.settings)
    }

    fn configure(&mut self, settings: Map<String, Value>) -> Result<(), String> {
        let settings: Settings = serde_json::from_value(Value::Object(settings)).map_err(|error| error.to_string())?;
        settings.check()?;
        self.settings = settings;
        Ok(())
    }

    fn state(&self) -> Map<String, Value> {
        let mut state = Map::from_iter([("vendor".to_owned(), json!("edesk"))]);
        state.extend(object(&self.helpdesk));
        state.insert("grants".to_owned(), json!(self.tokens.grants()));
        state
    }
}
