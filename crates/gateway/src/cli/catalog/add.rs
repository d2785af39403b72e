//! `tidegate catalog add`: a vendor of the index becomes a definition in the catalog folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use catalog::import::{Import, ImportError, Options};
use catalog::index::{self, Importable};
use catalog::parse::parse;
use clap::Args;
use serde_json::json;

use super::output;
use crate::cli::import::{self, Existing, FetchArgs, OutputFile, definition_text, imported};
use crate::cli::runtime;
use crate::hint::hinted;

/// Where a description is and where its definition goes.
#[derive(Args)]
pub(super) struct AddArgs {
    /// Name in the index: `tidegate catalog list --importable` has all
    name: String,

    /// File to write the definition to [default: NAME.yaml in the catalog folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Where the description is, instead of where the index says: a URL or a file
    #[arg(long, value_name = "URL-OR-FILE")]
    url: Option<String>,

    /// Replace the file if there is one
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    fetch: FetchArgs,
}

/// Fetches the description of a vendor of the index, imports it, and adds what the index knows besides.
pub(super) fn run(args: AddArgs, folder: Option<&Path>, as_json: bool) -> anyhow::Result<ExitCode> {
    let entry = named(&args.name)?;
    let existing = if args.force { Existing::Replaced } else { Existing::Kept };
    // Before anything is fetched: nobody waits for what cannot be written.
    let file = OutputFile::new(destination(entry, args.output, folder)?, existing)?;
    let source = args.url.as_deref().unwrap_or(entry.description_url);
    let mut import = runtime()?.block_on(description(entry, source, &args.fetch))?;
    complete(entry, &mut import)?;
    file.write(&definition_text(&file, &import)?)?;
    let written = file.path.display().to_string();
    if as_json {
        output::line(json!({"file": written, "report": import.report}))?;
    } else {
        eprint!("{}", import::report(&import, Some(&written)));
    }
    Ok(ExitCode::SUCCESS)
}

fn named(name: &str) -> anyhow::Result<&'static Importable> {
    index::find(name).ok_or_else(|| {
        let all = "`tidegate catalog list --importable` has all";
        let remedy = match index::like(name)[..] {
            [] => format!("{all}; `tidegate import` takes the URL of any other description"),
            ref near => format!("the nearest names are {}; {all}", near.join(", ")),
        };
        hinted(anyhow!("the index has no API `{name}`"), remedy)
    })
}

fn destination(entry: &Importable, output: Option<PathBuf>, folder: Option<&Path>) -> anyhow::Result<PathBuf> {
    match (output, folder) {
        (Some(file), _) => Ok(file),
        (None, Some(folder)) => Ok(folder.join(format!("{}.yaml", entry.name))),
        (None, None) => {
            let remedy = "name the catalog folder with `--catalog-dir` or `TIDEGATE_CATALOG_DIR`, or a file with `-o`";
            Err(hinted(anyhow!("nothing says where the definition goes"), remedy))
        }
    }
}

/// Imports the description; one that names no server gets that of the index.
async fn description(entry: &Importable, source: &str, fetch: &FetchArgs) -> anyhow::Result<Import> {
    let mut options = Options { name: Some(entry.name.to_owned()), label: Some(entry.label.to_owned()), ..Options::default() };
    match imported(source, &options, fetch).await {
        Err(error) if matches!(error.downcast_ref(), Some(ImportError::Unusable { place, .. }) if place == "/servers") => {
            options.base_url = Some(entry.base_url.to_owned());
            imported(source, &options, fetch).await
        }
        outcome => outcome,
    }
}

/// Adds what the index knows and what fits this description.
fn complete(entry: &Importable, import: &mut Import) -> anyhow::Result<()> {
    entry.complete(import);
    if fits(entry, import) {
        return Ok(());
    }
    // A list of the description has a paging parameter as an argument of its own.
    import.integration.pagination = None;
    import.report.inferences.retain(|one| one.at != "pagination");
    if !fits(entry, import) {
        let problem = anyhow!("what the index knows of {} does not fit its description", entry.name);
        return Err(hinted(problem, format!("`tidegate import {}` imports it without", import.report.source)));
    }
    Ok(())
}

fn fits(entry: &Importable, import: &Import) -> bool {
    parse(&format!("{}.yaml", entry.name), &catalog::write::yaml(&import.integration)).is_ok()
}
