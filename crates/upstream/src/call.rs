//! One call to a vendor, from the plan to what a model is told.

use catalog::plan::Plan;
use catalog::tool::Tool;
use jiff::Timestamp;

use crate::answer::Outcome;
use crate::client::Client;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::rate_limit::RateLimitFacts;
use crate::{refusal, shape};

impl Client {
    /// Sends the planned request once and shapes whatever comes of it. `now` is about when the answer is read: times that
    /// the vendor names are counted from it.
    ///
    /// Nothing is ever repeated here. A 429 comes back at once, and so does a 401: asking once more with a fresh
    /// credential is for the caller, who can get one.
    pub async fn call(&self, tool: &Tool, plan: &Plan, credential: &Credential, now: Timestamp) -> Outcome {
        let reply = match self.send(plan, credential).await {
            Ok(reply) => reply,
            Err(unanswered) => {
                let failure = unanswered.into_failure(plan, self);
                return Outcome { result: Err(Box::new(failure)), rate_limit: RateLimitFacts::default() };
            }
        };
        let limits = tool.rate_limit();
        let facts = RateLimitFacts::read(limits, &reply.headers, now);
        if shape::is_success(tool, plan, &reply) && !refusal::is_refusal(&reply, tool.errors()) {
            let result =
                shape::answer(tool, plan, reply, credential).map_err(|failure| Box::new(Failure { rate_limit: facts, ..*failure }));
            return Outcome { result, rate_limit: facts };
        }
        let known = limits.and_then(|limits| limits.when_limited.as_ref());
        let failure = refusal::failure(reply, plan, tool.errors(), known, facts, credential);
        Outcome { rate_limit: failure.rate_limit, result: Err(Box::new(failure)) }
    }
}
