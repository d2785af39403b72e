//! Shapes that several answers share.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// A time as the API writes it: RFC 3339, UTC, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-12-31T23:59:59.000Z")]
pub(crate) struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map(Self)
            .map_err(|_| serde::de::Error::custom(format_args!("`{text}` is not a time; write it like 2026-12-31T23:59:59Z")))
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

/// One part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listed<T> {
    pub result: Vec<T>,
    /// Pass it back as `next_cursor` for the next part; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> Listed<T> {
    /// A list that comes whole.
    pub(super) fn whole(result: Vec<T>) -> Self {
        Self { result, next_cursor: None }
    }

    /// A part read from the store, each entry as its view.
    pub(super) fn from_store<D>(listed: store::Listed<D>) -> Self
    where
        T: From<D>,
    {
        Self { result: listed.items.into_iter().map(T::from).collect(), next_cursor: listed.next }
    }
}
