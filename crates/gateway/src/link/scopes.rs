//! What a vendor is asked to let people consent to: what the account is used for, and no less than it had.

use catalog::connect_form::{Abilities, abilities};
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::scopes::{NeededScope, needed_scopes};
use jiff::Timestamp;
use store::{Account, Page, StoreError};

use super::opening::Link;
use crate::app::App;
use crate::tool_set::filter_of;

/// What an account is for.
pub(super) struct Use {
    /// Views of its tools.
    pub views: Vec<Filter>,
    /// Scopes that it has been granted.
    pub had: Vec<String>,
}

/// What a link's account will be used for: as the link says, or as the MCP servers of the account do that is to be connected again.
pub(super) async fn of_link(app: &App, link: &Link, now: Timestamp) -> Result<Use, StoreError> {
    let given = Use { views: vec![link.filter.clone()], had: Vec::new() };
    let Some(account) = link.account() else { return Ok(given) };
    let mut views = live_views(app, account, now).await?;
    let says_something = link.filter != Filter::default();
    if says_something || views.is_empty() {
        views.push(link.filter.clone());
    }
    Ok(Use { views, had: granted(app, account).await? })
}

impl Use {
    /// What the vendor is asked for; `None` where it is asked for nothing.
    pub(super) fn scopes<'d>(&'d self, definition: &'d Definition, method: &str) -> Option<Vec<NeededScope<'d>>> {
        let of_views: Vec<NeededScope<'d>> =
            self.views.iter().filter_map(|view| needed_scopes(definition, method, view)).flatten().collect();
        let known = &definition.integration.credentials.get(method)?.oauth2.as_ref()?.scopes;
        let asked = known.iter().filter_map(|(name, permits)| {
            let needed = || of_views.iter().filter(|scope| scope.name == name);
            let is_asked = needed().next().is_some() || self.had.contains(name);
            is_asked.then(|| {
                let mut tools: Vec<&str> = needed().flat_map(|scope| scope.tools.iter().copied()).collect();
                tools.sort_unstable();
                tools.dedup();
                NeededScope { name, permits, tools }
            })
        });
        // What the account had besides, e.g. `offline_access`: nobody says what it permits, and without it the account may not work as before.
        let unknown = self.had.iter().filter(|name| !known.contains_key(*name));
        Some(asked.chain(unknown.map(|name| NeededScope { name, permits: name, tools: Vec::new() })).collect())
    }

    /// What agents will be able to do.
    pub(super) fn abilities(&self, definition: &Definition, method: &str) -> Abilities {
        let mut all = Abilities::default();
        for view in &self.views {
            let Abilities { read, write, delete, tools } = abilities(definition, method, view);
            for (things, more) in [(&mut all.read, read), (&mut all.write, write), (&mut all.delete, delete), (&mut all.tools, tools)] {
                more.into_iter().for_each(|thing| {
                    if !things.contains(&thing) {
                        things.push(thing);
                    }
                });
            }
        }
        all
    }
}

/// The views of the account's MCP servers that have not expired.
async fn live_views(app: &App, account: &Account, now: Timestamp) -> Result<Vec<Filter>, StoreError> {
    let mut views = Vec::new();
    let mut page = Page { limit: 100, after: None };
    loop {
        let listed = app.store.mcp_servers().list(account.environment_id, account.id, page).await?;
        let live = listed.items.iter().filter(|server| server.expires_at.is_none_or(|end| end > now));
        for view in live.map(|server| filter_of(&server.config)) {
            if !views.contains(&view) {
                views.push(view);
            }
        }
        match listed.next.and_then(|cursor| cursor.parse().ok()) {
            Some(after) => page = Page { limit: 100, after: Some(after) },
            None => return Ok(views),
        }
    }
}

/// The scopes of the account's present credential. One that cannot be read is replaced all the same.
async fn granted(app: &App, account: &Account) -> Result<Vec<String>, StoreError> {
    let stored = match app.store.accounts().credentials(account.environment_id, account.id).await {
        Ok(stored) => stored,
        Err(StoreError::Unreadable(reason)) => {
            tracing::warn!(account.id = %account.id, %reason, "the credential that is to be replaced cannot be read");
            None
        }
        Err(error) => return Err(error),
    };
    let scope = stored.as_ref().and_then(|stored| stored.get("scope")).and_then(|scope| scope.as_str()).unwrap_or_default();
    Ok(scope.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
}
