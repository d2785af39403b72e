//! What agents write under a task while it is open.

use jiff::Timestamp;
use serde::Serialize;

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::ids::wished_id;
use crate::gladly::refusal::{Answer, invalid, invalid_state, not_exist, taken};
use crate::gladly::success::{created, found, limited};
use crate::gladly::tasks::{Status, known};

const LONGEST_COMMENT: usize = 10_000;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TaskComment {
    pub(super) id: String,
    pub(super) agent_id: String,
    pub(super) comment: String,
    pub(super) task_id: String,
    pub(super) created_at: Timestamp,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("GET", ["tasks", task_id, "comments"]) => list(call, task_id),
        ("POST", ["tasks", task_id, "comments"]) => create(call, task_id),
        ("GET", ["tasks", task_id, "comments", id]) => get(call, task_id, id),
        _ => return None,
    })
}

fn list(call: &Call<'_>, task_id: &str) -> Answer {
    known(call, task_id)?;
    let comments = call.organization.comments.iter().filter(|comment| comment.task_id == task_id);
    let mut comments: Vec<&TaskComment> = comments.collect();
    comments.sort_by_key(|comment| comment.created_at);
    Ok(limited(&comments, call.settings.comments_cap))
}

fn get(call: &Call<'_>, task_id: &str, id: &str) -> Answer {
    known(call, task_id)?;
    let comment = call.organization.comments.iter().find(|comment| comment.task_id == task_id && comment.id == id);
    comment.map(found).ok_or_else(not_exist)
}

/// The rule about closed tasks is documented, its words are assumed, as is the code for an unknown agent.
fn create(call: &mut Call<'_>, task_id: &str) -> Answer {
    let task = known(call, task_id)?.clone();
    let fields = Fields::of(call.request)?;
    let wished = wished_id(&fields)?;
    let agent_id = fields.required_text("agentId")?;
    let comment = fields.required_text_up_to("comment", LONGEST_COMMENT)?;
    if call.organization.directory.agent(&agent_id).is_none() {
        return Err(invalid("agentId", "agent does not exist"));
    }
    if task.status == Status::Closed {
        return Err(invalid_state("cannot add comment to a closed task"));
    }
    if call.organization.comments.iter().any(|comment| Some(&comment.id) == wished.as_ref()) {
        return Err(taken("id", "comment already exists"));
    }
    let id = wished.unwrap_or_else(|| call.organization.ids.next());
    let location = format!("/api/v1/tasks/{task_id}/comments/{id}");
    let mut event = task.event();
    event["commentId"] = id.clone().into();
    call.organization.comments.push(TaskComment { id, agent_id, comment, task_id: task_id.to_owned(), created_at: call.now });
    call.record("TASK/COMMENT_ADDED", event);
    Ok(created(location))
}
