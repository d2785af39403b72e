//! `tidegate sandbox`.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use sandbox::{Sandbox, Vendor};
use serde_json::{Map, Value, json};

use super::signals::Shutdown;
use super::{output, runtime};

/// Runs vendor simulators. Their control endpoints are under /__sandbox/.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate sandbox --listen 127.0.0.1:8800 sendoso")]
pub(super) struct SandboxArgs {
    /// Address of the first simulator; further ones take the next ports (port 0: any free port for each)
    #[arg(long, default_value = "127.0.0.1:8800", value_name = "ADDRESS")]
    listen: SocketAddr,

    /// Print one JSON object when ready: vendor → URL and credentials
    #[arg(long)]
    json: bool,

    /// Vendors to simulate [default: all]
    vendors: Vec<Vendor>,
}

pub(super) fn run(args: SandboxArgs) -> anyhow::Result<ExitCode> {
    let vendors = if args.vendors.is_empty() { Vendor::ALL.to_vec() } else { args.vendors };
    runtime()?.block_on(async {
        let shutdown = Shutdown::on_signals()?;
        let mut running = Vec::new();
        for (vendor, offset) in vendors.into_iter().zip(0_u16..) {
            let port = if args.listen.port() == 0 { Some(0) } else { args.listen.port().checked_add(offset) };
            let port = port.context("there are not enough ports after that of --listen")?;
            let address = SocketAddr::new(args.listen.ip(), port);
            let sandbox = Sandbox::start(vendor, address).await.with_context(|| format!("cannot listen on {address}"))?;
            running.push((vendor, sandbox));
        }
        output::line(ready(&running, args.json))?;
        shutdown.gentle.cancelled().await;
        for (_, sandbox) in running {
            sandbox.stop().await;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn ready(running: &[(Vendor, Sandbox)], as_json: bool) -> String {
    let mut lines = Vec::new();
    let mut all = Map::new();
    for (vendor, sandbox) in running {
        let credentials = sandbox.issue_credentials();
        lines.push(format!("{vendor}: {}", sandbox.url()));
        let readable = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        lines.extend(credentials.iter().map(|(name, value)| format!("  {name:<14} {}", readable(value))));
        let mut entry = Map::from_iter([("url".to_owned(), json!(sandbox.url()))]);
        entry.extend(credentials);
        all.insert(vendor.to_string(), Value::Object(entry));
    }
    if as_json { Value::Object(all).to_string() } else { lines.join("\n") }
}
