//! Exports of everything that was said: the schedule, its jobs, and their files in JSON Lines.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::event_log::Actor;
use crate::gladly::moments;
use crate::gladly::organization::Organization;
use crate::gladly::refusal::{Answer, Problem, invalid, not_exist};
use crate::gladly::success::{found, json_lines, no_content};
use crate::kit::clock::later;

/// Jobs and their files are kept this long, and no search reaches back further.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Assumed: a running export is done after an hour.
const LENGTH: SignedDuration = SignedDuration::from_hours(1);
const FILES: [&str; 4] = ["agents.jsonl", "conversation_items.jsonl", "customers.jsonl", "topics.jsonl"];

#[derive(Debug, Serialize)]
pub(super) struct Exports {
    schedules: Vec<Schedule>,
    /// Newest last.
    jobs: Vec<Job>,
}

/// There is one for an organization.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    id: &'static str,
    frequency: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    next_start_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: String,
    schedule_id: &'static str,
    status: Status,
    updated_at: Timestamp,
    parameters: Parameters,
    files: Vec<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(rename = "type")]
    kind: &'static str,
    start_at: Timestamp,
    end_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Pending,
    InProgress,
    Completed,
    Failed,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("GET", ["export", "schedules"]) => Some(Ok(found(&call.organization.exports.schedules))),
        ("GET", ["export", "jobs"]) => Some(list(call)),
        ("GET", ["export", "jobs", id]) => Some(get(call, id)),
        ("DELETE", ["export", "jobs", id]) => Some(delete(call, id)),
        ("GET", ["export", "jobs", id, "files", name]) => Some(file(call, id, name)),
        _ => None,
    }
}

pub(super) fn seed(now: Timestamp) -> Exports {
    let ago = |hours: i64| later(now, SignedDuration::from_hours(-hours));
    let job = |id: &str, status: Status, finished: i64| Job {
        id: id.to_owned(),
        schedule_id: "sched_daily",
        status,
        updated_at: ago(finished),
        parameters: Parameters { kind: "CONVERSATIONS", start_at: ago(finished + 24), end_at: ago(finished) },
        files: if status == Status::Completed { FILES.to_vec() } else { Vec::new() },
    };
    Exports {
        schedules: vec![Schedule {
            id: "sched_daily",
            frequency: "DAILY",
            kind: "CONVERSATIONS",
            next_start_at: ago(-16),
            updated_at: ago(30 * 24),
        }],
        jobs: vec![
            job("job_last_week", Status::Completed, 6 * 24),
            job("job_failed", Status::Failed, 3 * 24),
            job("job_done", Status::Completed, 8),
            job("job_running", Status::InProgress, 0),
            job("job_waiting", Status::Pending, 0),
        ],
    }
}

/// Starts what the schedule has come to, finishes what has run for an hour, and forgets what is too old.
pub(super) fn tick(organization: &mut Organization, moment: Timestamp) {
    let Organization { exports, events, ids, .. } = organization;
    for schedule in exports.schedules.iter_mut() {
        // After a long jump, what would be forgotten at once is not made.
        let forgotten_days = (moment.duration_since(schedule.next_start_at).as_hours() - KEPT.as_hours()).max(0) / EVERY.as_hours();
        schedule.next_start_at = later(schedule.next_start_at, SignedDuration::from_hours(forgotten_days * EVERY.as_hours()));
        while schedule.next_start_at <= moment && schedule.next_start_at < Timestamp::MAX {
            let end_at = schedule.next_start_at;
            let parameters = Parameters { kind: schedule.kind, start_at: later(end_at, -EVERY), end_at };
            let (id, status) = (ids.next(), Status::InProgress);
            exports.jobs.push(Job { id, schedule_id: schedule.id, status, updated_at: end_at, parameters, files: Vec::new() });
            schedule.updated_at = end_at;
            schedule.next_start_at = later(end_at, EVERY);
        }
    }
    let is_running = |job: &&mut Job| matches!(job.status, Status::InProgress | Status::Pending);
    for job in exports.jobs.iter_mut().filter(is_running).filter(|job| later(job.updated_at, LENGTH) <= moment) {
        job.status = Status::Completed;
        job.updated_at = later(job.updated_at, LENGTH);
        job.files = FILES.to_vec();
        let schedule = Actor { id: job.schedule_id.to_owned(), kind: "INTERNAL" };
        events.record("EXPORT_JOB/COMPLETED", schedule, json!({"jobId": job.id}), job.updated_at);
    }
    exports.jobs.retain(|job| moment.duration_since(job.updated_at) <= KEPT);
}

