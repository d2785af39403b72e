//! Which part of a list was asked for, and how to ask for the next one, for every style of pagination.
//!
//! Pure: a [`Page`] turns `limit` and `next_cursor` into query parameters, and a few facts about the vendor's reply
//! into the next cursor. Finding those facts in the reply is `upstream`'s part:
//!
//! 1. [`Page::needs`] says what to look for beside the records and their total;
//! 2. [`Page::window`] says which records of the reply belong into the answer;
//! 3. [`Page::next`] names the rest, once it is known how many records fitted into the answer.
//!
//! An answer that holds only the first records of its window, because it would be too large or the vendor sent more
//! than was asked for, gives a cursor that reads the same page again and skips them: nothing is lost or repeated.

use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::cursor::{Cursor, Position};
use crate::dotted_path::DottedPath;
use crate::encode::Query;
use crate::expression::ExpressionError;
use crate::integration::PagePlace;
use crate::paging::{Paging, Style};

/// The part of a list that a plan asks for.
#[derive(Debug, Clone)]
pub struct Page {
    paging: Arc<Paging>,
    cursor: Cursor,
}

/// What [`Page::next`] must be told about the reply, beside its records.
#[derive(Debug, Clone, Copy)]
pub enum Needs<'a> {
    /// Nothing: numbers suffice.
    Nothing,
    /// The vendor's cursor, which is at this place of the body.
    Cursor(&'a DottedPath),
    /// The `Link` header.
    Link,
    /// The whole body, parsed, and the headers.
    Body,
}

/// What is known about a reply.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// Records in the vendor's reply.
    pub records: usize,
    /// How many of the window's records fitted into the answer; 0 counts as 1, because a record that never fits must
    /// be passed over (and the answer say so) for the list to have an end.
    pub given: usize,
    /// The number of all records, if the vendor says it.
    pub total: Option<u64>,
    pub continuation: Continuation<'a>,
}

