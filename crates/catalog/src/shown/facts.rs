//! Rules that no keyword understood everywhere expresses, as sentences for the description. What is not easily said is
//! left out: the call is checked all the same, and a refusal says what was expected.

use serde_json::{Map, Value};

use super::shape::{Form, Note, Shape};
use super::values;
use crate::types::Type;
use crate::wording::{quoted, shortened};

/// What stands for members that are left out.
pub(super) const UNLISTED: &str = "Its content is checked at the call.";

/// Most values or names that a sentence lists.
const MAX_LISTED: usize = 20;

/// Longest value, pattern or description that a sentence repeats.
const MAX_QUOTED_CHARACTERS: usize = 80;

/// Formats that say something to whoever fills in a text, and how words begin by which a description says it already.
const FORMATS: &[(&str, &str, &[&str])] = &[
    ("date", "A date, YYYY-MM-DD.", &["date", "day", "yyyy"]),
    ("time", "A time, e.g. 13:05:00Z.", &["time", "hh"]),
    ("duration", "An ISO 8601 duration, e.g. P3D.", &["duration", "iso"]),
    ("email", "An email address.", &["email", "mail"]),
    ("idn-email", "An email address.", &["email", "mail"]),
    ("hostname", "A host name.", &["host", "domain"]),
    ("ipv4", "An IPv4 address.", &["ip"]),
    ("ipv6", "An IPv6 address.", &["ip"]),
    ("uri", "A URL.", URL),
    ("uri-reference", "A URL.", URL),
    ("url", "A URL.", URL),
    ("uuid", "A UUID.", &["uuid", "guid"]),
    ("byte", "In base64.", &["base64"]),
];

const URL: &[&str] = &["url", "uri", "link", "http"];

/// A recursive definition that is not unrolled further.
pub(super) fn nests(reference: &str) -> String {
    let name = reference.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("the whole");
    format!("Nests: again a `{name}`, with the same members.")
}

/// About values of any type.
pub(super) fn of_anything(members: &Map<String, Value>) -> Vec<String> {
    let mut facts = Vec::new();
    if members.get("deprecated") == Some(&Value::Bool(true)) {
        facts.push("Deprecated.".to_owned());
    }
    if let Some(not) = members.get("not").and_then(Value::as_object) {
        let required: Vec<&str> = not.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        if let (Some(values), 1) = (values(not), not.len()) {
            facts.push(format!("Not {}.", list(&values, "or")));
        } else if let ([name], 1) = (&required[..], not.len()) {
            facts.push(format!("Not with `{name}`."));
        } else if !required.is_empty() && not.len() == 1 {
            facts.push(format!("Not {} together.", joined(&required, "and")));
        }
    }
    facts.extend(condition(members));
    facts
}

/// `if` one member has some value, `then` others are required. Nothing where the condition asks for more than that.
fn condition(members: &Map<String, Value>) -> Option<String> {
    let asked = members.get("if")?.as_object()?;
    let mut conditions = asked.get("properties")?.as_object()?.iter();
    let (name, condition) = conditions.next().filter(|_| conditions.next().is_none())?;
    let is_all = asked.iter().all(|(key, value)| match key.as_str() {
        "properties" => true,
        "required" => value.as_array().is_some_and(|names| names.iter().all(|required| required == name)),
        _ => false,
    });
    let condition =
        condition.as_object().filter(|condition| condition.keys().all(|key| matches!(key.as_str(), "const" | "enum" | "type")))?;
    let values = values(condition).filter(|values| is_all && !values.is_empty())?;
    let required: Vec<&str> = members.get("then")?.get("required")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let is_needed = if required.len() == 1 { "is" } else { "are" };
    (!required.is_empty()).then(|| format!("{} {is_needed} needed where `{name}` is {}.", joined(&required, "and"), list(&values, "or")))
}

pub(super) fn of_text(members: &Map<String, Value>, description: &str, form: &mut Form) {
    let text = |key: &str| members.get(key).and_then(Value::as_str);
    if let Some(pattern) = text("pattern") {
        if is_plain_pattern(pattern) {
            form.limits.insert("pattern".to_owned(), pattern.into());
        } else if pattern.len() <= MAX_QUOTED_CHARACTERS {
            form.note.fact(format!("Matches `{pattern}`."));
        }
    }
    let description = description.to_lowercase();
    let words = description.split(|c: char| !c.is_alphanumeric());
    match text("format") {
        Some("date-time") => {
            form.limits.insert("format".to_owned(), "date-time".into());
        }
        Some(format) => {
            let known = FORMATS.iter().find(|(name, ..)| *name == format);
            if let Some((_, fact, beginnings)) = known
                && !words.clone().any(|word| beginnings.iter().any(|beginning| word.starts_with(beginning)))
                && !form.limits.contains_key("enum")
            {
                form.note.fact((*fact).to_owned());
            }
        }
        None => {}
    }
    if text("contentEncoding") == Some("base64") && !description.contains("base64") {
        form.note.fact("In base64.".to_owned());
    }
}

/// Whether a pattern needs no look-around or back-reference, which not every engine has.
pub(super) fn is_plain_pattern(pattern: &str) -> bool {
    let is_group = |(at, _): (usize, &str)| !pattern[at..].starts_with("(?:");
    let mut escaped = pattern.split('\\').skip(1);
    !pattern.match_indices("(?").any(is_group) && !escaped.any(|after| after.starts_with(|c: char| matches!(c, '1'..='9' | 'k')))
}

