//! The filters and the order of a list. Query parameters of other names are ignored, also `limit` and `per_page`.

use jiff::civil::Date;

use crate::edesk::moment::{Moment, day};
use crate::edesk::refusal::{ErrorCode, invalid, refused};
use crate::kit::reply::Reply;
use crate::kit::request::Request;

const ORDER_BY: [&str; 3] = ["id", "created_at", "last_updated_at"];
const ORDER_DIRECTION: [&str; 2] = ["asc", "desc"];

/// The query of a list. A filter that is absent or empty lets everything pass; the refusals of wrong ones, except for
/// dates, are assumed to look like those of a body.
#[derive(Debug)]
pub(super) struct Filters<'a> {
    request: &'a Request,
    wrong: Vec<(String, ErrorCode)>,
}

/// Whole days, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    from: Option<Date>,
    to: Option<Date>,
    offset_hours: i8,
}

impl<'a> Filters<'a> {
    pub(super) fn of(request: &'a Request) -> Filters<'a> {
        Filters { request, wrong: Vec::new() }
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.request.parameter(name).filter(|text| !text.is_empty())
    }

    pub(super) fn integer(&mut self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong.push((name.to_owned(), ErrorCode::NotNumeric));
        }
        number
    }

    pub(super) fn word(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(name)?;
        let word = words.iter().find(|word| **word == text).copied();
        if word.is_none() {
            self.wrong.push((name.to_owned(), ErrorCode::NotAllowed));
        }
        word
    }

    /// `filter_{field}_gte` and `filter_{field}_lte`. Anything but a day makes the vendor fail; seen with sales orders,
    /// assumed for tickets.
    pub(super) fn days(&self, field: &str, offset_hours: i8) -> Result<Days, Reply> {
        let end = |name: &str| {
            let text = self.text(&format!("filter_{field}_{name}"));
            text.map(|text| day(text).ok_or_else(|| unreadable_date(text))).transpose()
        };
        Ok(Days { from: end("gte")?, to: end("lte")?, offset_hours })
    }

    /// Sorts as `order_by` and `order_direction` say, by ascending id otherwise. `keys` are id, `created_at` and
    /// `last_updated_at`.
    pub(super) fn sort<T>(&mut self, items: &mut [&T], keys: impl Fn(&T) -> (u64, Moment, Option<Moment>)) {
        let by = self.word("order_by", &ORDER_BY);
        let direction = self.word("order_direction", &ORDER_DIRECTION);
        items.sort_by_key(|item| {
            let (id, created_at, last_updated_at) = keys(item);
            match by {
                Some("created_at") => (Some(created_at), id),
                Some("last_updated_at") => (last_updated_at, id),
                _ => (None, id),
            }
        });
        if direction == Some("desc") {
            items.reverse();
        }
    }

    pub(super) fn finish(self) -> Result<(), Reply> {
        match self.wrong.is_empty() {
            true => Ok(()),
            false => Err(invalid(&self.wrong)),
        }
    }
}

impl Days {
    pub(super) fn include(&self, moment: Option<Moment>) -> bool {
        let day = moment.map(|moment| moment.day_at(self.offset_hours));
        self.from.is_none_or(|from| day.is_some_and(|day| day >= from)) && self.to.is_none_or(|to| day.is_some_and(|day| day <= to))
    }
}

/// The vendor adds a time to what it was given, and cannot read the result.
fn unreadable_date(text: &str) -> Reply {
    let details = format!("Failed to parse time string ({text} 00:00:00) at position 0: Unexpected character");
    refused(500, "Internal server error", details)
}