/// What the reply says about the next page, as [`Needs`] asked for it.
#[derive(Debug, Clone, Copy)]
pub enum Continuation<'a> {
    /// Nothing was asked for, or nothing was found.
    Absent,
    /// The vendor's cursor: a text as it is, a number in digits.
    Cursor(&'a str),
    /// The `Link` header's value; several such headers joined by commas.
    Link(&'a str),
    Body {
        body: &'a Value,
        /// Names and values.
        headers: &'a [(&'a str, &'a str)],
        /// What was asked: [`crate::plan::Plan::url`].
        url: &'a Url,
    },
}

impl Page {
    pub(crate) fn new(paging: &Arc<Paging>, cursor: Cursor) -> Self {
        Self { paging: Arc::clone(paging), cursor }
    }

    /// What to look for in the reply.
    pub fn needs(&self) -> Needs<'_> {
        match &self.paging.style {
            Style::Page { .. } | Style::Offset { .. } | Style::None => Needs::Nothing,
            Style::Cursor { next, .. } => Needs::Cursor(next),
            Style::LinkHeader => Needs::Link,
            Style::Expression { .. } => Needs::Body,
        }
    }

    /// Which of the `records` in the reply belong into the answer.
    pub fn window(&self, records: usize) -> Range<usize> {
        let start = usize::try_from(self.cursor.skip).map_or(records, |skip| skip.min(records));
        let most = match self.cursor.size {
            Some(size) => usize::try_from(size).unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        start..start.saturating_add(most).min(records)
    }

    /// The `next_cursor` of the answer; `None` at the end of the list.
    ///
    /// # Errors
    /// The definition's expression failed on this reply.
    pub fn next(&self, reply: &Reply<'_>) -> Result<Option<String>, ExpressionError> {
        let window = self.window(reply.records);
        let end = (window.start + reply.given.max(1)).min(window.end);
        let next = if end < reply.records { Some(self.rest_of_page(end as u64)) } else { self.following_page(reply)? };
        Ok(next.map(|cursor| cursor.to_text(self.paging.key())))
    }

    /// Puts the page's parameters into the query.
    pub(crate) fn push_query(&self, query: &mut Query<'_>) {
        let paging = &*self.paging;
        if paging.place == PagePlace::Body {
            return;
        }
        match (&paging.style, &self.cursor.position) {
            (Style::Page { parameter, .. }, Position::Number(number)) | (Style::Offset { parameter, .. }, Position::Number(number)) => {
                query.pair(parameter, &number.to_string());
            }
            (Style::Cursor { parameter, .. }, Position::Text(cursor)) => {
                query.pair(parameter, cursor);
            }
            (Style::LinkHeader | Style::Expression { .. }, Position::Text(text)) => {
                let text = reencoded(text);
                query.encoded(&text);
                let has_size =
                    |name: &String| text.split('&').any(|pair| pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
                if paging.size.as_ref().is_some_and(has_size) {
                    return; // The vendor's own parameters hold the size already.
                }
            }
            _ => {}
        }
        if let (Some(parameter), Some(size)) = (&paging.size, self.cursor.size) {
            query.pair(parameter, &size.to_string());
        }
    }

    /// What the page says in the body, by the vendor's names; nothing where it says it in the query.
    pub(crate) fn body_members(&self) -> Vec<(&str, Value)> {
        let paging = &*self.paging;
        if paging.place == PagePlace::Query {
            return Vec::new();
        }
        let position = match (&paging.style, &self.cursor.position) {
            (Style::Page { parameter, .. } | Style::Offset { parameter, .. }, Position::Number(number)) => {
                Some((parameter, (*number).into()))
            }
            (Style::Cursor { parameter, .. }, Position::Text(cursor)) => Some((parameter, cursor.as_str().into())),
            _ => None,
        };
        let size = paging.size.as_ref().zip(self.cursor.size.map(Value::from));
        position.into_iter().chain(size).map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// Whether the page itself gives this query parameter, so that the argument of that name steps back.
    pub(crate) fn gives(&self, name: &str) -> bool {
        match (&self.paging.style, &self.cursor.position) {
            (Style::Expression { .. }, Position::Text(text)) => form_urlencoded::parse(text.as_bytes()).any(|(given, _)| given == name),
            _ => false,
        }
    }

    fn rest_of_page(&self, end: u64) -> Cursor {
        let mut cursor = self.cursor.clone();
        match (&self.paging.style, &mut cursor.position) {
            // A position in the list says it without reading records twice.
            (Style::Offset { .. }, Position::Number(offset)) => {
                *offset = offset.saturating_add(end);
                cursor.skip = 0;
            }
            _ => cursor.skip = end,
        }
        cursor
    }

    fn following_page(&self, reply: &Reply<'_>) -> Result<Option<Cursor>, ExpressionError> {
        let size = self.cursor.size;
        let mut seen = None;
        let records = reply.records as u64;
        let position = match (&self.paging.style, &self.cursor.position) {
            (Style::Page { first, .. }, Position::Number(page)) => {
                let pages = page.saturating_sub(*first);
                let asked = size.unwrap_or(records);
                let before = self.cursor.seen.unwrap_or(pages.saturating_mul(asked));
                let so_far = before.saturating_add(records);
                let pages = pages.saturating_add(1);
                let more = match reply.total {
                    // Counted, because a vendor may cap or thin its pages; no list has more pages than records.
                    Some(all) => so_far < all && pages < all,
                    None => records >= asked,
                };
                seen = (so_far != pages.saturating_mul(asked)).then_some(so_far);
                (records > 0 && more).then(|| Position::Number(page.saturating_add(1)))
            }
            (Style::Offset { first, .. }, Position::Number(offset)) => {
                let next = offset.saturating_add(records);
                let full = records >= size.unwrap_or(records);
                let more = records > 0 && reply.total.map_or(full, |all| next - first < all);
                more.then_some(Position::Number(next))
            }
            (Style::Cursor { .. }, _) => match reply.continuation {
                Continuation::Cursor(cursor) if !cursor.is_empty() => Some(Position::Text(cursor.to_owned())),
                _ => None,
            },
            (Style::LinkHeader, _) => match reply.continuation {
                Continuation::Link(header) => {
                    next_link(header).map(|link| self.own_query(link)).filter(|query| !query.is_empty()).map(Position::Text)
                }
                _ => None,
            },
            (Style::Expression { next }, _) => match reply.continuation {
                Continuation::Body { body, headers, url } => next
                    .evaluate(body, headers, url)?
                    .map(|pairs| self.without_reserved(pairs.into_iter()))
                    .filter(|query| !query.is_empty())
                    .map(Position::Text),
                _ => None,
            },
            _ => None,
        };
        // A vendor that names the page it has just given would never end.
        let advances = position.filter(|next| *next != self.cursor.position);
        Ok(advances.map(|position| Cursor { position, size, seen, skip: 0 }))
    }

    /// The query of a link without what the arguments and the account say anew with every call.
    fn own_query(&self, link: &str) -> String {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        self.without_reserved(form_urlencoded::parse(query.as_bytes()).into_owned())
    }

    fn without_reserved(&self, pairs: impl Iterator<Item = (String, String)>) -> String {
        let kept = pairs.filter(|(name, _)| !self.paging.reserved.contains(name));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }
}

/// For the inspection of a plan.
impl Serialize for Page {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            style: &'static str,
            cursor: &'a str,
        }
        Shown { style: self.paging.style.as_str(), cursor: &self.cursor.to_text(self.paging.key()) }.serialize(serializer)
    }
}

/// Writes a query in this crate's encoding, whatever the cursor's text looked like.
fn reencoded(text: &str) -> String {
    let mut url = String::new();
    let mut query = Query::of(&mut url);
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let name = percent_encoding::utf8_percent_encode(&name, crate::encode::QUERY_NAME);
        query.pair(&name.to_string(), &value);
    }
    url.split_off(url.len().min(1))
}

/// The target of the link with `rel="next"` (RFC 8288 section 3).
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        // The parameters end where the next link starts.
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        let is_next = parameters.split([';', ',']).any(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
            })
        });
        if is_next {
            return Some(target);
        }
        rest = after;
    }
    None
}
