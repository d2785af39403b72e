//! Plan and credential go out, bytes come back: once, within the limits, or it is said what is known.

use std::error::Error;

use catalog::plan::{Plan, Verb};
use catalog::tool::Kind;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use tracing::debug;

use crate::client::Client;
use crate::credential::Credential;
use crate::failure::{Code, Failure};
use crate::guard::{Denied, causes, denial_in};

/// A vendor's answer, whatever its status.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// What became of an answer's body.
pub(crate) enum Body {
    Complete(Vec<u8>),
    /// Longer than what is read, after decompression; the rest was not read.
    TooLong,
    TimedOut,
    BrokenOff,
}

/// Longest body of a refusal that is read, in bytes; no message is longer, and a page in its place is not missed.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// Why there is no answer, by what is known about the request.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// Not sent, because the address must not be called.
    Denied(Denied),
    /// Not sent, because the plan is no HTTP request: a definition's fault or ours.
    Unsendable(String),
    /// Not sent, because no connection came about.
    NotConnected(String),
    /// Perhaps sent; no answer in time.
    TimedOut,
    /// Perhaps sent; the connection broke before an answer.
    Lost(String),
}

impl Client {
    /// Sends the request of `plan`, exactly once. The credential is attached here and nowhere else.
    pub(crate) async fn send(&self, plan: &Plan, credential: &Credential) -> Result<Reply, Unanswered> {
        self.execute(request(plan, credential)?, self.max_answer_bytes).await
    }

    /// Sends a complete request, exactly once, if its address may be called at all. Reads at most `max_answer_bytes` of a success,
    /// and less of anything else.
    pub(crate) async fn execute(&self, request: reqwest::Request, max_answer_bytes: usize) -> Result<Reply, Unanswered> {
        let mut response = self.answered(request).await?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let limit = if status.is_success() { max_answer_bytes } else { max_answer_bytes.min(LONGEST_REFUSAL) };
        let body = read(response, limit).await;
        Ok(Reply { status, headers, body })
    }

    /// Sends a complete request as above, and reads nothing of the answer's body.
    pub(crate) async fn answered(&self, request: reqwest::Request) -> Result<reqwest::Response, Unanswered> {
        let http = self.for_url(request.url()).map_err(Unanswered::Denied)?;
        // An error can hold the URL, and a URL a secret.
        let answered = http.execute(request).await.map_err(|error| unanswered(error.without_url()));
        answered.inspect_err(|unanswered| debug!(?unanswered, "vendor call without an answer"))
    }
}

impl Unanswered {
    /// What an agent is told. Where a request that changes something may have reached the vendor, that is neither a
    /// success nor a failure, and above all no invitation to send it again.
    pub(crate) fn into_failure(self, plan: &Plan, client: &Client) -> Failure {
        const NOTHING_SENT: &str =
            "Nothing was sent. Try again later; if it stays so, a person has to check the account's base URL and the vendor's status.";
        let host = plan.url.host_str().unwrap_or_default();
        let seconds = client.timeout.as_secs_f64();
        match (self, plan.kind) {
            (Unanswered::Denied(denied), _) => Failure::ours(
                Code::Forbidden,
                denied.to_string(),
                Some("Nothing was sent. A person has to correct the base URL of the account or the definition."),
            ),
            (Unanswered::Unsendable(problem), _) => Failure::ours(
                Code::Internal,
                problem,
                Some("Nothing was sent. Calling again will not help; a person has to correct the definition."),
            ),
            (Unanswered::NotConnected(cause), _) => {
                Failure::ours(Code::Unreachable, format!("cannot connect to {host}: {cause}"), Some(NOTHING_SENT))
            }
            (Unanswered::TimedOut, Kind::Read) => Failure::ours(
                Code::Timeout,
                format!("{host} gave no answer within {seconds} seconds"),
                Some("Nothing was changed. Ask for less (a smaller `limit`, a narrower filter) or try again later."),
            ),
            (Unanswered::Lost(cause), Kind::Read) => Failure::ours(
                Code::Unreachable,
                format!("the connection to {host} broke before an answer came: {cause}"),
                Some("Nothing was changed. Try again later."),
            ),
            (Unanswered::TimedOut, Kind::Write | Kind::Destructive) => unknown(format!("{host} gave no answer within {seconds} seconds")),
            (Unanswered::Lost(cause), Kind::Write | Kind::Destructive) => {
                unknown(format!("the connection to {host} broke before an answer came: {cause}"))
            }
        }
    }
}

/// The body, decompressed, up to `limit` bytes. A compressed body is unpacked as it arrives and dropped as soon as it
/// exceeds the limit, so that a small download cannot become a large allocation.
async fn read(mut response: reqwest::Response, limit: usize) -> Body {
    let declared = response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if declared > limit {
        return Body::TooLong;
    }
    let mut body = Vec::with_capacity(declared);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Body::TooLong,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Body::Complete(body),
            Err(error) if error.is_timeout() => return Body::TimedOut,
            Err(error) => {
                debug!(error = %root_cause(&error.without_url()), "vendor answer broke off");
                return Body::BrokenOff;
            }
        }
    }
}

fn unknown(what_happened: String) -> Failure {
    Failure::ours(
        Code::OutcomeUnknown,
        format!("{what_happened}; the vendor may have carried out the request"),
        Some("Do not repeat this call. Look up the present state with a read tool first."),
    )
}

fn request(plan: &Plan, credential: &Credential) -> Result<reqwest::Request, Unanswered> {
    let unsendable = |what: &str| Unanswered::Unsendable(format!("the planned request has {what}"));
    let method = Method::from_bytes(plan.verb.as_str().as_bytes()).map_err(|_| unsendable("an unknown verb"))?;
    let mut headers = HeaderMap::with_capacity(plan.headers.len() + 4);
    for (name, value) in &plan.headers {
        let name = HeaderName::try_from(name.as_str()).map_err(|_| unsendable("a header with an impossible name"))?;
        let value = HeaderValue::try_from(value.as_str())
            .map_err(|_| Unanswered::Unsendable(format!("the planned value of the header `{name}` holds a control character")))?;
        headers.append(name, value);
    }
    let mut url = plan.url.clone();
    credential.attach(&mut url, &mut headers);

    let mut request = reqwest::Request::new(method, url);
    if plan.body.is_none() && matches!(plan.verb, Verb::Post | Verb::Put | Verb::Patch) {
        // Said aloud (RFC 9110 section 8.6): some servers answer 411 without it.
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    *request.headers_mut() = headers;
    *request.body_mut() = plan.body.clone().map(reqwest::Body::from);
    Ok(request)
}

/// Sorts an error by whether the request can have left: reqwest marks everything up to the established connection,
/// TLS included, as a connect error. An error it does not mark may come after the first byte.
fn unanswered(error: reqwest::Error) -> Unanswered {
    if let Some(denied) = denial_in(&error) {
        Unanswered::Denied(denied.clone())
    } else if error.is_builder() {
        Unanswered::Unsendable(root_cause(&error))
    } else if error.is_connect() && error.is_timeout() {
        Unanswered::NotConnected("no connection in time".to_owned())
    } else if error.is_connect() {
        Unanswered::NotConnected(root_cause(&error))
    } else if error.is_timeout() {
        Unanswered::TimedOut
    } else {
        Unanswered::Lost(root_cause(&error))
    }
}

/// The innermost cause, which says most in fewest words.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
