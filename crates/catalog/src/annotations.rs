//! The hints that MCP clients show and obey, derived from a method's name and verb unless its definition knows better.

use crate::naming::singular_of;
use crate::plan::Verb;
use crate::tool::{Scope, ToolAnnotations};

pub(crate) fn annotations(scope: &Scope<'_>, verb: Verb) -> ToolAnnotations {
    let own = &scope.method.annotations;
    let usual = usual(scope.method_name, verb);
    let read_only = own.read_only.unwrap_or(usual.read_only);
    ToolAnnotations {
        title: own.title.clone().unwrap_or_else(|| title(scope)),
        read_only_hint: read_only,
        destructive_hint: own.destructive.unwrap_or(usual.destructive && !read_only),
        idempotent_hint: own.idempotent.unwrap_or(usual.idempotent || read_only),
        open_world_hint: own.open_world.unwrap_or(true),
    }
}

struct Usual {
    read_only: bool,
    destructive: bool,
    idempotent: bool,
}

/// `destructive` is MCP's word for whatever is not purely additive, so updates are.
fn usual(method: &str, verb: Verb) -> Usual {
    let (read_only, destructive, idempotent) = match (method, verb) {
        ("list" | "get", _) | (_, Verb::Get | Verb::Head | Verb::Options | Verb::Query) => (true, false, true),
        ("create", _) => (false, false, false),
        ("delete", _) | (_, Verb::Delete) => (false, true, true),
        (_, Verb::Put) => (false, true, true),
        (_, Verb::Post | Verb::Patch) => (false, true, false),
    };
    Usual { read_only, destructive, idempotent }
}

/// `List all Sendoso campaigns`, `Update an eDesk ticket by id`, `eDesk tickets: merge into`.
fn title(scope: &Scope<'_>) -> String {
    let label = &scope.integration.label;
    let words = |name: &str| name.replace('_', " ");
    let many = words(scope.resource_name);
    let one = words(&singular_of(scope.resource_name, &scope.integration.singular));
    let article = match label.chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('a' | 'e' | 'i' | 'o' | 'u') => "an",
        _ => "a",
    };
    match scope.method_name {
        "list" => format!("List all {label} {many}"),
        "get" => format!("Get {article} {label} {one} by id"),
        "create" => format!("Create {article} {label} {one}"),
        "update" => format!("Update {article} {label} {one} by id"),
        "delete" => format!("Delete {article} {label} {one} by id"),
        custom => format!("{label} {many}: {}", words(custom)),
    }
}
