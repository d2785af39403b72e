//! The master key, the root key that is sealed under it, and the keys derived from that. None of these types can be
//! printed, compared or serialised.

use aws_lc_rs::aead::{AES_256_GCM, NONCE_LEN, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::StoreError;

const LENGTH: usize = 32;

/// The one secret of an installation: 32 bytes. Nothing but the root key is sealed under it, so that replacing it
/// leaves everything else as it is.
pub struct MasterKey(Zeroizing<[u8; LENGTH]>);

impl MasterKey {
    /// Reads a key as `TIDEGATE_MASTER_KEY` or the key file hold it: 32 bytes in base64, white space around it ignored.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] says how to make a key. It never repeats what was given.
    pub fn from_base64(text: &str) -> Result<MasterKey, StoreError> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| invalid("it is not base64"))?;
        let mut key = Zeroizing::new([0; LENGTH]);
        if bytes.len() != LENGTH {
            return Err(invalid(&format!("it has {} bytes", bytes.len())));
        }
        key.copy_from_slice(&bytes);
        Ok(MasterKey(key))
    }

    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the operating system has none to give.
    pub fn generate() -> Result<MasterKey, StoreError> {
        Ok(MasterKey(random()?))
    }

    /// The text that [`MasterKey::from_base64`] reads, for the key file.
    pub fn to_base64(&self) -> SecretString {
        STANDARD.encode(*self.0).into()
    }

    /// The key under which the root key is sealed.
    pub(crate) fn sealing(&self) -> Result<RandomizedNonceKey, StoreError> {
        sealing(&extracted(&self.0), b"tidegate/1/root-key")
    }
}

/// 32 random bytes, made once for a database and kept in it, sealed under the master key.
pub(crate) struct RootKey(Zeroizing<[u8; LENGTH]>);

impl RootKey {
    pub(crate) fn generate() -> Result<RootKey, StoreError> {
        Ok(RootKey(random()?))
    }

    /// `None` if these bytes are no root key.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<RootKey> {
        bytes.try_into().ok().map(|key| RootKey(Zeroizing::new(key)))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &*self.0
    }
}

/// The keys that the store works with, one for each purpose, so that what one of them gives away helps with no other.
pub(crate) struct Keys {
    pub(crate) tokens: hmac::Key,
    pub(crate) sealing: RandomizedNonceKey,
}

impl Keys {
    pub(crate) fn derive(root: &RootKey) -> Result<Keys, StoreError> {
        let extracted = extracted(&root.0);
        let tokens = extracted.expand(&[b"tidegate/1/token-hash"], hkdf::HKDF_SHA256.hmac_algorithm()).map_err(refused)?;
        Ok(Keys { tokens: hmac::Key::from(tokens), sealing: sealing(&extracted, b"tidegate/1/sealing")? })
    }
}

/// HKDF-SHA-256 (RFC 5869), expanded with a label for each key. What is extracted from is uniformly random, so it needs no salt.
fn extracted(key: &[u8; LENGTH]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(key)
}

fn sealing(extracted: &hkdf::Prk, label: &[u8]) -> Result<RandomizedNonceKey, StoreError> {
    let mut key = Zeroizing::new([0; LENGTH]);
    extracted.expand(&[label], &AES_256_GCM).map_err(refused)?.fill(&mut *key).map_err(refused)?;
    RandomizedNonceKey::new(&AES_256_GCM, &*key).map_err(refused)
}

fn random() -> Result<Zeroizing<[u8; LENGTH]>, StoreError> {
    let mut key = Zeroizing::new([0; LENGTH]);
    rand::fill(&mut *key).map_err(|_| StoreError::unavailable("the operating system gives no random bytes"))?;
    Ok(key)
}

fn refused(_: Unspecified) -> StoreError {
    StoreError::invalid("no keys can be derived from the master key")
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
