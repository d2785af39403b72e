//! The knowledge base: answers, what they say in each language and to whom, and what of it the public may read.

mod answers;
mod contents;
mod public;
mod seed;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::refusal::{Answer, Problem};
use crate::gladly::success::found;
use crate::kit::reply::Reply;

pub(super) use seed::knowledge as seed;

#[derive(Debug, Serialize)]
pub(super) struct Knowledge {
    answers: Vec<Entry>,
    answer_contents: Vec<Content>,
    audiences: &'static [Audience],
    help_centers: &'static [HelpCenter],
}

/// What the vendor calls an answer, without what it says.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whom it is for; empty if for all.
    audience_ids: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip)]
    used_by: Option<Use>,
}

/// What keeps an answer from being deleted, besides the help centers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Rules,
    Thread,
}

/// What an answer says in one language and place.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    answer_id: String,
    language: String,
    #[serde(rename = "type")]
    kind: Kind,
    body_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip)]
    updated_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Public,
    Email,
    Messaging,
    Reference,
}

#[derive(Debug, Serialize)]
struct Audience {
    id: &'static str,
    name: &'static str,
}

/// A help center with the answers it shows.
#[derive(Debug, Serialize)]
struct HelpCenter {
    id: &'static str,
    snippets: &'static [Snippet],
}

/// Where a help center shows an answer.
#[derive(Debug, Serialize)]
struct Snippet {
    id: &'static str,
    section_id: &'static str,
    answer_id: &'static str,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("GET", ["audiences"]) => Some(Ok(found(&call.organization.knowledge.audiences))),
        ("GET", ["orgs", org_id, path @ ..]) => public::route(call, org_id, path),
        (method, ["answers", id, "languages", language, "type", kind]) => contents::route(call, method, id, language, kind),
        (method, ["answers", path @ ..]) => answers::route(call, method, path),
        _ => None,
    }
}

impl Knowledge {
    fn answer(&self, id: &str) -> Result<&Entry, Reply> {
        self.answers.iter().find(|answer| answer.id == id).ok_or_else(no_answer)
    }

    /// Where a help center shows this answer: the refusal that this causes when it, or its public text, is deleted.
    fn demand_no_help_center(&self, answer_id: &str) -> Result<(), Reply> {
        for center in self.help_centers {
            if let Some(snippet) = center.snippets.iter().find(|snippet| snippet.answer_id == answer_id) {
                let place = json!({"helpCenterID": center.id, "sectionID": snippet.section_id, "snippetID": snippet.id});
                // The vendor publishes what `meta` holds; the text is assumed.
                return Err(Problem::new("in_use", "answer is associated with help center").with_meta(place).refused(400));
            }
        }
        Ok(())
    }
}

impl Kind {
    fn of_name(name: &str) -> Option<Kind> {
        serde_json::from_value(Value::from(name)).ok()
    }
}

fn no_answer() -> Reply {
    Problem::new("not_exist", "answer does not exist").refused_as_object(404)
}
