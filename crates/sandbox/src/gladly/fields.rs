//! The fields of a JSON body. What is refused is named with its dotted path, as the vendor does: `assignee.inboxId`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::gladly::refusal::{Problem, blank, invalid, too_long};
use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// A JSON object and where it lies in the body. A field that is null counts as absent.
#[derive(Debug)]
pub(super) struct Fields {
    values: Map<String, Value>,
    /// `assignee.`, or empty for the body itself.
    prefix: String,
}

impl Fields {
    /// The body, which must be a JSON object. No body at all counts as an empty one.
    pub(super) fn of(request: &Request) -> Result<Fields, Reply> {
        if request.body.is_empty() {
            return Ok(Fields { values: Map::new(), prefix: String::new() });
        }
        match request.json() {
            Some(Value::Object(values)) => Ok(Fields { values, prefix: String::new() }),
            _ => Err(Problem::new("invalid", "request body must be a JSON object").refused(400)),
        }
    }

    /// The dotted path of one of these fields.
    pub(super) fn attr(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Was it sent, and not as null?
    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// A text as sent; it may be empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Reply> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(name, "a string")),
        }
    }

    /// As [`Fields::text`], of at most so many characters.
    pub(super) fn text_up_to(&self, name: &str, longest: usize) -> Result<Option<String>, Reply> {
        match self.text(name)? {
            Some(text) if text.chars().count() > longest => Err(too_long(&self.attr(name), longest)),
            text => Ok(text),
        }
    }

    /// A text that must be there and hold more than spaces.
    pub(super) fn required_text(&self, name: &str) -> Result<String, Reply> {
        self.text(name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| blank(&self.attr(name)))
    }

    /// As [`Fields::required_text`], of at most so many characters.
    pub(super) fn required_text_up_to(&self, name: &str, longest: usize) -> Result<String, Reply> {
        let text = self.required_text(name)?;
        match text.chars().count() > longest {
            true => Err(too_long(&self.attr(name), longest)),
            false => Ok(text),
        }
    }

    /// One of these words.
    pub(super) fn word(&self, name: &str, words: &'static [&'static str]) -> Result<Option<&'static str>, Reply> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => Err(invalid(&self.attr(name), &format!("{} must be one of {}", self.attr(name), words.join(", ")))),
        }
    }

    /// One of these words, which must be there.
    pub(super) fn required_word(&self, name: &str, words: &'static [&'static str]) -> Result<&'static str, Reply> {
        self.required_text(name)?;
        self.word(name, words)?.ok_or_else(|| blank(&self.attr(name)))
    }

    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Reply> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.wrong(name, "a boolean")),
        }
    }

    /// A moment in RFC 3339, in any offset.
    pub(super) fn moment(&self, name: &str) -> Result<Option<Timestamp>, Reply> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.map(|text| text.parse().map_err(|_| self.wrong(name, "an RFC 3339 date and time"))).transpose()
    }

    pub(super) fn required_moment(&self, name: &str) -> Result<Timestamp, Reply> {
        self.moment(name)?.ok_or_else(|| blank(&self.attr(name)))
    }

    /// An object within.
    pub(super) fn object(&self, name: &str) -> Result<Option<Fields>, Reply> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(values)) => Ok(Some(self.within(name, values))),
            Some(_) => Err(self.wrong(name, "an object")),
        }
    }

    /// An object within; an empty one if it is absent, so that its own required fields are the ones named.
    pub(super) fn object_or_empty(&self, name: &str) -> Result<Fields, Reply> {
        Ok(self.object(name)?.unwrap_or_else(|| self.within(name, &Map::new())))
    }

    /// The objects of a list, each with the list's name as its path; `None` if there is no list.
    pub(super) fn objects(&self, name: &str) -> Result<Option<Vec<Fields>>, Reply> {
        let Some(list) = self.list(name)? else {
            return Ok(None);
        };
        let object = |item: &Value| match item {
            Value::Object(values) => Ok(self.within(name, values)),
            _ => Err(self.wrong(name, "a list of objects")),
        };
        list.iter().map(object).collect::<Result<Vec<Fields>, Reply>>().map(Some)
    }

    /// A list of texts; `None` if there is no list.
    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Reply> {
        let Some(list) = self.list(name)? else {
            return Ok(None);
        };
        let text = |item: &Value| item.as_str().map(str::to_owned).ok_or_else(|| self.wrong(name, "a list of strings"));
        list.iter().map(text).collect::<Result<Vec<String>, Reply>>().map(Some)
    }

    /// What was sent, as it is.
    pub(super) fn into_values(self) -> Map<String, Value> {
        self.values
    }

    fn list(&self, name: &str) -> Result<Option<&[Value]>, Reply> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(_) => Err(self.wrong(name, "a list")),
        }
    }

    fn within(&self, name: &str, values: &Map<String, Value>) -> Fields {
        Fields { values: values.clone(), prefix: format!("{}{name}.", self.prefix) }
    }

    fn wrong(&self, name: &str, expected: &str) -> Reply {
        let attr = self.attr(name);
        invalid(&attr, &format!("{attr} must be {expected}"))
    }
}
