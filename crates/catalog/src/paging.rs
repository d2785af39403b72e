//! A definition's pagination, made ready for calls: encoded parameter names, parsed paths and expressions.

use std::sync::Arc;

use minijinja::Value as Computed;
use minijinja::value::{Serde, ValueKind};
use percent_encoding::utf8_percent_encode;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::{Url, form_urlencoded};

use crate::cursor::{Cursor, Position, PositionKey};
use crate::dotted_path::DottedPath;
use crate::encode::QUERY_NAME;
use crate::expression::{Expression, ExpressionError};
use crate::integration::{PagePlace, Pagination};
use crate::page::Page;
use crate::problem::Problem;

/// What an expression for the next page looks like.
const NEXT_EXAMPLE: &str = r#"{"page": body.page + 1} if body.page < body.pages else none"#;

/// Most records at once where the definition does not say.
const USUAL_MAX_SIZE: u64 = 100;

/// How a list gives its records in parts.
#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) style: Style,
    /// Where position and size go.
    pub(crate) place: PagePlace,
    /// Name of the query parameter, encoded, or of the member of the body for the page size.
    pub(crate) size: Option<String>,
    pub(crate) default_size: Option<u64>,
    pub(crate) max_size: u64,
    /// Query parameters that a vendor's link must not set: arguments, the definition's own, and credentials,
    /// which would otherwise end up in a cursor.
    pub(crate) reserved: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Style {
    Page { parameter: String, first: u64 },
    Offset { parameter: String, first: u64 },
    Cursor { parameter: String, next: DottedPath },
    LinkHeader,
    None,
    Expression { next: NextQuery },
}

impl Style {
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Page { .. } => "page",
            Self::Offset { .. } => "offset",
            Self::Cursor { .. } => "cursor",
            Self::LinkHeader => "link_header",
            Self::None => "none",
            Self::Expression { .. } => "expression",
        }
    }
}

/// The expression that computes the next page's query parameters.
#[derive(Debug)]
pub(crate) struct NextQuery(Expression);

impl NextQuery {
    pub(crate) fn evaluate(
        &self,
        body: &Value,
        headers: &[(&str, &str)],
        url: &Url,
    ) -> Result<Option<Vec<(String, String)>>, ExpressionError> {
        #[derive(Serialize)]
        struct Facts<'a> {
            body: &'a Value,
            headers: BTreeMap<String, &'a str>,
            query: BTreeMap<String, String>,
        }
        let context = Computed::from(Serde(Facts {
            body,
            headers: headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), *value)).collect(),
            query: url.query_pairs().into_owned().collect(),
        }));
        match self.0.value(&context)? {
            Some(value) => query_of(&value).map(Some),
            None => Ok(None),
        }
    }
}

/// The query parameters that an expression gives: a map of them, or a URL that has them.
fn query_of(value: &Computed) -> Result<Vec<(String, String)>, ExpressionError> {
    let no_query = || ExpressionError::new("the pagination's expression must give a map of texts or numbers, the next page's URL, or none");
    if let Some(link) = value.as_str() {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        return Ok(form_urlencoded::parse(query.as_bytes()).into_owned().collect());
    }
    if value.kind() != ValueKind::Map {
        return Err(no_query());
    }
    let mut query = Vec::new();
    for name in value.try_iter()? {
        let member = value.get_item(&name)?;
        match member.kind() {
            ValueKind::Undefined | ValueKind::None => {}
            ValueKind::String | ValueKind::Number | ValueKind::Bool => {
                query.push((name.to_string(), member.to_string()));
            }
            _ => return Err(no_query()),
        }
    }
    Ok(query)
}

impl Paging {
    pub(crate) fn compile(path: &str, pagination: &Pagination, reserved: Vec<String>, problems: &mut Vec<Problem>) -> Self {
        let place = Self::place(pagination);
        let encoded = |name: &str| match place {
            PagePlace::Query => utf8_percent_encode(name, QUERY_NAME).to_string(),
            PagePlace::Body => name.to_owned(),
        };
        let (style, size, default_size, max_size) = match pagination {
            Pagination::Page { page, size, first, default_size, max_size, .. } => {
                let parameter = encoded(page);
                let style = Style::Page { parameter, first: *first };
                (style, Some(size), Some(*default_size), Some(*max_size))
            }
            Pagination::Offset { offset, size, first, default_size, max_size, .. } => {
                let parameter = encoded(offset);
                let style = Style::Offset { parameter, first: *first };
                (style, Some(size), Some(*default_size), Some(*max_size))
            }
            Pagination::Cursor { cursor, size, default_size, max_size, next, .. } => {
                let next = next.parse().unwrap_or_else(|error| {
                    problems.push(Problem::error(format!("{path}.next"), format!("{error}")));
                    DottedPath::default()
                });
                let parameter = encoded(cursor);
                let style = Style::Cursor { parameter, next };
                (style, size.as_ref(), *default_size, *max_size)
            }
            Pagination::LinkHeader { size, default_size, max_size } => (Style::LinkHeader, size.as_ref(), *default_size, *max_size),
            Pagination::None => (Style::None, None, None, None),
            Pagination::Expression { size, default_size, max_size, next } => {
                let style = match Expression::parse(next, &["body", "headers", "query"], NEXT_EXAMPLE) {
                    Ok(next) => Style::Expression { next: NextQuery(next) },
                    Err(error) => {
                        problems.push(Problem::error(format!("{path}.next"), error.to_string()));
                        Style::None
                    }
                };
                (style, size.as_ref(), *default_size, *max_size)
            }
        };
        for (key, value) in [("default_size", default_size), ("max_size", max_size)] {
            if value == Some(0) {
                problems.push(Problem::error(format!("{path}.{key}"), "a page has at least one record; write 1 or more"));
            }
        }
        let size = size.map(|name| encoded(name));
        Self { style, place, size, default_size, max_size: max_size.unwrap_or(USUAL_MAX_SIZE).max(1), reserved }
    }

