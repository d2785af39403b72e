//! A command that prints the master key, such as the client of a secret store.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::hint::hinted;

const PATIENCE: Duration = Duration::from_secs(30);
/// A key in base64 has 44 characters.
const LONGEST: u64 = 1_024;
/// Between two looks at whether the command has ended.
const PAUSE: Duration = Duration::from_millis(10);
/// Secrets of ours that it has no use for.
const KEPT_BACK: [&str; 2] = ["TIDEGATE_DATABASE_URL", "TIDEGATE_BOOTSTRAP_API_TOKEN"];

/// What the command prints. Run by the shell, once; what it says on standard error is shown.
///
/// # Errors
/// It cannot be run, fails, has not ended after 30 seconds, or prints more than a key. Its output is never repeated.
pub(super) fn run(command: &str) -> anyhow::Result<SecretString> {
    run_within(command, PATIENCE)
}

fn run_within(command: &str, patience: Duration) -> anyhow::Result<SecretString> {
    let deadline = Instant::now() + patience;
    let mut shell = Command::new("/bin/sh");
    for name in KEPT_BACK {
        shell.env_remove(name);
    }
    let child = shell.arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.context("the master key command cannot be run")?;
    let output = child.stdout.take().context("the master key command has no output")?;
    let (told, heard) = mpsc::channel();
    // A thread, because reading has no deadline. One that is given up ends with the process, which does not start without a key.
    std::thread::spawn(move || {
        let mut text = Zeroizing::new(Vec::with_capacity(LONGEST as usize));
        let read = output.take(LONGEST).read_to_end(&mut text);
        let _ = told.send(read.map(|_| text));
    });
    let Ok(read) = heard.recv_timeout(patience) else {
        kill(&mut child);
        return Err(too_slow(patience));
    };
    let text = read.context("the output of the master key command cannot be read")?;
    if text.len() as u64 >= LONGEST {
        kill(&mut child);
        bail!("the master key command printed more than a key");
    }
    let Some(status) = ended(&mut child, deadline)? else {
        kill(&mut child);
        return Err(too_slow(patience));
    };
    if !status.success() {
        return Err(hinted(anyhow!("the master key command failed: {status}"), "run it by hand to see what it says"));
    }
    let text = std::str::from_utf8(&text).map_err(|_| anyhow!("the master key command printed something else than text"))?;
    Ok(SecretString::from(text.trim().to_owned()))
}

/// How it ended; `None` if it still runs at the deadline. It may have closed its output long before.
fn ended(child: &mut Child, deadline: Instant) -> anyhow::Result<Option<ExitStatus>> {
    loop {
        let status = child.try_wait().context("the master key command was lost")?;
        if status.is_some() || Instant::now() >= deadline {
            return Ok(status);
        }
        std::thread::sleep(PAUSE);
    }
}

/// What it started may live on; its own end is all that can be seen to.
fn kill(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn too_slow(patience: Duration) -> anyhow::Error {
    let problem = anyhow!("the master key command did not end within {} seconds", patience.as_secs());
    hinted(problem, "it is run without a terminal and cannot ask for anything")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use insta::assert_snapshot;
    use secrecy::ExposeSecret;

    use super::{run, run_within};

    #[test]
    fn a_command_tells_the_key_that_it_prints() {
        assert_eq!(run("printf '%s\\n' a-key").unwrap().expose_secret(), "a-key");
    }

    #[test]
    fn a_command_that_fails_hangs_or_prints_too_much_is_no_key_and_its_output_is_not_repeated() {
        let problem = |command| crate::hint::split(&run_within(command, Duration::from_secs(1)).err().unwrap()).0;
        assert_snapshot!(problem("echo sentinel; exit 3"), @"the master key command failed: exit status: 3");
        assert_snapshot!(problem("exec sleep 60"), @"the master key command did not end within 1 seconds");
        assert_snapshot!(problem("echo sentinel; exec >&-; exec sleep 60"), @"the master key command did not end within 1 seconds");
        assert_snapshot!(problem("exec yes"), @"the master key command printed more than a key");
    }
}
