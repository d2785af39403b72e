//! Error rules, rate-limit headers and limits on answers. Their expressions are checked where they are compiled.

use super::{is_snake_case, methods};
use crate::headers::is_token;
use crate::integration::{ErrorRule, Integration, RateLimit};
use crate::problem::Problem;
use crate::rules::FACTS;
use crate::wording::quoted;

/// Most values that one rule extracts.
const MAX_EXTRACTED: usize = 16;

/// Fewest characters that still hold a record and the note about what is missing.
const MIN_ANSWER_CHARACTERS: usize = 500;

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    check_rules("errors.rules", &integration.errors.rules, problems);
    check_rate_limit("rate_limit", integration.rate_limit.as_ref(), problems);
    for (key, resource) in &integration.resources {
        check_rate_limit(&format!("resources.{key}.rate_limit"), resource.rate_limit.as_ref(), problems);
    }
    for at in methods(integration) {
        check_rules(&format!("{}.errors", at.path), &at.method.errors, problems);
        check_rate_limit(&format!("{}.rate_limit", at.path), at.method.rate_limit.as_ref(), problems);
        if at.method.response.max_characters.is_some_and(|most| most < MIN_ANSWER_CHARACTERS) {
            problems.push(Problem::error(
                format!("{}.response.max_characters", at.path),
                format!("an answer of less than {MIN_ANSWER_CHARACTERS} characters can hold nothing; raise it"),
            ));
        }
    }
}

fn check_rules(path: &str, rules: &[ErrorRule], problems: &mut Vec<Problem>) {
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("{path}.{index}");
        if let Some(code) = &rule.code
            && !is_snake_case(code)
        {
            problems.push(Problem::error(format!("{path}.code"), "a code is snake_case, e.g. `not_found`"));
        }
        if rule.extract.len() > MAX_EXTRACTED {
            let message = format!("more than {MAX_EXTRACTED} values are extracted; keep those that an agent acts on");
            problems.push(Problem::error(format!("{path}.extract"), message));
        }
        for name in rule.extract.keys() {
            if !is_snake_case(name) || FACTS.contains(&name.as_str()) {
                let message =
                    format!("an extracted value has a snake_case name of its own, e.g. `new_id`, and not one of {}", quoted(FACTS));
                problems.push(Problem::error(format!("{path}.extract.{name}"), message));
            }
        }
        if rule.extract.is_empty() && rule.code.is_none() && rule.message.is_none() && rule.hint.is_none() {
            problems.push(Problem::warning(path, "this rule changes nothing; give it a `hint`, a `code` or a `message`"));
        }
    }
}

fn check_rate_limit(path: &str, rate_limit: Option<&RateLimit>, problems: &mut Vec<Problem>) {
    let Some(rate_limit) = rate_limit else {
        return;
    };
    for (key, name) in [
        ("limit_header", &rate_limit.limit_header),
        ("remaining_header", &rate_limit.remaining_header),
        ("reset_header", &rate_limit.reset_header),
    ] {
        if name.as_deref().is_some_and(|name| !is_token(name)) {
            problems.push(Problem::error(
                format!("{path}.{key}"),
                "this is no header name; use letters, digits and hyphens, e.g. `X-RateLimit-Reset`",
            ));
        }
    }
}
