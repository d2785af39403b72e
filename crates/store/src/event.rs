//! What webhooks are told of.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Account, AccountStatus};

/// A kind of event, as receivers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    AccountCreated,
    AccountStatusChanged,
    AccountDeleted,
    /// Sent to one webhook because somebody asked for it.
    Test,
}

impl EventType {
    /// What a webhook can ask for.
    pub const ALL: [EventType; 3] = [EventType::AccountCreated, EventType::AccountStatusChanged, EventType::AccountDeleted];

    pub fn as_str(self) -> &'static str {
        match self {
            EventType::AccountCreated => "integrated_account.created",
            EventType::AccountStatusChanged => "integrated_account.status_changed",
            EventType::AccountDeleted => "integrated_account.deleted",
            EventType::Test => "webhook.test",
        }
    }

    /// The type of this name that a webhook can ask for.
    pub fn from_text(text: &str) -> Option<EventType> {
        EventType::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an event is about, as it was at that moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Absent from a test.
    pub account: Option<Account>,
    /// What the account's status was before it changed.
    pub previous_status: Option<AccountStatus>,
}

/// Something that happened to an account.
#[derive(Clone, Copy)]
pub(crate) enum Event<'a> {
    Created(&'a Account),
    /// The account as it is now, and what its status was.
    StatusChanged(&'a Account, AccountStatus),
    /// The account as it was, and when it was deleted.
    Deleted(&'a Account, Timestamp),
}

impl<'a> Event<'a> {
    pub(crate) fn account(self) -> &'a Account {
        match self {
            Event::Created(account) | Event::StatusChanged(account, _) | Event::Deleted(account, _) => account,
        }
    }

    pub(crate) fn kind(self) -> EventType {
        match self {
            Event::Created(_) => EventType::AccountCreated,
            Event::StatusChanged(..) => EventType::AccountStatusChanged,
            Event::Deleted(..) => EventType::AccountDeleted,
        }
    }

    pub(crate) fn at(self) -> Timestamp {
        match self {
            Event::Created(account) | Event::StatusChanged(account, _) => account.updated_at,
            Event::Deleted(_, at) => at,
        }
    }

    pub(crate) fn content(self) -> Content {
        let previous_status = match self {
            Event::StatusChanged(_, before) => Some(before),
            Event::Created(_) | Event::Deleted(..) => None,
        };
        Content { account: Some(self.account().clone()), previous_status }
    }
}
