//! What an answer says, by language and type.

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::knowledge::{Content, Kind};
use crate::gladly::refusal::{Answer, Problem, invalid};
use crate::gladly::settings::AnswerContents;
use crate::gladly::success::{found, no_content};
use crate::kit::reply::Reply;

/// The languages the organization has switched on.
const LANGUAGES: [&str; 3] = ["en-us", "es-mx", "fr-ca"];

pub(super) fn route(call: &mut Call<'_>, method: &str, answer_id: &str, language: &str, kind: &str) -> Option<Answer> {
    match method {
        "GET" => Some(get(call, answer_id, language, kind)),
        "PUT" => Some(put(call, answer_id, language, kind)),
        "DELETE" => Some(delete(call, answer_id, language, kind)),
        _ => None,
    }
}

fn get(call: &Call<'_>, answer_id: &str, language: &str, kind: &str) -> Answer {
    let kind = checked(call, answer_id, language, kind)?;
    let mut contents = call.organization.knowledge.answer_contents.iter();
    contents.find(|content| content.is(answer_id, language, kind)).map(found).ok_or_else(no_content_there)
}

/// Creates the content or replaces it. Assumed: a field that is not sent is empty afterwards.
fn put(call: &mut Call<'_>, answer_id: &str, language: &str, kind: &str) -> Answer {
    let kind = checked(call, answer_id, language, kind)?;
    if call.settings.answer_contents == AnswerContents::OnlyPublic && kind != Kind::Public {
        return Err(Problem::new("invalid", "not implemented").refused(400));
    }
    let fields = Fields::of(call.request)?;
    let content = Content {
        answer_id: answer_id.to_owned(),
        language: language.to_ascii_lowercase(),
        kind,
        body_html: fields.text("bodyHtml")?.unwrap_or_default(),
        title: fields.text("title")?,
        updated_at: call.now,
    };
    let reply = found(&content);
    let contents = &mut call.organization.knowledge.answer_contents;
    match contents.iter_mut().find(|known| known.is(answer_id, language, kind)) {
        Some(known) => *known = content,
        None => contents.push(content),
    }
    Ok(reply)
}

fn delete(call: &mut Call<'_>, answer_id: &str, language: &str, kind: &str) -> Answer {
    let kind = checked(call, answer_id, language, kind)?;
    let knowledge = &mut call.organization.knowledge;
    if !knowledge.answer_contents.iter().any(|content| content.is(answer_id, language, kind)) {
        return Err(no_content_there());
    }
    if kind == Kind::Public {
        knowledge.demand_no_help_center(answer_id)?;
    }
    knowledge.answer_contents.retain(|content| !content.is(answer_id, language, kind));
    Ok(no_content())
}

/// The kind, if answer, language and kind are ones that can be. Assumed: the problems of the last two carry their name
/// as `attr` and the code `invalid`, and an unknown answer is told before them.
fn checked(call: &Call<'_>, answer_id: &str, language: &str, kind: &str) -> Result<Kind, Reply> {
    call.organization.knowledge.answer(answer_id)?;
    if !is_language(language) {
        return Err(invalid("language", "invalid language"));
    }
    if !LANGUAGES.iter().any(|known| known.eq_ignore_ascii_case(language)) {
        return Err(invalid("language", "language not configured for org"));
    }
    Kind::of_name(kind).ok_or_else(|| invalid("type", "invalid type"))
}

/// Has it the form of an ISO 639 code, with or without a region: `en`, `en-us`?
fn is_language(text: &str) -> bool {
    let is_word = |word: &str| (2..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (language, region) = text.split_once('-').unwrap_or((text, "us"));
    is_word(language) && is_word(region)
}

impl Content {
    pub(super) fn is(&self, answer_id: &str, language: &str, kind: Kind) -> bool {
        self.answer_id == answer_id && self.language.eq_ignore_ascii_case(language) && self.kind == kind
    }
}

fn no_content_there() -> Reply {
    Problem::new("not_exist", "answer content does not exist").refused_as_object(404)
}
