//! Tokens that others show us. The secret is returned once; what is kept is a keyed hash, so that neither the
//! database nor a copy of it lets anybody in.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::StoreError;
use crate::key::Keys;

/// HMAC-SHA-256 of a token under a key that stays the same for the life of a database. Fit to be a cache's key; not a secret, but not
/// printed either.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub(crate) fn of(token: &str, keys: &Keys) -> TokenHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(hmac::sign(&keys.tokens, token.as_bytes()).as_ref());
        TokenHash(hash)
    }

    /// A hash as a row has it.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<TokenHash, StoreError> {
        bytes.try_into().map(TokenHash).map_err(|_| StoreError::unreadable("a token's hash has another length"))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// What a token opens. The prefix tells secret scanners, and people, whose secret they found.
#[derive(Clone, Copy)]
pub(crate) enum TokenKind {
    McpServer,
    ApiToken,
    Link,
}

/// A new token: the prefix and 32 random bytes as 43 characters of base64url.
pub(crate) fn generate(kind: TokenKind) -> Result<SecretString, StoreError> {
    let prefix = match kind {
        TokenKind::McpServer => "tg_",
        TokenKind::ApiToken => "tgk_",
        TokenKind::Link => "tl_",
    };
    let mut bytes = Zeroizing::new([0; 32]);
    rand::fill(&mut *bytes).map_err(|_| StoreError::unavailable("the operating system gives no random bytes"))?;
    let mut token = String::with_capacity(prefix.len() + 43);
    token.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(*bytes, &mut token);
    Ok(token.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::key::RandomKey;

    #[test]
    fn a_token_is_its_prefix_and_43_characters() {
        for (kind, prefix) in [(TokenKind::McpServer, "tg_"), (TokenKind::ApiToken, "tgk_"), (TokenKind::Link, "tl_")] {
            let token = generate(kind).unwrap();
            let random = token.expose_secret().strip_prefix(prefix).unwrap();
            assert_eq!(URL_SAFE_NO_PAD.decode(random).unwrap().len(), 32);
            assert_eq!(random.len(), 43);
        }
    }

    #[test]
    fn a_hash_depends_on_the_root_key() {
        let [one, other] = [(); 2].map(|()| Keys::derive(&RandomKey::generate().unwrap()).unwrap());
        assert!(TokenHash::of("tg_a", &one) == TokenHash::of("tg_a", &one));
        assert!(TokenHash::of("tg_a", &one) != TokenHash::of("tg_a", &other));
    }

    proptest! {
        #[test]
        fn different_tokens_have_different_hashes(one: String, other: String) {
            let keys = Keys::derive(&RandomKey::generate().unwrap()).unwrap();
            prop_assert_eq!(one == other, TokenHash::of(&one, &keys) == TokenHash::of(&other, &keys));
        }
    }
}
