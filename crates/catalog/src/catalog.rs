//! All integrations that a process knows: those compiled in and those of a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::definition::Definition;
use crate::parse::{DefinitionError, Finding};
use crate::problem::Problem;

pub use crate::entry::{Entry, Origin};

/// Definitions shipped with the binary: name, which is also that of the file, and text. A new vendor adds a line.
const BUILT_IN: &[(&str, &str)] = &[
    ("asana", include_str!("../../../integrations/asana.yaml")),
    ("edesk", include_str!("../../../integrations/edesk.yaml")),
    ("github", include_str!("../../../integrations/github.yaml")),
    ("gladly", include_str!("../../../integrations/gladly.yaml")),
    ("google_calendar", include_str!("../../../integrations/google_calendar.yaml")),
    ("google_drive", include_str!("../../../integrations/google_drive.yaml")),
    ("hubspot", include_str!("../../../integrations/hubspot.yaml")),
    ("intercom", include_str!("../../../integrations/intercom.yaml")),
    ("jira", include_str!("../../../integrations/jira.yaml")),
    ("netsuite", include_str!("../../../integrations/netsuite.yaml")),
    ("notion", include_str!("../../../integrations/notion.yaml")),
    ("salesforce", include_str!("../../../integrations/salesforce.yaml")),
    ("sendoso", include_str!("../../../integrations/sendoso.yaml")),
    ("shopify", include_str!("../../../integrations/shopify.yaml")),
    ("slack", include_str!("../../../integrations/slack.yaml")),
    ("stripe", include_str!("../../../integrations/stripe.yaml")),
    ("zendesk", include_str!("../../../integrations/zendesk.yaml")),
];

/// Integrations by name. Never changes; a changed folder makes a new one.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: BTreeMap<String, Entry>,
}

impl Catalog {
    /// The integrations that are compiled in. Each is read when it is first asked for.
    pub fn built_in() -> Self {
        Self { entries: BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), Entry::shipped(name, text))).collect() }
    }

    /// These integrations and those of a folder, given the folder's files (name without path, and text).
    ///
    /// `previous` is the catalog that the folder's last state gave, `self` at the start. A file that cannot be used
    /// is reported and what it defined in `previous` stays, so a slip of the pen takes no working integration down.
    /// A file that is gone takes its definition with it.
    ///
    /// A local definition replaces a built-in one only on purpose: its file must be called after the integration,
    /// `acme.yaml` for `acme`. Under any other file name the built-in one stays and the file is reported, and so is the
    /// second of two files that define the same name.
    pub fn with_folder(&self, mut files: Vec<(String, String)>, previous: &Self) -> (Self, Vec<DefinitionError>) {
        files.sort();
        let mut catalog = self.clone();
        let mut errors = Vec::new();
        let mut kept = Vec::new();
        for (file, text) in files {
            let before = previous.of_file(&file);
            match catalog.local_entry(&file, text, before) {
                Ok(entry) => catalog.insert(entry),
                Err(error) => {
                    errors.push(error);
                    kept.extend(before.cloned());
                }
            }
        }
        // Only after all files: the name may have moved to another one.
        for entry in kept {
            if catalog.entries.get(&entry.name).is_none_or(|taken| taken.origin == Origin::BuiltIn) {
                catalog.insert(entry);
            }
        }
        (catalog, errors)
    }

    /// What the integration of this name says; `None` if there is none.
    ///
    /// # Errors
    /// See [`Entry::definition`]: a definition that cannot be read is not one that is missing.
    pub fn get(&self, name: &str) -> Result<Option<&Arc<Definition>>, &DefinitionError> {
        self.entries.get(name).map(Entry::definition).transpose()
    }

    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// All integrations, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    fn insert(&mut self, entry: Entry) {
        self.entries.insert(entry.name.clone(), entry);
    }

    fn of_file(&self, file: &str) -> Option<&Entry> {
        self.iter().find(|entry| matches!(&entry.origin, Origin::File(name) if name == file))
    }

    /// What `file` adds to this catalog.
    fn local_entry(&self, file: &str, text: String, before: Option<&Entry>) -> Result<Entry, DefinitionError> {
        let entry = match before {
            // The same definition keeps its address, and with it everything that is cached for it.
            Some(before) if before.text() == text => before.clone(),
            _ => Entry::read(file, text)?,
        };
        let name = &entry.name;
        match self.entries.get(name).map(|taken| &taken.origin) {
            Some(Origin::File(other)) => {
                Err(name_taken(file, entry.text(), format!("{other} defines `{name}` already; remove one of the two")))
            }
            Some(Origin::BuiltIn) if stem(file) != name => Err(name_taken(
                file,
                entry.text(),
                format!("`{name}` is built in; call the file {name}.yaml to replace it, or choose another name"),
            )),
            _ => Ok(entry),
        }
    }
}

