//! Own changes to what was imported, and what all of it changes for users of the tools.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use catalog::definition::Definition;
use catalog::diff::Diff;
use catalog::import::{Import, Options};
use catalog::integration::Integration;
use catalog::overlay::{Overlay, OverlayError};
use clap::Args;
use serde_json::json;

use crate::cli::output;
use crate::hint::{hinted, misused};

#[derive(Args)]
pub(super) struct ReviewArgs {
    /// File of own changes, which are made to what was imported
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,

    /// Show what changes and write nothing; exit 1 if something that worked can fail [default: compared with the file that `-o` names]
    #[arg(long, value_name = "OLD", num_args = 0..=1, require_equals = true, conflicts_with = "report")]
    diff: Option<Option<PathBuf>>,
}

impl ReviewArgs {
    /// The definition to compare with, where that is what is wanted. `output` is the file that would be written.
    ///
    /// # Errors
    /// Nothing says what to compare with.
    pub(super) fn old(&self, output: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
        match &self.diff {
            None => Ok(None),
            Some(Some(old)) => Ok(Some(old.clone())),
            Some(None) => match output {
                Some(output) => Ok(Some(output.to_owned())),
                None => Err(misused(
                    anyhow!("there is nothing to compare with"),
                    "name the old definition: `--diff=acme.yaml`, or `-o acme.yaml`",
                )),
            },
        }
    }

    /// Own changes, read before anything is fetched.
    ///
    /// # Errors
    /// The overlay cannot be read.
    pub(super) fn overlay(&self) -> anyhow::Result<OwnChanges> {
        let Some(path) = &self.overlay else { return Ok(OwnChanges(None)) };
        let overlay = Overlay::parse(&path.display().to_string(), &read(path)?).map_err(unfit)?;
        Ok(OwnChanges(Some(overlay)))
    }
}

/// What an overlay says, if there is one.
pub(super) struct OwnChanges(Option<Overlay>);

impl OwnChanges {
    /// What the import has to know of them.
    pub(super) fn options(&self, options: Options) -> Options {
        match &self.0 {
            Some(overlay) => overlay.options(options),
            None => options,
        }
    }

    /// The import with the changes of the overlay, if there is one.
    ///
    /// # Errors
    /// The overlay does not fit, or makes a definition that a server would refuse.
    pub(super) fn overlaid(&self, mut import: Import) -> anyhow::Result<Import> {
        let Some(overlay) = &self.0 else { return Ok(import) };
        import.integration = overlay.apply(import.integration, &import.report.written).map_err(unfit)?;
        import.report.tools = compiled(import.integration.clone())?.tools.len();
        Ok(import)
    }
}

fn unfit(error: OverlayError) -> anyhow::Error {
    hinted(error.into(), "an overlay names operations as the description does, e.g. `GET /v1/orders/{id}`; docs/importing.md shows one")
}

/// Shows what the import changes about the definition `old`.
pub(super) fn review(import: Import, old: &Path, is_json: bool) -> anyhow::Result<ExitCode> {
    let file = old.display().to_string();
    let before = catalog::parse::parse(&file, &read(old)?)?;
    let after = compiled(import.integration)?;
    let diff = Diff::between(&before, &after);
    match is_json {
        true => output::line(json!({"breaking": diff.is_breaking(), "diff": diff, "report": import.report}))?,
        false => output::line(output::plain(diff.to_string().trim_end()))?,
    }
    Ok(if diff.is_breaking() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn compiled(integration: Integration) -> anyhow::Result<Definition> {
    Definition::compile(integration).map_err(|problems| {
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("the new definition: {}: {}", problem.path, problem.message)).collect();
        hinted(anyhow!(lines.join("\n")), "report this: an import gives no such definition")
    })
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
