//! The corpus: every shipped definition, and files that each have one kind of fault.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::fs;
use std::path::{Path, PathBuf};

use catalog::docs::page;
use catalog::parse::{lint, parse};
use catalog::schema::schema;
use catalog::target::Target;
use catalog::tool::Tool;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tiktoken_rs::cl100k_base;

fn integrations() -> Vec<(String, String)> {
    files("../../integrations")
}

/// Name and text of each definition in a folder, by name.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn a_broken_file_is_refused_with_place_problem_and_remedy() {
    let files = files("tests/invalid");
    assert!(files.len() >= 20);
    for (file, text) in files {
        let error = parse(&file, &text).err().unwrap_or_else(|| panic!("{file} was accepted"));
        insta::assert_snapshot!(file.trim_end_matches(".yaml"), error);
    }
}

#[test]
fn a_doubtful_file_is_accepted_with_warnings_and_says_which_methods_are_hidden() {
    let (file, text) = files("tests/doubtful").remove(0);
    let report = lint(&file, &text);
    let lines = report.errors.iter().map(|error| format!("error {error}"));
    let lines = lines.chain(report.warnings.iter().map(|warning| format!("warning {warning}")));
    let lines = lines.chain(report.hidden.iter().map(|hidden| format!("hidden {}.{}: {}", hidden.resource, hidden.method, hidden.reason)));
    insta::assert_snapshot!("doubtful", lines.collect::<Vec<_>>().join("\n"));
    assert!(parse(&file, &text).is_ok());
}

#[test]
fn a_way_to_authenticate_that_nobody_can_check_is_warned_of() {
    let text = "version: 1\nname: acme\nlabel: Acme\ndescription: Orders.\nbase_url: https://api.acme.test\n\
        credentials:\n  token: { kind: bearer }\n  key: { kind: api_key, attach: { header: X-Key }, check: { resource: things, method: list } }\n\
        resources:\n  things:\n    methods:\n      list: { request: GET /things, pagination: { style: none }, documentation: { description: Lists all. } }\n";
    let warnings: Vec<String> = lint("acme.yaml", text).warnings.iter().map(ToString::to_string).collect();
    let [warning] = &warnings[..] else { panic!("not one warning: {warnings:?}") };
    assert!(warning.contains("credentials.token: nothing tells whether"), "{warning}");
}

#[test]
fn a_shipped_definition_has_neither_errors_nor_warnings() {
    for (file, text) in integrations() {
        let report = lint(&file, &text);
        let findings: Vec<String> = report.errors.iter().chain(&report.warnings).map(|finding| format!("{file}:{finding}")).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}

#[test]
fn a_shipped_definition_fits_the_published_schema() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (file, text) in integrations() {
        let definition = parse(&file, &text).unwrap();
        let value = serde_json::to_value(&definition.integration).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{file}: {}", errors.join("\n"));
    }
}

#[test]
fn the_published_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/integration.schema.json");
    let published = fs::read_to_string(path).unwrap_or_default();
    let current = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    assert!(published == current, "write it anew: cargo run -- catalog schema > docs/integration.schema.json");
}

#[test]
fn every_shipped_definition_has_a_page_that_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/integrations");
    let mut pages = Vec::new();
    for (file, text) in integrations() {
        let name = file.trim_end_matches(".yaml");
        let published = fs::read_to_string(folder.join(format!("{name}.md"))).unwrap_or_default();
        let current = page(&parse(&file, &text).unwrap());
        assert!(published == current, "write it anew: cargo run -- catalog docs {name} > docs/integrations/{name}.md");
        pages.push(format!("{name}.md"));
    }
    let mut published: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    published.sort();
    assert_eq!(published, pages, "a page of a definition that is gone goes, too");
}

/// The lists in `inventory/` were written from the vendors' documentation, not from the definitions.
#[test]
fn every_operation_of_a_vendor_is_a_tool_of_its_published_name() {
    for (file, count) in [("edesk", 40), ("gladly", 89), ("sendoso", 20)] {
        let (_, inventory) = files("tests/inventory").into_iter().find(|(name, _)| *name == format!("{file}.txt")).unwrap();
        let mut published: Vec<&str> = inventory.lines().filter(|line| !line.starts_with('#')).collect();
        let (name, text) = integrations().into_iter().find(|(name, _)| *name == format!("{file}.yaml")).unwrap();
        let definition = parse(&name, &text).unwrap();
        let request = |tool: &Tool| &definition.integration.resources[&tool.resource].methods[&tool.method].request;
        let mut ours: Vec<String> = definition.tools.iter().map(|tool| format!("{} {}", tool.name, request(tool))).collect();
        published.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, published);
        assert_eq!(ours.len(), count, "{file}");
        assert!(definition.hidden.is_empty(), "{file}: {:?}", definition.hidden);
    }
}

