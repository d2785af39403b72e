//! The settings of commands that manage a running server.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::hint::hinted;

/// Where a server's management API is, and what opens it: flags over variables.
#[derive(Args)]
pub(crate) struct ManagementSettings {
    /// The running server
    #[arg(long, global = true, env = "TIDEGATE_URL", default_value = "http://127.0.0.1:8700", value_name = "URL")]
    server: Url,

    /// API token; better given as a variable or in a file, as other users of the machine can see flags
    #[arg(long, global = true, env = "TIDEGATE_API_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    api_token: Option<SecretString>,

    /// File that holds the API token
    #[arg(long, global = true, env = "TIDEGATE_API_TOKEN_FILE", value_name = "FILE")]
    api_token_file: Option<PathBuf>,
}

/// The same, complete.
pub(crate) struct Management {
    /// What paths are added to, without a slash at the end.
    pub base_url: String,
    pub api_token: SecretString,
}

impl ManagementSettings {
    /// # Errors
    /// No API token, two of them, one that no header can hold, an unreadable file, an address that is none of http or https.
    pub(crate) fn resolve(self) -> anyhow::Result<Management> {
        if !matches!(self.server.scheme(), "http" | "https") || self.server.query().is_some() || self.server.fragment().is_some() {
            bail!("TIDEGATE_URL must be an http or https URL without query and fragment, like https://tidegate.example.com");
        }
        if !self.server.username().is_empty() || self.server.password().is_some() {
            bail!("TIDEGATE_URL must hold no user and no password: the API token is all that opens a server");
        }
        // As elsewhere, a secret that is empty is one that was not given.
        let given = self.api_token.filter(|token| !token.expose_secret().is_empty());
        let token = match (given, self.api_token_file) {
            (Some(_), Some(_)) => bail!("both an API token and a file that holds one are given; give one of them"),
            (Some(token), None) => token,
            (None, Some(file)) => {
                std::fs::read_to_string(&file).with_context(|| format!("cannot read the API token file {}", file.display()))?.into()
            }
            (None, None) => {
                let remedy = "set TIDEGATE_API_TOKEN; `tidegate serve` prints a first one, `tidegate token create` makes more";
                return Err(hinted(anyhow!("there is no API token to open the management API with"), remedy));
            }
        };
        let api_token = token.expose_secret().trim();
        if api_token.is_empty() || !api_token.bytes().all(|b| b.is_ascii_graphic()) {
            bail!("the API token is empty or has characters that no token has");
        }
        Ok(Management { base_url: self.server.as_str().trim_end_matches('/').to_owned(), api_token: api_token.into() })
    }
}
