//! The outcome of a tool call as an HTTP answer with the status that the vendor's answer had.

use std::borrow::Cow;

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use catalog::tool::Tool;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use upstream::{Answer, Code, Failure, File, FileContent, Outcome};
use utoipa::ToSchema;

use super::error::ErrorBody;
use crate::call::push_rate_limit;

/// A failed call. `tool_error` is absent where it did not come to a call, e.g. for an unknown tool.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ToolFailureBody {
    #[serde(flatten)]
    body: ErrorBody,
    #[schema(value_type = Option<ToolError>)]
    tool_error: Failure,
}

/// Why a call failed: the same object that MCP clients are given.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes to readers of the API how a `Failure` is written")]
pub(super) struct ToolError {
    /// Who refused: `vendor` or `tidegate`.
    source: String,
    /// `invalid_arguments`, `vendor_error`, `rate_limited`, `needs_reauth`, `forbidden`, `not_found`, `conflict`, `merged`, `timeout`,
    /// `unreachable`, `too_large`, `outcome_unknown`, `internal`, or a code of the definition's own.
    code: String,
    /// The vendor's status, if it answered.
    status: Option<u16>,
    message: String,
    /// What to do now.
    hint: Option<String>,
    /// With `needs_reauth`: where a person connects the account again. Only where the environment gives agents such links.
    reconnect_url: Option<String>,
    /// What the definition's rule found in the vendor's answer, by its names, e.g. the `new_id` of a record that was merged.
    #[schema(value_type = Option<Object>)]
    extracted: Option<Value>,
    /// The vendor's own body.
    vendor: Option<Value>,
    /// What the vendor says about its limits: `limit`, `remaining` and, in seconds, `reset`.
    #[schema(value_type = Option<Object>)]
    ratelimit: Option<Value>,
    /// Seconds to wait.
    retry_after: Option<u64>,
    /// What is wrong with the arguments: `path`, a JSON Pointer, and `message`.
    details: Option<Vec<Value>>,
}

/// The answer to a call of `tool`, with what the vendor says about its limits in the headers.
pub(super) fn answer(tool: &Tool, outcome: Outcome) -> Response {
    let mut response = match outcome.result {
        // By the tool rather than by what was found, so that a caller knows what to read.
        Ok(Answer::Text(text)) if !tool.response().files.is_empty() => with_files(&text, Vec::new()),
        Ok(Answer::Text(text)) => {
            let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            let media_type = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
            success(HeaderValue::from_static(media_type), text.into())
        }
        Ok(Answer::WithFiles { text, files }) => with_files(&text, files),
        Ok(Answer::File(file)) => whole_file(file),
        Err(failure) => refused(&failure),
    };
    push_rate_limit(response.headers_mut(), &outcome.rate_limit);
    response
}

