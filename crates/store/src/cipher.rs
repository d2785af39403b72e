//! Sealing: authenticated encryption of what may not be read from a copy of the database, bound to its row.
//!
//! A sealed value is `format (1 byte) · nonce (12) · ciphertext · tag (16)`, AES-256-GCM. The associated data holds the
//! format, the environment, the account, the generation of keys and the purpose, so a value that was moved to another row,
//! or used for another purpose, does not open. Nonces are random: one key is good for 2^32 values (NIST SP 800-38D, 8.3).

use aws_lc_rs::aead::{Aad, Nonce, RandomizedNonceKey};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::key::SEALING_NONCE;
use crate::{AccountId, EnvironmentId, StoreError, WebhookId};

/// What is written.
const FORMAT: u8 = 2;
/// What was written before there were generations of keys: the associated data does not name one.
pub(crate) const FIRST_FORMAT: u8 = 1;

/// The place a sealed value belongs to.
#[derive(Clone, Copy)]
pub(crate) enum Place<'n> {
    /// The credential of an account. Its key seals nothing else, so no generation needs to be bound to it.
    Credential(EnvironmentId, AccountId),
    /// The secret of an environment's OAuth app for an integration and an authentication method, of these names. Its key seals
    /// nothing else either.
    AppSecret(EnvironmentId, &'n str, &'n str),
    /// The data key of an OAuth app, wrapped under the key of a generation.
    AppDataKey(EnvironmentId, &'n str, &'n str, i64),
    /// The secrets of a webhook. Their key seals nothing else.
    WebhookSecrets(EnvironmentId, WebhookId),
    /// The data key of a webhook, wrapped under the key of a generation.
    WebhookDataKey(EnvironmentId, WebhookId, i64),
    /// What is sent to a webhook of the event of this id.
    DeliveryBody(EnvironmentId, WebhookId, &'n str),
    /// The data key of an account, wrapped under the key of a generation.
    DataKey(EnvironmentId, AccountId, i64),
    /// The key of a generation, under its master key.
    Generation(i64),
    /// The key of a generation, under the key of the generation before or after.
    Neighbour(i64),
    /// The root key, under the key of a generation; in the first format, under the master key.
    RootKey(i64),
    /// A note between processes.
    Note(i64),
}

pub(crate) fn seal(key: &RandomizedNonceKey, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    // Sealed in place, in a buffer that is large enough from the start: growing it would leave a copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(plain.len() + 16));
    text.extend_from_slice(plain);
    let nonce = key
        .seal_in_place_append_tag(Aad::from(place.bound(FORMAT)), &mut *text)
        .map_err(|_| StoreError::invalid("the value is too large to be sealed"))?;
    Ok([&[FORMAT], nonce.as_ref().as_slice(), &text].concat())
}

/// # Errors
/// [`StoreError::Unreadable`] if the value was sealed for another place, under another key, or was changed.
pub(crate) fn open(key: &RandomizedNonceKey, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (format, rest) = sealed.split_first().ok_or_else(|| StoreError::unreadable("a sealed value is empty"))?;
    if ![FIRST_FORMAT, FORMAT].contains(format) {
        return Err(StoreError::unreadable(format!(
            "a value is sealed in format {format}, this version knows formats {FIRST_FORMAT} and {FORMAT}; start a newer version"
        )));
    }
    let closed = || StoreError::unreadable("a sealed value does not open; it was changed, moved, or sealed under another key");
    let (nonce, text) = rest.split_at_checked(SEALING_NONCE).ok_or_else(closed)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| closed())?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = key.open_in_place(nonce, Aad::from(place.bound(*format)), &mut text).map_err(|_| closed())?.len();
    text.truncate(length);
    Ok(text)
}