pub(super) fn of_number(members: &Map<String, Value>, form: &mut Form) {
    let is_whole = form.kind == Type::Integer;
    for (key, bound, word) in [("exclusiveMinimum", "minimum", "More"), ("exclusiveMaximum", "maximum", "Less")] {
        let Some(limit) = members.get(key) else { continue };
        let nearest = limit.as_i64().and_then(|limit| if bound == "minimum" { limit.checked_add(1) } else { limit.checked_sub(1) });
        let (allowed, is_exact) = match nearest {
            Some(nearest) if is_whole => (nearest.into(), true),
            _ => (limit.clone(), false),
        };
        let is_narrower = match (form.limits.get(bound).and_then(Value::as_f64), allowed.as_f64()) {
            (Some(own), Some(allowed)) if bound == "minimum" => allowed >= own,
            (Some(own), Some(allowed)) => allowed <= own,
            (None, _) => true,
            _ => false,
        };
        if is_narrower {
            form.limits.insert(bound.to_owned(), allowed);
            if !is_exact {
                form.note.fact(format!("{word} than {limit}."));
            }
        }
    }
    if let Some(factor) = members.get("multipleOf")
        && !(is_whole && factor.as_f64() == Some(1.0))
    {
        form.note.fact(format!("A multiple of {factor}."));
    }
}

pub(super) fn of_array(members: &Map<String, Value>, note: &mut Note) {
    if members.get("uniqueItems") == Some(&Value::Bool(true)) {
        note.fact("No item twice.".to_owned());
    }
}

/// The items of an array whose places have schemas of their own.
pub(super) fn order(items: &[Shape]) -> String {
    let names: Vec<String> = items.iter().map(said).collect();
    format!("In this order: {}.", names.join(", "))
}

pub(super) fn of_object(members: &Map<String, Value>, note: &mut Note) {
    for (name, needed) in members.get("dependentRequired").and_then(Value::as_object).into_iter().flatten() {
        let needed: Vec<&str> = needed.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !needed.is_empty() {
            note.fact(format!("`{name}` needs {}.", joined(&needed, "and")));
        }
    }
}

/// A member whose name no schema can show.
pub(super) fn unlisted(name: &str, schema: &Value, is_required: bool) -> String {
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or("any value");
    let need = if is_required { ", required" } else { "" };
    let description =
        schema.get("description").and_then(Value::as_str).map(|text| shortened(text.trim_end_matches('.'), MAX_QUOTED_CHARACTERS));
    format!("Takes `{name}` too ({kind}{need}){}.", description.map(|text| format!(": {text}")).unwrap_or_default())
}

pub(super) fn patterns<'p>(patterns: impl Iterator<Item = &'p String>) -> String {
    let patterns: Vec<&str> = patterns.map(String::as_str).take(MAX_LISTED).collect();
    format!("Takes members whose names match {} too.", joined(&patterns, "or"))
}

/// Required names of which no property is shown.
pub(super) fn needs(names: &[&str]) -> String {
    format!("Needs {}.", joined(names, "and"))
}

/// Alternatives that differ in the members they demand.
pub(super) fn alternatives(keyword: &str, needed: &[&[String]]) -> String {
    let how_many = if keyword == "oneOf" { "Exactly" } else { "At least" };
    let names: Vec<String> = needed.iter().map(|names| quoted(names.iter().map(String::as_str)).replace(", ", " and ")).collect();
    format!("{how_many} one of {}.", names.join(", "))
}

/// Alternatives that are too large to be combined with the rest.
pub(super) fn forms(either: &Shape) -> String {
    let mut names: Vec<String> = either.forms.iter().flatten().take(MAX_LISTED).map(form).collect();
    names.dedup();
    format!("Takes one of these forms: {}.", names.join("; "))
}

fn form(form: &Form) -> String {
    let required: Vec<&str> = form.members.required.iter().map(String::as_str).collect();
    match (&form.note.description, required.is_empty()) {
        (Some(description), _) => shortened(description.trim_end_matches('.'), MAX_QUOTED_CHARACTERS),
        (None, false) => format!("with {}", joined(&required, "and")),
        (None, true) => form.kind.name().to_owned(),
    }
}

fn said(shape: &Shape) -> String {
    let kind = match shape.forms.as_deref() {
        Some([one]) => one.kind.name(),
        _ => "any value",
    };
    match &shape.note.description {
        Some(description) => format!("{kind} ({})", shortened(description.trim_end_matches('.'), MAX_QUOTED_CHARACTERS)),
        None => kind.to_owned(),
    }
}

/// What an `enum` of values other than texts says; nothing for both booleans.
pub(super) fn one_of(values: &[&Value]) -> Option<String> {
    match values {
        [only] => Some(format!("Only {}.", list(&[only], "or"))),
        values if values.iter().all(|value| value.is_boolean()) => None,
        values => Some(format!("One of {}.", list(values, "or"))),
    }
}

fn list(values: &[&Value], last: &str) -> String {
    let more = values.len().saturating_sub(MAX_LISTED);
    let mut texts: Vec<String> = values.iter().take(MAX_LISTED).map(|value| shortened(&value.to_string(), MAX_QUOTED_CHARACTERS)).collect();
    texts.dedup();
    if more > 0 {
        return format!("{}, … ({more} more)", texts.join(", "));
    }
    match texts.as_slice() {
        [rest @ .., one] if !rest.is_empty() => format!("{} {last} {one}", rest.join(", ")),
        _ => texts.concat(),
    }
}

fn joined(names: &[&str], last: &str) -> String {
    match names {
        [rest @ .., one] if !rest.is_empty() => format!("{} {last} `{one}`", quoted(rest.iter().copied())),
        _ => quoted(names.iter().copied()),
    }
}
