//! The organization and who works there: agents, inboxes, teams, and the recorder of an agent's call.

use serde::Serialize;
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, Problem, blank, not_exist};
use crate::gladly::success::{found, no_content};
use crate::kit::reply::Reply;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    /// The `orgId` of the public answers.
    pub(super) id: &'static str,
    pub(super) login_domain: &'static str,
    pub(super) name: &'static str,
    pub(super) timezone: &'static str,
    pub(super) gladly_url: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Agent {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) email_address: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Inbox {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) disabled: bool,
    /// Whom its conversations may be assigned to, which the vendor does not show.
    #[serde(skip)]
    pub(super) agent_ids: &'static [&'static str],
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Team {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) agent_ids: &'static [&'static str],
}

/// The call an agent is on. Agents without one have no entry.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallRecorder {
    pub(super) agent_id: &'static str,
    pub(super) customer_id: &'static str,
    pub(super) conversation_item_id: &'static str,
    pub(super) recording: bool,
}

/// Who works there; none of it changes by the API but the recorders.
#[derive(Debug, Serialize)]
pub(super) struct Directory {
    pub(super) organization: Profile,
    pub(super) agents: &'static [Agent],
    pub(super) inboxes: &'static [Inbox],
    pub(super) teams: &'static [Team],
    pub(super) call_recorders: Vec<CallRecorder>,
}

impl Directory {
    pub(super) fn agent(&self, id: &str) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.id == id)
    }

    pub(super) fn inbox(&self, id: &str) -> Option<&Inbox> {
        self.inboxes.iter().find(|inbox| inbox.id == id)
    }

    pub(super) fn team(&self, id: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    let directory = &call.organization.directory;
    Some(match (method, path) {
        ("GET", ["organization"]) => Ok(found(&directory.organization)),
        ("GET", ["agents"]) => Ok(found(&directory.agents)),
        ("GET", ["agents", id]) => directory.agent(id).map(found).ok_or_else(|| no_agent(id)),
        ("GET", ["inboxes"]) => Ok(found(&directory.inboxes)),
        ("GET", ["inboxes", id]) => directory.inbox(id).map(found).ok_or_else(not_exist),
        ("GET", ["teams"]) => Ok(found(&directory.teams)),
        ("GET", ["teams", id]) => directory.team(id).map(found).ok_or_else(not_exist),
        ("GET", ["agents", id, "call-recorder"]) => recorder(directory, id),
        ("PATCH", ["agents", id, "call-recorder"]) => switch_recorder(call, id),
        _ => return None,
    })
}

/// Assumed: of an agent who is on no call, it only says that nothing is recorded.
fn recorder(directory: &Directory, id_or_email: &str) -> Answer {
    let agent = by_id_or_email(directory, id_or_email)?;
    let recorder = directory.call_recorders.iter().find(|recorder| recorder.agent_id == agent.id);
    let idle: Value = json!({"agentId": agent.id, "recording": false});
    Ok(recorder.map_or_else(|| found(&idle), found))
}

/// Without effect when the agent is on no call.
fn switch_recorder(call: &mut Call<'_>, id_or_email: &str) -> Answer {
    let directory = &mut call.organization.directory;
    let agent_id = by_id_or_email(directory, id_or_email)?.id;
    let recording = Fields::of(call.request)?.boolean("recording")?.ok_or_else(|| blank("recording"))?;
    for recorder in directory.call_recorders.iter_mut().filter(|recorder| recorder.agent_id == agent_id) {
        recorder.recording = recording;
    }
    Ok(no_content())
}

fn by_id_or_email<'a>(directory: &'a Directory, id_or_email: &str) -> Result<&'a Agent, Reply> {
    let by_email = || directory.agents.iter().find(|agent| agent.email_address.eq_ignore_ascii_case(id_or_email));
    directory.agent(id_or_email).or_else(by_email).ok_or_else(|| no_agent(id_or_email))
}

fn no_agent(id: &str) -> Reply {
    Problem::new("not_exist", &format!("agent {id} does not exist")).refused_as_object(404)
}
