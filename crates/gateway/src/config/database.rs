//! The settings of commands that only need the database.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::Settings;

/// A part of [`Settings`], under the same names. Said again rather than shared: serde cannot both flatten a struct and
/// refuse unknown keys.
#[derive(Args)]
pub(crate) struct DatabaseSettings {
    /// sqlite://PATH or postgres://… [default: sqlite://tidegate-data/tidegate.db] [file: database_url]
    #[arg(long, env = "TIDEGATE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<SecretString>,

    /// 32 bytes, base64; SQLite keeps a generated one beside the database [file: master_key]
    #[arg(long, env = "TIDEGATE_MASTER_KEY", value_name = "BASE64", hide_env_values = true)]
    master_key: Option<SecretString>,

    /// File that holds the master key [file: master_key_file]
    #[arg(long, env = "TIDEGATE_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,

    /// Shell command that prints the master key [file: master_key_command]
    #[arg(long, env = "TIDEGATE_MASTER_KEY_COMMAND", value_name = "COMMAND", hide_env_values = true)]
    master_key_command: Option<String>,
}

impl From<DatabaseSettings> for Settings {
    fn from(DatabaseSettings { database_url, master_key, master_key_file, master_key_command }: DatabaseSettings) -> Self {
        Self { database_url, master_key, master_key_file, master_key_command, ..Self::default() }
    }
}
