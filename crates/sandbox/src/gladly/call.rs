//! One admitted request, with all that answering it may look at and change.

use jiff::Timestamp;

use crate::gladly::access::Caller;
use crate::gladly::event_log::Actor;
use crate::gladly::organization::Organization;
use crate::gladly::settings::Settings;
use crate::kit::request::Request;

#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    /// To the millisecond.
    pub(super) now: Timestamp,
    pub(super) caller: &'a Caller,
    pub(super) settings: &'a Settings,
    pub(super) organization: &'a mut Organization,
}

impl Call<'_> {
    /// The caller as the author of what this request makes.
    pub(super) fn author(&self) -> Actor {
        Actor::api(&self.caller.agent_id)
    }

    /// Writes an event that this request causes; `content` holds ids, as the vendor's events do.
    pub(super) fn record(&mut self, kind: &'static str, content: serde_json::Value) {
        let author = self.author();
        self.organization.events.record(kind, author, content, self.now);
    }
}