/// All that `tools/list` has of a tool counts, though hosts hand only a part of it to models.
#[test]
fn a_shipped_tool_is_220_tokens_on_average_at_most_and_none_is_a_burden() {
    let tokenizer = cl100k_base().unwrap();
    for (file, text) in integrations() {
        // These two have every operation of their vendor with all that it takes; the others are cut to an agent's common work.
        let most = if ["edesk.yaml", "gladly.yaml"].contains(&file.as_str()) { 850 } else { 600 };
        let tools = parse(&file, &text).unwrap().tools;
        let tokens: Vec<usize> = tools.iter().map(|tool| tokenizer.encode_ordinary(tool.listing()).len()).collect();
        let average = tokens.iter().sum::<usize>() as f64 / tools.len() as f64;
        assert!(average <= 220.0, "{file}: {average:.1} tokens a tool; benches/tokens.py names the dearest");
        for (tool, tokens) in tools.iter().zip(tokens) {
            assert!(tokens <= most, "{file}: {tokens} tokens for {} are more than {most}", tool.name);
        }
    }
}

/// Definitions that need not follow a vendor's whole API can keep each tool small.
#[test]
fn no_tool_for_everyday_work_is_over_300_tokens() {
    let tokenizer = cl100k_base().unwrap();
    let everyday = ["asana", "github", "google_calendar", "google_drive", "jira", "notion", "slack"];
    for (file, text) in integrations().into_iter().filter(|(file, _)| everyday.contains(&file.trim_end_matches(".yaml"))) {
        for tool in parse(&file, &text).unwrap().tools {
            let tokens = tokenizer.encode_ordinary(tool.listing()).len();
            assert!(tokens <= 300, "{file}: {}: {tokens} tokens", tool.name);
        }
    }
}

/// Hosts ask a person before each call of a tool that says it destroys.
#[test]
fn what_only_adds_is_not_said_to_destroy() {
    for (file, added) in [
        ("asana", ["asana_tasks_add_to_project", "asana_tasks_add_followers", "asana_tasks_add_dependencies"].as_slice()),
        ("github", &["github_issues_add_labels", "github_pull_requests_request_reviewers", "github_workflow_runs_rerun_failed_jobs"]),
        ("google_calendar", &["google_calendar_events_quick_add", "google_calendar_events_add_meet"]),
        ("google_drive", &["google_drive_files_copy"]),
        ("jira", &["jira_issues_watch", "jira_issues_link"]),
        ("notion", &["notion_block_children_append", "notion_comments_reply"]),
        ("slack", &["slack_channels_join", "slack_channels_open", "slack_channels_invite"]),
    ] {
        let (name, text) = integrations().into_iter().find(|(name, _)| *name == format!("{file}.yaml")).unwrap();
        let definition = parse(&name, &text).unwrap();
        for tool in added {
            let tool = definition.tools.iter().find(|one| one.name == *tool).unwrap_or_else(|| panic!("{tool}"));
            assert!(tool.listing().contains("\"destructiveHint\":false"), "{}", tool.name);
        }
    }
}

#[test]
fn a_definition_in_json_is_the_same_as_in_yaml() {
    for (file, text) in integrations() {
        let from_yaml = serde_json::to_value(&parse(&file, &text).unwrap().integration).unwrap();
        let json = serde_json::to_string_pretty(&from_yaml).unwrap();
        let from_json = serde_json::to_value(&parse("definition.json", &json).unwrap().integration).unwrap();
        assert_eq!(from_yaml, from_json, "{file}");
    }
}

#[test]
fn at_most_fifty_problems_are_listed() {
    let resources: String = (0..80).map(|at| format!("  Wrong{at}: {{ methods: {{ list: {{ request: GET / }} }} }}\n")).collect();
    let text =
        format!("version: 1\nname: acme\nlabel: Acme\ndescription: Orders.\nbase_url: https://api.acme.test\nresources:\n{resources}");
    let error = parse("acme.yaml", &text).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 51);
    assert!(error.ends_with("acme.yaml: 30 more problems are not listed; mend these first"), "{error}");
}

