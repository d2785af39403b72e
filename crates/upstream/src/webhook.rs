//! Telling a webhook of an event: signed as Standard Webhooks has it (standardwebhooks.com), through the same guarded client as vendors
//! are called with, once.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use url::Url;

use crate::client::Client;
use crate::guard::Denied;
use crate::rate_limit::RateLimitFacts;
use crate::send::Unanswered;

/// Longest wait for a receiver's answer.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(15);
/// Why nothing is sent where there is nothing to sign with.
pub const UNREADABLE_SECRET: &str = "the webhook's secret is unreadable; rotate it";

/// What is sent to a webhook.
pub struct Notice<'n> {
    pub url: &'n Url,
    /// The event's id: the same in each attempt.
    pub id: &'n str,
    /// Shared with the connection, which may have it a moment longer.
    pub body: Bytes,
    /// In the form `whsec_…`; each of them signs.
    pub secrets: &'n [SecretString],
}

/// A receiver's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub status: StatusCode,
    /// How long the receiver asks us to wait.
    pub retry_after: Option<Duration>,
}

/// Why there is no answer, in words for whoever made the webhook. They hold neither its URL nor a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoReceipt(String);

/// Why a URL cannot be a webhook's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookUrlError {
    #[error("this is not a URL; write it like https://example.com/webhooks")]
    NoUrl,
    #[error("it must not hold blanks; write `%20` for each")]
    Blank,
    #[error("it must begin with `https://`; plain `http` goes to private addresses only, and only where those are allowed")]
    Scheme,
    #[error("it must not hold a user name or password; the signature tells that a request is ours")]
    UserInfo,
    #[error("it must not have a part after `#`, which is never sent")]
    Fragment,
    #[error("its address is private or reserved; webhooks go to public addresses")]
    Address,
}

impl Client {
    /// Reads a webhook's URL, and refuses what would never be called. Names are looked up only when something is sent.
    ///
    /// # Errors
    /// [`WebhookUrlError`] says what to give instead.
    pub fn webhook_url(&self, text: &str) -> Result<Url, WebhookUrlError> {
        // The parser would leave some out.
        if text.contains(char::is_whitespace) {
            return Err(WebhookUrlError::Blank);
        }
        let url = Url::parse(text).map_err(|_| WebhookUrlError::NoUrl)?;
        self.private_addresses.check(&url).map_err(|denied| match denied {
            Denied::Scheme { .. } => WebhookUrlError::Scheme,
            Denied::Address { .. } | Denied::Name { .. } | Denied::Reserved { .. } => WebhookUrlError::Address,
        })?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(WebhookUrlError::NoUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookUrlError::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(WebhookUrlError::Fragment);
        }
        Ok(url)
    }

    /// Sends a notice, once. Redirects are an answer like any other. Nothing is read beyond the headers.
    ///
    /// # Errors
    /// [`NoReceipt`] if there was no answer, or nothing was sent.
    pub async fn notify(&self, notice: &Notice<'_>, now: Timestamp) -> Result<Receipt, NoReceipt> {
        let answer = self.answered(request(notice, now)?).await.map_err(|unanswered| NoReceipt(said(unanswered)))?;
        let retry_after = RateLimitFacts::read(None, answer.headers(), now).retry_after.map(Duration::from_secs);
        Ok(Receipt { status: answer.status(), retry_after })
    }
}

/// `webhook-signature`: one signature for each secret, separated by blanks.
///
/// # Errors
/// [`NoReceipt`] if a secret is not in the form `whsec_` and base64.
fn signatures(secrets: &[SecretString], id: &str, seconds: i64, body: &[u8]) -> Result<String, NoReceipt> {
    let signed = secrets.iter().map(|secret| {
        let text = secret.expose_secret().strip_prefix("whsec_").unwrap_or_default();
        let key = STANDARD.decode(text).ok().filter(|key| !key.is_empty()).map(SecretSlice::<u8>::from);
        let key = key.ok_or_else(|| NoReceipt(UNREADABLE_SECRET.to_owned()))?;
        let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()));
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        Ok(format!("v1,{}", STANDARD.encode(mac.sign())))
    });
    Ok(signed.collect::<Result<Vec<_>, NoReceipt>>()?.join(" "))
}