/// Whether a file in the catalog folder is a definition: YAML or JSON, and not hidden.
pub fn is_definition_file(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    !name.starts_with('.') && matches!(extension, Some("yaml" | "yml" | "json"))
}

fn stem(file: &str) -> &str {
    Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or(file)
}

fn name_taken(file: &str, text: &str, message: String) -> DefinitionError {
    let is_name = |line: &str| line.trim_start_matches([' ', '{', '"', '\'']).starts_with("name");
    let line = text.lines().position(is_name).map_or(1, |index| index + 1);
    DefinitionError { file: file.to_owned(), errors: vec![Finding { line, problem: Problem::error("name", message) }] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{lint, parse, parse_shipped};
    use crate::target::Target;
    use serde_json::Map;

    fn text(name: &str, label: &str) -> String {
        format!(
            "version: 1\nname: {name}\nlabel: {label}\ndescription: Orders.\nbase_url: https://api.acme.test\n\
             resources:\n  orders:\n    methods:\n      list:\n        request: GET /orders\n        documentation:\n          \
             description: Lists orders.\n"
        )
    }

    fn folder(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
    }

    fn label<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c str> {
        catalog.get(name).unwrap().map(|definition| definition.integration.label.as_str())
    }

    #[test]
    fn a_folder_adds_to_what_is_built_in() {
        let built_in = Catalog::built_in();
        let count = built_in.iter().count();
        let (catalog, errors) = built_in.with_folder(folder(&[("a.yaml", &text("acme", "Acme"))]), &built_in);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(catalog.iter().count(), count + 1);
        assert_eq!(catalog.entry("acme").unwrap().origin, Origin::File("a.yaml".to_owned()));
    }

    #[test]
    fn every_shipped_file_is_compiled_in_and_has_neither_errors_nor_warnings() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations");
        let mut shipped: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|file| is_definition_file(file))
            .collect();
        shipped.sort();
        assert_eq!(shipped, BUILT_IN.iter().map(|(name, _)| format!("{name}.yaml")).collect::<Vec<_>>());
        for (name, text) in BUILT_IN {
            let file = &format!("{name}.yaml");
            let report = lint(file, text);
            let findings: Vec<String> = report.errors.iter().chain(&report.warnings).map(|finding| format!("{file}:{finding}")).collect();
            assert!(findings.is_empty(), "{}", findings.join("\n"));
            let content = |definition: Definition| serde_json::to_value(definition.integration).unwrap();
            assert_eq!(parse(file, text).unwrap().integration.name, *name);
            assert_eq!(content(parse_shipped(file, text).unwrap()), content(parse(file, text).unwrap()));
        }
    }

    #[test]
    fn every_built_in_tool_has_a_valid_schema_that_admits_its_examples() {
        for entry in Catalog::built_in().iter() {
            let definition = entry.definition().unwrap();
            for tool in &definition.tools {
                assert!(jsonschema::draft202012::meta::is_valid(&tool.input_schema), "{}", tool.name);
                let method = &definition.integration.resources[&tool.resource].methods[&tool.method];
                let target = Target::new(&definition.integration, Some("https://vendor.test"), &Map::new()).unwrap();
                for example in method.documentation.iter().flat_map(|documentation| &documentation.examples) {
                    tool.plan(&target, example.arguments.clone()).unwrap();
                }
            }
        }
    }

    #[test]
    fn a_broken_file_leaves_its_last_good_definition_in_place() {
        let none = Catalog::default();
        let (good, _) = none.with_folder(folder(&[("a.yaml", &text("acme", "Acme"))]), &none);
        let (broken, errors) = none.with_folder(folder(&[("a.yaml", "version: 1\nname: [")]), &good);
        assert_eq!(errors.len(), 1);
        assert_eq!(label(&broken, "acme"), Some("Acme"));
        // And again: what stays must survive a second broken state.
        let (still_broken, _) = none.with_folder(folder(&[("a.yaml", "version: 2")]), &broken);
        assert_eq!(label(&still_broken, "acme"), Some("Acme"));
        let (mended, errors) = none.with_folder(folder(&[("a.yaml", &text("acme", "Acme 2"))]), &still_broken);
        assert!(errors.is_empty());
        assert_eq!(label(&mended, "acme"), Some("Acme 2"));
        let (gone, _) = none.with_folder(Vec::new(), &mended);
        assert_eq!(label(&gone, "acme"), None);
    }

    #[test]
    fn a_definition_that_cannot_be_read_is_not_taken_for_a_missing_one() {
        let entries = BTreeMap::from([("acme".to_owned(), Entry::shipped("acme", "version: 2"))]);
        let catalog = Catalog { entries };
        assert!(catalog.get("acme").unwrap_err().to_string().starts_with("acme.yaml:1: version"));
        assert!(catalog.get("other").unwrap().is_none());
    }

    #[test]
    fn an_unchanged_file_keeps_its_definition() {
        let none = Catalog::default();
        let files = folder(&[("a.yaml", &text("acme", "Acme"))]);
        let (first, _) = none.with_folder(files.clone(), &none);
        let (second, _) = none.with_folder(files, &first);
        let definition = |catalog: &Catalog| Arc::clone(catalog.get("acme").unwrap().unwrap());
        assert!(Arc::ptr_eq(&definition(&first), &definition(&second)));
    }

    #[test]
    fn a_built_in_integration_is_replaced_only_by_a_file_of_its_name() {
        let built_in = Catalog::built_in();
        let name = built_in.iter().next().unwrap().name.clone();
        let own = text(&name, "My own");
        let (catalog, errors) = built_in.with_folder(folder(&[("other.yaml", &own)]), &built_in);
        assert_eq!(errors.len(), 1);
        assert_eq!(catalog.entry(&name).unwrap().origin, Origin::BuiltIn);
        let (catalog, errors) = built_in.with_folder(folder(&[(&format!("{name}.yaml"), &own)]), &built_in);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(label(&catalog, &name), Some("My own"));
    }

    #[test]
    fn of_two_files_with_one_name_the_first_counts() {
        let none = Catalog::default();
        let files = folder(&[("b.yaml", &text("acme", "B")), ("a.yaml", &text("acme", "A"))]);
        let (catalog, errors) = none.with_folder(files, &none);
        assert_eq!(label(&catalog, "acme"), Some("A"));
        insta::assert_snapshot!(errors[0], @"b.yaml:2: name: a.yaml defines `acme` already; remove one of the two");
    }

    #[test]
    fn a_definition_may_move_to_another_file() {
        let none = Catalog::default();
        let (first, _) = none.with_folder(folder(&[("a.yaml", &text("acme", "Acme"))]), &none);
        let moved = folder(&[("a.yaml", "version: 1"), ("b.yaml", &text("acme", "Moved"))]);
        let (second, errors) = none.with_folder(moved, &first);
        assert_eq!(errors.len(), 1);
        assert_eq!(label(&second, "acme"), Some("Moved"));
    }

    #[test]
    fn only_visible_yaml_and_json_files_are_definitions() {
        for (name, expected) in
            [("a.yaml", true), ("a.yml", true), ("a.json", true), ("a.yaml~", false), (".a.yaml", false), ("README.md", false)]
        {
            assert_eq!(is_definition_file(name), expected, "{name}");
        }
    }
}
