//! A simulator of eDesk's API v1. Where the vendor's documentation leaves something open, the code says `assumed`.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::{Simulator, code};

#[derive(Debug)]
pub(crate) struct EDesk {}

impl EDesk {
    pub(crate) fn new(_now: Timestamp) -> EDesk {
        EDesk {}
    }
}

impl Simulator for EDesk {
    fn answer(&mut self, _request: &Request, _now: Timestamp) -> Reply {
        Reply::text(404, "text/plain; charset=utf-8", "no Route matched with those values")
    }

    fn tick(&mut self, _moment: Timestamp) {}

    fn reset(&mut self, _now: Timestamp) {}

    fn issue(&mut self, _wish: Map<String, Value>, _now: Timestamp) -> Result<Map<String, Value>, String> {
        Ok(Map::from_iter([("token".to_owned(), json!(code::secret()))]))
    }

    fn settings(&self) -> Map<String, Value> {
        Map::new()
    }

    fn configure(&mut self, _settings: Map<String, Value>) -> Result<(), String> {
        Ok(())
    }

    fn state(&self) -> Map<String, Value> {
        Map::from_iter([("vendor".to_owned(), json!("edesk"))])
    }
}
