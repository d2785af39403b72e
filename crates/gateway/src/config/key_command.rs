//! A command that prints the master key, such as the client of a secret store.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::hint::hinted;

const PATIENCE: Duration = Duration::from_secs(30);
/// A key in base64 has 44 characters.
const LONGEST: u64 = 1_024;

/// What the command prints. Run by the shell, once; what it says on standard error is shown.
///
/// # Errors
/// It cannot be run, fails, takes more than 30 seconds, or prints more than a key. Its output is never repeated.
pub(super) fn run(command: &str) -> anyhow::Result<SecretString> {
    run_within(command, PATIENCE)
}

fn run_within(command: &str, patience: Duration) -> anyhow::Result<SecretString> {
    let mut shell = Command::new("/bin/sh");
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
        // What it started may live on; its own end is all that can be seen to.
        let _ = child.kill();
        let _ = child.wait();
        let problem = anyhow!("the master key command did not end its output within {} seconds", patience.as_secs());
        return Err(hinted(problem, "it is run without a terminal and cannot ask for anything"));
    };
    let text = read.context("the output of the master key command cannot be read")?;
    if text.len() as u64 >= LONGEST {
        let _ = child.kill();
        let _ = child.wait();
        bail!("the master key command printed more than a key");
    }
    let status = child.wait().context("the master key command was lost")?;
    if !status.success() {
        return Err(hinted(anyhow!("the master key command failed: {status}"), "run it by hand to see what it says"));
    }
    let text = std::str::from_utf8(&text).map_err(|_| anyhow!("the master key command printed something else than text"))?;
    Ok(SecretString::from(text.trim().to_owned()))
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
        assert_snapshot!(problem("exec sleep 60"), @"the master key command did not end its output within 1 seconds");
        assert_snapshot!(problem("exec yes"), @"the master key command printed more than a key");
    }
}
