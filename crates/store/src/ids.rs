//! Ids as types: an account's id cannot be given where a server's is wanted. All are version 7 UUIDs, so that their
//! order, also as text, is the order of creation.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{NoContext, Uuid};

/// A text that is no id. Callers usually treat it as an id that nothing has. The text is not repeated: it may be a
/// token that was put in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no {kind} id; expected {expected}")]
pub struct IdError {
    kind: &'static str,
    expected: &'static str,
}

/// Id of an [`Environment`](crate::Environment).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvironmentId(Uuid);

/// Id of an [`ApiToken`](crate::ApiToken): of its row, not the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiTokenId(Uuid);

/// Id of an [`Account`](crate::Account).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(Uuid);

/// Id of an [`McpServer`](crate::McpServer): `mcp_` and the UUID's 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct McpServerId(Uuid);

/// Id of a [`Webhook`](crate::Webhook): `wh_` and the UUID's 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebhookId(Uuid);

/// Id of a [`LinkToken`](crate::LinkToken): `link_` and the UUID's 32 hexadecimal digits; not the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkTokenId(Uuid);

/// Id of an event: `evt_` and the UUID's 32 hexadecimal digits. All webhooks are told of it under the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(Uuid);

/// The id types differ only in name and in text.
macro_rules! id {
    ($id:ident) => {
        impl $id {
            pub(crate) fn new(now: Timestamp) -> $id {
                $id(version_7(now))
            }

            /// The bare UUID: the key of this thing's [`Generation`](crate::Generation).
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$id, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! uuid_id {
    ($id:ident, $kind:literal) => {
        id!($id);

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl FromStr for $id {
            type Err = IdError;

            fn from_str(text: &str) -> Result<$id, IdError> {
                exact(text, 36).map($id).ok_or(IdError { kind: $kind, expected: "a UUID with dashes" })
            }
        }
    };
}

macro_rules! prefixed_id {
    ($id:ident, $prefix:literal, $kind:literal) => {
        id!($id);

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.simple())
            }
        }

        impl FromStr for $id {
            type Err = IdError;

            fn from_str(text: &str) -> Result<$id, IdError> {
                text.strip_prefix($prefix)
                    .and_then(|digits| exact(digits, 32))
                    .map($id)
                    .ok_or(IdError { kind: $kind, expected: concat!("`", $prefix, "` and 32 hexadecimal digits") })
            }
        }
    };
}

uuid_id!(EnvironmentId, "environment");
uuid_id!(ApiTokenId, "API token");
uuid_id!(AccountId, "account");
prefixed_id!(McpServerId, "mcp_", "MCP server");
prefixed_id!(WebhookId, "wh_", "webhook");
prefixed_id!(LinkTokenId, "link_", "link token");
prefixed_id!(EventId, "evt_", "event");

/// A UUID of the moment `now`. Random from the millisecond downwards, so ids of one millisecond have no order.
fn version_7(now: Timestamp) -> Uuid {
    let now = now.max(Timestamp::UNIX_EPOCH);
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}

/// One text per id: another spelling of the same UUID (upper case, braces, without dashes) is not accepted, because
/// ids are compared as text in the database.
fn exact(text: &str, length: usize) -> Option<Uuid> {
    let canonical = text.len() == length && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    if canonical { Uuid::try_parse(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_read_back_what_they_wrote(bytes: [u8; 16]) {
            let (account, server) = (AccountId(Uuid::from_bytes(bytes)), McpServerId(Uuid::from_bytes(bytes)));
            prop_assert_eq!(account.to_string().parse(), Ok(account));
            prop_assert_eq!(server.to_string().parse(), Ok(server));
            let json = serde_json::to_string(&server).unwrap();
            prop_assert_eq!(serde_json::from_str::<McpServerId>(&json).unwrap(), server);
        }

        #[test]
        fn ids_sort_by_time_as_text(earlier in 0_i64..4_000_000_000_000, later in 1_i64..1_000_000) {
            let first = AccountId::new(Timestamp::from_millisecond(earlier).unwrap());
            let second = AccountId::new(Timestamp::from_millisecond(earlier + later).unwrap());
            prop_assert!(first.to_string() < second.to_string());
        }

        #[test]
        fn a_text_is_the_id_it_prints_or_no_id(text in "(mcp_)?[0-9a-fA-F{}-]{30,38}") {
            if let Ok(id) = text.parse::<AccountId>() { prop_assert_eq!(id.to_string(), text.clone()); }
            if let Ok(id) = text.parse::<McpServerId>() { prop_assert_eq!(id.to_string(), text); }
        }
    }

    #[test]
    fn a_text_that_is_no_id_is_refused_with_what_was_expected() {
        assert_snapshot!("7".parse::<AccountId>().unwrap_err(), @"this is no account id; expected a UUID with dashes");
        assert_snapshot!("mcp_7".parse::<McpServerId>().unwrap_err(), @"this is no MCP server id; expected `mcp_` and 32 hexadecimal digits");
    }
}