    pub(crate) fn place(pagination: &Pagination) -> PagePlace {
        match pagination {
            Pagination::Page { place, .. } | Pagination::Offset { place, .. } | Pagination::Cursor { place, .. } => *place,
            Pagination::LinkHeader { .. } | Pagination::None | Pagination::Expression { .. } => PagePlace::Query,
        }
    }

    /// The vendor's names at one place, which are therefore no arguments.
    pub(crate) fn parameters_in(pagination: &Pagination, place: PagePlace) -> Vec<&str> {
        match Self::place(pagination) == place {
            true => Self::parameters(pagination),
            false => Vec::new(),
        }
    }

    /// The vendor's names of what this pagination sets.
    pub(crate) fn parameters(pagination: &Pagination) -> Vec<&str> {
        let (position, size) = match pagination {
            Pagination::Page { page, size, .. } => (Some(page), Some(size)),
            Pagination::Offset { offset, size, .. } => (Some(offset), Some(size)),
            Pagination::Cursor { cursor, size, .. } => (Some(cursor), size.as_ref()),
            Pagination::LinkHeader { size, .. } | Pagination::Expression { size, .. } => (None, size.as_ref()),
            Pagination::None => (None, None),
        };
        position.into_iter().chain(size).map(String::as_str).collect()
    }

    /// The schema of the argument `limit`.
    pub(crate) fn limit_schema(&self) -> Value {
        let description = match (self.default_size, &self.style) {
            (Some(default), _) => format!("Default {default}."),
            (None, Style::None) => "Default: all.".to_owned(),
            (None, _) => "Most records.".to_owned(),
        };
        json!({"type": "integer", "minimum": 1, "maximum": self.max_size, "description": description})
    }

    /// The schema of the argument `next_cursor`.
    pub(crate) fn cursor_schema() -> Value {
        json!({
            "type": "string",
            "description": "The last one, passed back unchanged.",
        })
    }

    /// The page that `limit` and `next_cursor` ask for. A cursor holds its own size, which goes before `limit`.
    ///
    /// `None` if the text is no cursor of this list.
    pub(crate) fn page(self: &Arc<Self>, limit: Option<u64>, cursor: Option<&str>) -> Option<Page> {
        let mut page = match cursor {
            Some(text) => Cursor::parse(text, self.key()).filter(|cursor| self.accepts(cursor))?,
            None => Cursor::default(),
        };
        page.size = page.size.or(limit).or(self.default_size);
        if page.position == Position::Start
            && let Style::Page { first, .. } | Style::Offset { first, .. } = &self.style
        {
            page.position = Position::Number(*first);
        }
        Some(Page::new(self, page))
    }

    pub(crate) fn key(&self) -> PositionKey {
        match self.style {
            Style::Page { .. } => PositionKey::Page,
            Style::Offset { .. } => PositionKey::Offset,
            Style::Cursor { .. } => PositionKey::After,
            Style::LinkHeader | Style::Expression { .. } => PositionKey::Query,
            Style::None => PositionKey::None,
        }
    }

    fn accepts(&self, cursor: &Cursor) -> bool {
        let largest = self.max_size.max(self.default_size.unwrap_or(0));
        let size_fits = cursor.size.is_none_or(|size| (1..=largest).contains(&size));
        let position_fits = match (&self.style, &cursor.position) {
            (Style::Page { first, .. } | Style::Offset { first, .. }, Position::Number(number)) => number >= first,
            (Style::Page { .. } | Style::Offset { .. }, _) => false,
            (Style::LinkHeader | Style::Expression { .. }, Position::Text(query)) => {
                !url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| self.reserved.iter().any(|reserved| *reserved == name))
            }
            _ => true,
        };
        let count_fits = cursor.seen.is_none() || matches!(self.style, Style::Page { .. });
        size_fits && position_fits && count_fits
    }
}
