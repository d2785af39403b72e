//! `tidegate sandbox`.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use sandbox::{Sandbox, Vendor};
use serde_json::json;

use super::signals::Shutdown;
use super::{output, runtime};

/// Runs vendor simulators. Their control endpoints are under /__sandbox/.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate sandbox --listen 127.0.0.1:8800 sendoso")]
pub(super) struct SandboxArgs {
    /// Address of the first simulator; further ones take the next ports (port 0: any free port for each)
    #[arg(long, default_value = "127.0.0.1:8800", value_name = "ADDRESS")]
    listen: SocketAddr,

    /// Print one JSON object when ready: vendor → URL and tokens
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
    let mut all = serde_json::Map::new();
    for (vendor, sandbox) in running {
        let tokens = sandbox.issue_tokens();
        lines.push(format!(
            "{vendor}: {}\n  access token  {}\n  refresh token {}",
            sandbox.url(),
            tokens.access_token,
            tokens.refresh_token
        ));
        let entry = json!({"url": sandbox.url(), "access_token": tokens.access_token, "refresh_token": tokens.refresh_token, "expires_at": tokens.expires_at});
        all.insert(vendor.to_string(), entry);
    }
    if as_json { serde_json::Value::Object(all).to_string() } else { lines.join("\n") }
}
