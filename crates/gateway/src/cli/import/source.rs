//! From the name of a description to its import: every file is read or fetched, within limits of size, number and time.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use catalog::import::{Description, ImportError, MAX_FILE_BYTES, Sources, decoded, shown};
use clap::Args;
use tokio::time::{Instant, timeout_at};
use upstream::{Client, FetchError, Fetched, PrivateAddresses, Redirects, UpstreamSettings};
use url::Url;

use crate::hint::hinted;

/// What standard input is called, on the command line and in messages.
const STANDARD_INPUT: (&str, &str) = ("-", "<standard input>");

/// How descriptions are fetched.
#[derive(Args)]
pub(in crate::cli) struct FetchArgs {
    /// Fetch from loopback and private addresses too, over plain `http` as well
    #[arg(long, env = "TIDEGATE_ALLOW_PRIVATE_UPSTREAMS", value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value_t = false)]
    allow_private_upstreams: bool,

    /// Longest time for fetching all files of a description, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// Reads or fetches a description with the files that it refers to. `source` is a path, a URL, or `-`.
///
/// # Errors
/// What cannot be had or read, with what to do about it. A file that others refer to and that cannot be had is no error: what
/// needs it is in the report.
pub(in crate::cli) async fn read(source: &str, fetch: &FetchArgs) -> anyhow::Result<Description> {
    Ok(gathered(source, fetch).await?.description()?)
}

/// Why a description could not be imported, with what to do about it.
pub(in crate::cli) fn unimported(error: ImportError) -> anyhow::Error {
    let remedy = "`tidegate import --help` shows what can be said instead of the description, e.g. `--base-url`";
    hinted(error.into(), remedy)
}

async fn gathered(source: &str, fetch: &FetchArgs) -> anyhow::Result<Sources> {
    let deadline = Instant::now() + Duration::from_secs(fetch.timeout);
    let Some(url) = url(source)? else {
        let mut sources = if source == STANDARD_INPUT.0 {
            begun(STANDARD_INPUT.1, &read_standard_input()?)?
        } else {
            begun(source, &read_file(Path::new(source)).map_err(|problem| unreadable(source, problem))?)?
        };
        complete(&mut sources, async |name| read_beside(Path::new(source), Path::new(name))).await;
        return Ok(sources);
    };
    let client = client(fetch)?;
    let first = timeout_at(deadline, client.fetch(&url, MAX_FILE_BYTES, Redirects::Anywhere)).await;
    let Fetched { url, bytes } = first.unwrap_or_else(|_| Err(FetchError::TimedOut { place: shown(source) })).map_err(unfetched)?;
    let mut sources = begun(url.as_str(), &bytes)?;
    complete(&mut sources, async |name| {
        let fetched = timeout_at(deadline, fetched(&client, name)).await;
        fetched.unwrap_or_else(|_| Err(format!("not all files came within {} seconds; allow more with `--timeout`", fetch.timeout)))
    })
    .await;
    Ok(sources)
}

fn begun(name: &str, bytes: &[u8]) -> anyhow::Result<Sources> {
    Ok(Sources::new(name, &decoded(name, bytes)?)?)
}

/// Adds the files that are referred to, and those that they refer to.
async fn complete(sources: &mut Sources, get: impl AsyncFn(&str) -> Result<Vec<u8>, String>) {
    loop {
        let missing = sources.missing();
        if missing.is_empty() {
            return;
        }
        for name in missing {
            if sources.missing().is_empty() {
                return; // So many or so large that no more are asked for.
            }
            match get(&name).await {
                Ok(bytes) => match decoded(&name, &bytes) {
                    Ok(text) => sources.add(&name, Ok(&text)),
                    Err(error) => sources.add(&name, Err(error.to_string())),
                },
                Err(problem) => sources.add(&name, Err(problem)),
            }
        }
    }
}

/// The URL that a source is; `None` for a path.
fn url(source: &str) -> anyhow::Result<Option<Url>> {
    let Some((scheme, _)) = source.split_once("://") else { return Ok(None) };
    let url = Url::parse(source).with_context(|| format!("`{}` is no URL", shown(source)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(hinted(anyhow!("`{scheme}` URLs are not fetched"), "give an `https` URL, or the path of a file"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let remedy = "fetch the file yourself and give its path, or `-` for standard input";
        return Err(hinted(anyhow!("a user name or password in a URL is not sent"), remedy));
    }
    Ok(Some(url))
}

fn client(fetch: &FetchArgs) -> anyhow::Result<Client> {
    let private_addresses = if fetch.allow_private_upstreams { PrivateAddresses::Allow } else { PrivateAddresses::Refuse };
    let timeout = Duration::from_secs(fetch.timeout);
    Ok(Client::new(&UpstreamSettings { timeout, private_addresses, ..UpstreamSettings::default() })?)
}

async fn fetched(client: &Client, name: &str) -> Result<Vec<u8>, String> {
    let url = Url::parse(name).map_err(|error| error.to_string())?;
    client.fetch(&url, MAX_FILE_BYTES, Redirects::SameOrigin).await.map(|fetched| fetched.bytes).map_err(|error| error.to_string())
}

fn unfetched(error: FetchError) -> anyhow::Error {
    let remedy = match &error {
        FetchError::Refused { .. } => {
            "only `https` and public addresses are fetched; for your own network add `--allow-private-upstreams`, or give the path of a file"
        }
        FetchError::Unreachable { .. } | FetchError::TimedOut { .. } => "check the URL and try again, or give more time with `--timeout`",
        FetchError::Status { .. } | FetchError::TooManyRedirects { .. } => {
            "open the URL in a browser to see what is there; a file that needs a login can be saved and given by its path"
        }
        FetchError::OtherOrigin { .. } => "fetch the file yourself and put it beside a copy of the description",
        FetchError::TooLarge { .. } => "vendors often publish a part of a large description on its own",
    };
    hinted(error.into(), remedy)
}

fn unreadable(source: &str, problem: String) -> anyhow::Error {
    hinted(anyhow!("{source}: {problem}"), "give the path of a file, an `https` URL, or `-` for standard input")
}

fn read_standard_input() -> anyhow::Result<Vec<u8>> {
    bounded(std::io::stdin().lock()).map_err(|problem| unreadable(STANDARD_INPUT.1, problem))
}

/// A file that a description names: a regular one, as anything else could wait for ever, and one that lies with the description
/// wherever links lead.
fn read_beside(description: &Path, path: &Path) -> Result<Vec<u8>, String> {
    let real = |path: &Path| std::fs::canonicalize(path).map_err(|error| format!("cannot be read: {error}"));
    // The folder that was named, not the one that a link to the description leads to: its parts lie where it is looked for.
    let folder = description.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (folder, file) = (real(folder)?, real(path)?);
    if !file.starts_with(&folder) {
        return Err("a link leads out of the description's folder; put a copy into it".to_owned());
    }
    match std::fs::metadata(&file) {
        Ok(metadata) if !metadata.is_file() => Err("this is no file".to_owned()),
        _ => read_file(&file),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    bounded(file)
}

fn bounded(from: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    from.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!("more than {MAX_FILE_BYTES} bytes"));
    }
    Ok(bytes)
}
