//! Reads what callers send: JSON bodies, queries and ids, with errors that name the field.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::StatusCode;
use http::request::Parts;
use secrecy::zeroize::Zeroize;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use super::error::ApiError;

/// The longest wait for a complete body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// A JSON body. Unknown fields are refused where `T` denies them.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = read(request, state).await?;
        let parsed = parse(&bytes).map(Self);
        // A body may hold credentials. What the connection still shares with it is not ours to overwrite.
        if let Ok(mut own) = bytes.try_into_mut() {
            own.zeroize();
        }
        parsed
    }
}

/// A body of at most 4 MiB, whatever it holds.
///
/// # Errors
/// 413 or 408 when it is too large or too slow, 400 when it ends early.
pub(super) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let read = tokio::time::timeout(BODY_DEADLINE, Bytes::from_request(request, state)).await;
    read.map_err(|_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"))?.map_err(|rejection| {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 4 MiB"),
            status => ApiError::new(status, "the body ended early"),
        }
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ApiError::bad_request("the body is empty; send a JSON object"));
    }
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(bytes)).map_err(|error| {
        let place = match error.path().to_string().as_str() {
            "." => "the body".to_owned(),
            path => format!("`{path}`"),
        };
        ApiError::bad_request(format!("{place}: {}", error.inner()))
    })
}

/// A text that people give to find a thing again.
///
/// # Errors
/// 400 that names the field when it is empty, too long or not one line.
pub(super) fn checked_text(field: &str, text: String) -> Result<String, ApiError> {
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
        return Err(ApiError::bad_request(format!("`{field}` must have 1 to {LONGEST_TEXT} characters and no control characters")));
    }
    Ok(text)
}

/// Tells an explicit null, which clears a member, from an absent one, which leaves it.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A query, with `name[]=a&name[]=b` for lists. Unknown parameters are refused.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// The values of a list, given once a value as `name[]`.
    pub(super) fn take_list(&mut self, name: &str) -> Vec<String> {
        let bracketed = format!("{name}[]");
        self.0.extract_if(.., |(key, _)| *key == bracketed || key == name).map(|(_, value)| value).collect()
    }

    /// A single value.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.0.extract_if(.., |(key, _)| key == name).map(|(_, value)| value).last()
    }

    /// # Errors
    /// 400 that names what nobody asked for.
    pub(super) fn finish(self) -> Result<(), ApiError> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(ApiError::bad_request(format!("unknown query parameter `{name}`"))),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

/// Which part of a list is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes to readers of the API what `Query::take_page` takes")]
pub(super) struct PageQuery {
    /// How many entries, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
    /// `next_cursor` of the answer before.
    next_cursor: Option<String>,
}

const LONGEST_TEXT: usize = 200;
const DEFAULT_LIMIT: u32 = 25;
const MAX_LIMIT: u32 = 100;

impl Query {
    /// `limit` and `next_cursor` of a list.
    ///
    /// # Errors
    /// 400 that names the parameter and what it may be.
    pub(super) fn take_page(&mut self) -> Result<store::Page, ApiError> {
        let limit = match self.take("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => match text.parse() {
                Ok(limit @ 1..=MAX_LIMIT) => limit,
                _ => return Err(ApiError::bad_request(format!("`limit` must be a number from 1 to {MAX_LIMIT}"))),
            },
        };
        let after = self.take("next_cursor").map(|text| text.parse()).transpose();
        let after = after.map_err(|error: store::CursorError| ApiError::bad_request(error.to_string()))?;
        Ok(store::Page { limit, after })
    }
}

/// An id in the path. One that cannot be read names nothing that exists.
pub(super) struct Id<T>(pub T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(ApiError::new(StatusCode::NOT_FOUND, "an id in the path is not of the right form, so nothing has it")),
        }
    }
}
