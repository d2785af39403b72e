//! Definition text to a [`Definition`]; errors name file, line, key and remedy.
//!
//! Three steps, each only after the one before succeeded: text to value (`yaml.rs`), value to the types of the format
//! (`fit.rs`), then what the types cannot say: what calls cannot do without (`definition.rs`, which derives the tools)
//! together with what else its author should know (`lint.rs`).

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

/// Reads a definition that is compiled into the binary, without what only its author has to know.
///
/// Checking every schema takes longer than all the rest of a start; of the shipped files the tests do it. What is
/// left still refuses whatever cannot be read or derived.
///
/// # Errors
/// As [`parse`], but not for what `lint.rs` alone looks at.
pub(crate) fn parse_shipped(file: &str, text: &str) -> Result<Definition, DefinitionError> {
    let refused = |errors| DefinitionError { file: file.to_owned(), errors };
    let (integration, lines) = read(text).map_err(refused)?;
    Definition::compile(integration).map_err(|problems| refused(located(problems, &lines)))
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
    let (integration, lines) = match read(text) {
        Ok(read) => read,
        Err(findings) => return Examined { definition: None, findings },
    };
    let mut problems = lint::check(&integration);
    // Who has this many to mend needs no more, and looking further may take long.
    if problems.iter().filter(|problem| problem.severity == Severity::Error).count() > MAX_LISTED {
        return Examined { definition: None, findings: located(problems, &lines) };
    }
    let definition = match Definition::compile(integration) {
        Ok(definition) => Some(definition),
        Err(more) => {
            let new: Vec<Problem> = more.into_iter().filter(|problem| !is_known(problem, &problems)).collect();
            problems.extend(new);
            None
        }
    };
    Examined { definition, findings: located(problems, &lines) }
}

/// The first two steps: the types of the format, and the line of every key.
fn read(text: &str) -> Result<(Integration, Lines), Vec<Finding>> {
    let Document { value, lines, .. } = yaml::read(text).map_err(|unreadable| {
        let findings = unreadable.into_iter().map(|(line, problem)| Finding { line, problem });
        findings.collect::<Vec<_>>()
    })?;
    let integration = check_version(&value).and_then(|()| fit::<Integration>(&value));
    match integration.and_then(|integration| lint::excess(&integration).map_or(Ok(integration), Err)) {
        Ok(integration) => Ok((integration, lines)),
        Err(problem) => Err(located(vec![problem], &lines)),
    }
}

/// Whether compiling stumbled over a schema in which something is known to be wrong: it is the same fault.
fn is_known(problem: &Problem, known: &[Problem]) -> bool {
    let is_inside = |known: &Problem| known.severity == Severity::Error && known.path.starts_with(&problem.path);
    problem.path.ends_with(".schema") && known.iter().any(is_inside)
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
