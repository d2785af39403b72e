//! An integration with one tool of each kind, and calls of them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use catalog::definition::Definition;
use catalog::integration::CredentialScheme;
use catalog::plan::Plan;
use catalog::target::Target;
use catalog::tool::Tool;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use upstream::{Answer, Client, Credential, File, FileContent, Outcome, PrivateAddresses, UpstreamSettings};

use crate::vendor::Vendor;

/// The secret of every call here.
pub(crate) const SECRET: &str = "s3cret-token-of-acme";

pub(crate) struct Acme {
    definition: Definition,
    target: Target,
    settings: UpstreamSettings,
    credential: Credential,
    /// One for all calls, as in a server: connections are used again.
    client: OnceLock<Client>,
}

impl Acme {
    pub(crate) fn at(vendor: &Vendor) -> Acme {
        Acme::at_url(&vendor.url)
    }

    pub(crate) fn at_url(url: &str) -> Acme {
        let integration = serde_json::from_value(definition()).unwrap();
        let definition = Definition::compile(integration).unwrap();
        let target = Target::new(&definition.integration, Some(url), &Map::new()).unwrap();
        let settings = UpstreamSettings { private_addresses: PrivateAddresses::Allow, ..UpstreamSettings::default() };
        let credential = credential(json!({"kind": "bearer"}), json!({"token": SECRET}));
        Acme { definition, target, settings, credential, client: OnceLock::new() }
    }

    /// Never calls private addresses.
    pub(crate) fn guarded(mut self) -> Acme {
        self.settings.private_addresses = PrivateAddresses::Refuse;
        self
    }

    /// Gives up soon.
    pub(crate) fn impatient(mut self) -> Acme {
        self.settings.timeout = Duration::from_secs(1);
        self
    }

    /// Gives up connecting soon.
    pub(crate) fn connecting_impatiently(mut self) -> Acme {
        self.settings.connect_timeout = Duration::from_millis(50);
        self
    }

    pub(crate) fn reading_at_most(mut self, bytes: usize) -> Acme {
        self.settings.max_answer_bytes = bytes;
        self
    }

    pub(crate) fn with_api_key_in_query(mut self) -> Acme {
        let scheme = json!({"kind": "api_key", "attach": {"query": "key"}});
        self.credential = credential(scheme, json!({"api_key": SECRET}));
        self
    }

    pub(crate) fn tool(&self, name: &str) -> &Arc<Tool> {
        self.definition.tool(name).unwrap()
    }

    pub(crate) fn plan(&self, tool: &str, arguments: Value) -> Plan {
        self.tool(tool).plan(&self.target, arguments.as_object().unwrap().clone()).unwrap()
    }

    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Outcome {
        let client = self.client.get_or_init(|| Client::new(&self.settings).unwrap());
        let plan = self.plan(tool, arguments);
        let outcome = client.call(self.tool(tool), &plan, &self.credential, now()).await;
        assert!(!format!("{outcome:?}").contains(SECRET), "the secret shows in {outcome:?}");
        outcome
    }

    pub(crate) async fn list(&self) -> Outcome {
        self.call("list_all_acme_things", json!({})).await
    }

    /// A read.
    pub(crate) async fn get(&self) -> Outcome {
        self.call("get_single_acme_thing_by_id", json!({"id": "7"})).await
    }

    /// A write.
    pub(crate) async fn create(&self) -> Outcome {
        self.call("create_a_acme_thing", json!({"name": "x"})).await
    }
}

/// 2026-11-20T12:00:00Z.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_795_176_000).unwrap()
}

/// What a model reads: the answer's text, or the failure as JSON.
pub(crate) fn shown(outcome: &Outcome) -> String {
    match &outcome.result {
        Ok(Answer::Text(text)) => text.clone(),
        Ok(Answer::WithFiles { text, files }) => {
            let files = files.iter().map(|file| format!("\n{}", shown_file(file)));
            format!("{text}{}", files.collect::<String>())
        }
        Ok(Answer::File(file)) => shown_file(file),
        Err(failure) => serde_json::to_string(failure).unwrap(),
    }
}

fn shown_file(file: &File) -> String {
    let name = file.name.as_ref().map_or(String::new(), |name| format!("{name}, "));
    match &file.content {
        FileContent::Text(text) => format!("{name}{}: {text}", file.media_type),
        FileContent::Bytes(bytes) => format!("{name}{}, {} bytes", file.media_type, bytes.len()),
    }
}

/// The failure's code.
pub(crate) fn code(outcome: &Outcome) -> &str {
    outcome.result.as_ref().unwrap_err().code.as_str()
}

fn credential(scheme: Value, stored: Value) -> Credential {
    let scheme: CredentialScheme = serde_json::from_value(scheme).unwrap();
    Credential::from_stored(&scheme, stored.as_object().unwrap()).unwrap()
}

