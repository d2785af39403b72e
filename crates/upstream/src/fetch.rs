//! Fetching a public file, such as a vendor's description of its API, through the same guarded client as vendors are called with.

use http::header::{ACCEPT, HeaderValue, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::client::Client;
use crate::guard::Denied;
use crate::send::{Body, Reply, Unanswered};

/// Most redirects that are followed. A file that moved has one or two.
const MAX_REDIRECTS: usize = 3;

/// Where a server may send us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// Wherever may be called at all: whoever gave the URL chose the server.
    Anywhere,
    /// To the origin of the URL only: it comes from somebody who may not choose others.
    SameOrigin,
}

/// A file, and where it was in the end.
#[derive(Debug)]
pub struct Fetched {
    /// After redirects: what stands in the file is relative to it (RFC 3986 section 5.1.3).
    pub url: Url,
    pub bytes: Vec<u8>,
}

/// Why there is no file. The texts are for whoever gave the URL, which they hold without user name, password and query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Nothing was sent.
    #[error("{place}: {problem}")]
    Refused { place: String, problem: String },
    #[error("{place}: no connection: {cause}")]
    Unreachable { place: String, cause: String },
    #[error("{place}: no complete answer in time")]
    TimedOut { place: String },
    #[error("{place}: the server answered {status}")]
    Status { place: String, status: StatusCode },
    #[error("{place}: more than {max_bytes} bytes")]
    TooLarge { place: String, max_bytes: usize },
    #[error("{place}: more than {MAX_REDIRECTS} redirects, one after the other")]
    TooManyRedirects { place: String },
    #[error("{place}: it is redirected to {origin}, another origin")]
    OtherOrigin { place: String, origin: String },
}

impl Client {
    /// Fetches `url`, decompressed, whatever type it says it is. Up to three redirects are followed, and each is checked as if it had
    /// been given: to addresses that may be called, over `https` unless they are private and allowed.
    ///
    /// # Errors
    /// [`FetchError`]; of a file that is too large, no more than `max_bytes` were read.
    pub async fn fetch(&self, url: &Url, max_bytes: usize, redirects: Redirects) -> Result<Fetched, FetchError> {
        let origin = url.origin();
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let reply = self.execute(request(&url), max_bytes).await.map_err(|unanswered| failed(unanswered, &url))?;
            let Some(target) = redirect(&reply, &url) else { return content(reply, url, max_bytes) };
            if redirects == Redirects::SameOrigin && target.origin() != origin {
                return Err(FetchError::OtherOrigin { place: place(&url), origin: target.origin().ascii_serialization() });
            }
            url = target;
        }
        Err(FetchError::TooManyRedirects { place: place(&url) })
    }
}

fn request(url: &Url) -> reqwest::Request {
    let mut request = reqwest::Request::new(Method::GET, url.clone());
    let accepted = HeaderValue::from_static("application/json, application/yaml, text/yaml, */*;q=0.5");
    request.headers_mut().insert(ACCEPT, accepted);
    request
}

/// Where an answer sends us, if it does.
fn redirect(reply: &Reply, from: &Url) -> Option<Url> {
    let is_redirect = matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    is_redirect.then(|| location(&reply.headers, from)).flatten()
}

fn location(headers: &HeaderMap, from: &Url) -> Option<Url> {
    from.join(headers.get(LOCATION)?.to_str().ok()?).ok()
}

fn content(reply: Reply, url: Url, max_bytes: usize) -> Result<Fetched, FetchError> {
    if !reply.status.is_success() {
        return Err(FetchError::Status { place: place(&url), status: reply.status });
    }
    match reply.body {
        Body::Complete(bytes) => Ok(Fetched { url, bytes }),
        Body::TooLong => Err(FetchError::TooLarge { place: place(&url), max_bytes }),
        Body::TimedOut => Err(FetchError::TimedOut { place: place(&url) }),
        Body::BrokenOff => Err(FetchError::Unreachable { place: place(&url), cause: "the answer broke off".to_owned() }),
    }
}

fn failed(unanswered: Unanswered, url: &Url) -> FetchError {
    let place = place(url);
    match unanswered {
        Unanswered::Denied(denied) => FetchError::Refused { place, problem: refusal(&denied) },
        Unanswered::Unsendable(problem) => FetchError::Refused { place, problem },
        Unanswered::NotConnected(cause) | Unanswered::Lost(cause) => FetchError::Unreachable { place, cause },
        Unanswered::TimedOut => FetchError::TimedOut { place },
    }
}

fn refusal(denied: &Denied) -> String {
    match denied {
        Denied::Address { host } | Denied::Name { host } => format!("`{host}` is no public address"),
        Denied::Reserved { host } => format!("`{host}` is a reserved address, such as a cloud's metadata service; those are never called"),
        Denied::Scheme { scheme, .. } => format!("`{scheme}` is not fetched from there, only `https`"),
    }
}

/// A URL without what may be secret in it.
fn place(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for URLs that cannot have any.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown.set_fragment(None);
    shown.into()
}