impl Place<'_> {
    /// All but the end has a fixed length, and of the purposes only those of apps and of bodies go on, after a zero character: no two
    /// places give the same bytes.
    fn bound(self, format: u8) -> Vec<u8> {
        let (none, no_one) = (Uuid::nil(), Uuid::nil());
        let mut names = Vec::new();
        let (environment, account, generation, purpose) = match self {
            Place::AppSecret(environment, integration, method) => {
                names = vec![integration, method];
                (environment.uuid(), no_one, 0, "app secret\0")
            }
            Place::AppDataKey(environment, integration, method, generation) => {
                names = vec![integration, method];
                (environment.uuid(), no_one, generation, "app data key\0")
            }
            Place::WebhookSecrets(environment, webhook) => (environment.uuid(), webhook.uuid(), 0, "webhook secrets"),
            Place::WebhookDataKey(environment, webhook, generation) => (environment.uuid(), webhook.uuid(), generation, "webhook data key"),
            Place::DeliveryBody(environment, webhook, event) => {
                names = vec![event];
                (environment.uuid(), webhook.uuid(), 0, "delivery body\0")
            }
            Place::Credential(environment, account) => (environment.uuid(), account.uuid(), 0, "credential"),
            Place::DataKey(environment, account, generation) => (environment.uuid(), account.uuid(), generation, "data key"),
            Place::Generation(generation) => (none, no_one, generation, "generation"),
            Place::Neighbour(generation) => (none, no_one, generation, "neighbour"),
            Place::RootKey(generation) => (none, no_one, generation, "root key"),
            Place::Note(generation) => (none, no_one, generation, "note"),
        };
        let generation = generation.to_be_bytes();
        let generation = if format == FIRST_FORMAT { [].as_slice() } else { generation.as_slice() };
        // Names in the database hold no zero character.
        let names = names.join("\0");
        [&[format], environment.as_bytes().as_slice(), account.as_bytes(), generation, purpose.as_bytes(), names.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::key::{Purpose, RandomKey};

    fn key() -> RandomizedNonceKey {
        RandomKey::generate().unwrap().sealing(Purpose::Data).unwrap()
    }

    fn credential() -> Place<'static> {
        Place::Credential(EnvironmentId::new(Timestamp::UNIX_EPOCH), AccountId::new(Timestamp::UNIX_EPOCH))
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_in_its_place(plain: Vec<u8>) {
            let (key, place) = (key(), credential());
            let sealed = seal(&key, place, &plain).unwrap();
            prop_assert_eq!(&*open(&key, place, &sealed).unwrap(), &plain);
        }

        #[test]
        fn a_changed_byte_closes_it(plain: Vec<u8>, at: prop::sample::Index, flip in 1_u8..) {
            let (key, place) = (key(), credential());
            let mut sealed = seal(&key, place, &plain).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= flip;
            prop_assert!(matches!(open(&key, place, &sealed), Err(StoreError::Unreadable(_))));
        }

        #[test]
        fn any_bytes_are_opened_or_refused(bytes: Vec<u8>) {
            prop_assert!(open(&key(), credential(), &bytes).is_err());
        }
    }

    #[test]
    fn it_opens_in_no_other_place_and_under_no_other_key() {
        let (key, place) = (key(), credential());
        let Place::Credential(environment, account) = place else { unreachable!() };
        let sealed = seal(&key, place, b"secret").unwrap();
        let other = Timestamp::UNIX_EPOCH;
        for place in [
            Place::Credential(EnvironmentId::new(other), account),
            Place::Credential(environment, AccountId::new(other)),
            Place::DataKey(environment, account, 0),
            Place::AppSecret(environment, "acme", "oauth2"),
            Place::RootKey(0),
        ] {
            assert!(open(&key, place, &sealed).is_err());
        }
        assert!(open(&super::tests::key(), place, &sealed).is_err());
    }

    #[test]
    fn the_secret_of_an_app_opens_for_no_other_environment_and_no_other_integration() {
        let (key, environment) = (key(), EnvironmentId::new(Timestamp::UNIX_EPOCH));
        let sealed = seal(&key, Place::AppSecret(environment, "acme", "oauth2"), b"secret").unwrap();
        let other = EnvironmentId::new(Timestamp::UNIX_EPOCH);
        for place in [
            Place::AppSecret(environment, "acme2", "oauth2"),
            Place::AppSecret(environment, "acme", "scim"),
            Place::AppSecret(environment, "acmeo", "auth2"),
            Place::AppSecret(other, "acme", "oauth2"),
            Place::AppDataKey(environment, "acme", "oauth2", 0),
        ] {
            assert!(open(&key, place, &sealed).is_err());
        }
        assert!(open(&key, Place::AppSecret(environment, "acme", "oauth2"), &sealed).is_ok());
    }

    #[test]
    fn a_data_key_of_one_generation_does_not_pass_for_one_of_another() {
        let (key, Place::Credential(environment, account)) = (key(), credential()) else { unreachable!() };
        let wrapped = seal(&key, Place::DataKey(environment, account, 1), b"data key").unwrap();
        assert!(open(&key, Place::DataKey(environment, account, 2), &wrapped).is_err());
        assert!(open(&key, Place::DataKey(environment, account, 1), &wrapped).is_ok());
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        let (key, place) = (key(), credential());
        assert_ne!(seal(&key, place, b"secret").unwrap(), seal(&key, place, b"secret").unwrap());
    }
}
