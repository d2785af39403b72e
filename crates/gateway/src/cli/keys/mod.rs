//! `tidegate keys`: replacing the master key, straight on the database, while servers serve from it.
//!
//! No server is asked: each learns of a new generation of keys by way of the one it has.

mod new_key;
mod progress;
mod retire;
mod rotate;
mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use store::{Examined, MasterKey, Store, StoreError};

use super::runtime;
use crate::config::{DatabaseSettings, Settings};
use crate::hint::hinted;

/// Arguments of `tidegate keys`.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate keys rotate --new-master-key-file new.key")]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Go on to a new master key; until `retire`, the old one works too
    Rotate(rotate::RotateArgs),
    /// End the old master key, once every server has the new one
    Retire(retire::RetireArgs),
    /// Show how far a rotation has come
    Show(show::ShowArgs),
}

/// What every command here takes.
#[derive(Args)]
struct Common {
    /// Settings file [default: tidegate.toml, if there is one]
    #[arg(long, env = "TIDEGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    database: DatabaseSettings,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: KeysArgs) -> anyhow::Result<ExitCode> {
    runtime()?.block_on(async {
        match args.command {
            Command::Rotate(args) => rotate::run(args).await,
            Command::Retire(args) => retire::run(args).await,
            Command::Show(args) => show::run(args).await,
        }
    })
}

/// A database that servers may be using.
struct Opened {
    store: Store,
    url: SecretString,
    key: MasterKey,
    /// The file beside the database, where nothing else says the key.
    own_file: Option<PathBuf>,
}

/// # Errors
/// There is no database, it is of another version, or the master key does not open it. Nothing is migrated: a server that
/// runs may be older.
async fn open(config: Option<PathBuf>, database: DatabaseSettings) -> anyhow::Result<Opened> {
    let config = Settings::from(database).look_up(config.as_deref())?;
    let own_file = config.master_key_place.own_file().map(Path::to_owned);
    let (url, key) = (config.database_url, config.master_key);
    let examined = store::examine(url.expose_secret(), &key).await.map_err(|error| match error {
        StoreError::WrongKey => hinted(
            anyhow!("the master key does not fit this database"),
            "give the one that servers are started with; after `tidegate keys retire` that is the new one",
        ),
        error => error.into(),
    })?;
    match examined {
        Examined::Current { .. } => {}
        Examined::New => bail!("there is nothing in the database yet; check TIDEGATE_DATABASE_URL"),
        Examined::Older { .. } => {
            return Err(hinted(anyhow!("the database has an older schema"), "bring it up to date with `tidegate migrate`"));
        }
    }
    let store = Store::open(url.expose_secret(), &key).await?;
    Ok(Opened { store, url, key, own_file })
}
