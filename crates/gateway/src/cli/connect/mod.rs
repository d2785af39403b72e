//! `tidegate connect`: for clients that only speak stdio. Messages from standard input go to an MCP URL, what comes back
//! goes to standard output, each on a line. What both sides understand is passed on as it is; only where they speak
//! revisions of different families is it translated.

mod bridge;
mod cancellation;
mod follow;
mod handshake_url;
mod input_required;
mod legacy;
mod lock;
mod opening;
mod over_handshake;
mod over_stateless;
mod param_headers;
mod persistence;
mod replies;
mod route;
mod standard_streams;
mod stateless_url;
mod streamable;
mod words;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use url::Url;

use self::bridge::Bridge;
use self::standard_streams::Output;
use super::runtime;
use super::signals::Shutdown;
use crate::config::{Unquoted, with_variables};
use crate::mcp_client::{Header, Target, mcp_url};

/// How long requests may still take once there is no more input.
const LAST_REPLIES: Duration = Duration::from_secs(60);
/// How long the ends of sessions may take, and what is still to be written when a signal ends the command.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Makes an MCP URL look like an MCP server that speaks stdio.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate connect https://gate.example.com/mcp/tg_… --header 'Authorization: Bearer ${TOKEN}'\n\n\
    In a client's configuration:\n  {\"command\": \"tidegate\", \"args\": [\"connect\", \"https://gate.example.com/mcp/tg_…\"]}")]
pub(super) struct ConnectArgs {
    /// The MCP URL: Streamable HTTP of any revision, or the older HTTP+SSE
    #[arg(value_name = "URL", value_parser = Unquoted(mcp_url))]
    url: Url,

    /// A header to send with every request; may be given several times. `${NAME}` in it stands for an environment variable
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = Unquoted(header))]
    headers: Vec<Header>,
}

/// Other users of the machine see arguments, so a secret may be in a variable that the header names.
fn header(line: &str) -> Result<Header, String> {
    Header::parse(&with_variables(line)?)
}

pub(super) fn run(args: ConnectArgs) -> anyhow::Result<ExitCode> {
    let target = Target::new(args.url, args.headers)?;
    if std::io::stdin().is_terminal() {
        eprintln!("hint: this command is started by an MCP client; it now waits for JSON-RPC messages, one a line");
    }
    let runtime = runtime()?;
    runtime.block_on(async {
        let shutdown = Shutdown::on_signals()?;
        let mut input = standard_streams::read_input();
        let (output, written) = Output::open();
        let mut bridge = Bridge::new(target, output.clone());
        let work = async {
            while let Some(line) = input.recv().await {
                bridge.take(line).await;
            }
            bridge.finish(LAST_REPLIES).await;
            output.finish().await;
            written.wait().await;
        };
        tokio::select! {
            () = work => {}
            () = shutdown.gentle.cancelled() => {}
            // The client has gone, and with it whoever would read.
            () = output.closed() => {}
        }
        let flushed = async {
            output.finish().await;
            written.wait().await;
        };
        tokio::select! {
            _ = tokio::time::timeout(LAST_WORDS, async { tokio::join!(bridge.close(), flushed) }) => {}
            () = shutdown.now.cancelled() => {}
        }
        Ok::<_, anyhow::Error>(())
    })?;
    // A look-up of a name may still be under way in a thread, which nobody waits for.
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}
