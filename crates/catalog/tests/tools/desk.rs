//! A small made-up help desk API, and calls of its tools written in a line.

use std::sync::{Arc, LazyLock};

use catalog::definition::Definition;
use catalog::integration::Integration;
use catalog::plan::Plan;
use catalog::target::Target;
use catalog::tool::Tool;
use serde_json::{Map, Value, json};

/// Reads a definition with these resources.
pub(crate) fn definition(resources: Value) -> Definition {
    compiled(json!({"resources": resources})).unwrap()
}

/// Reads a definition with these keys beside the usual ones.
pub(crate) fn compiled(keys: Value) -> Result<Definition, Vec<catalog::problem::Problem>> {
    let mut file = json!({
        "version": 1, "name": "desk", "label": "eDesk", "description": "A help desk.",
        "base_url": "https://desk.test/v1",
    });
    for (key, value) in keys.as_object().unwrap() {
        file[key] = value.clone();
    }
    let integration: Integration = serde_json::from_value(file).unwrap();
    Definition::compile(integration)
}

/// A definition with one documented method.
pub(crate) fn with_method(name: &str, mut method: Value) -> Definition {
    if method.get("documentation").is_none() {
        method["documentation"] = json!({"description": "Does it."});
    }
    definition(json!({"things": {"methods": {name: method}}}))
}

/// The tool for `resource.method`.
pub(crate) fn tool<'a>(definition: &'a Definition, name: &str) -> &'a Arc<Tool> {
    let found = definition.tools.iter().find(|tool| format!("{}.{}", tool.resource, tool.method) == name);
    found.unwrap()
}

pub(crate) fn arguments(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap()
}

/// The plan of a call, or everything that is wrong with its arguments.
pub(crate) fn plan(definition: &Definition, name: &str, json: &str) -> Result<Plan, String> {
    let target = Target::new(&definition.integration, None, &Map::new()).unwrap();
    tool(definition, name).plan(&target, arguments(json)).map_err(|error| error.to_string())
}

/// A plan in a few lines: verb and URL without its origin, headers but for `Accept: application/json`, body.
pub(crate) fn shown(plan: Result<Plan, String>) -> String {
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => return error,
    };
    let origin = plan.url.origin().ascii_serialization();
    let mut text = format!("{} {}", plan.verb.as_str(), plan.url.as_str().strip_prefix(&origin).unwrap());
    for (name, value) in &plan.headers {
        if (name.as_str(), value.as_str()) != ("Accept", "application/json") {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    if let Some(body) = &plan.body {
        text.push_str("\n\n");
        text.push_str(&String::from_utf8_lossy(body).replace("\r\n", "\n"));
    }
    text.trim_end().to_owned()
}

/// A call of the [`DESK`]'s tool `resource.method` as the request that it becomes.
pub(crate) fn planned(name: &str, json: &str) -> String {
    shown(plan(&DESK, name, json))
}

/// A call of a tool that has only the method given.
pub(crate) fn planned_with(method: Value, json: &str) -> String {
    shown(plan(&with_method("act", method), "things.act", json))
}

pub(crate) static DESK: LazyLock<Definition> = LazyLock::new(|| {
    compiled(json!({
        "headers": {"X-Client": "tidegate"},
        "pagination": {"style": "page", "page": "page", "size": "per_page", "default_size": 25, "max_size": 100},
        "resources": {
            "tickets": {
                "tags": ["support"],
                "scopes": ["read"],
                "methods": {
                    "list": {
                        "request": "GET /tickets",
                        "parameters": {
                            "status": {"in": "query", "schema": {"type": "string", "enum": ["open", "closed"], "description": "State."}},
                            "page": {"in": "query", "schema": {"type": "integer"}},
                            "tag_ids": {"in": "query", "name": "tag_ids[]", "schema": {"type": "array", "items": {"type": "integer"}}},
                        },
                        "response": {"records": "tickets", "total": "total"},
                        "documentation": {"description": "Lists tickets, newest first."},
                    },
                    "get": {
                        "request": "GET /tickets/{ticket_id}",
                        "parameters": {"ticket_id": {"in": "path", "schema": {"type": ["integer", "string"], "description": "Number of the ticket."}}},
                        "documentation": {"description": "Gets a ticket."},
                    },
                    "create": {
                        "request": "POST /tickets",
                        "body": {
                            "wrap": "ticket",
                            "fixed": {"via": "api"},
                            "defaults": {"priority": "normal"},
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "subject": {"type": "string", "minLength": 1, "description": "First line."},
                                    "priority": {"type": "string", "enum": ["low", "normal", "high"]},
                                    "via": {"type": "string"},
                                    "custom": {"type": "object", "properties": {"floor": {"type": "integer"}}, "additionalProperties": false},
                                    "watchers": {"type": "array", "items": {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]}},
                                },
                                "required": ["subject", "priority", "via"],
                            },
                        },
                        "tags": ["intake"],
                        "scopes": ["write"],
                        "documentation": {"description": "Creates a ticket."},
                    },
                    "update": {
                        "request": "PUT /tickets/{ticket_id}",
                        "parameters": {"ticket_id": {"in": "path", "schema": {"type": "integer"}}},
                        "body": {"schema": {"type": "object", "properties": {
                            "id": {"type": "integer"}, "subject": {"type": "string"},
                        }, "required": ["id"]}},
                        "documentation": {"description": "Changes a ticket."},
                    },
                    "delete": {
                        "request": "DELETE /tickets/{ticket_id}",
                        "parameters": {"ticket_id": {"in": "path", "schema": {"type": "integer"}}},
                        "documentation": {"description": "Deletes a ticket."},
                    },
                    "merge_into": {
                        "request": "POST /tickets/{ticket_id}/merge/{target_id}",
                        "parameters": {
                            "ticket_id": {"in": "path", "schema": {"type": "integer"}},
                            "target_id": {"in": "path", "schema": {"type": "integer"}},
                        },
                        "documentation": {"description": "Merges a ticket into another."},
                    },
                    "purge": {"request": "POST /tickets/purge", "tags": ["danger"]},
                },
            },
            "me": {
                "pagination": {"style": "none"},
                "methods": {"list": {"request": "GET /me", "documentation": {"description": "Who the account is."}}},
            },
        },
    }))
    .unwrap()
});
