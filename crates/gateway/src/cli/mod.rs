//! The command line: parse, run, exit code.

mod catalog;
mod demo;
mod sandbox;
mod serve;
mod signals;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Serve(serve::ServeArgs),
    /// Run only the vendor simulators
    Sandbox(sandbox::SandboxArgs),
    /// Inspect and check definitions
    Catalog(catalog::CatalogArgs),
    /// Bring the database to this version's schema
    Migrate(serve::ServeArgs),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Sandbox(args) => sandbox::run(args),
        Command::Catalog(args) => catalog::run(args),
        Command::Migrate(args) => serve::migrate(args),
    };
    outcome.unwrap_or_else(|error| {
        report(&error);
        ExitCode::FAILURE
    })
}

/// An error that also says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{hint}")]
struct Hint {
    hint: String,
}

fn report(error: &anyhow::Error) {
    match error.downcast_ref::<Hint>() {
        Some(Hint { hint }) => {
            let causes: Vec<String> = error.chain().map(ToString::to_string).filter(|cause| cause != hint).collect();
            eprintln!("error: {}\nhint: {hint}", causes.join(": "));
        }
        None => eprintln!("error: {error:#}\nhint: `tidegate --help` and `tidegate <command> --help` show what can be given"),
    }
}

/// Starts the async runtime: the command's one.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
