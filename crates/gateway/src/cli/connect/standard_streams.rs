//! Standard input and output, a line a message. Each has a thread of its own: blocking reads and writes are the only kind
//! that works for every file these can be.

use std::io::{BufRead, Read, Write};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;
/// Lines that wait on either side before the other one has to.
const QUEUE: usize = 64;

/// A line of input without its end; or one that was too long to be kept.
pub(super) enum InputLine {
    Text(Vec<u8>),
    TooLong,
}

/// Reads standard input until its end. Empty lines are left out.
pub(super) fn read_input() -> mpsc::Receiver<InputLine> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        // Whether it was the end or an error that stopped it: nothing more will come.
        while let Ok(Some(line)) = next_line(&mut input) {
            let is_empty = matches!(&line, InputLine::Text(text) if text.trim_ascii().is_empty());
            if !is_empty && sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn next_line(input: &mut impl BufRead) -> std::io::Result<Option<InputLine>> {
    let mut line = Vec::new();
    if input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_some() || (line.len() as u64) < LONGEST_LINE {
        return Ok(Some(InputLine::Text(line)));
    }
    loop {
        line.clear();
        let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 || line.ends_with(b"\n") {
            return Ok(Some(InputLine::TooLong));
        }
    }
}

/// Writes to standard output. Cheap to clone.
#[derive(Clone)]
pub(super) struct Output(mpsc::Sender<Option<String>>);

/// Tells when everything has been written.
pub(super) struct Written(CancellationToken);

impl Output {
    pub(super) fn open() -> (Self, Written) {
        let (sender, mut lines) = mpsc::channel::<Option<String>>(QUEUE);
        let written = CancellationToken::new();
        let done = written.clone().drop_guard();
        std::thread::spawn(move || {
            let _done = done;
            let mut output = std::io::stdout().lock();
            while let Some(Some(mut line)) = lines.blocking_recv() {
                line.push('\n');
                if output.write_all(line.as_bytes()).and_then(|()| output.flush()).is_err() {
                    return;
                }
            }
        });
        (Self(sender), Written(written))
    }

    /// Writes a message, which holds no line end.
    pub(super) async fn line(&self, message: String) {
        // A closed output ends the whole command, see `closed`.
        let _ = self.0.send(Some(message)).await;
    }

    /// Says that nothing follows.
    pub(super) async fn finish(&self) {
        let _ = self.0.send(None).await;
    }

    /// Waits until the reader has gone.
    pub(super) async fn closed(&self) {
        self.0.closed().await;
    }
}

impl Written {
    pub(super) async fn wait(&self) {
        self.0.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::{InputLine, next_line};

    #[test]
    fn the_last_line_needs_no_end() {
        let mut input = &b"a\r\n\nb"[..];
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut input).unwrap() {
            lines.push(match line {
                InputLine::Text(text) => String::from_utf8(text).unwrap(),
                InputLine::TooLong => "too long".into(),
            });
        }
        assert_eq!(lines, ["a\r", "", "b"]);
    }
}
