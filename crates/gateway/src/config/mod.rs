//! Settings: flags over environment variables over `tidegate.toml` over defaults, read once at start.

mod database;
mod key_command;
mod management;
mod master_key;
mod unquoted;
mod variables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::MasterKey;
use upstream::{PrivateAddresses, UpstreamSettings};
use url::Url;

pub(crate) use database::DatabaseSettings;
pub(crate) use management::{Management, ManagementSettings};
pub use master_key::KeyPlace;
pub(crate) use master_key::{holds, read_key, read_or_make, sync_folder, write_in_place};
pub(crate) use unquoted::Unquoted;
pub(crate) use variables::with_variables;

use self::master_key::{KeySources, NewKey};
use crate::hint::hinted;
use crate::telemetry::LogFormat;

const DEFAULT_LISTEN: &str = "127.0.0.1:8700";
const DEFAULT_DATABASE: &str = "sqlite://tidegate-data/tidegate.db";
const DEFAULT_FILE: &str = "tidegate.toml";
const SHORTEST_API_TOKEN: usize = 32;
const UPSTREAM_TIMEOUT_SECONDS: std::ops::RangeInclusive<u64> = 1..=600;

/// One settings source as it is written: everything optional. The same names serve flags (`--public-url`),
/// variables (`TIDEGATE_PUBLIC_URL`) and the file (`public_url`).
#[derive(Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address to listen on [default: 127.0.0.1:8700] [file: listen]
    #[arg(long, env = "TIDEGATE_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// What generated URLs start with; may have a path prefix [default: http://<listen>] [file: public_url]
    #[arg(long, env = "TIDEGATE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<Url>,

    /// sqlite://PATH or postgres://… [default: sqlite://tidegate-data/tidegate.db] [file: database_url]
    #[arg(long, env = "TIDEGATE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<SecretString>,

    /// 32 bytes, base64; SQLite keeps a generated one beside the database [file: master_key]
    #[arg(long, env = "TIDEGATE_MASTER_KEY", value_name = "BASE64", hide_env_values = true)]
    master_key: Option<SecretString>,

    /// File that holds the master key [file: master_key_file]
    #[arg(long, env = "TIDEGATE_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,

    /// Shell command that prints the master key, run once at start [file: master_key_command]
    #[arg(long, env = "TIDEGATE_MASTER_KEY_COMMAND", value_name = "COMMAND", hide_env_values = true)]
    master_key_command: Option<String>,

    /// Folder of extra definitions, watched and reloaded [file: catalog_dir]
    #[arg(long, env = "TIDEGATE_CATALOG_DIR", value_name = "FOLDER")]
    catalog_dir: Option<PathBuf>,

    /// Allow vendor calls to loopback and private addresses [default: false] [file: allow_private_upstreams]
    #[arg(long, env = "TIDEGATE_ALLOW_PRIVATE_UPSTREAMS", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    allow_private_upstreams: Option<bool>,

    /// Hosts that accounts' own base URLs may name beside their vendor's [file: allowed_upstream_hosts]
    #[arg(long, env = "TIDEGATE_ALLOWED_UPSTREAM_HOSTS", value_name = "HOST", value_delimiter = ',')]
    allowed_upstream_hosts: Option<Vec<String>>,

    /// API token to create at first start, for automation [file: bootstrap_api_token]
    #[arg(long, env = "TIDEGATE_BOOTSTRAP_API_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    bootstrap_api_token: Option<SecretString>,

    /// More host names that clients may use for this server [file: allowed_hosts]
    #[arg(long, env = "TIDEGATE_ALLOWED_HOSTS", value_name = "HOST", value_delimiter = ',')]
    allowed_hosts: Option<Vec<String>>,

    /// More browser origins that may use MCP URLs [file: allowed_origins]
    #[arg(long, env = "TIDEGATE_ALLOWED_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    allowed_origins: Option<Vec<String>>,

    /// Longest wait for a vendor's complete answer, in seconds [default: 30] [file: upstream_timeout_seconds]
    #[arg(long, env = "TIDEGATE_UPSTREAM_TIMEOUT_SECONDS", value_name = "SECONDS")]
    upstream_timeout_seconds: Option<u64>,

    /// Largest vendor answer that is read, in bytes [default: 5242880] [file: upstream_max_answer_bytes]
    #[arg(long, env = "TIDEGATE_UPSTREAM_MAX_ANSWER_BYTES", value_name = "BYTES")]
    upstream_max_answer_bytes: Option<usize>,

    /// What is logged, e.g. info or gateway=debug [default: info] [file: log]
    #[arg(long, env = "TIDEGATE_LOG", value_name = "FILTER")]
    log: Option<String>,

    /// How log lines look [default: text] [file: log_format]
    #[arg(long, env = "TIDEGATE_LOG_FORMAT", value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

