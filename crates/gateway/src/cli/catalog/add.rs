//! `tidegate catalog add`: a vendor of the index becomes a definition in the catalog folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use catalog::import::{Import, ImportError, Options, import};
use catalog::index::{self, Importable, NO_PLACE};
use catalog::parse::parse;
use clap::Args;

use crate::cli::import::{FetchArgs, MakingArgs, Output, make, read, unimported};
use crate::hint::{hinted, misused};

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

    #[command(flatten)]
    making: MakingArgs,
}

/// Fetches the description of a vendor of the index, imports it, and adds what the index knows besides.
pub(super) fn run(args: AddArgs, folder: Option<&Path>, as_json: bool) -> anyhow::Result<ExitCode> {
    let entry = named(&args.name)?;
    let to = destination(entry, args.output, folder)?;
    let source = args.url.as_deref().unwrap_or(entry.description_url);
    make(args.making, to, as_json, async |options, fetch| {
        let mut import = description(entry, source, options, fetch).await?;
        complete(entry, &mut import)?;
        Ok(import)
    })
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

fn destination(entry: &Importable, output: Option<PathBuf>, folder: Option<&Path>) -> anyhow::Result<Output> {
    match (output, folder) {
        (Some(file), _) => Ok(Output::File(file)),
        (None, Some(folder)) => Ok(Output::Catalog(folder.join(format!("{}.yaml", entry.name)))),
        (None, None) => {
            let remedy = "name the catalog folder with `--catalog-dir` or `TIDEGATE_CATALOG_DIR`, or a file with `-o`";
            Err(misused(anyhow!("nothing says where the definition goes"), remedy))
        }
    }
}

/// Imports the description; one whose base URL is none for an account is imported with that of the index.
async fn description(entry: &Importable, source: &str, options: Options, fetch: &FetchArgs) -> anyhow::Result<Import> {
    let description = read(source, fetch).await?;
    let mut options = Options { name: Some(entry.name.to_owned()), label: Some(entry.label.to_owned()), ..options };
    let because = match import(&description, &options) {
        Ok(import) => match entry.keeps(&import) {
            Ok(()) => return Ok(import),
            Err(because) => because,
        },
        Err(ImportError::Unusable { place, .. }) if place == "/servers" => NO_PLACE,
        Err(error) => return Err(unimported(error)),
    };
    // Everything again, as relative addresses of OAuth and of single operations rest on it too.
    options.base_url = Some(entry.base_url.to_owned());
    let mut import = import(&description, &options).map_err(unimported)?;
    entry.place(&mut import, because);
    Ok(import)
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
