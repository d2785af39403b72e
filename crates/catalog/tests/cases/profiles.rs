//! What clients take: tools of imported descriptions, which nobody wrote with models in mind.

use std::path::{Path, PathBuf};

use catalog::definition::Definition;
use catalog::import::{Options, Sources, import};
use serde_json::Value;

/// The small descriptions of every feature that the e2e tests import; those of one file each.
fn descriptions() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/import/specs");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn imported(path: &Path) -> Definition {
    let text = std::fs::read_to_string(path).unwrap();
    let description = Sources::new(path.to_str().unwrap(), &text).unwrap().description().unwrap();
    let options = Options { base_url: Some("https://acme.test".to_owned()), ..Options::default() };
    Definition::compile(import(&description, &options).unwrap().integration).unwrap()
}

#[test]
fn case_e1_case_e2_every_imported_tool_passes_the_rules_of_every_model_api() {
    let mut tools = 0;
    let mut found = Vec::new();
    for path in descriptions() {
        for tool in &imported(&path).tools {
            tools += 1;
            let listing: Value = serde_json::from_str(tool.listing()).unwrap();
            let broken = catalog::client_rules::check(&listing);
            found.extend(broken.into_iter().map(|finding| format!("{}: {}: {}", tool.name, finding.api.name(), finding.problem)));
        }
    }
    assert!(tools > 60, "{tools} tools of all descriptions");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn case_e1_no_imported_tool_has_composition_at_its_root() {
    for path in descriptions() {
        for tool in &imported(&path).tools {
            for key in ["oneOf", "anyOf", "allOf", "not", "if", "$ref"] {
                assert!(tool.shown_schema().get(key).is_none(), "{}: `{key}`", tool.name);
            }
        }
    }
}
