//! The command line: parse, run, exit code.

mod catalog;
mod connect;
mod demo;
mod doctor;
mod import;
mod keys;
mod management;
mod migrate;
mod output;
mod sandbox;
mod serve;
mod signals;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::hint::{self, Fault};

/// Turns connected SaaS accounts into secured MCP servers.
#[derive(Parser)]
#[command(name = "tidegate", version, after_help = "Example:\n  tidegate demo      the whole product on loopback, with no setup")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try the whole product on this machine, with no setup
    Demo(demo::DemoArgs),
    /// Run the production server
    Serve(Box<serve::ServeArgs>),
    /// Speak stdio on behalf of an MCP URL, for clients that only speak stdio
    Connect(connect::ConnectArgs),
    /// Run only the vendor simulators
    Sandbox(sandbox::SandboxArgs),
    /// Inspect and check definitions
    Catalog(catalog::CatalogArgs),
    /// Turn a vendor's OpenAPI or Swagger description into a definition
    Import(import::ImportArgs),
    /// Manage the connected accounts of a running server
    Account(management::AccountArgs),
    /// Manage the MCP servers of a running server, and connect clients with them
    Mcp(management::McpArgs),
    /// Manage the API tokens of a running server
    Token(management::TokenArgs),
    /// Check this deployment, or an MCP URL as each client would see it
    Doctor(Box<doctor::DoctorArgs>),
    /// Bring the database to this version's schema
    Migrate(migrate::MigrateArgs),
    /// Replace the master key while servers serve
    Keys(keys::KeysArgs),
}

/// Runs the command that the arguments name. Exit code 0: success, 1: failure, 2: wrong usage.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return explain(&usage),
    };
    let outcome = match cli.command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(*args),
        Command::Connect(args) => connect::run(args),
        Command::Sandbox(args) => sandbox::run(args),
        Command::Catalog(args) => catalog::run(args),
        Command::Import(args) => import::run(args),
        Command::Account(args) => management::run_account(args),
        Command::Mcp(args) => management::run_mcp(args),
        Command::Token(args) => management::run_token(args),
        Command::Doctor(args) => doctor::run(*args),
        Command::Migrate(args) => migrate::run(args),
        Command::Keys(args) => keys::run(args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let (problem, remedy) = hint::split(&error);
            let remedy = remedy.unwrap_or_else(|| "`tidegate <command> --help` shows what can be given".to_owned());
            eprintln!("{}", output::plain(&format!("error: {problem}\nhint: {remedy}")));
            match hint::fault(&error) {
                Fault::Failure => ExitCode::FAILURE,
                Fault::Usage => ExitCode::from(2),
            }
        }
    }
}

/// Help and version on request; else what is wrong with the arguments.
fn explain(usage: &clap::Error) -> ExitCode {
    // Nothing can be done where even this cannot be written.
    let _ = usage.print();
    if !usage.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if usage.kind() == ErrorKind::UnknownArgument && std::env::args_os().any(|argument| argument == "--diff") {
        eprintln!("hint: the file to compare with is given with `=`: `--diff=acme.yaml`");
        return ExitCode::from(2);
    }
    eprintln!("hint: `tidegate --help` names the commands, `tidegate <command> --help` what each takes, with an example");
    ExitCode::from(2)
}

/// Starts the async runtime: the command's one.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