/// Assumed: both ends of the time asked for are included.
fn list(call: &Call<'_>) -> Answer {
    let status = match call.request.parameter("status").filter(|status| !status.is_empty()) {
        None => None,
        Some(name) => Some(Status::of_name(name).ok_or_else(|| {
            let names = Status::ALL.map(Status::name).join(", ");
            invalid("status", &format!("status must be one of {names}"))
        })?),
    };
    let start = moments::parameter(call.request, "startAt")?;
    let end = moments::parameter(call.request, "endAt")?;
    if start.is_some_and(|start| call.now.duration_since(start) > KEPT) {
        return Err(invalid("startAt", "startAt must be within the last 14 days"));
    }
    if let (Some(start), Some(end)) = (start, end)
        && end <= start
    {
        return Err(invalid("startAt", "endAt must occur after startAt"));
    }
    let jobs = call.organization.exports.jobs.iter().filter(|job| {
        status.is_none_or(|status| job.status == status)
            && start.is_none_or(|start| job.updated_at >= start)
            && end.is_none_or(|end| job.updated_at <= end)
    });
    Ok(found(&jobs.collect::<Vec<&Job>>()))
}

fn get(call: &Call<'_>, id: &str) -> Answer {
    call.organization.exports.jobs.iter().find(|job| job.id == id).map(found).ok_or_else(not_exist)
}

fn delete(call: &mut Call<'_>, id: &str) -> Answer {
    let job = call.organization.exports.jobs.iter().find(|job| job.id == id).ok_or_else(not_exist)?;
    if !matches!(job.status, Status::Completed | Status::Failed) {
        let status = job.status.name();
        let detail = format!("unable to delete job with status [{status}]. Please try again after it has finished");
        return Err(Problem::new("temporary_failure", &detail).at("status").refused_bare(400));
    }
    call.organization.exports.jobs.retain(|job| job.id != id);
    Ok(no_content())
}

/// The file as it would be written now, not as it was when the job ran.
fn file(call: &Call<'_>, id: &str, name: &str) -> Answer {
    let job = call.organization.exports.jobs.iter().find(|job| job.id == id).ok_or_else(not_exist)?;
    if !job.files.contains(&name) {
        return Err(not_exist());
    }
    Ok(json_lines("application/x-ndjson", lines(call.organization, name).into_iter()))
}

fn lines(organization: &Organization, name: &str) -> Vec<Value> {
    match name {
        "agents.jsonl" => organization.directory.agents.iter().map(|agent| json!(agent)).collect(),
        "conversation_items.jsonl" => organization.items.iter().map(|item| json!(item)).collect(),
        "customers.jsonl" => organization.customers.customers.iter().map(|customer| json!(customer)).collect(),
        "topics.jsonl" => organization.topics.iter().map(|topic| json!(topic)).collect(),
        _ => Vec::new(),
    }
}

impl Status {
    const ALL: [Status; 4] = [Status::Pending, Status::InProgress, Status::Completed, Status::Failed];

    fn name(self) -> &'static str {
        match self {
            Status::Pending => "PENDING",
            Status::InProgress => "IN_PROGRESS",
            Status::Completed => "COMPLETED",
            Status::Failed => "FAILED",
        }
    }

    fn of_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}
