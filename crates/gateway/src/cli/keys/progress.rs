//! One line on a terminal that says how far something has come.

use std::io::{IsTerminal, Write, stderr};

/// Draws on standard error, and only where that is a terminal.
pub(super) struct Progress {
    is_shown: bool,
    all: u64,
}

impl Progress {
    pub(super) fn of(all: u64) -> Progress {
        Progress { is_shown: stderr().is_terminal(), all }
    }

    pub(super) fn show(&self, done: u64) {
        const WIDTH: u64 = 30;
        if self.is_shown {
            let done = done.min(self.all);
            let filled = (done * WIDTH).checked_div(self.all).unwrap_or(WIDTH) as usize;
            // A terminal that cannot be written is no reason to stop.
            let _ = write!(stderr(), "\r[{:<30}] {done} of {} credentials", "#".repeat(filled), self.all);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
