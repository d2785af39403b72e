//! What each client needs of an MCP URL, and whether it gets it.
//!
//! Sources: the clients' own documentation, and how they open a connection, as of November 2026.

use catalog::client_rules::ModelApi;
use serde::Serialize;

use super::finding::{Breaks, Finding, Outcome};
use super::visit::{Opening, Visit};

/// Where a client's requests come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// The client's maker's computers, which reach only what is public.
    Cloud,
    /// The user's machine.
    Machine,
    /// A page in the user's browser.
    Browser,
}

/// One client.
pub(super) struct Profile {
    pub(super) name: &'static str,
    pub(super) from: From,
    /// Its opening moves, in the order it tries them. One that works is enough.
    openings: &'static [Opening],
    /// Whose rules its tools must keep: those of every model it can use.
    pub(super) apis: &'static [ModelApi],
    /// How many tools it takes.
    most_tools: Option<usize>,
}

/// How a client would fare.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    #[serde(rename = "name")]
    pub(super) client: &'static str,
    #[serde(rename = "result")]
    pub(super) outcome: Outcome,
    pub(super) reasons: Vec<String>,
}

const NEWEST: Opening = Opening::Initialize("2025-11-25");
const OLDER: Opening = Opening::Initialize("2025-06-18");
const EVERY_API: &[ModelApi] = ModelApi::ALL;

const PROFILES: &[Profile] = &[
    Profile {
        name: "Claude web, desktop and phones",
        from: From::Cloud,
        openings: &[NEWEST],
        apis: &[ModelApi::Anthropic],
        most_tools: None,
    },
    Profile { name: "Claude Code", from: From::Machine, openings: &[NEWEST], apis: &[ModelApi::Anthropic], most_tools: None },
    Profile { name: "ChatGPT", from: From::Cloud, openings: &[NEWEST, OLDER], apis: &[ModelApi::OpenAi], most_tools: Some(128) },
    Profile { name: "Codex", from: From::Machine, openings: &[Opening::Discover, OLDER], apis: &[ModelApi::OpenAi], most_tools: Some(128) },
    Profile { name: "Cursor", from: From::Machine, openings: &[OLDER, Opening::Events], apis: EVERY_API, most_tools: Some(40) },
    Profile { name: "VS Code", from: From::Machine, openings: &[NEWEST, Opening::Events], apis: EVERY_API, most_tools: Some(128) },
    Profile { name: "Windsurf", from: From::Machine, openings: &[OLDER, Opening::Events], apis: EVERY_API, most_tools: Some(100) },
    Profile { name: "Gemini CLI", from: From::Machine, openings: &[OLDER], apis: &[ModelApi::Gemini], most_tools: None },
    Profile { name: "Goose", from: From::Machine, openings: &[Opening::Discover, OLDER], apis: EVERY_API, most_tools: None },
    Profile { name: "Zed", from: From::Machine, openings: &[NEWEST], apis: EVERY_API, most_tools: None },
    Profile { name: "Anthropic Messages API", from: From::Cloud, openings: &[NEWEST], apis: &[ModelApi::Anthropic], most_tools: None },
    Profile {
        name: "OpenAI Responses API",
        from: From::Cloud,
        openings: &[NEWEST, OLDER],
        apis: &[ModelApi::OpenAi],
        most_tools: Some(128),
    },
    Profile { name: "SDKs of 2026", from: From::Machine, openings: &[Opening::Discover, NEWEST], apis: &[], most_tools: None },
    Profile { name: "HTTP+SSE clients of 2024", from: From::Machine, openings: &[Opening::Events], apis: &[], most_tools: None },
    Profile { name: "Clients in a browser page", from: From::Browser, openings: &[NEWEST, Opening::Discover], apis: &[], most_tools: None },
];

/// How every client would fare, after all checks.
pub(super) fn verdicts(visit: &Visit, findings: &[(&'static str, Finding)]) -> Vec<Verdict> {
    PROFILES.iter().map(|profile| verdict(profile, visit, findings)).collect()
}

fn verdict(profile: &Profile, visit: &Visit, findings: &[(&'static str, Finding)]) -> Verdict {
    let mut fatal: Vec<String> =
        findings.iter().filter(|(_, finding)| breaks(finding, profile)).map(|(_, finding)| finding.seen.clone()).collect();
    let opens = profile.openings.iter().any(|opening| visit.opens_with(*opening));
    let is_closed_to_all = !visit.opened.is_empty() && visit.opened.iter().all(|(_, how)| how.is_err());
    if visit.opened.is_empty() && fatal.is_empty() {
        let reasons = vec!["cannot be told without a token that is accepted".to_owned()];
        return Verdict { client: profile.name, outcome: Outcome::Skip, reasons };
    }
    // Where it is told already why this client cannot even try, saying what it would have met does not help.
    if !opens && (fatal.is_empty() || is_closed_to_all) {
        fatal.extend(why_closed(profile, visit));
    }
    if !fatal.is_empty() {
        return Verdict { client: profile.name, outcome: Outcome::Fail, reasons: fatal };
    }
    let refused = findings.iter().flat_map(|(_, finding)| refusing(finding, profile));
    let mut doubts: Vec<String> = refused.map(|api| format!("not with models of {}", api.name())).collect();
    if let Some(most) = profile.most_tools.filter(|most| visit.tools.len() > *most) {
        doubts.push(format!("uses {most} tools, and there are {}", visit.tools.len()));
    }
    Verdict { client: profile.name, outcome: if doubts.is_empty() { Outcome::Ok } else { Outcome::Warn }, reasons: doubts }
}

/// Why none of a client's openings works; where nobody's does, why the first one does not.
fn why_closed(profile: &Profile, visit: &Visit) -> Vec<String> {
    if let Some((_, Err(why))) = visit.opened.first()
        && visit.opened.iter().all(|(_, how)| how.is_err())
    {
        return vec![why.clone()];
    }
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for opening in profile.openings {
        let why = visit.why_not(*opening);
        match by_reason.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, openings)) => openings.push(opening.to_string()),
            None => by_reason.push((why, vec![opening.to_string()])),
        }
    }
    by_reason.into_iter().map(|(reason, openings)| format!("{}: {reason}", openings.join(", "))).collect()
}

/// Whether a finding leaves nothing of a client.
fn breaks(finding: &Finding, profile: &Profile) -> bool {
    match &finding.breaks {
        Breaks::Nobody => false,
        Breaks::Everybody => true,
        Breaks::CallersFrom(from) => profile.from == *from,
        Breaks::UsersOf(_) => !profile.apis.is_empty() && refusing(finding, profile).count() == profile.apis.len(),
    }
}

/// The APIs, of those that a client can use, that refuse the tools.
fn refusing<'f>(finding: &'f Finding, profile: &'f Profile) -> impl Iterator<Item = &'f ModelApi> {
    let refused = match &finding.breaks {
        Breaks::UsersOf(refused) => refused.as_slice(),
        Breaks::Nobody | Breaks::Everybody | Breaks::CallersFrom(_) => &[],
    };
    profile.apis.iter().filter(|api| refused.contains(api))
}
