//! The settings of commands that manage a running server.

use std::cmp::Ordering;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::hint::hinted;

const DEFAULT_SERVER: &str = "http://127.0.0.1:8700";

/// Flags and variables as they are written. A value that cannot be one is not quoted: each may hold a secret.
#[derive(Args)]
struct Given {
    /// The running server
    #[arg(long, global = true, env = "TIDEGATE_URL", default_value = DEFAULT_SERVER, value_name = "URL", hide_env_values = true)]
    server: String,

    /// API token; better given as a variable or in a file, as other users of the machine can see flags
    #[arg(long, global = true, env = "TIDEGATE_API_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    api_token: Option<SecretString>,

    /// File that holds the API token
    #[arg(long, global = true, env = "TIDEGATE_API_TOKEN_FILE", value_name = "FILE", value_parser = clap::value_parser!(OsString))]
    api_token_file: Option<OsString>,
}

/// Where a server's management API is, and what opens it: flags over variables. A variable that is set to nothing is
/// one that is not set.
pub(crate) struct ManagementSettings {
    server: Url,
    token: Option<Token>,
}

enum Token {
    Text(SecretString),
    File(PathBuf),
}

/// The same, complete.
pub(crate) struct Management {
    pub server: Url,
    pub api_token: SecretString,
}

impl ManagementSettings {
    /// # Errors
    /// No API token, one that no header can hold, an unreadable file.
    pub(crate) fn resolve(self) -> anyhow::Result<Management> {
        let token = match self.token {
            Some(Token::Text(token)) => token,
            Some(Token::File(file)) => {
                std::fs::read_to_string(&file).with_context(|| format!("cannot read the API token file {}", file.display()))?.into()
            }
            None => {
                let remedy = "set TIDEGATE_API_TOKEN; `tidegate serve` prints a first one, `tidegate token create` makes more";
                return Err(hinted(anyhow!("there is no API token to open the management API with"), remedy));
            }
        };
        let api_token = token.expose_secret().trim();
        if api_token.is_empty() || !api_token.bytes().all(|b| b.is_ascii_graphic()) {
            bail!("the API token is empty or has characters that no token has");
        }
        Ok(Management { server: self.server, api_token: api_token.into() })
    }
}

impl FromArgMatches for ManagementSettings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let source = |id| matches.value_source(id).unwrap_or(ValueSource::DefaultValue);
        let is_given = |id, is_empty: bool| match (is_empty, source(id)) {
            (true, ValueSource::CommandLine) => Err(wrong(format!("--{} is empty", id.replace('_', "-")))),
            _ => Ok(!is_empty),
        };
        let Given { server, api_token, api_token_file } = Given::from_arg_matches(matches)?;
        let server = if is_given("server", server.is_empty())? { server } else { DEFAULT_SERVER.to_owned() };
        let text = match api_token {
            Some(token) if is_given("api_token", token.expose_secret().is_empty())? => Some(token),
            _ => None,
        };
        let file = match api_token_file {
            Some(file) if is_given("api_token_file", file.is_empty())? => Some(file.into()),
            _ => None,
        };
        let token = match (text, file) {
            (Some(text), Some(file)) => match source("api_token").cmp(&source("api_token_file")) {
                Ordering::Greater => Some(Token::Text(text)),
                Ordering::Less => Some(Token::File(file)),
                Ordering::Equal => return Err(wrong("both an API token and a file that holds one are given; give one of them".to_owned())),
            },
            (text, file) => text.map(Token::Text).or(file.map(Token::File)),
        };
        Ok(Self { server: address(&server).map_err(wrong)?, token })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ManagementSettings {
    fn augment_args(command: Command) -> Command {
        Given::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Given::augment_args_for_update(command)
    }
}

fn wrong(problem: String) -> Error {
    Error::raw(ErrorKind::ValueValidation, problem)
}

/// Where a server is, from what may hold a password.
fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .ok_or("TIDEGATE_URL or --server must be an http or https URL without query and fragment, like https://tidegate.example.com")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("TIDEGATE_URL or --server must hold no user and no password: the API token is all that opens a server".to_owned());
    }
    Ok(url)
}
