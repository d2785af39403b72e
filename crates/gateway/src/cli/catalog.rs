//! `tidegate catalog`: inspect and check definitions without a server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use catalog::catalog::{Catalog, Entry};
use catalog::definition::{Definition, HiddenMethod};
use catalog::docs;
use catalog::index;
use catalog::parse::{Finding, Report};
use clap::{Args, Subcommand};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::{Value, json};

use self::add::AddArgs;
use self::plan::PlanArgs;
use self::source::{definition, find, load};
use super::output;
use crate::live_catalog::read_folder;
use crate::telemetry::{self, LogFormat};

mod add;
mod importable;
mod plan;
mod source;

/// Built-in definitions and those of a folder.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate catalog lint my-vendor.yaml")]
pub(super) struct CatalogArgs {
    #[command(subcommand)]
    command: CatalogCommand,

    /// Folder of extra definitions
    #[arg(long, global = true, env = "TIDEGATE_CATALOG_DIR", value_name = "FOLDER")]
    catalog_dir: Option<PathBuf>,

    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum CatalogCommand {
    /// Name every definition
    #[command(after_help = "Examples:\n  tidegate catalog list --json\n  tidegate catalog list --importable")]
    List {
        /// Name the APIs that `catalog add` can import instead
        #[arg(long)]
        importable: bool,
    },
    /// Import a vendor's own description into the catalog folder
    #[command(after_help = "Example:\n  tidegate catalog add figma --catalog-dir definitions")]
    Add(Box<AddArgs>),
    /// Print a definition
    #[command(after_help = "Example:\n  tidegate catalog show sendoso")]
    Show {
        /// Name of an integration, or a definition file
        name: String,
    },
    /// List the tools of a definition, and the methods that are none
    #[command(after_help = "Example:\n  tidegate catalog tools sendoso --json")]
    Tools {
        /// Name of an integration, or a definition file
        name: String,
        /// Print what calls are checked against beside what clients are shown
        #[arg(long, requires = "json")]
        full: bool,
    },
    /// Print a page about a definition, for people, in Markdown
    #[command(after_help = "Example:\n  tidegate catalog docs sendoso > sendoso.md")]
    Docs {
        /// Name of an integration, or a definition file
        name: String,
    },
    /// Print the request that a tool call would make, without making it
    #[command(after_help = "Example:\n  tidegate catalog plan sendoso list_all_sendoso_sends '{\"limit\": 5}'")]
    Plan(PlanArgs),
    /// Check definition files; exits 1 on errors
    #[command(after_help = "Example:\n  tidegate catalog lint my-vendor.yaml")]
    Lint {
        /// Files to check [default: built-in definitions and the catalog folder's]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of definition files, for editors
    #[command(after_help = "Example:\n  tidegate catalog schema > integration.schema.json")]
    Schema,
}

pub(super) fn run(args: CatalogArgs) -> anyhow::Result<ExitCode> {
    telemetry::start("warn", LogFormat::Text)?;
    let folder = args.catalog_dir.as_deref();
    match args.command {
        CatalogCommand::List { importable: true } => importable::list(args.json)?,
        CatalogCommand::List { importable: false } => list(&load(folder)?, args.json)?,
        CatalogCommand::Add(add) => return add::run(*add, folder, args.json),
        CatalogCommand::Show { name } => match (load(folder)?.entry(&name), index::find(&name)) {
            (None, Some(entry)) => importable::show(entry, args.json)?,
            _ => show(&find(folder, &name)?, args.json)?,
        },
        CatalogCommand::Tools { name, full: true } => full_tools(definition(&find(folder, &name)?)?)?,
        CatalogCommand::Tools { name, full: false } => tools(definition(&find(folder, &name)?)?, args.json)?,
        CatalogCommand::Docs { name } => output::line(docs::page(definition(&find(folder, &name)?)?).trim_end())?,
        CatalogCommand::Plan(plan) => return plan::run(definition(&find(folder, &plan.name)?)?, plan, args.json),
        CatalogCommand::Lint { files } => return lint(&files, folder, args.json),
        CatalogCommand::Schema => output::line(format_args!("{:#}", catalog::schema::schema()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(catalog: &Catalog, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let line = |entry| {
            let definition = definition(entry)?;
            Ok(json!({"name": definition.integration.name, "label": definition.integration.label, "tools": definition.tools.len()}))
        };
        return output::line(Value::Array(catalog.iter().map(line).collect::<anyhow::Result<_>>()?));
    }
    let mut table = table(["NAME", "LABEL", "TOOLS", "TAGS"]);
    for entry in catalog.iter() {
        let definition = definition(entry)?;
        let integration = &definition.integration;
        table.add_row([&integration.name, &integration.label, &definition.tools.len().to_string(), &definition.tags().join(", ")]);
    }
    output::line(table)?;
    let more = index::importable().iter().filter(|entry| catalog.entry(entry.name).is_none()).count();
    output::line(format_args!("\n{more} more can be added: `tidegate catalog list --importable` names them"))
}

fn show(entry: &Entry, as_json: bool) -> anyhow::Result<()> {
    if as_json { output::line(serde_json::to_string(&definition(entry)?.integration)?) } else { output::line(entry.text().trim_end()) }
}

fn tools(definition: &Definition, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let listings: Vec<&str> = definition.tools.iter().map(|tool| tool.listing()).collect();
        return output::line(format_args!("[{}]", listings.join(",")));
    }
    let mut table = table(["TOOL", "TAGS", "WHAT IT DOES"]);
    for tool in &definition.tools {
        table.add_row([tool.name.as_str(), &tool.tags.join(", "), first_sentence(&tool.description)]);
    }
    output::line(table)?;
    for hidden in &definition.hidden {
        output::line(format_args!("hidden: {}.{}: {}", hidden.resource, hidden.method, hidden.reason))?;
    }
    Ok(())
}

/// Everything that a test or a reviewer needs to judge tools by.
fn full_tools(definition: &Definition) -> anyhow::Result<()> {
    let described = definition.tools.iter().map(|tool| {
        let method = &definition.integration.resources[&tool.resource].methods[&tool.method];
        json!({
            "name": tool.name, "resource": tool.resource, "method": tool.method, "kind": tool.kind, "description": tool.description,
            "tags": tool.tags, "scopes": tool.scopes, "request": method.request,
            "input_schema": tool.input_schema, "shown_schema": tool.shown_schema(), "annotations": tool.annotations,
            "returns": method.documentation.as_ref().and_then(|documentation| documentation.returns.as_ref()),
        })
    });
    output::line(Value::Array(described.collect()))
}

fn lint(files: &[PathBuf], folder: Option<&Path>, as_json: bool) -> anyhow::Result<ExitCode> {
    let texts = if files.is_empty() {
        let built_in = Catalog::built_in();
        let mut texts: Vec<(String, String)> =
            built_in.iter().map(|entry| (format!("{}.yaml (built in)", entry.name), entry.text().to_owned())).collect();
        texts.extend(folder.map(read_folder).transpose()?.unwrap_or_default());
        texts
    } else {
        let read = |path: &PathBuf| match std::fs::read_to_string(path) {
            Ok(text) => Ok((path.display().to_string(), text)),
            Err(error) => bail!("cannot read {}: {error}", path.display()),
        };
        files.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?
    };
    let reports: Vec<_> = texts.iter().map(|(file, text)| catalog::parse::lint(file, text)).collect();
    let failed = reports.iter().any(|report| !report.errors.is_empty());
    if as_json {
        output::line(Value::Array(reports.iter().map(report_json).collect()))?;
    } else {
        for report in &reports {
            output::line(report_text(report))?;
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn report_text(Report { file, errors, warnings, hidden }: &Report) -> String {
    let errors_text = errors.iter().map(|error| format!("error: {file}:{error}"));
    let warnings_text = warnings.iter().map(|warning| format!("warning: {file}:{warning}"));
    let hidden_text =
        hidden.iter().map(|HiddenMethod { resource, method, reason }| format!("hidden: {file}: {resource}.{method}: {reason}"));
    let counts = format!("{file}: {} errors, {} warnings, {} hidden methods", errors.len(), warnings.len(), hidden.len());
    errors_text.chain(warnings_text).chain(hidden_text).chain([counts]).collect::<Vec<_>>().join("\n")
}

fn report_json(report: &Report) -> Value {
    let findings = |findings: &[Finding]| -> Vec<Value> {
        let entry = |Finding { line, problem }: &Finding| json!({"line": line, "path": problem.path, "message": problem.message});
        findings.iter().map(entry).collect()
    };
    let hidden = |hidden: &HiddenMethod| json!({"resource": hidden.resource, "method": hidden.method, "reason": hidden.reason});
    json!({
        "file": report.file,
        "errors": findings(&report.errors),
        "warnings": findings(&report.warnings),
        "hidden": report.hidden.iter().map(hidden).collect::<Vec<_>>(),
    })
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    table
}

fn first_sentence(text: &str) -> &str {
    let line = text.trim().lines().next().unwrap_or_default();
    line.split_once(". ").map_or(line, |(first, _)| first)
}
