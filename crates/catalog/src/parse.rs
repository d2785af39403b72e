//! Definition text to a [`Definition`]; errors name file, line, key and remedy.
//!
//! Four steps, each only after the one before succeeded: text to value (`yaml.rs`), value to the types of the format
//! (`fit.rs`), then what the types cannot say (`lint.rs`) together with what only deriving the tools finds out.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::definition::{Definition, HiddenMethod};
use crate::fit::fit;
use crate::integration::Integration;
use crate::lint;
use crate::problem::{Problem, Severity};
use crate::yaml::{self, Document, Lines};

/// The one version of the format.
const VERSION: u64 = 1;

/// Most problems that one error lists; a file with more is mended in rounds.
const MAX_LISTED: usize = 50;

/// Turns the text of a definition file, YAML or JSON, into a definition.
///
/// `file` only names the text in errors. Warnings are dropped; [`lint`] gives them.
///
/// # Errors
/// All problems found, as lines of `file:line: path: message`.
pub fn parse(file: &str, text: &str) -> Result<Definition, DefinitionError> {
    let examined = examine(text);
    match examined.definition {
        Some(definition) if examined.findings.iter().all(Finding::is_warning) => Ok(definition),
        _ => Err(DefinitionError {
            file: file.to_owned(),
            errors: examined.findings.into_iter().filter(|finding| !finding.is_warning()).collect(),
        }),
    }
}

/// Examines the text of a definition file, for whoever writes it.
pub fn lint(file: &str, text: &str) -> Report {
    let examined = examine(text);
    let (warnings, errors) = examined.findings.into_iter().partition(Finding::is_warning);
    Report { file: file.to_owned(), errors, warnings, hidden: examined.definition.map(|definition| definition.hidden).unwrap_or_default() }
}

/// A problem and where in the text it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// From 1.
    pub line: usize,
    pub problem: Problem,
}

impl Finding {
    fn is_warning(&self) -> bool {
        self.problem.severity == Severity::Warning
    }
}

/// `line: path: message`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, problem } = self;
        match problem.path.as_str() {
            "" => write!(f, "{line}: {}", problem.message),
            path => write!(f, "{line}: {path}: {}", problem.message),
        }
    }
}

/// What is to be said about one definition file.
#[derive(Debug)]
pub struct Report {
    pub file: String,
    /// Why the file is refused; empty for a usable one. By line.
    pub errors: Vec<Finding>,
    /// What its author should look at. By line.
    pub warnings: Vec<Finding>,
    /// Methods that are no tools. Empty where there are errors.
    pub hidden: Vec<HiddenMethod>,
}

/// Why a definition was refused. Shown to whoever wrote the file.
#[derive(Debug, Clone, thiserror::Error)]
pub struct DefinitionError {
    pub file: String,
    /// By line.
    pub errors: Vec<Finding>,
}

/// One `file:line: path: message` a line, at most 50.
impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, errors } = self;
        for (index, error) in errors.iter().take(MAX_LISTED).enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{file}:{error}")?;
        }
        match errors.len().checked_sub(MAX_LISTED) {
            Some(more) if more > 0 => write!(f, "\n{file}: {more} more problems are not listed; mend these first"),
            _ => Ok(()),
        }
    }
}

struct Examined {
    definition: Option<Definition>,
    findings: Vec<Finding>,
}

fn examine(text: &str) -> Examined {
    let Document { value, lines } = match yaml::read(text) {
        Ok(document) => document,
        Err(unreadable) => {
            let findings = unreadable.into_iter().map(|(line, problem)| Finding { line, problem }).collect();
            return Examined { definition: None, findings };
        }
    };
    let integration = match check_version(&value).and_then(|()| fit::<Integration>(&value)) {
        Ok(integration) => integration,
        Err(problem) => return Examined { definition: None, findings: located(vec![problem], &lines) },
    };
    if let Some(problem) = lint::excess(&integration) {
        return Examined { definition: None, findings: located(vec![problem], &lines) };
    }
    let mut problems = lint::check(&integration);
    let known = Places::of_errors(&problems);
    // Who has this many to mend needs no more, and looking further may take long.
    if known.places.len() > MAX_LISTED {
        return Examined { definition: None, findings: located(problems, &lines) };
    }
    let definition = match Definition::compile(integration) {
        Ok(definition) => Some(definition),
        Err(more) => {
            problems.extend(more.into_iter().filter(|problem| !known.contain(&problem.path)));
            None
        }
    };
    Examined { definition, findings: located(problems, &lines) }
}

/// Where something is wrong already. What compiling finds there is the same fault, or follows from it.
struct Places {
    places: BTreeSet<String>,
}

impl Places {
    fn of_errors(problems: &[Problem]) -> Self {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
        Self { places: errors.map(|error| method_or_all(&error.path).to_owned()).collect() }
    }

    /// Whether `path`, something around it or something inside it is among them.
    fn contain(&self, path: &str) -> bool {
        let mut around = Some(path);
        while let Some(place) = around {
            if self.places.contains(place) {
                return true;
            }
            around = place.rfind('.').map(|dot| &place[..dot]);
        }
        let inside = format!("{path}.");
        let first = self.places.range(inside.clone()..).next();
        first.is_some_and(|place| place.starts_with(&inside))
    }
}

/// The path of the method that `path` leads into, else all of `path`.
fn method_or_all(path: &str) -> &str {
    let mut dots = path.match_indices('.').map(|(at, _)| at);
    match (path.split('.').nth(2), dots.nth(3)) {
        (Some("methods"), Some(end)) if path.starts_with("resources.") => &path[..end],
        _ => path,
    }
}

fn check_version(value: &Value) -> Result<(), Problem> {
    let Some(members) = value.as_object() else {
        let message = "a definition is a mapping that starts with `version: 1`; see `tidegate catalog schema`";
        return Err(Problem::error("", message));
    };
    match members.get("version") {
        None => Err(Problem::error("", format!("the key `version` is missing; add `version: {VERSION}`"))),
        Some(version) if version.as_u64() == Some(VERSION) => Ok(()),
        Some(_) => {
            let message = format!(
                "this version of the format is not known; write `version: {VERSION}`, or use a newer tidegate for a \
                 newer format"
            );
            Err(Problem::error("version", message))
        }
    }
}

fn located(problems: Vec<Problem>, lines: &Lines) -> Vec<Finding> {
    let mut findings: Vec<Finding> = problems.into_iter().map(|problem| Finding { line: lines.line_of(&problem.path), problem }).collect();
    findings.sort_by_key(|finding| finding.line);
    findings.dedup();
    findings
}
