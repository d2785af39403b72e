//! A look at this deployment: its settings, its database, its addresses. Nothing is written and nothing is started.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use catalog::catalog::Catalog;
use http::HeaderMap;
use secrecy::ExposeSecret;
use store::{Examined, StoreError};
use tokio::net::TcpListener;

use super::finding::Finding;
use super::visit::{Care, Visit};
use crate::config::{Config, Settings};
use crate::hint;
use crate::live_catalog::read_folder;
use crate::mcp_client::{NEWEST_HANDSHAKE, Shown, Target, mcp_url};

/// What a Tidegate answers to a token that opens nothing.
const NO_SUCH_SERVER: i64 = -32600;

/// Makes every check and shows each at once.
pub(super) async fn check(
    settings: Settings,
    file: Option<&Path>,
    mut show: impl FnMut(&'static str, &Finding),
) -> Vec<(&'static str, Finding)> {
    let mut findings = Vec::new();
    let mut note = |name, finding: Finding| {
        show(name, &finding);
        findings.push((name, finding));
    };
    let config = match settings.look_up(file) {
        Ok(config) => config,
        Err(error) => {
            let (problem, remedy) = hint::split(&error);
            note("settings", Finding::fail(problem, remedy.unwrap_or_else(|| "`tidegate serve --help` names all settings".to_owned())));
            return findings;
        }
    };
    note("settings", Finding::ok(format!("listen on {}, MCP URLs start with {}", config.listen, config.public_url)));
    if let Some(finding) = key_file(&config) {
        note("master key file", finding);
    }
    note("catalog", catalog(&config));
    note("database", database(&config).await);
    let (listening, is_serving) = listen_address(&config).await;
    note("listen address", listening);
    note("public URL", if is_serving { public_url(&config).await } else { Finding::skip("no server is running") });
    findings
}

/// Whether others than its owner may have the master key. `None` without a file.
fn key_file(config: &Config) -> Option<Finding> {
    /// What the group and everybody else may do.
    const OTHERS: u32 = 0o077;
    let file = config.master_key_place.file()?;
    let mode = file.metadata().ok()?.permissions().mode() & 0o777;
    Some(match mode & OTHERS {
        0 => Finding::ok(format!("{} is for its owner only", file.display())),
        _ => Finding::warn(
            format!("{} has mode {mode:03o}: others than its owner may use it", file.display()),
            format!("`chmod 600 {}`; if somebody may have read it, `tidegate keys rotate` replaces it", file.display()),
        ),
    })
}

fn catalog(config: &Config) -> Finding {
    let remedy = "`tidegate catalog lint FILE` says more about a definition; TIDEGATE_CATALOG_DIR names their folder";
    let files = match config.catalog_dir.as_deref().map(read_folder).transpose() {
        Ok(files) => files.unwrap_or_default(),
        Err(error) => return Finding::fail(format!("{error:#}"), remedy),
    };
    let broken: Vec<String> =
        files.iter().filter_map(|(file, text)| Some(format!("{file}: {}", catalog::parse::parse(file, text).err()?))).collect();
    if !broken.is_empty() {
        return Finding::fail(format!("left out: {}", broken.join("; ").replace('\n', " ")), remedy);
    }
    let built_in = Catalog::built_in();
    match built_in.iter().find_map(|entry| entry.definition().err()) {
        None => Finding::ok(format!("{} built in, {} in the folder", built_in.iter().count(), files.len())),
        Some(error) => Finding::fail(error.to_string(), "this is a fault of this build"),
    }
}

async fn database(config: &Config) -> Finding {
    match store::examine(config.database_url.expose_secret(), &config.master_key).await {
        Ok(Examined::New) => Finding::ok("new: the first start of `tidegate serve` fills it"),
        Ok(Examined::Current { version, older_generations: 0 }) => {
            Finding::ok(format!("schema version {version}, and the master key fits"))
        }
        Ok(Examined::Current { version, .. }) => Finding::warn(
            format!("schema version {version}, and the master key fits, but an older or newer one opens the database too"),
            "`tidegate keys show` says how far its replacement is, docs/master-key.md how to end it",
        ),
        Ok(Examined::Older { version, newest }) => Finding::warn(
            format!("schema version {version} of {newest}"),
            "`tidegate migrate` brings it up to date, or the next start does",
        ),
        Err(error @ StoreError::Unavailable(_)) => {
            Finding::fail(error.to_string(), "is it running, and does TIDEGATE_DATABASE_URL name it?")
        }
        Err(error) => Finding::fail(error.to_string(), "check TIDEGATE_DATABASE_URL and TIDEGATE_MASTER_KEY"),
    }
}

/// Whether the address is free or ours, and whether a server is running there.
async fn listen_address(config: &Config) -> (Finding, bool) {
    match TcpListener::bind(config.listen).await {
        Ok(_) => (Finding::ok("free: no server is running"), false),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let mut address = config.listen;
            if address.ip().is_unspecified() {
                address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            }
            match is_tidegate(&format!("http://{address}")).await {
                Ok(()) => (Finding::ok("a Tidegate answers there"), true),
                Err(why) => (
                    Finding::fail(
                        format!("another program has it: {why}"),
                        "stop that one, or choose another address with TIDEGATE_LISTEN",
                    ),
                    false,
                ),
            }
        }
        Err(error) => (Finding::fail(format!("cannot be listened on: {error}"), "choose another address with TIDEGATE_LISTEN"), false),
    }
}

async fn public_url(config: &Config) -> Finding {
    let place = Shown::of(&config.public_url);
    match is_tidegate(config.public_url.as_str()).await {
        Ok(()) => Finding::ok(format!("a Tidegate answers at {place}")),
        Err(why) => Finding::fail(why, "clients get URLs that start with it: set TIDEGATE_PUBLIC_URL to what leads here from outside"),
    }
}

/// Whether what answers at an address refuses an unknown token as we do.
async fn is_tidegate(base: &str) -> Result<(), String> {
    let url = format!("{}/mcp/tg_doctor", base.trim_end_matches('/'));
    let target = Target::new(mcp_url(&url)?, Vec::new()).map_err(|error| error.to_string())?;
    let visit = Visit::new(target, Care::Quick, None);
    let reply = visit.initialize(&visit.target, NEWEST_HANDSHAKE, HeaderMap::new()).await;
    match &reply.outcome {
        Err(failure) if failure.code() == Some(NO_SUCH_SERVER) && reply.status == Some(http::StatusCode::NOT_FOUND) => Ok(()),
        Err(failure) => Err(failure.problem.clone()),
        Ok(_) => Err(format!("{} answers, but not as a Tidegate does", visit.target.shown())),
    }
}
