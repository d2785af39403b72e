//! Requests that are under way, until they are answered or their client no longer waits for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use super::lock::lock;
use super::opening::Opening;
use crate::mcp_client::{Id, Message};

/// By id, where a request went and what it can be stopped with.
#[derive(Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<HashMap<Id, (Opening, CancellationToken)>>>);

/// A request's place in [`UnderWay`], given up when it is dropped.
pub(super) struct Place {
    under_way: UnderWay,
    id: Id,
    /// Cancelled once nobody waits for the answer.
    pub(super) cancelled: CancellationToken,
}

impl UnderWay {
    pub(super) fn enter(&self, id: &Id, opening: &Opening) -> Place {
        let cancelled = CancellationToken::new();
        lock(&self.0).insert(id.clone(), (opening.clone(), cancelled.clone()));
        Place { under_way: self.clone(), id: id.clone(), cancelled }
    }

    /// Follows a `notifications/cancelled`. Gives where the request had gone, unless it was answered meanwhile.
    pub(super) fn cancel(&self, notification: &Message) -> Option<Opening> {
        let id = cancelled_id(notification)?;
        let (opening, cancelled) = lock(&self.0).remove(&id)?;
        cancelled.cancel();
        Some(opening)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.under_way.0).remove(&self.id);
    }
}

fn cancelled_id(notification: &Message) -> Option<Id> {
    #[derive(Deserialize)]
    struct Params<'a> {
        #[serde(borrow, rename = "requestId")]
        request_id: &'a RawValue,
    }
    let params: Params<'_> = serde_json::from_str(notification.params()?.get()).ok()?;
    Id::read(params.request_id)
}
