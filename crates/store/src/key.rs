//! The master key, and the random keys that are kept in the database under it: each generation's, the root key and the data
//! keys. None of these types can be printed, compared or serialised, and all are overwritten when they are let go.

use aws_lc_rs::aead::{AES_256_GCM, NONCE_LEN, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::StoreError;

const LENGTH: usize = 32;

/// The one secret of an installation: 32 bytes. Nothing but the key of a generation is sealed under it.
pub struct MasterKey(RandomKey);

impl MasterKey {
    /// Reads a key as `TIDEGATE_MASTER_KEY` or the key file hold it: 32 bytes in base64, white space around it ignored.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] says how to make a key. It never repeats what was given.
    pub fn from_base64(text: &str) -> Result<MasterKey, StoreError> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| invalid("it is not base64"))?;
        RandomKey::from_bytes(&bytes).map(MasterKey).ok_or_else(|| invalid(&format!("it has {} bytes", bytes.len())))
    }

    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the operating system has none to give.
    pub fn generate() -> Result<MasterKey, StoreError> {
        Ok(MasterKey(RandomKey::generate()?))
    }

    /// The text that [`MasterKey::from_base64`] reads, for the key file.
    pub fn to_base64(&self) -> SecretString {
        STANDARD.encode(self.0.as_bytes()).into()
    }

    pub(crate) fn sealing(&self, purpose: Purpose) -> Result<RandomizedNonceKey, StoreError> {
        self.0.sealing(purpose)
    }
}

/// 32 random bytes. Whether they are a root key, a generation's key or a data key is bound to where they are sealed.
pub(crate) struct RandomKey(Zeroizing<[u8; LENGTH]>);

/// What a derived key seals, so that what one of them gives away helps with no other.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// From a master key, until key generations came: the root key.
    FirstRootKey,
    /// From the root key, until key generations came: credentials.
    FirstCredentials,
    /// From a master key: its generation's key.
    Generation,
    /// From a generation's key: data keys, the root key and the keys of its neighbours.
    Keys,
    /// From a generation's key: notes between processes.
    Notes,
    /// From the root key: what is sent to webhooks.
    Deliveries,
    /// From a data key: the one value it was made for.
    Data,
}

impl RandomKey {
    pub(crate) fn generate() -> Result<RandomKey, StoreError> {
        let mut key = Zeroizing::new([0; LENGTH]);
        rand::fill(&mut *key).map_err(|_| StoreError::unavailable("the operating system gives no random bytes"))?;
        Ok(RandomKey(key))
    }

    /// `None` unless these are 32 bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<RandomKey> {
        let mut key = Zeroizing::new([0; LENGTH]);
        if bytes.len() != LENGTH {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(RandomKey(key))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    pub(crate) fn sealing(&self, purpose: Purpose) -> Result<RandomizedNonceKey, StoreError> {
        let mut key = Zeroizing::new([0; LENGTH]);
        self.extracted().expand(&[purpose.label()], &AES_256_GCM).map_err(refused)?.fill(&mut *key).map_err(refused)?;
        RandomizedNonceKey::new(&AES_256_GCM, &*key).map_err(refused)
    }

    /// HKDF-SHA-256 (RFC 5869), expanded with a label for each key. What is extracted from is uniformly random, so it needs no salt.
    fn extracted(&self) -> hkdf::Prk {
        hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&*self.0)
    }
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Purpose::FirstRootKey => b"tidegate/1/root-key",
            Purpose::FirstCredentials => b"tidegate/1/sealing",
            Purpose::Generation => b"tidegate/2/generation",
            Purpose::Keys => b"tidegate/2/keys",
            Purpose::Notes => b"tidegate/2/notes",
            Purpose::Deliveries => b"tidegate/1/deliveries",
            Purpose::Data => b"tidegate/2/data",
        }
    }
}

/// What is derived from the root key, which stays the same for the life of a database.
pub(crate) struct Keys {
    /// Hashes tokens. A hash cannot be made again without its token, so no other key can ever take this one's place.
    pub(crate) tokens: hmac::Key,
    /// Makes what is derived rather than kept.
    pub(crate) derived: hmac::Key,
    /// Signs tickets.
    pub(crate) tickets: hmac::Key,
    /// Opens credentials in the first format.
    pub(crate) first_credentials: RandomizedNonceKey,
    /// Seals what is sent to webhooks: it may hold links that are as good as a key for some days. Those are signed under a key of the same
    /// root, so a generation's key would protect them no better.
    pub(crate) deliveries: RandomizedNonceKey,
}

impl Keys {
    pub(crate) fn derive(root: &RandomKey) -> Result<Keys, StoreError> {
        Ok(Keys {
            tokens: hmac_key(root, b"tidegate/1/token-hash")?,
            tickets: hmac_key(root, b"tidegate/1/ticket")?,
            derived: hmac_key(root, b"tidegate/2/derived")?,
            first_credentials: root.sealing(Purpose::FirstCredentials)?,
            deliveries: root.sealing(Purpose::Deliveries)?,
        })
    }
}

fn hmac_key(root: &RandomKey, label: &[u8]) -> Result<hmac::Key, StoreError> {
    let (extracted, label) = (root.extracted(), [label]);
    let key = extracted.expand(&label, hkdf::HKDF_SHA256.hmac_algorithm()).map_err(refused)?;
    Ok(hmac::Key::from(key))
}

fn refused(_: Unspecified) -> StoreError {
    StoreError::invalid("no key can be derived")
}

pub(crate) const SEALING_NONCE: usize = NONCE_LEN;

fn invalid(problem: &str) -> StoreError {
    StoreError::invalid(format!(
        "the master key cannot be used: {problem}; give 32 random bytes in base64, for example from `openssl rand -base64 32`"
    ))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_reads_back_from_its_text() {
        let text = MasterKey::generate().unwrap().to_base64();
        let read = MasterKey::from_base64(&format!("{}\n", text.expose_secret())).unwrap();
        assert_eq!(read.to_base64().expose_secret(), text.expose_secret());
    }

    #[test]
    fn two_generated_keys_differ() {
        let [one, other] = [(); 2].map(|()| MasterKey::generate().unwrap().to_base64());
        assert_ne!(one.expose_secret(), other.expose_secret());
    }

    #[test]
    fn an_unusable_key_is_refused_without_repeating_it() {
        let problem = |text| MasterKey::from_base64(text).err().unwrap().to_string();
        assert_snapshot!(problem("c2hvcnQ="), @"the master key cannot be used: it has 5 bytes; give 32 random bytes in base64, for example from `openssl rand -base64 32`");
        assert_snapshot!(problem("not base64!"), @"the master key cannot be used: it is not base64; give 32 random bytes in base64, for example from `openssl rand -base64 32`");
    }
}
