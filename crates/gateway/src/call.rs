//! One tool call: plan, send, shape. Every door calls tools through here.

use std::sync::Arc;

use catalog::tool::Tool;
use serde_json::{Map, Value};
use upstream::{Code, Failure, Outcome, RateLimitFacts};

use crate::access::Access;
use crate::app::App;

/// Runs `tool` for the holder of `access`. Whatever goes wrong is in the outcome, in a form an agent can act on.
pub(crate) async fn call(app: &App, access: &Access, tool: &Arc<Tool>, arguments: Map<String, Value>) -> Outcome {
    let started = std::time::Instant::now();
    let outcome = run(app, access, tool, arguments).await;
    app.metrics.observe_call(&access.account.integration, &outcome, started.elapsed());
    tracing::debug!(
        account.id = %access.account.id,
        mcp_server.id = %access.server.id,
        tool = tool.name,
        code = outcome.result.as_ref().err().map(|failure| failure.code.as_str()),
        duration_ms = started.elapsed().as_millis() as u64,
        "tool called"
    );
    outcome
}

async fn run(app: &App, access: &Access, tool: &Arc<Tool>, arguments: Map<String, Value>) -> Outcome {
    let plan = match tool.plan(&access.target, arguments) {
        Ok(plan) => plan,
        Err(error) => return failed(Failure::from(error)),
    };
    let Some(credential) = &access.credential else {
        return failed(Failure::ours(
            Code::NeedsReauth,
            "the connected account holds no usable credential; nothing was sent",
            Some("Ask the operator of this server to connect the account again."),
        ));
    };
    app.upstream.call(tool, &plan, credential, app.clock.now()).await
}

/// An outcome without any contact to the vendor.
fn failed(failure: Failure) -> Outcome {
    Outcome { result: Err(Box::new(failure)), rate_limit: RateLimitFacts::default() }
}
