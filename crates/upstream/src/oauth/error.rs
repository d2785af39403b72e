//! Why there are no tokens: who can do something about it, and what has become of what was shown.

use std::time::Duration;

use super::request::Asking;
use crate::send::Unanswered;

/// A request to an authorization server that did not give what was asked for. Holds no secret, whatever the vendor repeats.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OAuthError {
    pub problem: OAuthProblem,
    /// What is known of the code, refresh token or token that was shown.
    pub grant: GrantState,
    /// For the account's owner and the log: place, problem, remedy.
    pub message: String,
}

/// Sorted by who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OAuthProblem {
    /// `invalid_grant`: refused for good. The account's owner has to connect it again.
    GrantRefused,
    /// `invalid_client`, `unauthorized_client`: whoever runs the app has to correct its id, secret or registration.
    AppRefused,
    /// The vendor understood and refused for another reason, e.g. `invalid_scope`: definition and registration do not fit it.
    RequestRefused,
    /// Later it may go well: no connection, no answer in time, 429, 5xx.
    Temporary {
        /// How long the vendor asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// An answer that is none: a page, a redirect, no token in it. The definition's URL may be wrong, or the vendor out of order.
    Unintelligible,
    /// The address must not be called, or no request can be made of it. Nothing was sent.
    NotAllowed,
}

/// What is known of what was shown to the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    /// The vendor did not use it up: it was not sent, or refused for another reason.
    Unused,
    /// It was sent, and the answer with its successor, if there was one, is lost. Whether it is still good shows when it is used
    /// again: single-use tokens are refused then.
    PerhapsUsed,
    /// The vendor says that it is worth nothing.
    Worthless,
}

const CHECK_URL: &str = "check the account's base URL and the definition's `oauth2` URLs";

/// What a request without an answer means.
pub(super) fn unanswered(unanswered: Unanswered, asking: &Asking) -> OAuthError {
    let Asking { host, subject, .. } = asking;
    let temporary = OAuthProblem::Temporary { retry_after: None };
    let (problem, grant, message) = match unanswered {
        Unanswered::Denied(denied) => (OAuthProblem::NotAllowed, GrantState::Unused, format!("{denied}; nothing was sent; {CHECK_URL}")),
        Unanswered::Unsendable(cause) => {
            (OAuthProblem::NotAllowed, GrantState::Unused, format!("no request to {host} can be made: {cause}; {CHECK_URL}"))
        }
        Unanswered::NotConnected(cause) => {
            (temporary, GrantState::Unused, format!("cannot connect to {host}: {cause}; nothing was sent; try again later"))
        }
        Unanswered::TimedOut => {
            (temporary, GrantState::PerhapsUsed, format!("{host} gave no answer in time; it may have used up {subject}; try again later"))
        }
        Unanswered::Lost(cause) => (
            temporary,
            GrantState::PerhapsUsed,
            format!("the connection to {host} broke before an answer came: {cause}; it may have used up {subject}; try again later"),
        ),
    };
    OAuthError { problem, grant, message: asking.secrets.blank_out(&message).into_owned() }
}
