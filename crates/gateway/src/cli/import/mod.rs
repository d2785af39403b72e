//! `tidegate import`: a vendor's description becomes a definition file.

mod making;
mod output_file;
mod review;
mod shown;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use catalog::import::{Options, checked_base_url, checked_label, checked_name, import};
use clap::Args;

pub(in crate::cli) use making::{MakingArgs, Output, make};
pub(in crate::cli) use source::{FetchArgs, read, unimported};

/// Turns a vendor's OpenAPI 3 or Swagger 2 description, YAML or JSON, into a definition.
#[derive(Args)]
#[command(after_help = "Examples:\n  tidegate import https://api.acme.example/openapi.yaml -o acme.yaml\n  \
                        tidegate import openapi.json --name acme --base-url https://{shop}.acme.example -o acme.yaml\n  \
                        tidegate import openapi.json --only '/users/*' --only '/groups/*' -o acme.yaml\n  \
                        tidegate import openapi.json --overlay acme.overlay.yaml --diff -o acme.yaml\n  \
                        curl -s … | tidegate import - --json | jq .report.skipped")]
pub(super) struct ImportArgs {
    /// A file, the URL of one, or `-` for standard input
    #[arg(value_name = "FILE-OR-URL")]
    source: String,

    /// Name of the integration, e.g. `acme` [default: from the label]
    #[arg(long, value_parser = checked_name)]
    name: Option<String>,

    /// The vendor's name as people write it, e.g. `Acme` [default: the description's title]
    #[arg(long, value_parser = checked_label)]
    label: Option<String>,

    /// Where requests go, instead of what the description says
    #[arg(long, value_name = "URL", value_parser = checked_base_url)]
    base_url: Option<String>,

    /// File to write the definition to: JSON if it ends so, else YAML [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    making: MakingArgs,

    /// Print the whole report as JSON, and the definition with it unless it is written to a file
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let ImportArgs { source, name, label, base_url, output, making, json } = args;
    let to = output.map_or(Output::Standard, Output::File);
    make(making, to, json, async |options, fetch| {
        let options = Options { name, label, base_url, ..options };
        import(&read(&source, fetch).await?, &options).map_err(unimported)
    })
}
