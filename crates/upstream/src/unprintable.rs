//! Types that hold secrets can be neither printed nor serialised. This file does not compile otherwise.

use std::fmt::{Debug, Display};

use serde::Serialize;

use crate::Credential;
use crate::oauth::{App, AuthorizationRequest, CodeVerifier, Grant, Tokens};
use crate::secrets::{SecretJson, Secrets};

/// For a type with the trait there are two ways to read the last line, and that is an error. (`store`, which knows nothing of this
/// crate, has it too.)
macro_rules! lacks {
    ($holder:ty: $($forbidden:path),+) => { $(
        const _: fn() = || {
            trait Reading<Way> {
                fn found() {}
            }
            impl<T: ?Sized> Reading<()> for T {}
            impl<T: ?Sized + $forbidden> Reading<u8> for T {}
            let _ = <$holder as Reading<_>>::found;
        };
    )+ };
}

lacks!(Credential: Debug, Display, Serialize, Clone);
lacks!(Secrets: Debug, Display, Serialize, Clone);
lacks!(SecretJson: Debug, Display, Serialize, Clone);
lacks!(Tokens: Debug, Display, Serialize, Clone);
lacks!(App: Debug, Display, Serialize, Clone);
lacks!(CodeVerifier: Debug, Display, Serialize, Clone);
lacks!(Grant<'_>: Debug, Display, Serialize);
lacks!(AuthorizationRequest<'_>: Debug, Display, Serialize);