/// JSON whose files were taken out of it: `{"answer": …, "files": [{"media_type", "name"?, "text" | "base64"}]}`, in the order of the numbers
/// that the notes in their places give.
fn with_files(text: &str, files: Vec<File>) -> Response {
    // As the vendor wrote it: a number or a name given twice must not become something else on the way.
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    let answer = if is_json { Cow::Borrowed(text) } else { Value::from(text).to_string().into() };
    let files: Vec<Value> = files
        .into_iter()
        .map(|file| match file.content {
            FileContent::Text(text) => json!({"media_type": file.media_type, "name": file.name, "text": text}),
            FileContent::Bytes(bytes) => json!({"media_type": file.media_type, "name": file.name, "base64": STANDARD.encode(bytes)}),
        })
        .collect();
    success(HeaderValue::from_static("application/json"), format!(r#"{{"answer":{answer},"files":{}}}"#, Value::from(files)).into())
}

fn whole_file(file: File) -> Response {
    let unknown = HeaderValue::from_static("application/octet-stream");
    let (media_type, body) = match file.content {
        FileContent::Text(text) => (format!("{}; charset=utf-8", file.media_type), text.into()),
        FileContent::Bytes(bytes) => (file.media_type, bytes),
    };
    let mut response = success(HeaderValue::try_from(media_type).unwrap_or(unknown), body);
    // A stranger's document, which no browser may take for a page of ours.
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    response
}

/// The answer to a call that failed.
pub(super) fn refused(failure: &Failure) -> Response {
    let status = status_of(failure);
    let message = match &failure.hint {
        Some(hint) => format!("{}. {hint}", failure.message.trim_end_matches(['.', '!'])),
        None => failure.message.clone(),
    };
    let details = failure.violations.iter().map(|violation| match violation.path.as_str() {
        "" => violation.message.clone(),
        path => format!("{path}: {}", violation.message),
    });
    let body = ToolFailureBody { body: ErrorBody::new(status, message, details.collect()), tool_error: failure.clone() };
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn success(content_type: HeaderValue, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The vendor's own status where it says what a caller has to know; else what comes nearest.
fn status_of(failure: &Failure) -> StatusCode {
    let vendors = failure.status.filter(|status| (400..600).contains(status)).and_then(|status| StatusCode::from_u16(status).ok());
    match (&failure.code, vendors) {
        (Code::NeedsReauth, _) => StatusCode::CONFLICT,
        // Whoever gave up in between, it is the one thing that a caller has to tell from a refusal.
        (Code::OutcomeUnknown, _) => StatusCode::BAD_GATEWAY,
        // These two would be about the API token and our own proxy.
        (_, Some(status)) if status != StatusCode::UNAUTHORIZED && status != StatusCode::PROXY_AUTHENTICATION_REQUIRED => status,
        (Code::InvalidArguments, _) => StatusCode::BAD_REQUEST,
        (Code::Forbidden, _) => StatusCode::FORBIDDEN,
        (Code::NotFound, _) => StatusCode::NOT_FOUND,
        (Code::Conflict | Code::Merged, _) => StatusCode::CONFLICT,
        (Code::RateLimited, _) => StatusCode::TOO_MANY_REQUESTS,
        (Code::Timeout, _) => StatusCode::GATEWAY_TIMEOUT,
        (Code::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
        (Code::VendorError | Code::Unreachable | Code::TooLarge | Code::Cancelled | Code::Other(_), _) => StatusCode::BAD_GATEWAY,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use upstream::{RateLimitFacts, Source};

    use super::*;

    fn failure(code: Code, status: Option<u16>) -> Failure {
        Failure {
            source: if status.is_some() { Source::Vendor } else { Source::Tidegate },
            code,
            status,
            message: "No.".into(),
            hint: None,
            reconnect_url: None,
            extracted: serde_json::Map::new(),
            vendor: None,
            violations: Vec::new(),
            rate_limit: RateLimitFacts::default(),
        }
    }

    #[test]
    fn a_vendor_s_refusal_keeps_its_status_unless_that_would_be_about_us() {
        for (code, vendors, ours) in [
            (Code::NotFound, Some(404), 404),
            (Code::VendorError, Some(422), 422),
            (Code::Forbidden, Some(403), 403),
            (Code::RateLimited, Some(429), 429),
            (Code::VendorError, Some(503), 503),
            (Code::OutcomeUnknown, Some(504), 502),
            (Code::VendorError, Some(599), 599),
            (Code::NeedsReauth, Some(401), 409),
            (Code::NeedsReauth, Some(403), 409),
            (Code::NeedsReauth, None, 409),
            (Code::VendorError, Some(401), 502),
            (Code::VendorError, Some(407), 502),
            (Code::VendorError, Some(302), 502),
            (Code::InvalidArguments, None, 400),
            (Code::InvalidArguments, Some(422), 422),
            (Code::Timeout, None, 504),
            (Code::Unreachable, None, 502),
            (Code::OutcomeUnknown, None, 502),
            (Code::TooLarge, Some(200), 502),
            (Code::Internal, None, 500),
            (Code::Other("quota_used_up".into()), None, 502),
        ] {
            assert_eq!(status_of(&failure(code.clone(), vendors)).as_u16(), ours, "{code:?} {vendors:?}");
        }
    }

    #[tokio::test]
    async fn a_refusal_has_the_api_s_shape_and_the_tool_error() {
        let failure = Failure { hint: Some("Wait.".into()), ..failure(Code::RateLimited, Some(429)) };
        let body = axum::body::to_bytes(refused(&failure).into_body(), 10_000).await.unwrap();
        assert_snapshot!(std::str::from_utf8(&body).unwrap(), @r#"{"statusCode":429,"error":"Too Many Requests","message":"No. Wait.","details":[],"tool_error":{"source":"vendor","code":"rate_limited","status":429,"message":"No.","hint":"Wait."}}"#);
    }

    #[test]
    fn a_media_type_that_is_no_header_value_becomes_bytes() {
        let answered = |media_type: &str| {
            whole_file(File { media_type: media_type.into(), name: None, content: FileContent::Bytes(Bytes::from_static(b"%PDF")) })
        };
        assert_eq!(answered("application/pdf").headers()[CONTENT_TYPE], "application/pdf");
        assert_eq!(answered("a\nb").headers()[CONTENT_TYPE], "application/octet-stream");
    }

    #[tokio::test]
    async fn json_without_files_is_passed_on_as_the_vendor_wrote_it() {
        for text in [r#"{"id":12345678901234567890123,"price":1.10}"#, r#"{"a":1,"a":2}"#, "1E400"] {
            let body = axum::body::to_bytes(with_files(text, Vec::new()).into_body(), 10_000).await.unwrap();
            assert_eq!(body, format!(r#"{{"answer":{text},"files":[]}}"#));
        }
    }

    #[tokio::test]
    async fn files_stand_beside_the_json_they_were_taken_out_of() {
        let file = |content| File { media_type: "image/png".into(), name: Some("a.png".into()), content };
        let files = vec![file(FileContent::Bytes(Bytes::from_static(b"png"))), file(FileContent::Text("text".into()))];
        let body = axum::body::to_bytes(with_files(r#"{"label":"see file 1"}"#, files).into_body(), 10_000).await.unwrap();
        assert_snapshot!(std::str::from_utf8(&body).unwrap(), @r#"{"answer":{"label":"see file 1"},"files":[{"media_type":"image/png","name":"a.png","base64":"cG5n"},{"media_type":"image/png","name":"a.png","text":"text"}]}"#);
    }
}
