//! One tool call: plan, send, shape. Every door calls tools through here.

use std::sync::Arc;
use std::time::Instant;

use catalog::tool::{Kind, Tool};
use http::HeaderMap;
use serde_json::{Map, Value};
use store::{Account, AccountStatus, ApiTokenId, McpServerId};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinError;
use upstream::{Code, Failure, Outcome, RateLimitFacts, Source};

use crate::accounts::Loaded;
use crate::app::App;
use crate::connected_account::ConnectedAccount;
use crate::refresh::{self, Occasion};
use crate::{account_status, reconnect};

/// Whose call it is, for the log.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller {
    McpServer(McpServerId),
    ApiToken(ApiTokenId),
}

impl Caller {
    fn mcp_server(self) -> Option<McpServerId> {
        match self {
            Self::McpServer(id) => Some(id),
            Self::ApiToken(_) => None,
        }
    }

    fn api_token(self) -> Option<ApiTokenId> {
        match self {
            Self::ApiToken(id) => Some(id),
            Self::McpServer(_) => None,
        }
    }
}

/// Runs `tool` for an account. Whatever goes wrong is in the outcome, in a form an agent can act on.
pub(crate) async fn call(
    app: &Arc<App>,
    connected: &Arc<ConnectedAccount>,
    caller: Caller,
    tool: &Arc<Tool>,
    arguments: Map<String, Value>,
) -> Outcome {
    let mut trace = Trace { app, connected, caller, tool, started: Instant::now(), code: Some(Code::Cancelled) };
    let outcome = run(app, connected, tool, arguments).await;
    trace.code = outcome.result.as_ref().err().map(|failure| failure.code.clone());
    outcome
}

/// What is left of a call: a number and a line in the log, also when its future is dropped before it has an outcome.
struct Trace<'a> {
    app: &'a App,
    connected: &'a ConnectedAccount,
    caller: Caller,
    tool: &'a Tool,
    started: Instant,
    /// Why it failed; until it has ended, that it was given up.
    code: Option<Code>,
}

impl Drop for Trace<'_> {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        self.app.metrics.observe_call(&self.connected.account.integration, self.code.as_ref(), took);
        tracing::debug!(
            account.id = %self.connected.account.id,
            mcp_server.id = self.caller.mcp_server().map(tracing::field::display),
            api_token.id = self.caller.api_token().map(tracing::field::display),
            tool = self.tool.name,
            code = self.code.as_ref().map(Code::as_str),
            duration_ms = took.as_millis() as u64,
            "tool called"
        );
    }
}

/// The same for a caller who has not cancelled by hanging up: what may change something is finished without them, unless they
/// `cancel` it. `place` is kept until then.
///
/// # Errors
/// The call ended in a panic.
pub(crate) async fn call_to_the_end(
    app: &Arc<App>,
    connected: &Arc<ConnectedAccount>,
    caller: Caller,
    tool: &Arc<Tool>,
    arguments: Map<String, Value>,
    place: OwnedSemaphorePermit,
    cancel: impl Future<Output = ()> + Send + 'static,
) -> Result<Outcome, JoinError> {
    if tool.kind == Kind::Read {
        return Ok(unless(cancel, call(app, connected, caller, tool, arguments)).await);
    }
    let (app, connected, tool) = (Arc::clone(app), Arc::clone(connected), Arc::clone(tool));
    let tasks = app.tasks.clone();
    let running = tasks.spawn(async move {
        let _place = place;
        unless(cancel, call(&app, &connected, caller, &tool, arguments)).await
    });
    running.await
}

/// Gives the call up, at the vendor too, once `cancel` is done.
async fn unless(cancel: impl Future<Output = ()>, outcome: impl Future<Output = Outcome>) -> Outcome {
    tokio::select! {
        outcome = outcome => outcome,
        () = cancel => {
            tracing::info!("a call was cancelled by its client");
            let hint = "If the call was to change something, look up whether it did before repeating it.";
            failed(Failure::ours(Code::Cancelled, "the client cancelled this call", Some(hint)))
        }
    }
}

/// What the vendor said about its limits, as headers of our own answer.
pub(crate) fn push_rate_limit(headers: &mut HeaderMap, facts: &RateLimitFacts) {
    let named = [
        ("ratelimit-limit", facts.limit),
        ("ratelimit-remaining", facts.remaining),
        ("ratelimit-reset", facts.reset),
        ("retry-after", facts.retry_after),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            headers.insert(name, value.into());
        }
    }
}

