//! Notes between the processes that share a PostgreSQL: delivered at once, in order, to whoever listens at that moment, and to
//! nobody later. What must not be lost does not belong here.
//!
//! A note travels sealed, as a row of PostgreSQL notifications, whose texts are limited to 8,000 bytes. On SQLite there is one
//! process and nobody to tell.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::database::{Dialect, Work};
use crate::vault::Vault;
use crate::{Store, StoreError};

/// PostgreSQL's channel for notes.
pub(crate) const CHANNEL: &str = "tidegate_note";
/// Characters of a note in one notification.
const PIECE: usize = 7_800;
/// Longest note in bytes. The largest thing that is told is one client's message of 4 MiB, written as a JSON string.
const LONGEST: usize = 12 * 1024 * 1024;
/// Notes that a slow listener may be behind before it misses some.
const KEPT: usize = 1_024;

/// What this process has heard from the others.
pub(crate) struct Notes {
    process: Uuid,
    heard: broadcast::Sender<Vec<u8>>,
}

impl Notes {
    pub(crate) fn new(process: Uuid) -> Notes {
        Notes { process, heard: broadcast::Sender::new(KEPT) }
    }
}

impl Store {
    /// Tells all other processes that listen now.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a note of more than 12 MiB, [`StoreError::Unavailable`] if the database does not take it.
    pub async fn tell_others(&self, note: &[u8]) -> Result<(), StoreError> {
        if self.database.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        if note.len() > LONGEST {
            return Err(StoreError::invalid("the note is longer than 12 MiB"));
        }
        let text = STANDARD_NO_PAD.encode(self.vault.seal_note(note)?);
        let pieces = pieces(self.notes.process, &text);
        let work = self.database.write(move |change| -> Work<'_, ()> {
            Box::pin(async move {
                for piece in pieces {
                    change.fetch_optional(sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(piece)).await?;
                }
                Ok(())
            })
        });
        work.await
    }

    /// Whether there can be other processes at all.
    pub fn has_others(&self) -> bool {
        self.database.dialect() == Dialect::Postgres
    }

    /// Whether other processes are heard now.
    pub fn hears_others(&self) -> bool {
        self.has_others() && self.generations.are_heard()
    }

    /// What other processes tell from now on.
    pub fn notes(&self) -> broadcast::Receiver<Vec<u8>> {
        self.notes.heard.subscribe()
    }
}

/// `process/rest/text`: who tells, how many pieces follow, and a part of the sealed note.
fn pieces(process: Uuid, text: &str) -> Vec<String> {
    let count = text.len().div_ceil(PIECE);
    let parts = text.as_bytes().chunks(PIECE).enumerate();
    // Base64 is ASCII, so no character is cut.
    parts.map(|(at, part)| format!("{process}/{}/{}", count - 1 - at, String::from_utf8_lossy(part))).collect()
}

/// Puts the pieces of notes together. One transaction's notifications arrive one after the other.
#[derive(Default)]
pub(crate) struct Reading {
    text: String,
    /// Who tells, and how many pieces must still follow.
    expected: Option<(Uuid, usize)>,
}

impl Reading {
    /// Takes one notification; the last one of a note makes it known.
    pub(crate) fn hear(&mut self, payload: &str, notes: &Notes, vault: &Vault) {
        let Some((process, rest, part)) = parsed(payload) else { return };
        if process == notes.process {
            return;
        }
        if self.expected != Some((process, rest)) {
            // The start of another note; what was unfinished was cut off with its connection.
            self.text.clear();
        }
        self.text.push_str(part);
        self.expected = rest.checked_sub(1).map(|next| (process, next));
        if self.expected.is_none() {
            let text = std::mem::take(&mut self.text);
            match STANDARD_NO_PAD.decode(text).ok().and_then(|sealed| vault.open_note(&sealed).ok()) {
                // Nobody listening is no fault.
                Some(note) => drop(notes.heard.send(note.to_vec())),
                None => tracing::warn!("a note of another process does not open"),
            }
        }
    }
}

fn parsed(payload: &str) -> Option<(Uuid, usize, &str)> {
    let (process, rest) = payload.split_once('/')?;
    let (following, part) = rest.split_once('/')?;
    Some((Uuid::try_parse(process).ok()?, following.parse().ok()?, part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::RandomKey;

    fn process(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn vault() -> Vault {
        Vault::of([(1, RandomKey::generate().unwrap())])
    }

    fn sealed(vault: &Vault, note: &[u8]) -> String {
        STANDARD_NO_PAD.encode(vault.seal_note(note).unwrap())
    }

    proptest! {
        #[test]
        fn a_note_of_any_length_arrives_whole(note in prop::collection::vec(any::<u8>(), 0..40_000)) {
            let vault = vault();
            let notes = Notes::new(process(1));
            let mut heard = notes.heard.subscribe();
            let mut reading = Reading::default();
            for piece in pieces(process(2), &sealed(&vault, &note)) {
                prop_assert!(piece.len() < 8_000);
                reading.hear(&piece, &notes, &vault);
            }
            prop_assert_eq!(heard.try_recv().unwrap(), note);
        }
    }

    #[test]
    fn a_note_that_was_cut_off_does_not_spoil_the_next_one() {
        let vault = vault();
        let notes = Notes::new(process(1));
        let mut heard = notes.heard.subscribe();
        let mut reading = Reading::default();
        let long = pieces(process(2), &sealed(&vault, &[7; 20_000]));
        reading.hear(&long[0], &notes, &vault);
        for piece in pieces(process(3), &sealed(&vault, b"next")) {
            reading.hear(&piece, &notes, &vault);
        }
        assert_eq!(heard.try_recv().unwrap(), b"next");
        assert!(heard.try_recv().is_err());
    }

    #[test]
    fn what_this_process_told_itself_is_no_news() {
        let vault = vault();
        let notes = Notes::new(process(1));
        let mut heard = notes.heard.subscribe();
        for piece in pieces(process(1), &sealed(&vault, b"mine")) {
            Reading::default().hear(&piece, &notes, &vault);
        }
        assert!(heard.try_recv().is_err());
    }
}