fn definition() -> Value {
    let documentation = |description: &str| json!({"description": description});
    let id = json!({"id": {"in": "path", "required": true, "schema": {"type": "string", "description": "Id of the thing."}}});
    let name = json!({"schema": {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "Its name."}},
        "required": ["name"],
        "additionalProperties": false,
    }});
    let attachments = json!([
        {"at": "attachments[].body.data", "media_type": "application/zip", "media_type_at": "type", "name_at": "name"},
        {"at": "stamp", "media_type": "image/png"},
    ]);
    json!({
        "version": 1,
        "name": "acme",
        "label": "Acme",
        "description": "Things of all kinds.",
        "base_url": "https://api.acme.example",
        "credentials": {"token": {"kind": "bearer"}},
        "rate_limit": {"when_limited": {"limit": 10, "reset": 1}},
        "errors": {
            "entry": ["errors.0", "errors", "0"],
            "message": ["reason"],
            "refused_when": "body.ok == false",
            "rules": [
                {
                    "when": "error.code == 'moved'",
                    "code": "merged",
                    "extract": {"new_id": "error.meta.new", "server": "headers['x-server']", "seen": "error.meta.seen"},
                    "hint": "{{ arguments.id }} is {{ new_id }} now.",
                },
                {
                    "when": "status == 404 and body.reason == 'Thing not found'",
                    "code": "not_found",
                    "message": "no thing has this id ({{ status }})",
                    "hint": "Ids come from list_all_acme_things.",
                },
                {"when": "status == 403 and headers['x-ratelimit-remaining'] == '0'", "code": "rate_limited"},
                {"when": "status == 422 and body.code == 'sold_out'", "code": "out_of_stock"},
                {"when": "status == 400 and headers['x-key']", "message": "bad key {{ headers['x-key'] }}", "hint": "It was {{ headers['x-key'] }}."},
                {"when": "body.advice", "hint": "Acme says:\n{{ body.advice }}", "extract": {"advice": "body.advice"}},
                {"when": "status == 504", "hint": "The database of Acme is slow."},
                {"when": "status == 502 and body.code == 'queued'", "code": "conflict"},
            ],
        },
        "resources": {
            "things": {"methods": {
                "list": {
                    "request": "GET /things",
                    "pagination": {"style": "page", "page": "page", "size": "per_page", "default_size": 25, "max_size": 100},
                    "response": {"records": "things", "total": "total", "max_characters": 2000},
                    "documentation": documentation("Lists the things."),
                },
                "get": {"request": "GET /things/{id}", "parameters": id.clone(), "documentation": documentation("Gives one thing.")},
                "create": {"request": "POST /things", "body": name, "documentation": documentation("Creates a thing.")},
                "archive": {"request": "POST /things/{id}/archive", "parameters": id.clone(), "documentation": documentation("Archives a thing.")},
                "search": {
                    "request": "POST /things/search",
                    "pagination": {"style": "none"},
                    "response": {"records": "things"},
                    "documentation": documentation("Finds things."),
                },
            }},
            "events": {"methods": {"list": {
                "request": "GET /events",
                "pagination": {"style": "none"},
                "response": {"max_characters": 2000},
                "documentation": documentation("Lists the events."),
            }}},
            "pages": {"methods": {"list": {
                "request": "GET /pages",
                "pagination": {"style": "cursor", "cursor": "after", "next": "paging.after"},
                "response": {"records": "data.items"},
                "documentation": documentation("Lists the pages."),
            }}},
            "links": {"methods": {"list": {
                "request": "GET /links",
                "pagination": {"style": "link_header"},
                "documentation": documentation("Lists the links."),
            }}},
            "letters": {"methods": {
                "list": {
                    "request": "GET /letters",
                    "pagination": {"style": "none"},
                    "response": {"records": "letters", "max_characters": 2000, "files": attachments.clone()},
                    "documentation": documentation("Lists the letters."),
                },
                "get": {
                    "request": "GET /letters/{id}",
                    "parameters": id.clone(),
                    "response": {"path": "letter", "max_characters": 2000, "files": attachments},
                    "documentation": documentation("Gives one letter."),
                },
            }},
            "reports": {"methods": {
                "list": {
                    "request": "GET /reports",
                    "parameters": {"all": {"in": "query", "schema": {"type": "boolean"}}},
                    "pagination": {"style": "none"},
                    "response": {"records": "reports", "max_characters": 1000, "notes": [
                        {"when": "headers['x-limited'] == 'true'", "text": "Only the newest are here (of {{ body.all }})."},
                        {"when": "not arguments.all", "text": "Archived reports are left out."},
                    ]},
                    "documentation": documentation("Lists the reports."),
                },
                "create": {
                    "request": "POST /reports",
                    "body": {
                        "schema": {"type": "object", "properties": {"send": {"type": "boolean"}, "by": {"type": "string"}}},
                        "defaults": {"by": "mail"},
                    },
                    "response": {"max_characters": 1000, "notes": [
                        {"when": "not arguments.send", "text": "Not sent\nby {{ arguments.by }}."},
                        {"when": "headers['x-key']", "text": "Key {{ headers['x-key'] }}."},
                    ]},
                    "documentation": documentation("Writes a report."),
                },
            }},
            "recordings": {"methods": {"get": {
                "request": "GET /recordings/{id}",
                "parameters": id.clone(),
                "response": {"redirect": "location", "max_characters": 1000},
                "documentation": documentation("Gives a link to a recording."),
            }}},
            "wrapped": {"methods": {
                "list": {
                    "request": "GET /wrapped",
                    "pagination": {"style": "none"},
                    "response": {"records": "data"},
                    "documentation": documentation("Lists what is wrapped."),
                },
                "latest": {
                    "request": "GET /wrapped/latest",
                    "response": {"path": "data"},
                    "documentation": documentation("Gives the latest."),
                },
            }},
            "exports": {"methods": {"list": {
                "request": "GET /export.jsonl",
                "pagination": {"style": "none"},
                "response": {"format": "json_lines", "notes": [{"when": "body | length > 1", "text": "There are {{ body | length }}."}]},
                "documentation": documentation("Gives an export."),
            }}},
            "notes": {"methods": {"get": {
                "request": "GET /notes/{id}",
                "parameters": id,
                "response": {"path": "data.note", "max_characters": 2000},
                "documentation": documentation("Gives one note."),
            }}},
        },
    })
}
