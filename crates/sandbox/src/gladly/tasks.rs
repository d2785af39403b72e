//! Tasks: something to do for a customer until a moment to come, by an inbox or one of the agents.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::contact::Contact;
use crate::gladly::customers::owner;
use crate::gladly::event_log::Actor;
use crate::gladly::fields::Fields;
use crate::gladly::ids::wished_id;
use crate::gladly::refusal::{Answer, blank, invalid, not_exist, taken};
use crate::gladly::success::{created, found, limited, no_content};
use crate::kit::reply::Reply;

const LONGEST_BODY: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Open,
    Closed,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) customer_id: String,
    pub(super) timestamp: Timestamp,
    pub(super) created_by: Actor,
    pub(super) assignee: Assignee,
    pub(super) body: String,
    pub(super) due_at: Timestamp,
    pub(super) status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assignee {
    pub(super) inbox_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent_id: Option<String>,
}

/// What a task needs to be created.
#[derive(Debug)]
pub(super) struct NewTask {
    pub(super) body: String,
    pub(super) due_at: Timestamp,
    pub(super) assignee: Assignee,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("GET", ["customers", id, "tasks"]) => list(call, id),
        ("POST", ["customers", id, "tasks"]) => create(call, id),
        ("POST", ["tasks"]) => create_for_contact(call),
        ("GET", ["tasks", id]) => known(call, id).map(found),
        ("PATCH", ["tasks", id]) => update(call, id),
        _ => return None,
    })
}

pub(super) fn known<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Task, Reply> {
    call.organization.tasks.iter().find(|task| task.id == id).ok_or_else(not_exist)
}

/// Files a task and says so in the log of events.
pub(super) fn file(call: &mut Call<'_>, id: String, customer_id: &str, new: NewTask) {
    let task = Task {
        id,
        customer_id: customer_id.to_owned(),
        timestamp: call.now,
        created_by: call.author(),
        assignee: new.assignee,
        body: new.body,
        due_at: new.due_at,
        status: Status::Open,
    };
    call.record("TASK/CREATED", task.event());
    call.organization.tasks.push(task);
}

impl NewTask {
    pub(super) fn read(call: &Call<'_>, fields: &Fields) -> Result<NewTask, Reply> {
        let body = fields.required_text_up_to("body", LONGEST_BODY)?;
        let due_at = fields.required_moment("dueAt").and_then(|moment| to_come(call, fields, moment))?;
        let assignee = Assignee::read(call, &fields.object_or_empty("assignee")?)?;
        Ok(NewTask { body, due_at, assignee })
    }
}

impl Assignee {
    /// Codes as documented for a missing inbox, assumed for unknown ones.
    fn read(call: &Call<'_>, fields: &Fields) -> Result<Assignee, Reply> {
        let directory = &call.organization.directory;
        let inbox_id = fields.required_text("inboxId")?;
        if directory.inbox(&inbox_id).is_none() {
            return Err(invalid(&fields.attr("inboxId"), "inbox does not exist"));
        }
        let agent_id = fields.text("agentId")?.filter(|id| !id.is_empty());
        match &agent_id {
            Some(id) if directory.agent(id).is_none() => Err(invalid(&fields.attr("agentId"), "agent does not exist")),
            _ => Ok(Assignee { inbox_id, agent_id }),
        }
    }
}

impl Task {
    /// Its ids, as all events about it carry them.
    pub(super) fn event(&self) -> Value {
        let context = json!({"assignee": self.assignee, "dueAt": self.due_at, "createdAt": self.timestamp});
        json!({"customerId": self.customer_id, "taskId": self.id, "context": context})
    }
}

fn list(call: &Call<'_>, customer_id: &str) -> Answer {
    owner(call.organization, call.settings, customer_id)?;
    let status = match call.request.parameter("status") {
        None | Some("") => None,
        Some("OPEN") => Some(Status::Open),
        Some("CLOSED") => Some(Status::Closed),
        Some(_) => return Err(invalid("status", "status must be one of OPEN, CLOSED")),
    };
    let tasks = call.organization.tasks.iter().rev().filter(|task| task.customer_id == customer_id);
    let mut tasks: Vec<&Task> = tasks.filter(|task| status.is_none_or(|status| task.status == status)).collect();
    tasks.sort_by_key(|task| std::cmp::Reverse(task.timestamp));
    Ok(limited(&tasks, call.settings.tasks_cap))
}

fn create(call: &mut Call<'_>, customer_id: &str) -> Answer {
    owner(call.organization, call.settings, customer_id)?;
    let fields = Fields::of(call.request)?;
    let (wished, new) = (free_id(call, &fields)?, NewTask::read(call, &fields)?);
    Ok(place(call, wished, customer_id, new))
}

fn create_for_contact(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let contact = Contact::read(&fields)?;
    let (wished, new) = (free_id(call, &fields)?, NewTask::read(call, &fields)?);
    let customer_id = call.customer_of(contact);
    Ok(place(call, wished, &customer_id, new))
}

fn place(call: &mut Call<'_>, wished: Option<String>, customer_id: &str, new: NewTask) -> Reply {
    let id = wished.unwrap_or_else(|| call.organization.ids.next());
    let location = format!("/api/v1/tasks/{id}");
    file(call, id, customer_id, new);
    created(location)
}

fn free_id(call: &Call<'_>, fields: &Fields) -> Result<Option<String>, Reply> {
    let wished = wished_id(fields)?;
    match call.organization.tasks.iter().any(|task| Some(&task.id) == wished.as_ref()) {
        true => Err(taken("newConversationItems", "task already exists")),
        false => Ok(wished),
    }
}

fn update(call: &mut Call<'_>, id: &str) -> Answer {
    let before = known(call, id)?.clone();
    let after = changed(call, before.clone())?;
    if let Some(task) = call.organization.tasks.iter_mut().find(|task| task.id == id) {
        *task = after.clone();
    }
    let mut happened = |kind, has_happened: bool| {
        if has_happened {
            call.record(kind, after.event());
        }
    };
    happened("TASK/CONTENT_UPDATED", before.body != after.body);
    happened("TASK/DUE_DATE_UPDATED", before.due_at != after.due_at);
    happened("TASK/ASSIGNEE_UPDATED", before.assignee != after.assignee);
    happened("TASK/CLOSED", before.status == Status::Open && after.status == Status::Closed);
    happened("TASK/REOPENED", before.status == Status::Closed && after.status == Status::Open);
    Ok(no_content())
}

fn changed(call: &Call<'_>, mut task: Task) -> Result<Task, Reply> {
    let fields = Fields::of(call.request)?;
    task.status = match fields.word("status", &["OPEN", "CLOSED"])? {
        Some("OPEN") => Status::Open,
        Some(_) => Status::Closed,
        None => task.status,
    };
    if let Some(body) = fields.text_up_to("body", LONGEST_BODY)? {
        // Assumed: what must not be blank at the start must not become so.
        task.body = Some(body).filter(|body| !body.trim().is_empty()).ok_or_else(|| blank("body"))?;
    }
    if let Some(moment) = fields.moment("dueAt")? {
        task.due_at = to_come(call, &fields, moment)?;
    }
    if let Some(assignee) = fields.object("assignee")? {
        task.assignee = Assignee::read(call, &assignee)?;
    }
    Ok(task)
}

/// The wording is assumed.
fn to_come(call: &Call<'_>, fields: &Fields, moment: Timestamp) -> Result<Timestamp, Reply> {
    match moment > call.now {
        true => Ok(moment),
        false => {
            let attr = fields.attr("dueAt");
            Err(invalid(&attr, &format!("{attr} must be in the future")))
        }
    }
}
