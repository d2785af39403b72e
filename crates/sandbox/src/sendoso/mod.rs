//! A simulator of Sendoso's REST API v3, SCIM v2 and OAuth server. Where the vendor's documentation leaves
//! something open, the code says `assumed`.

mod access;
mod campaigns;
mod fields;
mod format;
mod groups;
mod lifecycle;
mod marketplace;
mod oauth;
mod order;
mod organization;
mod page;
mod refusal;
mod scim;
mod seed;
mod sends;
mod settings;
mod smartsend;
mod users;
mod wish;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::kit::object::object;
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::{Simulator, code};
use crate::sendoso::access::{Gate, Scopes, Surface};
use crate::sendoso::oauth::AuthorizationServer;
use crate::sendoso::organization::Organization;
use crate::sendoso::refusal::{Answer, refused};
use crate::sendoso::settings::Settings;

pub(crate) use oauth::APPS;

/// Any valid token may read; assumed, as the vendor publishes no scopes for its core operations.
const READ: (Surface, Scopes) = (Surface::Core, &[]);
const SEND: (Surface, Scopes) = (Surface::Core, &["write"]);
const INVITE: (Surface, Scopes) = (Surface::Core, &["update", "write"]);
const BROWSE: (Surface, Scopes) = (Surface::Marketplace, &["marketplace"]);
const BUY: (Surface, Scopes) = (Surface::Marketplace, &["marketplace", "smartsend"]);
const RECOMMEND: (Surface, Scopes) = (Surface::Marketplace, &["smartsend"]);
const PROVISION: (Surface, Scopes) = (Surface::Scim, &["scim"]);

#[derive(Debug)]
pub(crate) struct Sendoso {
    settings: Settings,
    authorization: AuthorizationServer,
    gate: Gate,
    organization: Organization,
}

impl Sendoso {
    pub(crate) fn new(now: Timestamp) -> Sendoso {
        Sendoso {
            settings: Settings::default(),
            authorization: AuthorizationServer::default(),
            gate: Gate::new(),
            organization: seed::organization(now),
        }
    }

    /// Every path there is. Anything else does not exist, whoever asks.
    fn route(&mut self, request: &Request, now: Timestamp) -> Answer {
        match (request.method.as_str(), request.segments().as_slice()) {
            ("GET", ["oauth", "authorize"]) => self.authorization.authorize(request, &self.settings, now),
            ("POST", ["oauth", "authorize"]) => self.authorization.decide(request, &self.settings, now),
            ("POST", ["oauth", "token"]) => self.authorization.token(request, now),
            ("POST", ["oauth", "revoke"]) => self.authorization.revoke(request),
            (method, ["api", "v3", path @ ..]) => self.core(method, path, request, now),
            (method, ["api", "scim", "v2", path @ ..]) => self.scim(method, path, request, now),
            _ => Err(not_found()),
        }
    }

