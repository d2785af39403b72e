//! The fields of a JSON body, and what is wrong with them: the vendor tells about all of them at once.
//!
//! Every reader gives a value even where there is none, so that reading goes on; [`Fields::finish`] comes
//! before anything read is used.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::edesk::refusal::{ErrorCode, invalid, refused};
use crate::kit::reply::Reply;
use crate::kit::request::{NoObject, Request};

/// The object in the body; text of the refusals assumed.
pub(super) fn body(request: &Request) -> Result<Map<String, Value>, Reply> {
    request.object().map_err(|problem| {
        let details = match problem {
            NoObject::NotJson => "Request body is not valid JSON.",
            NoObject::OtherJson => "Request body must be a JSON object.",
        };
        refused(400, "Bad request", details)
    })
}

/// One object of the body. Fields nobody asks for are ignored; null counts as absent.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    values: &'a Map<String, Value>,
    /// Where this object lies in the body: `contact.`, `order_items.0.`; assumed, as the vendor shows top-level fields only.
    place: String,
    wrong: Vec<(String, ErrorCode)>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(values: &'a Map<String, Value>) -> Fields<'a> {
        Fields { values, place: String::new(), wrong: Vec::new() }
    }

    /// A field that must be there; an empty text or list is not.
    pub(super) fn required<T: Default>(&mut self, name: &str, read: impl FnOnce(&'a Value) -> Result<T, ErrorCode>) -> T {
        if self.is_blank(name) {
            self.require(name);
            return T::default();
        }
        self.optional(name, read).unwrap_or_default()
    }

    /// Refuses a field that is not there, without reading it.
    pub(super) fn require(&mut self, name: &str) {
        if self.is_blank(name) {
            self.refuse(name, ErrorCode::Missing);
        }
    }

    pub(super) fn optional<T>(&mut self, name: &str, read: impl FnOnce(&'a Value) -> Result<T, ErrorCode>) -> Option<T> {
        let value = self.given(name)?;
        read(value).map_err(|code| self.refuse(name, code)).ok()
    }

    /// An object within; what is no object counts as an empty one.
    pub(super) fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'a>) -> T) -> Option<T> {
        let value = self.given(name)?;
        Some(self.within(name, value, read))
    }

    /// A list of objects within; `None` too if it is no list.
    pub(super) fn objects<T>(&mut self, name: &str, mut read: impl FnMut(&mut Fields<'a>) -> T) -> Option<Vec<T>> {
        let Value::Array(items) = self.given(name)? else {
            self.refuse(name, ErrorCode::NotArray);
            return None;
        };
        Some(items.iter().enumerate().map(|(place, item)| self.within(&format!("{name}.{place}"), item, &mut read)).collect())
    }

    pub(super) fn refuse(&mut self, name: &str, code: ErrorCode) {
        self.wrong.push((format!("{}{name}", self.place), code));
    }

    pub(super) fn is_given(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    /// Absent, null, an empty text or an empty list.
    pub(super) fn is_blank(&self, name: &str) -> bool {
        match self.given(name) {
            None => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            Some(_) => false,
        }
    }

    /// Refuses the body if anything in it was wrong.
    pub(super) fn finish(self) -> Result<(), Reply> {
        match self.wrong.is_empty() {
            true => Ok(()),
            false => Err(invalid(&self.wrong)),
        }
    }

    fn given(&self, name: &str) -> Option<&'a Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn within<T>(&mut self, place: &str, value: &'a Value, read: impl FnOnce(&mut Fields<'a>) -> T) -> T {
        static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        let values = value.as_object().unwrap_or(&NOTHING);
        let mut fields = Fields { values, place: format!("{}{place}.", self.place), wrong: Vec::new() };
        let read = read(&mut fields);
        self.wrong.append(&mut fields.wrong);
        read
    }
}
