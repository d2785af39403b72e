//! `tidegate catalog`: inspect and check definitions without a server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use catalog::catalog::Catalog;
use catalog::definition::Definition;
use clap::{Args, Subcommand};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::json;

use crate::live_catalog::read_folder;

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
    #[command(after_help = "Example:\n  tidegate catalog list --json")]
    List,
    /// Print a definition
    #[command(after_help = "Example:\n  tidegate catalog show sendoso")]
    Show { name: String },
    /// List the tools of a definition, and the methods that are none
    #[command(after_help = "Example:\n  tidegate catalog tools sendoso --json")]
    Tools { name: String },
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
    let folder = args.catalog_dir.as_deref();
    match args.command {
        CatalogCommand::List => list(&load(folder)?, args.json),
        CatalogCommand::Show { name } => show(&*find(&load(folder)?, &name)?, args.json)?,
        CatalogCommand::Tools { name } => tools(&*find(&load(folder)?, &name)?, args.json),
        CatalogCommand::Lint { files } => return lint(&files, folder, args.json),
        CatalogCommand::Schema => println!("{:#}", catalog::schema::schema()),
    }
    Ok(ExitCode::SUCCESS)
}

fn load(folder: Option<&Path>) -> anyhow::Result<Catalog> {
    let built_in = Catalog::built_in()?;
    let Some(folder) = folder else { return Ok(built_in) };
    let (catalog, errors) = built_in.with_folder(read_folder(folder)?);
    for error in errors {
        eprintln!("error: {error}");
    }
    Ok(catalog)
}

fn find(catalog: &Catalog, name: &str) -> anyhow::Result<Arc<Definition>> {
    let known = || catalog.iter().map(|definition| definition.integration.name.as_str()).collect::<Vec<_>>().join(", ");
    catalog.get(name).cloned().with_context(|| format!("the catalog has no integration `{name}`; it has {}", known()))
}

fn list(catalog: &Catalog, as_json: bool) {
    if as_json {
        let all: Vec<_> = catalog
            .iter()
            .map(|definition| json!({"name": definition.integration.name, "label": definition.integration.label, "tools": definition.tools.len()}))
            .collect();
        println!("{}", json!(all));
        return;
    }
    let mut table = table(["NAME", "LABEL", "TOOLS", "TAGS"]);
    for definition in catalog.iter() {
        let tags: Vec<&str> = definition.tags().collect();
        let integration = &definition.integration;
        table.add_row([&integration.name, &integration.label, &definition.tools.len().to_string(), &tags.join(", ")]);
    }
    println!("{table}");
}

fn show(definition: &Definition, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        println!("{}", serde_json::to_string(&definition.integration)?);
    } else {
        print!("{}", catalog::parse::to_yaml(&definition.integration)?);
    }
    Ok(())
}

fn tools(definition: &Definition, as_json: bool) {
    if as_json {
        let listings: Vec<&str> = definition.tools.iter().map(|tool| tool.listing()).collect();
        println!("[{}]", listings.join(","));
        return;
    }
    let mut table = table(["TOOL", "TAGS", "WHAT IT DOES"]);
    for tool in &definition.tools {
        table.add_row([tool.name.as_str(), &tool.tags.join(", "), first_sentence(&tool.description)]);
    }
    println!("{table}");
    for hidden in &definition.hidden {
        println!("hidden: {}.{}: {}", hidden.resource, hidden.method, hidden.reason);
    }
}

fn lint(files: &[PathBuf], folder: Option<&Path>, as_json: bool) -> anyhow::Result<ExitCode> {
    let texts = if files.is_empty() {
        let mut texts: Vec<(String, String)> = Catalog::built_in_files().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
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
    let failed = reports.iter().any(|report| report.has_errors());
    if as_json {
        println!("{}", serde_json::to_string(&reports)?);
    } else {
        for report in &reports {
            print!("{report}");
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(header);
    table
}

fn first_sentence(text: &str) -> &str {
    let line = text.trim().lines().next().unwrap_or_default();
    line.split_once(". ").map_or(line, |(first, _)| first)
}
