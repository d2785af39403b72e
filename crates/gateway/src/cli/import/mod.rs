//! `tidegate import`: a vendor's description becomes a definition file.

mod output_file;
mod review;
mod shown;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use catalog::import::Options;
use clap::Args;
use serde_json::json;

use super::{output, runtime};
use review::{ReviewArgs, review};

pub(in crate::cli) use output_file::{Existing, OutputFile};
pub(in crate::cli) use shown::report;
pub(in crate::cli) use source::{FetchArgs, imported};

/// Turns a vendor's OpenAPI 3 or Swagger 2 description, YAML or JSON, into a definition.
#[derive(Args)]
#[command(after_help = "Examples:\n  tidegate import https://api.acme.example/openapi.yaml -o acme.yaml\n  \
                        tidegate import openapi.json --name acme --base-url https://{shop}.acme.example -o acme.yaml\n  \
                        tidegate import openapi.json --overlay acme.overlay.yaml --diff -o acme.yaml\n  \
                        curl -s … | tidegate import - --json | jq .report.skipped")]
pub(super) struct ImportArgs {
    /// A file, the URL of one, or `-` for standard input
    #[arg(value_name = "FILE-OR-URL")]
    source: String,

    /// Name of the integration, e.g. `acme` [default: from the label]
    #[arg(long)]
    name: Option<String>,

    /// The vendor's name as people write it, e.g. `Acme` [default: the description's title]
    #[arg(long)]
    label: Option<String>,

    /// Where requests go, instead of what the description says
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Most characters of a tool's name, for clients that put something before it
    #[arg(long, value_name = "CHARACTERS", value_parser = clap::value_parser!(u8).range(32..=64))]
    name_budget: Option<u8>,

    /// File to write the definition to: JSON if it ends so, else YAML [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the output file if there is one
    #[arg(long)]
    force: bool,

    /// File to write the whole report to, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    #[command(flatten)]
    review: ReviewArgs,

    #[command(flatten)]
    fetch: FetchArgs,

    /// Print the whole report as JSON, and the definition with it unless it is written to a file
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let existing = if args.force { Existing::Replaced } else { Existing::Kept };
    let old = args.review.old(args.output.as_deref())?;
    // Before anything is fetched: nobody waits for what cannot be written.
    let file = args.output.filter(|_| old.is_none()).map(|path| OutputFile::new(path, existing)).transpose()?;
    let report_file = args.report.map(|path| OutputFile::new(path, existing)).transpose()?;
    let overlay = args.review.overlay()?;
    let options = Options {
        name: args.name,
        label: args.label,
        base_url: args.base_url,
        name_budget: args.name_budget.map(usize::from),
        ..Options::default()
    };
    let options = overlay.options(options);
    let import = overlay.overlaid(runtime()?.block_on(imported(&args.source, &options, &args.fetch))?)?;
    if let Some(old) = &old {
        return review(import, old, args.json);
    }

    if let Some(file) = &report_file {
        file.write(&format!("{:#}\n", json!(import.report)))?;
    }
    let written = match &file {
        Some(file) => {
            file.write(&definition_text(file, &import)?)?;
            Some(file.path.display().to_string())
        }
        None => None,
    };
    match (args.json, &written) {
        (true, Some(path)) => output::line(json!({"file": path, "report": import.report}))?,
        (true, None) => output::line(json!({"definition": import.integration, "report": import.report}))?,
        (false, Some(_)) => {}
        (false, None) => output::line(catalog::write::yaml(&import.integration).trim_end())?,
    }
    if !args.json {
        eprint!("{}", shown::report(&import, written.as_deref()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is written to `file`: JSON if it ends so, else YAML that says where it comes from.
pub(in crate::cli) fn definition_text(file: &OutputFile, import: &catalog::import::Import) -> anyhow::Result<String> {
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