    fn core(&mut self, method: &str, path: &[&str], request: &Request, now: Timestamp) -> Answer {
        match (method, path) {
            ("GET", ["me"]) => {
                let user = self.admit(request, READ, now)?;
                users::me(&self.organization, user)
            }
            ("GET", ["users"]) => self.read(request, now, users::list),
            ("POST", ["users"]) => {
                self.admit(request, INVITE, now)?;
                users::invite(&mut self.organization, request, now)
            }
            ("GET", ["groups"]) => self.read(request, now, groups::list),
            ("GET", ["groups", id, "members"]) => self.read(request, now, |organization, _| groups::members(organization, id)),
            ("GET", ["touches"]) => self.read(request, now, campaigns::list),
            ("GET", ["touches", id]) => self.read(request, now, |organization, _| campaigns::get(organization, id)),
            ("GET", ["send"]) => {
                self.admit(request, READ, now)?;
                sends::list(&self.organization, request, &self.settings)
            }
            ("POST", ["send"]) => {
                let sender = self.admit(request, SEND, now)?;
                sends::create(&mut self.organization, request, sender, now)
            }
            ("POST", ["send", "generate_egift_links"]) => {
                let sender = self.admit(request, SEND, now)?;
                sends::create_egift_links(&mut self.organization, request, sender, now)
            }
            ("GET", ["marketplace", "products"]) => {
                self.admit(request, BROWSE, now)?;
                marketplace::list(&self.organization, request)
            }
            ("POST", ["marketplace", "products", "send"]) => {
                let sender = self.admit(request, BUY, now)?;
                marketplace::send(&mut self.organization, request, sender, now)
            }
            ("GET", ["smartsend", "recommendations"]) => {
                self.admit(request, RECOMMEND, now)?;
                smartsend::recommendations(&self.organization, request)
            }
            ("POST", ["smartsend", "recommendations", "send"]) => {
                let sender = self.admit(request, RECOMMEND, now)?;
                smartsend::send(&mut self.organization, request, sender, now)
            }
            _ => Err(not_found()),
        }
    }

    fn scim(&mut self, method: &str, path: &[&str], request: &Request, now: Timestamp) -> Answer {
        let is_known = matches!((method, path), ("GET" | "POST", ["Users"]) | ("GET" | "PUT", ["Users", _]));
        if !is_known {
            return Err(not_found());
        }
        self.admit(request, PROVISION, now)?;
        match (method, path) {
            ("GET", ["Users"]) => scim::list(&self.organization, request),
            ("GET", ["Users", id]) => scim::get(&self.organization, id),
            ("POST", ["Users"]) => scim::create(&mut self.organization, request),
            ("PUT", ["Users", id]) => scim::update(&mut self.organization, request, id),
            _ => Err(not_found()),
        }
    }

    fn read(&mut self, request: &Request, now: Timestamp, answer: impl FnOnce(&Organization, &Request) -> Answer) -> Answer {
        self.admit(request, READ, now)?;
        answer(&self.organization, request)
    }

    fn admit(&mut self, request: &Request, needs: (Surface, Scopes), now: Timestamp) -> Result<u64, Reply> {
        self.gate.admit(request, &self.authorization.tokens, &self.settings, needs, now)
    }
}

impl Simulator for Sendoso {
    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        let reply = self.route(request, now).unwrap_or_else(|refusal| refusal);
        reply.with_header("x-request-id", code::request_id())
    }

    fn tick(&mut self, moment: Timestamp) {
        lifecycle::tick(&mut self.organization.sends, &mut self.organization.groups, &self.settings, moment);
    }

    fn reset(&mut self, now: Timestamp) {
        self.settings = Settings::default();
        self.gate = Gate::new();
        self.organization = seed::organization(now);
    }

    fn issue(&mut self, wish: Map<String, Value>, now: Timestamp) -> Result<Map<String, Value>, String> {
        wish::grant(&mut self.authorization.tokens, &self.organization, wish, now)
    }

    fn settings(&self) -> Map<String, Value> {
        object(&self.settings)
    }

    fn configure(&mut self, settings: Map<String, Value>) -> Result<(), String> {
        self.settings = serde_json::from_value(Value::Object(settings)).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn state(&self) -> Map<String, Value> {
        let organization = &self.organization;
        Map::from_iter([
            ("vendor".to_owned(), json!("sendoso")),
            ("users".to_owned(), json!(organization.users)),
            ("invitations".to_owned(), json!(organization.invitations)),
            ("groups".to_owned(), json!(organization.groups)),
            ("campaigns".to_owned(), json!(organization.campaigns)),
            ("sends".to_owned(), json!(organization.sends)),
            ("products".to_owned(), json!(organization.products)),
            ("grants".to_owned(), json!(self.authorization.tokens.grants())),
        ])
    }
}

fn not_found() -> Reply {
    refused(404, "Not Found")
}
