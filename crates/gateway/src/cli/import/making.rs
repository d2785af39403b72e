//! From an import to a written file, or to what it would change: the same for every command that imports.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use catalog::import::{Import, Options};
use clap::Args;
use serde_json::json;

use super::output_file::{Existing, OutputFile};
use super::review::{ReviewArgs, review};
use super::shown::{Written, report};
use super::source::FetchArgs;
use crate::cli::{output, runtime};
use crate::hint::misused;

#[derive(Args)]
pub(in crate::cli) struct MakingArgs {
    /// Import only these paths, in which `*` stands for anything, e.g. `/users/*`; can be given several times
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,

    /// Most characters of a tool's name, for clients that put something before it
    #[arg(long, value_name = "CHARACTERS", value_parser = clap::value_parser!(u8).range(32..=64))]
    name_budget: Option<u8>,

    /// Replace the file if there is one
    #[arg(long)]
    force: bool,

    /// File to write the whole report to, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    #[command(flatten)]
    review: ReviewArgs,

    #[command(flatten)]
    fetch: FetchArgs,
}

/// Where a definition goes.
pub(in crate::cli) enum Output {
    Standard,
    File(PathBuf),
    /// A file of the folder that the server reads.
    Catalog(PathBuf),
}

impl Output {
    fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Standard => None,
            Self::File(path) | Self::Catalog(path) => Some(path),
        }
    }
}

/// Imports, makes own changes, and writes the definition and its report, or shows what would change.
///
/// # Errors
/// What cannot be imported or written; nothing is fetched where that shows before.
pub(in crate::cli) fn make(
    args: MakingArgs,
    to: Output,
    as_json: bool,
    import: impl AsyncFnOnce(Options, &FetchArgs) -> anyhow::Result<Import>,
) -> anyhow::Result<ExitCode> {
    let existing = if args.force { Existing::Replaced } else { Existing::Kept };
    let old = args.review.old(to.path().map(PathBuf::as_path))?;
    // Before anything is fetched: nobody waits for what cannot be written.
    if to.path().is_some() && to.path() == args.report.as_ref() {
        return Err(misused(anyhow!("the definition and its report cannot be one file"), "name another file with `--report`"));
    }
    let file = to.path().filter(|_| old.is_none()).map(|path| OutputFile::new(path.clone(), existing)).transpose()?;
    let report_file = args.report.map(|path| OutputFile::new(path, existing)).transpose()?;
    let overlay = args.review.overlay()?;
    let options = overlay.options(Options { only: args.only, name_budget: args.name_budget.map(usize::from), ..Options::default() });
    let import = overlay.overlaid(runtime()?.block_on(import(options, &args.fetch))?)?;
    if let Some(old) = &old {
        return review(import, old, as_json);
    }

    if let Some(file) = &report_file {
        file.write(&format!("{:#}\n", json!(import.report)))?;
    }
    if let Some(file) = &file {
        file.write(&definition_text(file, &import)?)?;
    }
    let written = file.map(|file| file.path.display().to_string());
    match (as_json, &written) {
        (true, Some(path)) => output::line(json!({"file": path, "report": import.report}))?,
        (true, None) => output::line(json!({"definition": import.integration, "report": import.report}))?,
        (false, Some(_)) => {}
        (false, None) => output::line(catalog::write::yaml(&import.integration).trim_end())?,
    }
    if !as_json {
        let written = match (&to, &written) {
            (Output::Catalog(_), Some(path)) => Written::InCatalog(path),
            (_, Some(path)) => Written::File(path),
            (_, None) => Written::Nowhere,
        };
        eprint!("{}", report(&import, written));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is written to `file`: JSON if it ends so, else YAML that says where it comes from.
fn definition_text(file: &OutputFile, import: &Import) -> anyhow::Result<String> {
    if file.is_json() {
        let text = serde_json::to_string_pretty(&import.integration).context("the definition cannot be written as JSON")?;
        return Ok(text + "\n");
    }
    let source = import.report.source.replace(char::is_control, " ");
    let head = format!(
        "# Imported from {source} ({}).\n# Importing again replaces this file: what is changed by hand here is lost then; keep changes in an overlay.\n",
        import.report.version.replace(char::is_control, " "),
    );
    Ok(head + &catalog::write::yaml(&import.integration))
}
