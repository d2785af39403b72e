//! Answers: their names, descriptions and audiences.

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::ids::wished_id;
use crate::gladly::knowledge::{Entry, Knowledge, Use};
use crate::gladly::refusal::{Answer, Problem, invalid, taken};
use crate::gladly::success::{found, no_content};
use crate::kit::reply::Reply;

const LONGEST_NAME: usize = 500;
const LONGEST_DESCRIPTION: usize = 10_000;

/// What answers `/answers` and below, but for their contents.
pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("POST", []) => Some(create(call)),
        ("GET", [id]) => Some(call.organization.knowledge.answer(id).map(found)),
        ("PATCH", [id]) => Some(update(call, id)),
        ("DELETE", [id]) => Some(delete(call, id)),
        _ => None,
    }
}

fn create(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let knowledge = &call.organization.knowledge;
    let wished = wished_id(&fields)?;
    let name = fields.required_text_up_to("name", LONGEST_NAME)?;
    let description = fields.text_up_to("description", LONGEST_DESCRIPTION)?;
    let audience_ids = audiences(knowledge, &fields)?.unwrap_or_default();
    if wished.as_ref().is_some_and(|id| knowledge.answers.iter().any(|answer| &answer.id == id)) {
        return Err(taken("id", "answer id already taken"));
    }
    if is_used(knowledge, &name, "") {
        return Err(taken("name", "duplicate answer name"));
    }
    let id = wished.unwrap_or_else(|| call.organization.ids.next());
    let answer = Entry { id, name, description, audience_ids, created_at: call.now, updated_at: call.now, used_by: None };
    let reply = found(&answer);
    call.organization.knowledge.answers.push(answer);
    Ok(reply)
}

fn update(call: &mut Call<'_>, id: &str) -> Answer {
    let knowledge = &mut call.organization.knowledge;
    let mut answer = knowledge.answer(id)?.clone();
    let fields = Fields::of(call.request)?;
    if fields.has("name") {
        answer.name = fields.required_text_up_to("name", LONGEST_NAME)?;
        if is_used(knowledge, &answer.name, id) {
            // The same conflict is a 409 where an answer is created.
            return Err(Problem::new("taken", "duplicate answer name").at("name").refused(400));
        }
    }
    answer.description = fields.text_up_to("description", LONGEST_DESCRIPTION)?.or(answer.description);
    answer.audience_ids = audiences(knowledge, &fields)?.unwrap_or(answer.audience_ids);
    answer.updated_at = call.now;
    if let Some(place) = knowledge.answers.iter_mut().find(|place| place.id == id) {
        *place = answer;
    }
    Ok(no_content())
}

fn delete(call: &mut Call<'_>, id: &str) -> Answer {
    let knowledge = &mut call.organization.knowledge;
    match knowledge.answer(id)?.used_by {
        Some(Use::Rules) => return Err(in_use("answer is associated with rules")),
        Some(Use::Thread) => return Err(in_use("answer is associated with thread")),
        None => knowledge.demand_no_help_center(id)?,
    }
    knowledge.answers.retain(|answer| answer.id != id);
    knowledge.answer_contents.retain(|content| content.answer_id != id);
    Ok(no_content())
}

/// Assumed: an audience must exist.
fn audiences(knowledge: &Knowledge, fields: &Fields) -> Result<Option<Vec<String>>, Reply> {
    let ids = fields.texts("audienceIds")?;
    let is_unknown = |id: &String| !knowledge.audiences.iter().any(|audience| audience.id == id);
    match ids.iter().flatten().find(|id| is_unknown(id)) {
        Some(_) => Err(invalid("audienceIds", "audience does not exist")),
        None => Ok(ids),
    }
}

/// Is it the name of an answer other than this one?
fn is_used(knowledge: &Knowledge, name: &str, id: &str) -> bool {
    knowledge.answers.iter().any(|answer| answer.id != id && answer.name == name)
}

fn in_use(detail: &str) -> Reply {
    Problem::new("in_use", detail).refused(400)
}
