//! The text of a `next_cursor`: where to continue, in how large steps, and how much of a page was given already.
//!
//! A cursor comes back from an agent, so it is read as strictly as any argument. It holds nothing secret.

use std::fmt;

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::encode::UNRESERVED;

/// Longer texts are not cursors of ours.
const MAX_CHARACTERS: usize = 4_096;

/// Which page of the vendor's, and where in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) position: Position,
    /// Records asked for at once.
    pub(crate) size: Option<u64>,
    /// Records on the pages before, where that is not pages times size.
    pub(crate) seen: Option<u64>,
    /// Records of the page that were given already.
    pub(crate) skip: u64,
}

/// A place in the vendor's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Position {
    #[default]
    Start,
    /// A page number or a record's number.
    Number(u64),
    /// The vendor's cursor, or the query parameters of the page.
    Text(String),
}

/// How a style of pagination writes its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PositionKey {
    Page,
    Offset,
    After,
    Query,
    None,
}

impl PositionKey {
    fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Offset => "offset",
            Self::After => "after",
            Self::Query => "query",
            Self::None => "",
        }
    }
}

impl Cursor {
    /// `page=2&size=100&skip=60`; what is absent or zero is left out.
    pub(crate) fn to_text(&self, key: PositionKey) -> String {
        Text { cursor: self, key }.to_string()
    }

    /// Reads what [`Self::to_text`] wrote with the same key; anything else is `None`.
    pub(crate) fn parse(text: &str, key: PositionKey) -> Option<Self> {
        if text.len() > MAX_CHARACTERS {
            return None;
        }
        let mut cursor = Self::default();
        for pair in text.split('&') {
            let (name, value) = pair.split_once('=')?;
            match name {
                "size" => cursor.size = Some(value.parse().ok()?),
                "seen" => cursor.seen = Some(value.parse().ok()?),
                "skip" => cursor.skip = value.parse().ok()?,
                _ if name != key.as_str() => return None,
                _ => {
                    cursor.position = match key {
                        PositionKey::Page | PositionKey::Offset => Position::Number(value.parse().ok()?),
                        PositionKey::After | PositionKey::Query => {
                            let text = percent_decode_str(value).decode_utf8().ok()?;
                            Position::Text(text.into_owned())
                        }
                        PositionKey::None => return None,
                    }
                }
            }
        }
        // Only the one way of writing it: this refuses doubled keys, `+1`, `01` and another order.
        (cursor.to_text(key) == text).then_some(cursor)
    }
}

struct Text<'a> {
    cursor: &'a Cursor,
    key: PositionKey,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let key = self.key.as_str();
        match &self.cursor.position {
            Position::Start => {}
            Position::Number(number) => {
                write!(f, "{key}={number}")?;
                separator = "&";
            }
            Position::Text(text) => {
                write!(f, "{key}={}", utf8_percent_encode(text, UNRESERVED))?;
                separator = "&";
            }
        }
        if let Some(size) = self.cursor.size {
            write!(f, "{separator}size={size}")?;
            separator = "&";
        }
        if let Some(seen) = self.cursor.seen {
            write!(f, "{separator}seen={seen}")?;
            separator = "&";
        }
        if self.cursor.skip > 0 {
            write!(f, "{separator}skip={}", self.cursor.skip)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_is_short_and_readable() {
        let cursor = Cursor { position: Position::Number(2), size: Some(100), seen: None, skip: 60 };
        assert_eq!(cursor.to_text(PositionKey::Page), "page=2&size=100&skip=60");
    }

    #[test]
    fn only_one_way_of_writing_is_read() {
        for text in
            ["", "2", "page=02", "page=+2", "size=5&page=2", "page=2&page=2", "page=2&skip=0", "offset=2", "page=-1", "page=2&", "after=x"]
        {
            assert_eq!(Cursor::parse(text, PositionKey::Page), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in ".*", number: u64, size in proptest::option::of(any::<u64>()), seen in proptest::option::of(any::<u64>()), skip: u64) {
            prop_assume!(text.len() < 300);
            let numbered = Cursor { position: Position::Number(number), size, seen, skip };
            prop_assert_eq!(Cursor::parse(&numbered.to_text(PositionKey::Offset), PositionKey::Offset), Some(numbered));
            let opaque = Cursor { position: Position::Text(text), size, seen, skip };
            prop_assert_eq!(Cursor::parse(&opaque.to_text(PositionKey::After), PositionKey::After), Some(opaque));
        }

        #[test]
        fn any_text_is_a_cursor_or_refused(text in ".*") {
            for key in [PositionKey::Page, PositionKey::After, PositionKey::None] {
                if let Some(cursor) = Cursor::parse(&text, key) {
                    prop_assert_eq!(cursor.to_text(key), text.clone());
                }
            }
        }
    }
}
