//! What the public may read of the knowledge base. Nobody needs a token for it, only the id of the organization.

use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::knowledge::{Content, Entry, Kind, Knowledge, no_answer};
use crate::gladly::refusal::{Answer, not_exist};
use crate::gladly::success::found;

const DEFAULT_LANGUAGE: &str = "en-us";
const MOST_LISTED: usize = 1_000;

/// Paths below `/orgs/{org_id}`.
pub(super) fn route(call: &Call<'_>, org_id: &str, path: &[&str]) -> Option<Answer> {
    let answer = match path {
        ["answers"] => list(call),
        ["answers-search"] => search(call),
        ["answers", id] => get(call, id),
        ["help-center", help_center_id, "answer-titles"] => titles(call, help_center_id),
        _ => return None,
    };
    match org_id == call.organization.directory.organization.id {
        true => Some(answer),
        false => Some(Err(not_exist())),
    }
}

/// By name.
fn list(call: &Call<'_>) -> Answer {
    let mut shown = readable(call);
    shown.sort_by_key(|(answer, _)| answer.name.to_lowercase());
    shown.truncate(MOST_LISTED);
    Ok(found(&shown.into_iter().map(|(answer, content)| shape(answer, content)).collect::<Vec<Value>>()))
}

fn get(call: &Call<'_>, id: &str) -> Answer {
    let shown = readable_to_anyone(&call.organization.knowledge, language(call)).find(|(answer, _)| answer.id == id);
    shown.map(|(answer, content)| found(&shape(answer, content))).ok_or_else(no_answer)
}

/// Those with the most words of the question first. Assumed: a word counts where it is part of a name, title or text, in
/// either case; no words find nothing.
fn search(call: &Call<'_>) -> Answer {
    let question = call.request.parameter("q").unwrap_or_default().to_lowercase();
    let words: Vec<&str> = question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let hits = |(answer, content): &(&Entry, &Content)| {
        let title = content.title.as_deref().unwrap_or_default();
        let text = format!("{} {title} {}", answer.name, content.body_html).to_lowercase();
        words.iter().filter(|word| text.contains(**word)).count()
    };
    let mut matching: Vec<(usize, (&Entry, &Content))> =
        readable(call).into_iter().map(|shown| (hits(&shown), shown)).filter(|(count, _)| *count > 0).collect();
    matching.sort_by_key(|(count, (answer, _))| (std::cmp::Reverse(*count), answer.name.to_lowercase()));
    Ok(found(&matching.into_iter().map(|(_, (answer, _))| title(answer)).collect::<Vec<Value>>()))
}

fn titles(call: &Call<'_>, help_center_id: &str) -> Answer {
    let mut centers = call.organization.knowledge.help_centers.iter();
    let center = centers.find(|center| center.id == help_center_id).ok_or_else(not_exist)?;
    let is_shown = |answer: &Entry| center.snippets.iter().any(|snippet| snippet.answer_id == answer.id);
    let shown = readable(call).into_iter().filter(|(answer, _)| is_shown(answer));
    Ok(found(&shown.map(|(answer, _)| title(answer)).collect::<Vec<Value>>()))
}

fn language<'a>(call: &Call<'a>) -> &'a str {
    call.request.parameter("lng").filter(|language| !language.is_empty()).unwrap_or(DEFAULT_LANGUAGE)
}

/// The answers with a public text in the language asked for, for the audience asked for. Assumed: one without audiences
/// is for all of them, and without a question for an audience all are shown.
fn readable<'a>(call: &'a Call<'_>) -> Vec<(&'a Entry, &'a Content)> {
    let audience = call.request.parameter("audienceId").filter(|id| !id.is_empty());
    let is_for = |answer: &Entry| {
        audience.is_none_or(|audience| answer.audience_ids.is_empty() || answer.audience_ids.iter().any(|id| id == audience))
    };
    readable_to_anyone(&call.organization.knowledge, language(call)).filter(|(answer, _)| is_for(answer)).collect()
}

fn readable_to_anyone<'a>(knowledge: &'a Knowledge, language: &'a str) -> impl Iterator<Item = (&'a Entry, &'a Content)> {
    knowledge.answers.iter().filter_map(move |answer| {
        let mut contents = knowledge.answer_contents.iter();
        Some((answer, contents.find(|content| content.is(&answer.id, language, Kind::Public))?))
    })
}

fn shape(answer: &Entry, content: &Content) -> Value {
    json!({
        "id": answer.id,
        "name": answer.name,
        "bodyHtml": content.body_html,
        "language": content.language,
        "updatedAt": content.updated_at,
    })
}

fn title(answer: &Entry) -> Value {
    json!({"id": answer.id, "name": answer.name})
}