store::lacks!(Settings: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Everything the server needs to know, complete.
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Url,
    pub database_url: SecretString,
    pub master_key: MasterKey,
    pub master_key_place: KeyPlace,
    pub catalog_dir: Option<PathBuf>,
    pub bootstrap_api_token: Option<SecretString>,
    pub allowed_hosts: Vec<String>,
    pub allowed_origins: Vec<String>,
    pub upstream: UpstreamSettings,
    pub log: String,
    pub log_format: LogFormat,
}

store::lacks!(Config: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

impl Settings {
    /// Completes flags and variables with the file and the defaults.
    ///
    /// # Errors
    /// An unreadable file, an unknown key in it, a setting that cannot be, no master key for PostgreSQL.
    pub fn resolve(self, file: Option<&Path>) -> anyhow::Result<Config> {
        self.without_empty_secrets().or(read_file(file)?.without_empty_secrets()).complete(NewKey::Kept)
    }

    /// The same for a command that only looks: nothing is written.
    ///
    /// # Errors
    /// As for [`Self::resolve`].
    pub(crate) fn look_up(self, file: Option<&Path>) -> anyhow::Result<Config> {
        self.without_empty_secrets().or(read_file(file)?.without_empty_secrets()).complete(NewKey::Forgotten)
    }

    /// An empty secret is one that was not given: a variable that is set to nothing must not hide a weaker source's.
    fn without_empty_secrets(self) -> Self {
        let given = |secret: Option<SecretString>| secret.filter(|secret| !secret.expose_secret().is_empty());
        Self {
            database_url: given(self.database_url),
            master_key: given(self.master_key),
            master_key_command: self.master_key_command.filter(|command| !command.is_empty()),
            bootstrap_api_token: given(self.bootstrap_api_token),
            ..self
        }
    }

    fn or(self, other: Self) -> Self {
        // A key from a stronger source wins, in whichever of its three forms it comes.
        let own = KeySources { key: self.master_key, file: self.master_key_file, command: self.master_key_command };
        let others = || KeySources { key: other.master_key, file: other.master_key_file, command: other.master_key_command };
        let KeySources { key: master_key, file: master_key_file, command: master_key_command } =
            if own.is_empty() { others() } else { own };
        Self {
            listen: self.listen.or(other.listen),
            public_url: self.public_url.or(other.public_url),
            database_url: self.database_url.or(other.database_url),
            master_key,
            master_key_file,
            master_key_command,
            catalog_dir: self.catalog_dir.or(other.catalog_dir),
            allow_private_upstreams: self.allow_private_upstreams.or(other.allow_private_upstreams),
            allowed_upstream_hosts: self.allowed_upstream_hosts.or(other.allowed_upstream_hosts),
            bootstrap_api_token: self.bootstrap_api_token.or(other.bootstrap_api_token),
            allowed_hosts: self.allowed_hosts.or(other.allowed_hosts),
            allowed_origins: self.allowed_origins.or(other.allowed_origins),
            upstream_timeout_seconds: self.upstream_timeout_seconds.or(other.upstream_timeout_seconds),
            upstream_max_answer_bytes: self.upstream_max_answer_bytes.or(other.upstream_max_answer_bytes),
            log: self.log.or(other.log),
            log_format: self.log_format.or(other.log_format),
        }
    }

    fn complete(self, new_key: NewKey) -> anyhow::Result<Config> {
        let listen = match self.listen {
            Some(listen) => listen,
            None => DEFAULT_LISTEN.parse()?,
        };
        let public_url = match self.public_url {
            Some(url) => url,
            None => Url::parse(&format!("http://{listen}"))?,
        };
        if !matches!(public_url.scheme(), "http" | "https") || public_url.query().is_some() || public_url.fragment().is_some() {
            bail!("public_url must be an http or https URL without query and fragment, not `{public_url}`");
        }
        if self.bootstrap_api_token.as_ref().is_some_and(|token| token.expose_secret().len() < SHORTEST_API_TOKEN) {
            let problem = anyhow!("bootstrap_api_token has fewer than {SHORTEST_API_TOKEN} characters");
            return Err(hinted(problem, "make one with `openssl rand -base64 32`"));
        }
        let database_url = self.database_url.unwrap_or_else(|| DEFAULT_DATABASE.into());
        let sources = KeySources { key: self.master_key, file: self.master_key_file, command: self.master_key_command };
        let (master_key, master_key_place) = master_key::find(sources, database_url.expose_secret(), new_key)?;
        let allow_private = self.allow_private_upstreams.unwrap_or(false);
        let defaults = UpstreamSettings::default();
        if self.upstream_timeout_seconds.is_some_and(|seconds| !UPSTREAM_TIMEOUT_SECONDS.contains(&seconds)) {
            bail!("upstream_timeout_seconds must be from 1 to 600");
        }
        Ok(Config {
            listen,
            public_url,
            database_url,
            master_key,
            master_key_place,
            catalog_dir: self.catalog_dir,
            bootstrap_api_token: self.bootstrap_api_token,
            allowed_hosts: checked_hosts(self.allowed_hosts.unwrap_or_default())?,
            allowed_origins: checked_origins(self.allowed_origins.unwrap_or_default())?,
            upstream: UpstreamSettings {
                timeout: self.upstream_timeout_seconds.map_or(defaults.timeout, Duration::from_secs),
                max_answer_bytes: self.upstream_max_answer_bytes.unwrap_or(defaults.max_answer_bytes),
                private_addresses: if allow_private { PrivateAddresses::Allow } else { PrivateAddresses::Refuse },
                allowed_hosts: checked_upstream_hosts(&self.allowed_upstream_hosts.unwrap_or_default())?,
                ..defaults
            },
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            log_format: self.log_format.unwrap_or_default(),
        })
    }
}

fn read_file(file: Option<&Path>) -> anyhow::Result<Settings> {
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    if file.is_none() && !path.exists() {
        return Ok(Settings::default());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).map_err(|error| unreadable(path, &text, &error))
}

/// What is wrong with a settings file, without quoting it: its values may be secrets.
fn unreadable(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    // A message about a wrong type quotes the value; one about an unknown key names the key and those there are.
    let message = error.message();
    let message =
        if message.starts_with("unknown field") { message } else { "this is no setting, or its value is of another type or form" };
    anyhow!("{}:{line}: {message}", path.display())
}

/// Host names without scheme and port, as requests name them.
fn checked_hosts(hosts: Vec<String>) -> anyhow::Result<Vec<String>> {
    let is_host = |host: &String| url::Host::parse(host).is_ok();
    match hosts.iter().find(|host| !is_host(host)) {
        Some(host) => bail!("allowed_hosts: `{host}` is no host name; give it without scheme and port, like gate.example.com"),
        None => Ok(hosts),
    }
}

/// Hosts of vendors, as URLs write them.
fn checked_upstream_hosts(hosts: &[String]) -> anyhow::Result<Vec<String>> {
    let checked = |text: &String| {
        // A URL may have a star in its host; who writes one here means a pattern, and there are none.
        let host = url::Host::parse(text).ok().map(|host| host.to_string()).filter(|host| !host.contains('*'));
        host.ok_or_else(|| {
            anyhow!("allowed_upstream_hosts: `{text}` is no host name; give one without scheme and port, like api.example.com")
        })
    };
    hosts.iter().map(checked).collect()
}

/// Origins as browsers write them.
fn checked_origins(origins: Vec<String>) -> anyhow::Result<Vec<String>> {
    let origin = |text: &String| {
        let url = Url::parse(text).ok().filter(|url| url.origin().is_tuple());
        url.map(|url| url.origin().ascii_serialization())
            .ok_or_else(|| anyhow!("allowed_origins: `{text}` is no origin; give one like https://app.example.com"))
    };
    origins.iter().map(origin).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::{NewKey, Settings, read_file};

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn settings(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_stronger_source_wins_setting_by_setting() {
        let flags = settings("listen = \"127.0.0.1:1\"");
        let file = settings(&format!("listen = \"127.0.0.1:2\"\nallowed_hosts = [\"gate.example\"]\nmaster_key = \"{KEY}\""));
        let config = flags.or(file).complete(NewKey::Kept).unwrap();
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.public_url.as_str(), "http://127.0.0.1:1/");
        assert_eq!(config.allowed_hosts, ["gate.example"]);
    }

    #[test]
    fn upstream_hosts_are_kept_as_urls_write_them_and_patterns_are_none() {
        let complete = |hosts: &str| settings(&format!("master_key = \"{KEY}\"\nallowed_upstream_hosts = {hosts}")).complete(NewKey::Kept);
        let config = complete("[\"Staging.Acme.example\", \"bücher.example\"]").unwrap();
        assert_eq!(config.upstream.allowed_hosts, ["staging.acme.example", "xn--bcher-kva.example"]);
        for wrong in ["*.acme.example", "https://acme.example", "acme.example:443", "acme.example/v1", "a b", ""] {
            let error = complete(&format!("[\"{wrong}\"]")).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("allowed_upstream_hosts") && error.contains("is no host name"), "{wrong}: {error}");
        }
    }

    #[test]
    fn an_empty_secret_hides_no_weaker_source() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tidegate.toml");
        let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let database = folder.path().join("test.db");
        std::fs::write(&file, format!("master_key = \"{key}\"\ndatabase_url = \"sqlite://{}\"", database.display())).unwrap();
        let variables = settings("master_key = \"\"\ndatabase_url = \"\"\nbootstrap_api_token = \"\"");
        let config = variables.resolve(Some(&file)).unwrap();
        assert_eq!(config.master_key.to_base64().expose_secret(), key);
        assert!(config.database_url.expose_secret().ends_with("test.db"));
        assert!(config.bootstrap_api_token.is_none());
        assert!(!folder.path().join("master.key").exists(), "no other key was made");
    }

    #[test]
    fn an_unknown_key_in_the_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tidegate.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\nlisten_on = 5\n").unwrap();
        let error = format!("{:#}", read_file(Some(&path)).err().unwrap());
        assert!(error.contains("unknown field `listen_on`"), "{error}");
    }

    #[test]
    fn postgres_without_a_master_key_is_refused_with_a_way_to_make_one() {
        let error = settings("database_url = \"postgres://localhost/x\"").complete(NewKey::Kept).err().unwrap();
        let (problem, remedy) = crate::hint::split(&error);
        assert!(problem.contains("TIDEGATE_MASTER_KEY"), "{problem}");
        assert!(remedy.unwrap().contains("openssl rand -base64 32"));
    }
}
