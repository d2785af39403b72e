//! A vendor that does not exist, for the ways to authenticate that no simulated vendor asks for: an API key in a header, an API key
//! in the query, and client credentials. Its definition is `example.yaml` beside this crate's sources.

mod access;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::example::access::Access;
use crate::kit::Simulator;
use crate::kit::object::object;
use crate::kit::reply::Reply;
use crate::kit::request::Request;

#[derive(Debug, Default)]
pub(crate) struct Example {
    settings: Settings,
    access: Access,
    notes: Vec<Note>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// How long an access token lives.
    token_seconds: u32,
    /// What the token endpoint answers.
    token_answer: TokenAnswer,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TokenAnswer {
    Json,
    /// `application/x-www-form-urlencoded`, as vendors had it before the standard.
    Form,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { token_seconds: 600, token_answer: TokenAnswer::Json }
    }
}

#[derive(Debug, Clone, Serialize)]
struct Note {
    id: usize,
    text: String,
}

/// What a caller must be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Read,
    Write,
}

impl Right {
    /// The scope that an access token needs for it; keys have both.
    fn scope(self) -> &'static str {
        match self {
            Right::Read => "notes.read",
            Right::Write => "notes.write",
        }
    }
}

impl Example {
    pub(crate) fn new() -> Example {
        Example { notes: seed(), ..Example::default() }
    }

    fn route(&mut self, request: &Request, now: Timestamp) -> Result<Reply, Reply> {
        match (request.method.as_str(), request.segments().as_slice()) {
            ("POST", ["oauth", "token"]) => self.access.token(request, &self.settings, now),
            ("POST", ["oauth", "revoke"]) => self.access.revoke(request),
            ("GET", ["v1", "notes"]) => {
                self.access.admit(request, Right::Read, now)?;
                Ok(Reply::json(200, &json!({"notes": self.notes})))
            }
            ("GET", ["v1", "notes", id]) => {
                self.access.admit(request, Right::Read, now)?;
                let note = self.notes.iter().find(|note| note.id.to_string() == *id);
                note.map(|note| Reply::json(200, &json!(note))).ok_or_else(|| refused(404, "no note has this id"))
            }
            ("POST", ["v1", "notes"]) => {
                self.access.admit(request, Right::Write, now)?;
                let body = request.object().map_err(|_| refused(400, "the body is no JSON object"))?;
                let text = body.get("text").and_then(Value::as_str).filter(|text| !text.is_empty());
                let text = text.ok_or_else(|| refused(422, "`text` is missing"))?.to_owned();
                let note = Note { id: self.notes.len() + 1, text };
                self.notes.push(note.clone());
                Ok(Reply::json(201, &json!(note)))
            }
            _ => Err(refused(404, "there is nothing here")),
        }
    }
}

fn seed() -> Vec<Note> {
    ["Water the plants", "Call the bank"].into_iter().zip(1..).map(|(text, id)| Note { id, text: text.to_owned() }).collect()
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"error": {"message": message}}))
}

impl Simulator for Example {
    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        self.route(request, now).unwrap_or_else(|refusal| refusal)
    }

    fn tick(&mut self, _moment: Timestamp) {}

    fn reset(&mut self, _now: Timestamp) {
        self.settings = Settings::default();
        self.notes = seed();
    }

    fn issue(&mut self, wish: Map<String, Value>, _now: Timestamp) -> Result<Map<String, Value>, String> {
        self.access.issue(wish)
    }

    fn settings(&self) -> Map<String, Value> {
        object(&self.settings)
    }

    fn configure(&mut self, settings: Map<String, Value>) -> Result<(), String> {
        self.settings = serde_json::from_value(Value::Object(settings)).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn state(&self) -> Map<String, Value> {
        Map::from_iter([
            ("vendor".to_owned(), json!("example")),
            ("notes".to_owned(), json!(self.notes)),
            ("grants".to_owned(), json!(self.access.grants())),
        ])
    }
}
