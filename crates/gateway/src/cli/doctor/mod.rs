//! `tidegate doctor`: looks at an MCP URL as each client would, or at this deployment, and says what would fail and how to
//! mend it.

mod checks;
mod clients;
mod deployment;
mod finding;
mod report;
mod visit;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use url::Url;

use self::checks::CHECKS;
use self::clients::verdicts;
use self::finding::{Finding, Outcome};
use self::visit::{Call, Care, Visit};
use super::{output, runtime};
use crate::config::{Settings, Unquoted};
use crate::hint::hinted;
use crate::mcp_client::{Header, Target, mcp_url};

/// Says what would fail, for whom, and how to mend it.
///
/// With a URL, makes the opening moves of each MCP client there: it connects, initialises and lists, but calls nothing.
/// Without one, checks the settings, the database and the addresses of this deployment; the settings are those of `serve`.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate doctor https://gate.example.com/mcp/tg_…\n\n\
    Where the URL also asks for an API token:\n  \
    tidegate doctor https://gate.example.com/mcp/tg_… --header 'Authorization: Bearer <token>'\n\n\
    Exit code 0 when nothing fails, else 1; warnings are no failures.")]
pub(super) struct DoctorArgs {
    /// The MCP URL; without it, this deployment is checked
    #[arg(value_name = "URL", value_parser = Unquoted(mcp_url))]
    url: Option<Url>,

    /// A header to send with every request; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE", requires = "url", value_parser = Unquoted(Header::parse))]
    headers: Vec<Header>,

    /// Call this tool with these arguments, to measure its answer
    #[arg(long, num_args = 2, value_names = ["NAME", "JSON"], requires = "url")]
    call: Option<Vec<String>>,

    /// Also listen for keep-alives, which takes 20 s
    #[arg(long, requires = "url")]
    thorough: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    /// Settings file [default: tidegate.toml, if there is one]
    #[arg(long, env = "TIDEGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten, next_help_heading = "Settings of the deployment")]
    settings: Settings,
}

pub(super) fn run(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let DoctorArgs { url, headers, call, thorough, json, config, settings } = args;
    let mut broken_pipe = None;
    let mut show = |name: &'static str, finding: &Finding| {
        if !json && let Err(error) = output::line(report::line(name, finding)) {
            broken_pipe = Some(error);
        }
    };
    let runtime = runtime()?;
    let (subject, findings, verdicts) = match url {
        None => {
            let findings = runtime.block_on(deployment::check(settings, config.as_deref(), &mut show));
            ("deployment".to_owned(), findings, Vec::new())
        }
        Some(url) => {
            let target = Target::new(url, headers)?;
            let subject = target.shown().to_string();
            let care = if thorough { Care::Thorough } else { Care::Quick };
            let mut visit = Visit::new(target, care, call.map(wanted).transpose()?);
            let findings = runtime.block_on(visit_all(&mut visit, &mut show));
            let verdicts = verdicts(&visit, &findings);
            (subject, findings, verdicts)
        }
    };
    runtime.shutdown_background();
    if let Some(error) = broken_pipe {
        return Err(error);
    }
    if json {
        output::line(report::json(&subject, &verdicts, &findings))?;
    } else {
        output::line(report::summary(&verdicts, &findings))?;
    }
    let failed = findings.iter().any(|(_, finding)| finding.outcome == Outcome::Fail);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Makes the checks one after the other, until one leaves nothing to look at.
async fn visit_all(visit: &mut Visit, mut show: impl FnMut(&'static str, &Finding)) -> Vec<(&'static str, Finding)> {
    let mut findings: Vec<(&'static str, Finding)> = Vec::new();
    for check in CHECKS {
        let finding = (check.run)(visit).await;
        show(check.name, &finding);
        let is_last = finding.is_last;
        findings.push((check.name, finding));
        if is_last {
            break;
        }
    }
    findings
}

fn wanted(call: Vec<String>) -> anyhow::Result<Call> {
    let mut words = call.into_iter();
    let (name, json) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let arguments: serde_json::Value = serde_json::from_str(&json).context("the arguments of --call are not JSON")?;
    if !arguments.is_object() {
        return Err(hinted(anyhow!("the arguments of --call are no object"), "give an object, such as '{}'"));
    }
    Ok(Call { name, arguments })
}