#[test]
fn an_integration_too_large_to_look_at_is_refused_at_once() {
    let head = "version: 1\nname: acme\nlabel: Acme\ndescription: Orders.\nbase_url: https://api.acme.test\n";
    let methods: String = (0..2_001).map(|at| format!("      m{at}: {{ request: GET / }}\n")).collect();
    let error = parse("acme.yaml", &format!("{head}resources:\n  orders:\n    methods:\n{methods}")).unwrap_err();
    insta::assert_snapshot!(error, @"acme.yaml:6: resources: 2001 methods are more than the 2000 of one integration; split it in two");
    let rules = "    - { when: status == 404, hint: None. }\n".repeat(101);
    let resources = "resources: { orders: { methods: { list: { request: GET / } } } }\n";
    let error = parse("acme.yaml", &format!("{head}errors:\n  rules:\n{rules}{resources}")).unwrap_err();
    insta::assert_snapshot!(error, @"acme.yaml:7: errors.rules: 101 shared rules are more than 100; move some to the methods they are about");
}

/// Small changes of a kind that people and tools make: lines moved, doubled or dropped, characters replaced.
fn mutated(text: &str, edits: &[(usize, u8, char)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, kind, character) in edits {
        if lines.is_empty() {
            break;
        }
        let at = at % lines.len();
        match kind % 6 {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines[at] = format!(" {}", lines[at]),
            3 => lines[at] = lines[at].trim_start().to_owned(),
            4 => lines[at] = lines[at].replacen(' ', &character.to_string(), 1),
            _ => lines[at].push(*character),
        }
    }
    lines.join("\n")
}

/// A schema that leads to one of `a`, `b` and `c`, directly or through what it holds, or to a file.
fn referring_schema() -> impl Strategy<Value = Value> {
    (0..7, prop::sample::select(vec!["a", "b", "c"])).prop_map(|(kind, name)| {
        let other = json!({"$ref": format!("#/$defs/{name}")});
        let file = json!({"type": "string", "contentEncoding": "base64", "description": "Bytes."});
        match kind {
            0 => other,
            1 => json!({"type": "array", "items": other, "description": "A list."}),
            2 => json!({"type": "object", "properties": {"content": other, "name": {"type": "string"}}}),
            3 => json!({"type": "object", "properties": {"content": file, "name": other}}),
            4 => json!({"anyOf": [other, file]}),
            5 => json!({"allOf": [other], "properties": {"content": file}}),
            _ => file,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_mutated_definition_is_parsed_or_refused(
        file in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), prop::sample::select(vec![
            ':', '-', '{', '}', '[', ']', '"', '\'', '&', '*', '!', '|', '>', '#', '\t', '%', '@', '~', '?', ',', 'x', '0', 'é',
        ])), 1..8),
    ) {
        let texts: Vec<(String, String)> = files("tests/invalid");
        let (name, text) = file.get(&texts);
        if let Err(error) = parse(name, &mutated(text, &edits)) {
            for line in error.to_string().lines() {
                prop_assert!(line.starts_with(&format!("{name}:")) || !line.is_empty(), "{}", line);
            }
            prop_assert!(!error.errors.is_empty());
        }
    }

    #[test]
    fn a_body_whose_schemas_refer_to_each_other_is_read_or_refused(
        format in prop::sample::select(vec!["json", "form", "multipart", "raw"]),
        schemas in prop::array::uniform3(referring_schema()),
        whole in any::<bool>(),
    ) {
        let members = json!({"x": {"$ref": "#/$defs/a"}, "y": {"type": "array", "items": {"$ref": "#/$defs/b"}}});
        let mut schema = if whole { json!({"$ref": "#/$defs/a"}) } else { json!({"type": "object", "properties": members}) };
        let [a, b, c] = schemas;
        schema["$defs"] = json!({"a": a, "b": b, "c": c});
        let method = json!({
            "request": "POST /labels",
            "body": {"format": format, "schema": schema},
            "documentation": {"description": "Adds a label."},
        });
        let definition = json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "Orders.", "base_url": "https://api.acme.test",
            "credentials": {"token": {"kind": "bearer"}},
            "resources": {"labels": {"methods": {"create": method}}},
        });
        match parse("acme.json", &definition.to_string()) {
            Err(error) => prop_assert!(!error.errors.is_empty()),
            Ok(definition) => {
                let target = Target::new(&definition.integration, None, &Map::new()).unwrap();
                let arguments = json!({"x": [[{"content": "?"}]], "y": [[], {"content": ["?"], "name": "?"}], "body": "?"});
                for name in ["x", "y", "body"] {
                    let given = arguments.as_object().unwrap().iter().filter(|(key, _)| *key == name);
                    let given = given.map(|(name, value)| (name.clone(), value.clone())).collect();
                    if let Err(error) = definition.tools[0].plan(&target, given) {
                        prop_assert!(!error.violations.is_empty());
                    }
                }
            }
        }
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in "[ \n\ta-c:{}\\[\\]\"'&*!|>#%@,?~0-9-]{0,200}") {
        prop_assert!(parse("any.yaml", &text).is_err());
    }
}
