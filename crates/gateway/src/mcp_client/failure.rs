//! Why an MCP URL gave no answer, told so that someone can mend it.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use http::StatusCode;
use http::header::{LOCATION, RETRY_AFTER};
use serde_json::json;
use upstream::reqwest::{self, Response};
use upstream::{CertificateProblem, certificate_problem};
use url::Url;

use super::answer::read_text;
use super::message::{Id, Message};
use super::target::Shown;

/// The longest body of a refusal that is read, in bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;
const INTERNAL_ERROR: i64 = -32603;

/// No answer, or one that says no.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}; {remedy}")]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    /// What happened, with the place; nothing secret.
    pub(crate) problem: String,
    pub(crate) remedy: String,
    /// The JSON-RPC error that came with the refusal, if one did.
    pub(crate) answer: Option<Box<Message>>,
    /// Seconds, as the header `Retry-After` gives them.
    retry_after: Option<u64>,
}

/// What is known of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It certainly did not leave.
    NotSent,
    /// It may have been received; the answer, or the rest of it, did not come.
    Interrupted,
    /// The same, after a wait that nobody should have twice.
    Silent,
    /// It was answered with an HTTP status that refuses.
    Refused(StatusCode),
    /// It was answered, but not in the protocol.
    NotMcp,
}

impl Failure {
    pub(crate) fn new(cause: Cause, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { cause, problem: problem.into(), remedy: remedy.into(), answer: None, retry_after: None }
    }

    /// A request that could not be sent, or whose answer ended early.
    pub(crate) fn of_request(place: &Shown, error: reqwest::Error) -> Self {
        // The error's own text would hold the URL.
        let error = error.without_url();
        let reason = innermost(&error);
        if error.is_connect() || error.is_builder() {
            if let Some(problem) = certificate_problem(&error) {
                let (what, remedy) = refused_certificate(&problem);
                return Self::new(Cause::NotSent, format!("the certificate of {place} {what}"), remedy);
            }
            let remedy = match io_kind(&error) {
                Some(ErrorKind::ConnectionRefused) => "is the server running, and the port right?",
                _ => "check the URL and the network; `tidegate doctor URL` says more",
            };
            return Self::new(Cause::NotSent, format!("cannot reach {place}: {reason}"), remedy);
        }
        Self::interrupted(place, &reason)
    }

    pub(crate) fn interrupted(place: &Shown, reason: &str) -> Self {
        Self::unanswered(Cause::Interrupted, place, reason)
    }

    pub(crate) fn silence(place: &Shown, waited: Duration) -> Self {
        Self::unanswered(Cause::Silent, place, &format!("nothing came for {} s", waited.as_secs()))
    }

    fn unanswered(cause: Cause, place: &Shown, reason: &str) -> Self {
        let problem = format!("the answer of {place} did not arrive: {reason}");
        Self::new(cause, problem, "what was asked for may have been done; look before trying again")
    }

    pub(crate) fn not_mcp(place: &Shown, found: &str) -> Self {
        Self::new(
            Cause::NotMcp,
            format!("{place} answered {found}"),
            "is this the MCP URL, complete? a proxy or a login page may be in front of it",
        )
    }

    /// An answer whose HTTP status refuses.
    pub(crate) async fn of_status(place: &Shown, response: Response) -> Self {
        let status = response.status();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after: Option<u64> = header(RETRY_AFTER).and_then(|value| value.trim().parse().ok());
        let moved_to = header(LOCATION).and_then(|to| response.url().join(to).ok());
        let remedy = remedy(status, retry_after, moved_to.as_ref());
        let body = read_text(response, LONGEST_REFUSAL).await.unwrap_or_default();
        let answer = Message::read(body.trim()).ok().filter(|message| message.error().is_some()).map(Box::new);
        let said = answer.as_ref().and_then(|answer| answer.error_message());
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        let problem = format!("{place} answered HTTP {status}{said}");
        Self { cause: Cause::Refused(status), problem, remedy, answer, retry_after }
    }

    /// The HTTP status that refused, if one did.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self.cause {
            Cause::Refused(status) => Some(status),
            Cause::NotSent | Cause::Interrupted | Cause::Silent | Cause::NotMcp => None,
        }
    }

    /// The code of the JSON-RPC error that came with it.
    pub(crate) fn code(&self) -> Option<i64> {
        self.answer.as_ref()?.error_code()
    }

    /// The JSON-RPC answer that tells it to whoever waits for `id`: the server's own words where it spoke of that request.
    pub(crate) fn told(&self, id: &Id) -> String {
        if let Some(answer) = self.answer.as_ref().filter(|answer| answer.answers(id)) {
            return answer.text.clone();
        }
        let mut data = json!({"hint": self.remedy});
        if let Some(status) = self.status() {
            data["status"] = status.as_u16().into();
        }
        if let Some(seconds) = self.retry_after {
            data["retryAfter"] = seconds.into();
        }
        let error = json!({"code": self.code().unwrap_or(INTERNAL_ERROR), "message": self.to_string(), "data": data});
        format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
    }

    /// Whether the request may have been refused for what it was, rather than for who asked or how often.
    pub(crate) fn is_misunderstanding(&self) -> bool {
        let is_about_the_caller =
            |status| matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
        self.status().is_some_and(|status| status.is_client_error() && !is_about_the_caller(status))
    }
}

fn remedy(status: StatusCode, retry_after: Option<u64>, moved_to: Option<&Url>) -> String {
    match (status.as_u16(), moved_to) {
        (300..=399, Some(url)) => format!("the URL has moved to {}; use the new one", Shown::of(url)),
        (401, _) => "a valid token is needed: --header 'Authorization: Bearer <token>'".into(),
        (403, _) => "the caller is known but not let in; check the token's rights and the hosts and origins the server allows".into(),
        (404 | 410, _) => "the URL may be mistyped, expired, rotated or revoked; get a new one from whoever gave it".into(),
        (405 | 406 | 415, _) => "this does not look like an MCP URL; check its path".into(),
        (413, _) => "the message is too large for this server".into(),
        (429, _) => match retry_after {
            Some(seconds) => format!("too many requests; try again in {seconds} s"),
            None => "too many requests; wait before trying again".into(),
        },
        (500.., _) => match retry_after {
            Some(seconds) => format!("the server is at fault, or what is behind it; try again in {seconds} s"),
            None => "the server is at fault, or what is behind it; its log says more".into(),
        },
        _ => "the server did not accept the request".into(),
    }
}

fn refused_certificate(problem: &CertificateProblem) -> (String, &'static str) {
    match problem {
        CertificateProblem::Expired => ("has expired".to_owned(), "renew it; clients refuse it as well"),
        CertificateProblem::NotYetValid => {
            ("is not valid yet".to_owned(), "check the clocks of this machine and of the one that made the certificate")
        }
        CertificateProblem::WrongName => {
            ("is for another host name".to_owned(), "get one for this name, or use the URL with the name that it is for")
        }
        CertificateProblem::UnknownIssuer => (
            "is signed by nobody who is known: itself, or a private authority".to_owned(),
            "use one of a public authority, and serve it with its intermediates",
        ),
        CertificateProblem::Other(what) => (format!("is refused: {what}"), "use one of a public authority, made for this host name"),
    }
}

/// The reason at the end of the chain: the operating system's or the TLS library's own.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    chain(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind).last()
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}
