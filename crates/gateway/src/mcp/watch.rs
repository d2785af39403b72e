//! Follows what one URL offers, so that a client can be told when it changes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::admission::{Credentials, Refused};
use crate::access::Access;
use crate::app::App;
use crate::tool_set::ToolSet;

/// How long until the database is asked again when it did not answer.
const AGAIN: Duration = Duration::from_secs(1);
/// The clock may be set meanwhile, so a far expiry is not waited for in one go.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// One client's view of one URL.
pub(crate) struct Watch {
    app: Arc<App>,
    credentials: Arc<Credentials>,
    access: Arc<Access>,
    changes: watch::Receiver<()>,
    catalog: watch::Receiver<()>,
    /// Something happened that was not looked at yet. Kept here because [`Watch::changed`] may be dropped while it waits.
    is_stale: bool,
}

/// Which lists are others than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) tools: bool,
    pub(crate) prompts: bool,
}

impl Watch {
    /// Follows from what `access` shows.
    pub(crate) fn new(app: &Arc<App>, credentials: Arc<Credentials>, access: Arc<Access>) -> Self {
        Self {
            changes: app.store.generations().changes(),
            catalog: app.catalog.changes(),
            app: Arc::clone(app),
            credentials,
            access,
            // What changed between the look-up of `access` and now.
            is_stale: true,
        }
    }

    /// What was offered last.
    pub(crate) fn tools(&self) -> &ToolSet {
        &self.access.tools
    }

    /// Waits for the next change. `None` once the client may not come in any more. May be dropped and called again.
    pub(crate) async fn changed(&mut self) -> Option<Changed> {
        loop {
            if !self.is_stale {
                self.something_happens().await;
                self.is_stale = true;
            }
            match self.credentials.admit(&self.app).await {
                Ok(access) => {
                    self.is_stale = false;
                    let changed = difference(&self.access.tools, &access.tools);
                    self.access = access;
                    if changed.tools || changed.prompts {
                        return Some(changed);
                    }
                }
                Err(refused) if refused.may_pass() => tokio::time::sleep(AGAIN).await,
                Err(Refused::Failed(error)) => {
                    tracing::warn!(%error, "a stream ends");
                    return None;
                }
                Err(_) => return None,
            }
        }
    }

    /// Waits until any account, server or definition has changed, or the server expires.
    async fn something_happens(&mut self) {
        let left = self.access.server.expires_at.map(|at| at.duration_since(self.app.clock.now()));
        let left = left.map_or(LONGEST_SLEEP, |left| Duration::try_from(left).unwrap_or_default().min(LONGEST_SLEEP));
        tokio::select! {
            _ = self.changes.changed() => {}
            _ = self.catalog.changed() => {}
            () = tokio::time::sleep(left) => {}
        }
    }
}

fn difference(before: &Arc<ToolSet>, after: &Arc<ToolSet>) -> Changed {
    if Arc::ptr_eq(before, after) {
        return Changed { tools: false, prompts: false };
    }
    let prompts = |set: &'_ ToolSet| set.prompts().iter().map(|prompt| prompt.listing().to_owned()).collect::<Vec<_>>();
    Changed { tools: before.handshake_pages() != after.handshake_pages(), prompts: prompts(before) != prompts(after) }
}
