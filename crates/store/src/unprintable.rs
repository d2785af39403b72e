//! Types that hold secrets can be neither printed nor serialised. This file does not compile otherwise.

use std::fmt::{Debug, Display};

use serde::Serialize;

use crate::key::{Keys, RandomKey};
use crate::vault::{Envelope, GenerationRow, Sealed, Vault};
use crate::webhook::Secrets;
use crate::{
    AccountChange, ClaimedDelivery, Connection, ConsentSecrets, MasterKey, NewAccount, NewOAuthApp, SecretFields, Signing, Store, ToSend,
};

/// Does not compile if a type has one of the traits: then there are two ways to read the last line, and that is an error.
#[macro_export]
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

lacks!(MasterKey: Debug, Display, Serialize, Clone);
lacks!(RandomKey: Debug, Display, Serialize, Clone);
lacks!(Keys: Debug, Display, Serialize, Clone);
lacks!(Vault: Debug, Display, Serialize, Clone);
lacks!(SecretFields: Debug, Display, Serialize, Clone);
lacks!(NewAccount: Debug, Display, Serialize, Clone);
lacks!(NewOAuthApp: Debug, Display, Serialize, Clone);
lacks!(Signing: Debug, Display, Serialize, Clone);
lacks!(Secrets: Debug, Display, Serialize, Clone);
lacks!(ClaimedDelivery: Debug, Display, Serialize, Clone);
lacks!(ToSend: Debug, Display, Serialize, Clone);
lacks!(AccountChange: Debug, Display, Serialize, Clone);
lacks!(Envelope: Debug, Display, Serialize);
lacks!(Sealed: Debug, Display, Serialize);
lacks!(GenerationRow: Debug, Display, Serialize);
lacks!(Store: Debug, Display, Serialize);
lacks!(Connection: Debug, Display, Serialize, Clone);
lacks!(ConsentSecrets: Debug, Display, Serialize, Clone);
