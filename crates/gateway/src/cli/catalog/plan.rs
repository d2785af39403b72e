//! `tidegate catalog plan`: the request that a tool call would make, without making it.

use std::io::BufRead as _;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::arguments::{ArgumentError, Violation};
use catalog::definition::Definition;
use catalog::nearest::{nearest, remedy};
use catalog::plan::{Plan, PlanError};
use catalog::target::Target;
use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cli::output;
use crate::hint::hinted;

#[derive(Args)]
pub(super) struct PlanArgs {
    /// Name of an integration, or a definition file
    pub(super) name: String,

    /// Name of the tool
    #[arg(required_unless_present = "stdin")]
    tool: Option<String>,

    /// The arguments, a JSON object [default: none]
    #[arg(value_parser = object)]
    arguments: Option<Map<String, Value>>,

    /// The account's context, a JSON object with values of the definition's variables
    #[arg(long, value_name = "JSON", value_parser = object)]
    context: Option<Map<String, Value>>,

    /// The account's own base URL
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Read calls from standard input, a line `{"tool": …, "arguments": {…}}` each, and answer each with a line of JSON
    #[arg(long, conflicts_with_all = ["tool", "arguments"])]
    stdin: bool,
}

/// One line of standard input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    tool: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

/// # Errors
/// The tool does not exist, or the account does not say where its requests go. Arguments that do not fit are printed, and make the exit code 1.
pub(super) fn run(definition: &Definition, args: PlanArgs, as_json: bool) -> anyhow::Result<ExitCode> {
    let context = args.context.unwrap_or_default();
    let target = Target::new(&definition.integration, args.base_url.as_deref(), &context)
        .map_err(|error| hinted(anyhow!(error), "give --context '{\"name\": \"value\"}' or --base-url URL"))?;
    if args.stdin {
        for line in std::io::stdin().lock().lines() {
            let line = line.context("cannot read standard input")?;
            if !line.trim().is_empty() {
                output::line(outcome_json(&planned_line(definition, &target, &line)))?;
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let call = Call { tool: args.tool.unwrap_or_default(), arguments: args.arguments.unwrap_or_default() };
    if definition.tool(&call.tool).is_none() {
        return Err(hinted(anyhow!("{} has no tool `{}`", definition.integration.name, call.tool), remedy_for(definition, &call.tool)));
    }
    let outcome = planned(definition, &target, call);
    match &outcome {
        outcome if as_json => output::line(outcome_json(outcome))?,
        Ok(plan) => output::line(written(plan))?,
        Err(error @ PlanError::NoServer(_)) => {
            return Err(hinted(anyhow!(error.to_string()), "call it for an account without --base-url, or with another"));
        }
        Err(error) => return Err(hinted(anyhow!(error.to_string()), "`tidegate catalog tools NAME --json` shows what tools take")),
    }
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn planned_line(definition: &Definition, target: &Target, line: &str) -> Result<Plan, PlanError> {
    let call = serde_json::from_str(line);
    let call = call.map_err(|error| refusal(format!("this line is no call: {error}; write {{\"tool\": …, \"arguments\": {{…}}}}")))?;
    planned(definition, target, call)
}

fn planned(definition: &Definition, target: &Target, call: Call) -> Result<Plan, PlanError> {
    let unknown = || refusal(format!("there is no tool `{}`; {}", call.tool, remedy_for(definition, &call.tool)));
    definition.tool(&call.tool).ok_or_else(unknown)?.plan(target, call.arguments)
}

fn remedy_for(definition: &Definition, wanted: &str) -> String {
    let near = nearest(wanted, definition.tools.iter().map(|tool| tool.name.as_str()), 3);
    remedy(&near, &format!("see `tidegate catalog tools {}`", definition.integration.name))
}

fn refusal(message: String) -> PlanError {
    ArgumentError { violations: vec![Violation::new("", message)] }.into()
}

fn outcome_json(outcome: &Result<Plan, PlanError>) -> Value {
    match outcome {
        Ok(Plan { verb, url, headers, body, .. }) => {
            let body = body.as_ref().map(|bytes| STANDARD.encode(bytes));
            json!({"plan": {"verb": verb, "url": url, "headers": headers, "body_base64": body}})
        }
        Err(PlanError::Arguments(ArgumentError { violations })) => json!({"error": {"violations": violations}}),
        Err(PlanError::NoServer(message)) => json!({"error": {"message": message}}),
    }
}

/// As HTTP/1.1 writes a request, but for the whole URL in its first line.
fn written(plan: &Plan) -> String {
    let mut text = format!("{} {}", plan.verb.as_str(), plan.url);
    for (name, value) in &plan.headers {
        text.push_str(&format!("\n{name}: {value}"));
    }
    if let Some(bytes) = &plan.body {
        let body = std::str::from_utf8(bytes).map_or_else(|_| format!("({} bytes)", bytes.len()), str::to_owned);
        text.push_str(&format!("\n\n{body}"));
    }
    text
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("{error}; write a JSON object, e.g. '{{\"id\": 7}}'"))
}
