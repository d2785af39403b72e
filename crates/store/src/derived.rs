//! Secrets that are made again when they are needed, rather than kept, and marks by which we know our own words again.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::Store;

/// What a derived value is for, so that none can take another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// The code verifier of an authorization request (RFC 7636), of its `state` and its browser's secret.
    CodeVerifier,
    /// That somebody has just connected an account, shown to nobody else.
    Done,
    /// That a person came back from a vendor and no account was connected, with what they are told.
    Ended,
}

impl Store {
    /// 32 bytes that follow from `text` and a key that stays the same for the life of a database; without the key they are random.
    pub fn derive(&self, purpose: Derived, text: &str) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(hmac::sign(&self.keys.derived, &labelled(purpose, text)).as_ref());
        bytes
    }

    /// Whether `bytes` is what [`Store::derive`] gives. Takes as long whatever they are.
    pub fn is_derived(&self, purpose: Derived, text: &str, bytes: &[u8]) -> bool {
        hmac::verify(&self.keys.derived, &labelled(purpose, text), bytes).is_ok()
    }
}

fn labelled(purpose: Derived, text: &str) -> Zeroizing<Vec<u8>> {
    let label: &[u8] = match purpose {
        Derived::CodeVerifier => b"code-verifier\0",
        Derived::Done => b"done\0",
        Derived::Ended => b"ended\0",
    };
    Zeroizing::new([label, text.as_bytes()].concat())
}