fn request(notice: &Notice<'_>, now: Timestamp) -> Result<reqwest::Request, NoReceipt> {
    let seconds = now.as_second();
    let mut request = reqwest::Request::new(Method::POST, notice.url.clone());
    *request.timeout_mut() = Some(WEBHOOK_TIMEOUT);
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    let values = [
        ("webhook-id", notice.id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signatures(notice.secrets, notice.id, seconds, &notice.body)?),
    ];
    for (name, value) in values {
        let value = HeaderValue::try_from(value).map_err(|_| NoReceipt(format!("the header `{name}` cannot be written")))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    *request.body_mut() = Some(notice.body.clone().into());
    Ok(request)
}

fn said(unanswered: Unanswered) -> String {
    match unanswered {
        Unanswered::Denied(Denied::Scheme { .. }) => WebhookUrlError::Scheme.to_string(),
        Unanswered::Denied(_) => "its host has only private or reserved addresses; webhooks go to public addresses".to_owned(),
        Unanswered::Unsendable(problem) => problem,
        Unanswered::NotConnected(cause) => format!("no connection: {cause}"),
        Unanswered::TimedOut => format!("no answer within {} seconds", WEBHOOK_TIMEOUT.as_secs()),
        Unanswered::Lost(cause) => format!("the connection broke before an answer came: {cause}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PrivateAddresses, UpstreamSettings};

    fn client(private_addresses: PrivateAddresses) -> Client {
        Client::new(&UpstreamSettings { private_addresses, ..UpstreamSettings::default() }).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_gets_its_signature() {
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].map(SecretString::from);
        let signed = signatures(&secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs() {
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"].map(SecretString::from);
        let both = signatures(&secrets, "evt_1", 7, b"{}").unwrap();
        let alone: Vec<String> = secrets.chunks(1).map(|one| signatures(one, "evt_1", 7, b"{}").unwrap()).collect();
        assert_eq!(both, alone.join(" "));
        assert_ne!(alone[0], alone[1]);
    }

    #[test]
    fn a_url_that_would_never_be_called_is_refused_with_the_remedy() {
        let problem = |text: &str| client(PrivateAddresses::Refuse).webhook_url(text).unwrap_err();
        assert_eq!(problem("hooks"), WebhookUrlError::NoUrl);
        for text in ["https://example.com/a b", "https://example.com/a\nb", "https://exam\tple.com/"] {
            assert_eq!(problem(text), WebhookUrlError::Blank, "{text:?}");
        }
        for text in ["http://example.com/", "ftp://example.com/", "mailto:a@example.com"] {
            assert_eq!(problem(text), WebhookUrlError::Scheme, "{text}");
        }
        for text in ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://0x7f.1/", "https://10.0.0.1/"] {
            assert_eq!(problem(text), WebhookUrlError::Address, "{text}");
        }
        for text in ["https://user@example.com/", "https://:password@example.com/"] {
            assert_eq!(problem(text), WebhookUrlError::UserInfo, "{text}");
        }
        assert_eq!(problem("https://example.com/#part"), WebhookUrlError::Fragment);
        assert!(client(PrivateAddresses::Refuse).webhook_url("https://example.com/hooks?team=7").is_ok());
    }

    #[test]
    fn where_private_addresses_are_allowed_plain_http_goes_to_those_only() {
        let client = client(PrivateAddresses::Allow);
        assert!(client.webhook_url("http://127.0.0.1:8080/hooks").is_ok());
        assert_eq!(client.webhook_url("http://1.1.1.1/").unwrap_err(), WebhookUrlError::Scheme);
        assert_eq!(client.webhook_url("http://169.254.169.254/").unwrap_err(), WebhookUrlError::Address);
    }
}
