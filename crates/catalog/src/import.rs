//! A vendor's own description of its API, OpenAPI or Swagger, as an integration definition.
//!
//! Pure: whoever has the texts gives them to [`Sources`], which says what else has to be fetched. One bad operation is
//! reported and skipped; nothing that a description says can stop the rest, or the process.

mod body;
mod bundle;
mod checked;
mod identity;
mod infer;
mod method;
mod names;
mod naming;
mod only;
mod operation;
mod options;
mod pages;
mod parameters;
mod path;
mod prose;
mod read;
mod refs;
mod report;
mod schema;
mod security;
mod servers;
mod swagger;

pub use options::{checked_base_url, checked_label, checked_name};
pub use read::{Description, MAX_FILE_BYTES, ReadError, Sources, decoded, shown};
pub use report::{Inference, Note, Report, Skipped, Written};

use crate::integration::Integration;
use crate::naming::{MAX_TOOL_NAME_CHARACTERS, prefix_of};
use operation::Operations;
use security::Security;
use servers::NoServer;

/// What the description itself does not say, or says otherwise.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name of the integration, e.g. `acme`. Default: from the label.
    pub name: Option<String>,
    /// The vendor's name as people write it, e.g. `Acme`. Default: from the description's title.
    pub label: Option<String>,
    /// First part of tool names. Default: from the label.
    pub tool_prefix: Option<String>,
    /// Where requests go, for descriptions that do not say it or say it wrongly.
    pub base_url: Option<String>,
    /// Paths that are imported, e.g. `/users/*`, where `*` stands for anything. Default: all.
    pub only: Vec<String>,
    /// Most characters of a tool's name, from [`LEAST_NAME_BUDGET`] to the 64 that clients take. Default: 64.
    pub name_budget: Option<usize>,
}

/// Least characters that a tool's name needs to stay readable.
pub const LEAST_NAME_BUDGET: usize = 32;

/// A definition and how it came about.
#[derive(Debug)]
pub struct Import {
    pub integration: Integration,
    pub report: Report,
}

/// Why nothing could be made of a description as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("{source_name}: the description has no operation that can become a tool; {remedy}")]
    NoOperation { source_name: String, remedy: String },
    #[error("{source_name}: {place}: {problem}; {remedy}")]
    Unusable { source_name: String, place: String, problem: String, remedy: String },
}

/// Turns a description into a definition.
///
/// Each operation becomes a method with documentation, or stands in [`Report::skipped`] with the reason. The definition compiles
/// ([`crate::definition::Definition::compile`]) and has no lint errors.
///
/// # Errors
/// [`ImportError`], where there is nothing to make a definition of.
///
/// Source: OpenAPI Specification 3.0.4, 3.1.1, 3.2.0; Swagger 2.0.
pub fn import(description: &Description, options: &Options) -> Result<Import, ImportError> {
    let source_name = &description.source_name;
    let unusable = |place: &str, problem: String, remedy: String| ImportError::Unusable {
        source_name: source_name.clone(),
        place: place.to_owned(),
        problem,
        remedy,
    };
    let Operations { operations, skipped, notes, left_out } = operation::operations(description, &options.only);
    only::check(description, &options.only).map_err(|(problem, remedy)| unusable("/paths", problem, remedy))?;
    let mut report = Report {
        source: source_name.clone(),
        version: description.version.clone(),
        operations: operations.len() + skipped.len() + left_out,
        left_out,
        skipped,
        notes: description.notes.iter().cloned().chain(notes).collect(),
        ..Report::default()
    };
    let place = "/servers";
    let servers = servers::servers(&description.root, source_name, &operations, options.base_url.as_deref()).map_err(|error| {
        let NoServer { problem, remedy } = error;
        unusable(place, problem, remedy.to_owned())
    })?;
    if servers.is_where_fetched {
        report.inferences.push(Inference {
            at: "base_url".to_owned(),
            what: format!(
                "requests go, with the accounts' credentials, to {}: check that this is the vendor's, or give `--base-url`",
                servers.base_url
            ),
            because: "the description names no server, or one without a host, so it is the host where it was fetched".to_owned(),
        });
    }
    let security = Security::of(&description.root, &operations, &servers.base_url);
    report.notes.extend(servers.notes.iter().map(|note| Note { at: place.to_owned(), message: note.clone() }));
    report.inferences.extend(security.assumed.map(|what| Inference {
        at: "credentials".to_owned(),
        what: what.to_owned(),
        because: "no security scheme that can be used is declared".to_owned(),
    }));
    report.notes.extend(security.notes.iter().map(|note| Note { at: "/components/securitySchemes".to_owned(), message: note.clone() }));

    let mut integration = identity::integration(description, options, &servers, &security);
    let budget = options.name_budget.unwrap_or(MAX_TOOL_NAME_CHARACTERS).clamp(LEAST_NAME_BUDGET, MAX_TOOL_NAME_CHARACTERS);
    let drafts = method::drafts(description, &operations, &servers, &security, &prefix_of(&integration), budget, &mut report);
    integration.rate_limit = method::rate_limit(description, &operations, &mut report);
    let made = drafts.len();
    checked::fill(&mut integration, drafts, &mut report)
        .map_err(|(place, problem)| unusable(&place, problem, "change the description there, or report this".to_owned()))?;
    report.tools = integration.resources.values().map(|resource| resource.methods.len()).sum();
    if report.tools == 0 {
        let remedy = match (made, report.skipped.first()) {
            (0, None) => "check that this is the description of a REST API, with `paths`".to_owned(),
            (_, first) => format!("e.g. {}", first.map(|first| format!("{}: {}", first.operation, first.reason)).unwrap_or_default()),
        };
        return Err(ImportError::NoOperation { source_name: source_name.clone(), remedy });
    }
    report.notes.extend(names::without_room(&integration));
    report.notes = report::gathered(report.notes);
    Ok(Import { integration, report })
}
