//! Lists in pages, newest first. A page starts after the last id of the one before, so that rows which come and go
//! meanwhile are neither shown twice nor skipped.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Most items to return.
    pub limit: u32,
    /// Continues after the page that gave this cursor.
    pub after: Option<Cursor>,
}

/// Where a page ended. Opaque to clients, and harmless in their hands: it only says where to start in a list that
/// they may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(Uuid);

/// A text that no list gave as its `next`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`next_cursor` is not one that a list returned; pass it back unchanged or leave it out")]
pub struct CursorError;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Text of the [`Cursor`] of the next page, if there is one.
    pub next: Option<String>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.simple(), f)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Cursor, CursorError> {
        let uuid = Uuid::try_parse(text).map_err(|_| CursorError)?;
        if text == uuid.simple().to_string() { Ok(Cursor(uuid)) } else { Err(CursorError) }
    }
}

impl Page {
    /// One row more than wanted is read: it tells whether there is a next page.
    pub(crate) fn rows_to_read(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Ids of this page's rows sort before this text. A first page starts at the character that sorts after all ids.
    pub(crate) fn before(&self, text: impl Fn(Uuid) -> String) -> String {
        self.after.map_or_else(|| "~".to_owned(), |cursor| text(cursor.0))
    }
}

impl<T> Listed<T> {
    /// Makes a page of the rows that [`Page::rows_to_read`] asked for.
    pub(crate) fn from_rows(mut items: Vec<T>, page: Page, id: impl Fn(&T) -> Uuid) -> Listed<T> {
        let limit = page.limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|item| Cursor(id(item)).to_string()) } else { None };
        Listed { items, next }
    }
}
