//! One call to a vendor: a planned request goes out with an account's credential, an answer or a failure comes back.
//!
//! The only crate that opens connections to vendors. It sends each request once, within limits of time and size, to
//! public addresses only; it stores nothing and reads no clock.

mod answer;
mod base_url;
mod call;
mod certificate;
mod client;
mod credential;
mod document;
mod failure;
mod fetch;
mod files;
mod guard;
mod html;
mod json_lines;
mod location;
mod notes;
pub mod oauth;
mod rate_limit;
mod records;
mod refusal;
mod secrets;
mod send;
mod shape;
mod shorten;
mod text;
mod tokens;
mod unprintable;
mod webhook;

pub use answer::{Answer, File, FileContent, Outcome};
pub use base_url::UnknownHost;
pub use certificate::{CertificateProblem, certificate_problem};
pub use client::{Client, ClientError, UpstreamSettings, operator_client, undecoding_operator_client};
pub use credential::{Credential, CredentialError};
pub use failure::{Code, Failure, Source};
pub use fetch::{FetchError, Fetched, Redirects};
pub use guard::{PrivateAddresses, is_public};
pub use rate_limit::RateLimitFacts;
/// What [`operator_client`] speaks in.
pub use reqwest;
pub use webhook::{NoReceipt, Notice, Receipt, UNREADABLE_SECRET, WEBHOOK_TIMEOUT, WebhookUrlError};
