//! `tidegate keys rotate`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{Hold, KeyRotation, MasterKey, SecretOf, Store};

use super::new_key::{self, NewKey, Settled};
use super::progress::Progress;
use super::{Common, Opened};
use crate::cli::output;
use crate::hint::hinted;

/// Credentials in one transaction: few enough that a server's own write need not wait noticeably.
const BATCH: u32 = 100;
/// Shortest pause between two transactions, in which servers write.
const PAUSE: Duration = Duration::from_millis(5);

/// Makes a new generation of keys under a new master key and wraps every data key anew, in small steps, while servers serve.
/// What was interrupted goes on when it is run again.
#[derive(Args)]
#[command(after_help = "Servers go on with the old master key meanwhile, and both keys start a server until `tidegate keys retire`. \
    A database that keeps its key in a file beside it needs no flag: a new key is made and takes the file's place.\n\n\
    Example:\n  tidegate keys rotate --database-url postgres://tidegate@db.example/tidegate --master-key-file key --new-master-key-file new.key")]
pub(super) struct RotateArgs {
    /// File with the new master key; where there is none, a key is made and written there
    #[arg(long, env = "TIDEGATE_NEW_MASTER_KEY_FILE", value_name = "FILE", conflicts_with = "new_master_key")]
    new_master_key_file: Option<PathBuf>,

    /// The new master key: 32 bytes, base64
    #[arg(long, env = "TIDEGATE_NEW_MASTER_KEY", value_name = "BASE64", hide_env_values = true)]
    new_master_key: Option<SecretString>,

    /// Print the new master key
    #[arg(long)]
    show_new_key: bool,

    #[command(flatten)]
    common: Common,
}

store::lacks!(RotateArgs: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

pub(super) async fn run(args: RotateArgs) -> anyhow::Result<ExitCode> {
    let Opened { store, url, key: present, own_file } = super::open(args.common.config, args.common.database).await?;
    let own_file = own_file.as_deref();
    let _alone = own_file.map(|own| new_key::alone(own, &present)).transpose()?;
    let rotation = store.key_rotation();
    // One that is under way is ended with the key it was begun with.
    let state = rotation.state().await?;
    let new = match NewKey::find(args.new_master_key_file, args.new_master_key, own_file, &present, state)? {
        Some(new) => {
            rotation.begin(&new.key).await?;
            Some(new)
        }
        None if state.older > 0 => None,
        None => {
            let problem = anyhow!("it must be said where the new master key is to be kept");
            return Err(hinted(problem, "give --new-master-key-file FILE: where there is no such file, a key is made and written there"));
        }
    };
    let (done, unreadable) = rewrap(&rotation).await?;
    let generation = rotation.state().await?.generation;
    let Settled { new: file, old: old_file } = match &new {
        Some(new) => new.settled(&rotation, generation).await?,
        None => Settled::default(),
    };
    let key = new.as_ref().map_or(&present, |new| &new.key);
    // A key that settings name has to be put there first; only a file that is the one place of the key is up to date by now.
    let is_retired = own_file.is_some() && unreadable.is_empty() && retired(&store, url.expose_secret(), key).await?;
    store.close().await;

    if args.common.json {
        let shown = new.as_ref().filter(|_| args.show_new_key).map(|new| new.key.to_base64());
        output::line(json!({
            "generation": generation, "rewrapped": done, "retired": is_retired, "new_master_key_file": file, "old_master_key_file": old_file,
            "new_master_key": shown.as_ref().map(|key| key.expose_secret()),
            "unreadable": unreadable.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))?;
    } else {
        output::line(format_args!("generation {generation}: {done} credentials wrapped anew"))?;
        if let Some(new) = new.filter(|_| args.show_new_key) {
            output::line(format_args!("the new master key: {}", new.key.to_base64().expose_secret()))?;
        }
        if let Some(file) = &file {
            output::line(format_args!(
                "the new master key is in {}: keep it, without it nothing stored can be read again",
                file.display()
            ))?;
        }
        if let Some(old) = &old_file {
            output::line(format_args!("the old one is kept in {}, for older backups", old.display()))?;
        }
        output::line(if is_retired {
            "only the new master key opens the database now; the old one is good for older backups alone"
        } else {
            "next: start every server again with the new master key, one after the other; then `tidegate keys retire` with it ends the old one"
        })?;
    }
    if !unreadable.is_empty() {
        let names: Vec<String> = unreadable.iter().map(ToString::to_string).collect();
        let problem = anyhow!("{} credentials open with no key: {}", names.len(), names.join(", "));
        return Err(hinted(
            problem,
            "connect these accounts again (or put the app's secret anew, or rotate the webhook's) or delete them, then run this again",
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Wraps until nothing is left but what opens with no key: servers write meanwhile.
async fn rewrap(rotation: &KeyRotation<'_>) -> anyhow::Result<(u64, Vec<SecretOf>)> {
    let progress = Progress::of(rotation.state().await?.left);
    let mut done = 0;
    loop {
        let (mut from, mut unreadable) = (None, Vec::new());
        loop {
            let began = Instant::now();
            let step = rotation.rewrap(from.take(), BATCH).await?;
            done += step.done;
            progress.show(done);
            unreadable.extend(step.unreadable);
            from = step.next;
            if from.is_none() {
                break;
            }
            // Half of the time belongs to the servers.
            tokio::time::sleep(began.elapsed().max(PAUSE)).await;
        }
        if rotation.state().await?.left <= unreadable.len() as u64 {
            return Ok((done, unreadable));
        }
    }
}

/// Ends the old key at once where no server can be running: on a SQLite file that nobody holds.
async fn retired(store: &Store, url: &str, new: &MasterKey) -> anyhow::Result<bool> {
    if !url.starts_with("sqlite:") || !store.key_rotation().is_newest(new).await? {
        return Ok(false);
    }
    // Let go at once: `retire` asks for it too, and gives a server that starts meanwhile the time to look.
    if Hold::take(url).is_err() {
        return Ok(false);
    }
    store.key_rotation().retire(new).await?;
    Ok(true)
}
