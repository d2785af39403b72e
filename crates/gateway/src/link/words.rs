//! What a person is told when something is in the way: what happened and what to do.

use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::StoreError;
use uuid::Uuid;

use super::audience::Audience;
use super::opening::Closed;
use super::page::{Mood, Problem, problem, vendor_words};
use crate::app::App;

/// A page of bad news.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Trouble(Box<Told>);

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    status: u16,
    /// For programs.
    reason: String,
    mood: Mood,
    title: String,
    what: String,
    remedy: String,
    label: Option<String>,
    vendor_said: Option<String>,
    can_pass: bool,
    /// Holds a link, so it is written nowhere.
    #[serde(skip)]
    begin_again: Option<String>,
}

const ASK_AGAIN: &str = "Ask whoever sent you here for a new link.";
const WRONG_HERE: &str = "Something went wrong here";
const NOT_KNOWN: &str = "It is not known whether anything was saved.";
const LOOK_AGAIN: &str = "Open the link again: if it has been used, the account is connected.";
const TELL_THEM: &str = "Tell whoever sent you here; nothing that you enter can change it.";

impl Trouble {
    pub(super) fn new(status: StatusCode, reason: &'static str, title: impl Into<String>, what: impl Into<String>) -> Self {
        Self(Box::new(Told {
            status: status.as_u16(),
            reason: reason.to_owned(),
            mood: Mood::Bad,
            title: title.into(),
            what: what.into(),
            remedy: ASK_AGAIN.to_owned(),
            label: None,
            vendor_said: None,
            can_pass: false,
            begin_again: None,
        }))
    }

    /// A fault of the store. The person is told nothing of the inside; the log has it under the same id.
    fn fault(error: &StoreError, what: &str) -> Self {
        let request_id = Uuid::now_v7();
        tracing::error!(%request_id, %error, "a link page failed");
        let status = match error {
            StoreError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let what = format!("{what} The number of this fault is {request_id}.");
        Self::new(status, "internal_error", WRONG_HERE, what)
    }

    /// The store failed at storing: if the database was lost on the way, it may have been stored.
    pub(super) fn while_storing(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Unexpected(_) => Self::fault(&error, NOT_KNOWN).remedy(LOOK_AGAIN),
            StoreError::Conflict(_) | StoreError::Unreadable(_) | StoreError::WrongKey | StoreError::Invalid(_) => error.into(),
        }
    }

    /// A task ended in a bug of ours.
    pub(super) fn unfinished() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", WRONG_HERE, NOT_KNOWN).remedy(LOOK_AGAIN)
    }

    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.0.remedy = remedy.into();
        self
    }

    /// Nothing went wrong; there is only nothing left to do.
    pub(super) fn over(mut self) -> Self {
        self.0.mood = Mood::Neutral;
        self
    }

    /// Something that only whoever made the link, or runs this server, can mend.
    pub(super) fn for_others(self) -> Self {
        self.remedy(TELL_THEM)
    }

    /// Something that may go better next time.
    pub(super) fn passing(mut self, remedy: &str) -> Self {
        self.0.can_pass = true;
        self.remedy(remedy)
    }

    pub(super) fn at(mut self, label: &str) -> Self {
        self.0.label = Some(label.to_owned());
        self
    }

    pub(super) fn said(mut self, vendor_said: Option<String>) -> Self {
        self.0.vendor_said = vendor_said.as_deref().map(vendor_words);
        self
    }

    /// Whether beginning again may help.
    pub(super) fn can_pass(&self) -> bool {
        self.0.can_pass
    }

    /// Where to begin again, if that may help.
    pub(super) fn begin_again_at(mut self, url: String) -> Self {
        self.0.begin_again = self.0.can_pass.then_some(url);
        self
    }

    pub(super) fn answer(&self, app: &App, audience: &Audience) -> Response {
        let told = &self.0;
        let back = audience.back(&told.reason);
        let view = Problem {
            site: audience.site(app),
            label: told.label.as_deref(),
            reason: &told.reason,
            mood: told.mood,
            title: &told.title,
            what: &told.what,
            remedy: &told.remedy,
            vendor_said: told.vendor_said.as_deref(),
            retry: told.begin_again.as_deref(),
            back: back.as_deref(),
        };
        audience.answer(StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), problem(&view))
    }
}

impl From<Closed> for Trouble {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Unknown => Self::new(
                StatusCode::NOT_FOUND,
                "unknown_link",
                "This link opens nothing",
                "The address may be incomplete, or the link has ended a while ago.",
            )
            .remedy("Check that you opened the whole address, or ask whoever sent you here for a new link."),
            Closed::Expired => Self::new(
                StatusCode::GONE,
                "link_expired",
                "This link has expired",
                "Links work for a limited time, and this one's is over.",
            ),
            Closed::Used => Self::new(
                StatusCode::GONE,
                "link_used",
                "This link has been used",
                "An account has been connected by it, and each link connects one account once.",
            )
            .over()
            .remedy("If that was you, there is nothing left to do. If not, ask whoever sent you here for a new link."),
            Closed::AccountGone => Self::new(
                StatusCode::GONE,
                "account_gone",
                "The account is gone",
                "The connection that this link was to renew has been deleted meanwhile.",
            ),
        }
    }
}

/// At anything but storing.
impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::fault(&error, "Nothing was saved.")
            .remedy("Open the link again in a minute. If that does not help, tell whoever sent you here the number.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_saved_is_said_only_where_that_is_known() {
        let lost = || StoreError::Unavailable("connection reset".into());
        let said = |trouble: Trouble| (trouble.0.status, trouble.0.what);
        for (trouble, words) in [
            (Trouble::from(lost()), "Nothing was saved. "),
            (Trouble::while_storing(StoreError::Conflict("changed".to_owned())), "Nothing was saved. "),
            (Trouble::while_storing(lost()), "It is not known whether anything was saved. "),
        ] {
            let (status, what) = said(trouble);
            assert!(what.starts_with(words) && !what.contains("reset") && status >= 500, "{status} {what}");
        }
    }
}