async fn run(app: &Arc<App>, connected: &Arc<ConnectedAccount>, tool: &Arc<Tool>, arguments: Map<String, Value>) -> Outcome {
    let mut outcome = match send(app, connected, tool, arguments, Occasion::Call).await {
        Ok((outcome, used)) => {
            account_status::noticed(app, connected, &used, &outcome).await;
            outcome
        }
        Err(failure) => failed(*failure),
    };
    if let Err(failure) = &mut outcome.result {
        reconnect::offer(app, &connected.account, failure).await;
    }
    outcome
}

/// Sends one request to the vendor, and a second one only if the first was refused for its token and there is a fresh one. Gives what
/// came of it, and the credential that the last one was sent with.
///
/// # Errors
/// What to tell the caller where it did not come to a request, or no fresh token was to be had for a second.
pub(crate) async fn send(
    app: &App,
    connected: &ConnectedAccount,
    tool: &Tool,
    arguments: Map<String, Value>,
    occasion: Occasion,
) -> Result<(Outcome, Arc<Loaded>), Box<Failure>> {
    if let Some(unknown_host) = &connected.unknown_host {
        let hint = "Nothing was sent. A person has to correct the base URL of the account, or allow its host.";
        return Err(Box::new(Failure::ours(Code::Forbidden, unknown_host.to_string(), Some(hint))));
    }
    let (Some(target), Some(credential)) = (&connected.target, &connected.credential) else {
        return Err(Box::new(not_connected(&connected.account)));
    };
    let plan = tool.plan(target, arguments).map_err(|error| Box::new(Failure::from(error)))?;
    if plan.is_mended {
        tracing::debug!(tool = tool.name, "a client's slips in the arguments were mended");
    }
    let (due, mut used) = (refresh::is_due(credential, &connected.account, app.clock.now()), Arc::clone(credential));
    if due {
        match refresh::in_time(app, connected, credential, occasion).await {
            Ok(fresh) => used = fresh,
            // It was early: what there is may do for this call, and a later one tries again.
            Err(_) if credential.is_usable(app.clock.now()) => {}
            Err(failure) => return Err(failure),
        }
    }
    let Some(shown) = &used.credential else { return Err(Box::new(refresh::no_token())) };
    let outcome = app.upstream.call(tool, &plan, shown, app.clock.now()).await;
    let is_refused = outcome.result.as_ref().is_err_and(|failure| refuses_token(failure));
    // One that was refused right after it was replaced would be refused again.
    let was_renewed = !Arc::ptr_eq(&used, credential);
    if !is_refused || !used.refreshable || was_renewed {
        return Ok((outcome, used));
    }
    let fresh = refresh::for_plan(app, connected, &used, occasion).await?;
    if fresh.version == used.version {
        return Ok((outcome, used));
    }
    let Some(shown) = &fresh.credential else { return Err(Box::new(refresh::no_token())) };
    let outcome = app.upstream.call(tool, &plan, shown, app.clock.now()).await;
    Ok((outcome, fresh))
}

/// Whether the vendor refused a request for its token, so did nothing: by status 401, or by an answer that the definition calls a refusal of it although its
/// status says success (`refused_when` and a rule).
fn refuses_token(failure: &Failure) -> bool {
    let is_success = failure.status.is_some_and(|status| (200..300).contains(&status));
    failure.status == Some(401) || (is_success && failure.source == Source::Vendor && failure.code == Code::NeedsReauth)
}

fn not_connected(account: &Account) -> Failure {
    let (what, hint) = match account.status {
        AccountStatus::Connecting => {
            ("the account is not connected yet", "A person has to connect it first; calling again will not help until then.")
        }
        _ => ("the connected account holds no usable credential", "Ask the operator of this server to connect the account again."),
    };
    Failure::ours(Code::NeedsReauth, format!("{what}; nothing was sent"), Some(hint))
}

/// An outcome without any contact to the vendor.
pub(crate) fn failed(failure: Failure) -> Outcome {
    Outcome { result: Err(Box::new(failure)), rate_limit: RateLimitFacts::default() }
}
