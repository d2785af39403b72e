//! Tickets for reconnecting an account: nothing is stored of them, a signature says that they are ours.

use std::str::FromStr;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

use crate::key::Keys;
use crate::{Account, AccountId, EnvironmentId};

/// Tells people and secret scanners what they found.
const PREFIX: &str = "tr_";
/// Environment, account, credential, end.
const PAYLOAD: usize = 16 + 16 + 8 + 8;
/// Of the HMAC's 32 bytes; 128 bits cannot be guessed, and the URL stays short.
const SIGNATURE: usize = 16;

/// What a ticket says. Whether it still holds depends on the account: see [`Ticket::opens`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    pub environment: EnvironmentId,
    pub account: AccountId,
    credential_version: i64,
    until: i64,
}

impl Ticket {
    /// Whether the account has the same credential as when the ticket was made.
    pub fn opens(&self, account: &Account) -> bool {
        self.environment == account.environment_id && self.account == account.id && self.credential_version == account.credential_version
    }

    pub(crate) fn of(account: &Account, until: Timestamp) -> Ticket {
        Ticket {
            environment: account.environment_id,
            account: account.id,
            credential_version: account.credential_version,
            until: until.as_millisecond(),
        }
    }

    /// The prefix, and payload and signature in base64url.
    pub(crate) fn signed(&self, keys: &Keys) -> String {
        let mut bytes = Vec::with_capacity(PAYLOAD + SIGNATURE);
        bytes.extend_from_slice(self.environment.uuid().as_bytes());
        bytes.extend_from_slice(self.account.uuid().as_bytes());
        bytes.extend_from_slice(&self.credential_version.to_be_bytes());
        bytes.extend_from_slice(&self.until.to_be_bytes());
        let signature = hmac::sign(&keys.tickets, &bytes);
        bytes.extend_from_slice(&signature.as_ref()[..SIGNATURE]);
        let mut text = PREFIX.to_owned();
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        text
    }

    pub(crate) fn read(text: &str, now: Timestamp, keys: &Keys) -> Option<Ticket> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (payload, rest) = bytes.split_first_chunk::<PAYLOAD>()?;
        let signature: &[u8; SIGNATURE] = rest.try_into().ok()?;
        let expected = hmac::sign(&keys.tickets, payload);
        aws_lc_rs::constant_time::verify_slices_are_equal(&expected.as_ref()[..SIGNATURE], signature).ok()?;
        let (environment, payload) = payload.split_first_chunk()?;
        let (account, payload) = payload.split_first_chunk()?;
        let (credential_version, until) = payload.split_first_chunk()?;
        let ticket = Ticket {
            environment: id(*environment)?,
            account: id(*account)?,
            credential_version: i64::from_be_bytes(*credential_version),
            until: i64::from_be_bytes(until.try_into().ok()?),
        };
        (now.as_millisecond() < ticket.until).then_some(ticket)
    }
}

fn id<T: FromStr>(bytes: [u8; 16]) -> Option<T> {
    Uuid::from_bytes(bytes).to_string().parse().ok()
}
