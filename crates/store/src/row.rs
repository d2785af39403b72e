//! Reading columns: ids, times and JSON from the text and numbers that both databases hold.

use std::str::FromStr;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{IdError, StoreError};

pub(crate) fn id<T: FromStr<Err = IdError>>(row: &AnyRow, column: usize) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error: IdError| StoreError::unreadable(error.to_string()))
}

pub(crate) fn optional_id<T: FromStr<Err = IdError>>(row: &AnyRow, column: usize) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse()).transpose().map_err(|error: IdError| StoreError::unreadable(error.to_string()))
}

pub(crate) fn time(row: &AnyRow, column: usize) -> Result<Timestamp, StoreError> {
    timestamp(row.try_get(column)?)
}

pub(crate) fn optional_time(row: &AnyRow, column: usize) -> Result<Option<Timestamp>, StoreError> {
    row.try_get::<Option<i64>, _>(column)?.map(timestamp).transpose()
}

pub(crate) fn json<T: DeserializeOwned>(row: &AnyRow, column: usize) -> Result<T, StoreError> {
    from_json(row.try_get::<String, _>(column)?.as_bytes())
}

/// The message names the place in the text, never the text.
pub(crate) fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(text)
        .map_err(|error| StoreError::unreadable(format!("JSON of another form, {:?} error in column {}", error.classify(), error.column())))
}

pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::invalid(format!("this cannot be written as JSON: {error}")))
}

/// As the databases hold it: whole milliseconds. What a write returns is cut like this too, and so equals what is read.
pub(crate) fn cut(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// Text that both databases take: PostgreSQL has no zero character in a text.
pub(crate) fn check_text(what: &str, text: &str) -> Result<(), StoreError> {
    if text.contains('\0') {
        return Err(StoreError::invalid(format!("{what} contains a zero character; leave it out")));
    }
    Ok(())
}

fn timestamp(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| StoreError::unreadable(format!("{milliseconds} is no time")))
}
