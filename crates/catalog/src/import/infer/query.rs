//! Query parameters, as far as pages are concerned.

use serde_json::Value;

use super::answer::Answer;
use super::words;
use crate::import::operation::Operation;
use crate::import::refs::Refs;

/// A query parameter.
#[derive(Debug, Clone)]
pub(super) struct Query<'d> {
    pub(super) name: &'d str,
    /// Letters and digits of the name, in lower case: `page[size]` is `pagesize`.
    pub(super) plain: String,
    schema: Option<&'d Value>,
    text: String,
    answer: Answer<'d>,
}

/// Of the parameter's own schema, what limits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) default_size: u64,
    pub(super) max_size: u64,
    /// Whether the description says the largest page.
    pub(super) is_max_said: bool,
}

/// Sizes where a description says nothing.
const USUAL_SIZE: u64 = 25;

/// What counts its pages by how many records came: a vendor that quietly gives fewer than were asked for would end the list early.
pub(super) const CAREFUL_MAX_SIZE: u64 = 100;
/// What goes on by what the answer says: a vendor that gives fewer does no harm.
pub(super) const FREE_MAX_SIZE: u64 = 1_000;

pub(super) fn queries<'d>(operation: &Operation<'d>, refs: Refs<'d>) -> Vec<Query<'d>> {
    let in_query = operation.parameters.iter().filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"));
    in_query
        .filter_map(|parameter| {
            let name = parameter.get("name").and_then(Value::as_str)?;
            let schema = parameter.get("schema").and_then(|schema| refs.resolve(schema).ok());
            let said = |value: Option<&Value>| {
                value.and_then(|value| value.get("description")).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let text = format!("{}. {}", said(Some(parameter)), said(schema));
            let answer = schema.map(|schema| Answer::of(schema, refs)).unwrap_or_default();
            Some(Query { name, plain: plain(name), schema, text, answer })
        })
        .collect()
}

pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl Query<'_> {
    /// Whether it surely is about pages, though its name may as well be a filter's: a number, described so, without a partner as ranges have.
    pub(super) fn is_about(&self, words: &[&str], others: &[Query<'_>]) -> bool {
        const PARTNERS: &[&str] = &["to", "end", "until", "last", "min", "till", "finish", "stop"];
        let is_number = self.answer.is("integer") || self.answer.is("number");
        let text = self.text.to_lowercase();
        is_number && words.iter().any(|word| text.contains(word)) && !others.iter().any(|other| PARTNERS.contains(&other.plain.as_str()))
    }

    pub(super) fn is_whole(&self) -> bool {
        self.answer.is("integer")
    }

    /// Whether it may be a number: also where the description says text, or nothing.
    pub(super) fn may_be_number(&self) -> bool {
        let is_other = self.answer.is_array || self.answer.is("boolean") || self.answer.is("object") || self.has("enum");
        let is_date =
            self.schema.and_then(|schema| schema.get("format")).and_then(Value::as_str).is_some_and(|format| format.contains("date"));
        !is_other && !is_date
    }

    /// Whether it may be a cursor: a text that is no date.
    pub(super) fn may_be_cursor(&self) -> bool {
        self.may_be_number() && !self.answer.is("number")
    }

    /// The number that the schema says for `key`, e.g. `maximum`.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        let value = self.schema?.get(key)?;
        value
            .as_u64()
            .or_else(|| value.as_f64().filter(|number| *number >= 0.0 && number.fract() == 0.0).map(|number| number as u64))
            .or_else(|| value.as_str()?.parse().ok())
    }

    /// The number of the first page or record.
    pub(super) fn first(&self, otherwise: u64) -> u64 {
        let said = self.number("default").or_else(|| self.number("minimum")).filter(|first| *first <= 1);
        match said {
            Some(first) => first,
            None if words::is_zero_based(&self.text) => 0,
            None => otherwise,
        }
    }

    /// `unsaid` is taken for the largest page where nothing says it.
    pub(super) fn sizes(&self, unsaid: u64) -> Sizes {
        let exclusive = self.number("exclusiveMaximum").map(|above| above.saturating_sub(1));
        let said = self.number("maximum").or(exclusive).or_else(|| words::maximum(&self.text)).filter(|max| *max > 0 && *max <= 100_000);
        let default = self.number("default").or_else(|| words::default(&self.text)).filter(|default| *default > 0);
        let default_size = default.unwrap_or(USUAL_SIZE).min(said.unwrap_or(u64::MAX));
        let max_size = said.unwrap_or(unsaid.max(default_size));
        Sizes { default_size, max_size, is_max_said: said.is_some() }
    }

    fn has(&self, key: &str) -> bool {
        self.schema.is_some_and(|schema| schema.get(key).is_some())
    }
}
