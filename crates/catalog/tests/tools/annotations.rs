//! The hints that MCP clients see.

use catalog::tool::Kind;
use insta::assert_snapshot;
use serde_json::json;

use crate::desk::{DESK, tool, with_method};

#[test]
fn hints_follow_from_the_name_and_the_verb() {
    let lines: Vec<String> = DESK
        .tools
        .iter()
        .map(|tool| {
            let hints = &tool.annotations;
            let mut line = format!("{} [{:?}", tool.annotations.title, tool.kind);
            for (holds, word) in [
                (hints.read_only_hint, "read-only"),
                (hints.destructive_hint, "destructive"),
                (hints.idempotent_hint, "idempotent"),
                (hints.open_world_hint, "open-world"),
            ] {
                if holds {
                    line.push_str(&format!(", {word}"));
                }
            }
            line + "]"
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @"
    List all eDesk tickets [Read, read-only, idempotent, open-world]
    Get an eDesk ticket by id [Read, read-only, idempotent, open-world]
    Create an eDesk ticket [Write, open-world]
    Update an eDesk ticket by id [Write, destructive, idempotent, open-world]
    Delete an eDesk ticket by id [Destructive, destructive, idempotent, open-world]
    eDesk tickets: merge into [Write, destructive, open-world]
    List all eDesk me [Read, read-only, idempotent, open-world]
    ");
}

#[test]
fn a_definition_knows_better() {
    let search = with_method("search", json!({"request": "POST /search", "annotations": {"read_only": true, "title": "Search things"}}));
    let search = &search.tools[0];
    assert_eq!(search.kind, Kind::Read);
    assert_eq!(search.annotations.title, "Search things");
    assert!(!search.annotations.destructive_hint && search.annotations.idempotent_hint);

    let wipe = with_method("wipe", json!({"request": "POST /wipe", "annotations": {"destructive": true}}));
    assert_eq!(wipe.tools[0].kind, Kind::Destructive);
}

#[test]
fn a_listing_is_what_tools_list_shows() {
    assert_snapshot!(tool(&DESK, "tickets.delete").listing(), @r#"{"name":"delete_a_e_desk_ticket_by_id","description":"Deletes a ticket.","inputSchema":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"],"additionalProperties":false},"annotations":{"title":"Delete an eDesk ticket by id","readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":true}}"#);
}

#[test]
fn tags_and_scopes_are_the_resources_and_the_methods() {
    let create = tool(&DESK, "tickets.create");
    assert_eq!(create.tags, ["support", "intake"]);
    assert_eq!(create.scopes, ["read", "write"]);
}
