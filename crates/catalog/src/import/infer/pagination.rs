//! How a list gives its records in parts.

use super::answer::Answer;
use super::next::{Continuation, continuation};
use super::query::{CAREFUL_MAX_SIZE, FREE_MAX_SIZE, Query, Sizes, queries};
use super::{Inferred, ListShape};
use crate::import::operation::Operation;
use crate::import::refs::Refs;
use crate::integration::{PagePlace, Pagination};

// Plain names of query parameters, best first.
const SIZES: &[&str] = &[
    "limit",
    "perpage",
    "pagesize",
    "pagelimit",
    "size",
    "maxresults",
    "maxitems",
    "itemsperpage",
    "resultsperpage",
    "top",
    "count",
    "take",
    "numresults",
    "maxpagesize",
    "recordsperpage",
    "rows",
    "pagecount",
    "batchsize",
    "first",
    "max",
    "maxrecords",
    "results",
    "num",
];
const PAGES: &[&str] = &["page", "pagenumber", "pagenum", "pageno", "currentpage", "pageindex", "p", "pageid"];
const OFFSETS: &[&str] = &["offset", "skip", "startat", "startindex", "pageoffset", "start", "firstresult", "startposition", "from"];
const CURSORS: &[&str] = &[
    "cursor",
    "pagetoken",
    "nextpagetoken",
    "after",
    "startingafter",
    "startcursor",
    "nextcursor",
    "pageafter",
    "pagecursor",
    "nexttoken",
    "continuationtoken",
    "continuation",
    "marker",
    "nextpageid",
    "paginationtoken",
    "pagingtoken",
    "bookmark",
    "scrollid",
    "aftercursor",
    "cursorafter",
    "nextpage",
    "next",
    "page",
    "since",
    "offset",
];

/// Names that filters have too, and what the description must speak of for them to be about pages.
const AMBIGUOUS: &[(&str, &[&str])] = &[
    ("size", SIZE_WORDS),
    ("count", SIZE_WORDS),
    ("take", SIZE_WORDS),
    ("top", SIZE_WORDS),
    ("rows", SIZE_WORDS),
    ("first", SIZE_WORDS),
    ("max", SIZE_WORDS),
    ("results", SIZE_WORDS),
    ("num", SIZE_WORDS),
    ("start", OFFSET_WORDS),
    ("from", OFFSET_WORDS),
    ("p", &["page"]),
];
const SIZE_WORDS: &[&str] = &[
    "per page",
    "page size",
    "size of the page",
    "number of",
    "how many",
    "limit",
    "results to",
    "items to",
    "records to",
    "maximum results",
];
const OFFSET_WORDS: &[&str] =
    &["offset", "skip", "index of the first", "start index", "starting index", "position", "pagination", "zero-based", "0-based"];

/// The pagination of a list, concluded from its query parameters, answer and headers; `Pagination::None` where it shows none.
pub(crate) fn pagination(operation: &Operation<'_>, shape: &ListShape, refs: Refs<'_>) -> Inferred<Pagination> {
    let queries = queries(operation, refs);
    let facts = Facts {
        size: named(&queries, SIZES, Query::may_be_number),
        answer: operation.success.and_then(|success| success.schema).map(|schema| Answer::of(schema, refs)).unwrap_or_default(),
        queries: &queries,
        shape,
        refs,
        has_link_header: has_link_header(operation),
    };
    let found = facts
        .cursor()
        .or_else(|| facts.link_header())
        .or_else(|| facts.last_record())
        .or_else(|| facts.token_in_url())
        .or_else(|| facts.offset())
        .or_else(|| facts.page())
        .or_else(|| facts.url());
    found.unwrap_or_else(|| facts.none())
}

/// The pagination that most paged lists have, at least half of them and two: the integration's.
pub(crate) fn common<'p>(lists: impl IntoIterator<Item = &'p Pagination>) -> Option<Pagination> {
    let mut counted: Vec<(String, &Pagination, usize)> = Vec::new();
    let mut all = 0;
    for pagination in lists {
        if matches!(pagination, Pagination::None) {
            continue;
        }
        all += 1;
        let text = written(pagination);
        match counted.iter_mut().find(|(known, ..)| *known == text) {
            Some((.., count)) => *count += 1,
            None => counted.push((text, pagination, 1)),
        }
    }
    // The first of those that are equally frequent.
    let most = counted.iter().rev().max_by_key(|(.., count)| *count)?;
    (most.2 >= 2 && most.2 * 2 >= all).then(|| most.1.clone())
}

/// Whether two are the same in all they say.
pub(crate) fn is_same(one: &Pagination, other: &Pagination) -> bool {
    written(one) == written(other)
}

fn written(pagination: &Pagination) -> String {
    serde_json::to_string(pagination).unwrap_or_default()
}

struct Facts<'a> {
    queries: &'a [Query<'a>],
    size: Option<&'a Query<'a>>,
    answer: Answer<'a>,
    shape: &'a ListShape,
    refs: Refs<'a>,
    has_link_header: bool,
}

impl<'a> Facts<'a> {
    fn sizes(&self) -> (Option<String>, Option<Sizes>) {
        (self.size.map(|size| size.name.to_owned()), self.size.map(|size| size.sizes(FREE_MAX_SIZE)))
    }

    fn continuation(&self, parameter: &str) -> Continuation {
        continuation(&self.answer, self.shape.records.as_deref(), parameter, self.refs)
    }

    /// A parameter that takes what the answer before says.
    fn cursor(&self) -> Option<Inferred<Pagination>> {
        let candidates = CURSORS.iter().filter_map(|name| self.queries.iter().find(|query| query.plain == *name && query.may_be_cursor()));
        let (query, next) = candidates.filter(|query| self.size.is_none_or(|size| size.name != query.name)).find_map(|query| {
            self.continuation(&query.plain).cursors.into_iter().find(|path| fits(&query.plain, path)).map(|path| (query, path))
        })?;
        let (size, sizes) = self.sizes();
        let value = Pagination::Cursor {
            cursor: query.name.to_owned(),
            size,
            default_size: sizes.map(|sizes| sizes.default_size),
            max_size: sizes.map(|sizes| sizes.max_size),
            next: next.clone(),
            place: PagePlace::Query,
        };
        Some(self.inferred(
            value,
            format!("pages by cursor: {}", query.name),
            format!("query parameter `{}`, `{next}` in the answer", query.name),
        ))
    }

    fn link_header(&self) -> Option<Inferred<Pagination>> {
        if !self.has_link_header {
            return None;
        }
        let (size, sizes) = self.sizes();
        let value = Pagination::LinkHeader {
            size,
            default_size: sizes.map(|sizes| sizes.default_size),
            max_size: sizes.map(|sizes| sizes.max_size),
        };
        Some(self.inferred(value, "pages by the `Link` header".to_owned(), "header `Link` of the answer".to_owned()))
    }

    /// A parameter that takes the id of the last record.
    fn last_record(&self) -> Option<Inferred<Pagination>> {
        let after = named(self.queries, &["startingafter", "afterid", "after"], Query::may_be_cursor)?;
        let more = self.continuation(&after.plain).has_more?;
        let records = match &self.shape.records {
            Some(records) => format!("body.{records}"),
            None => "body".to_owned(),
        };
        if !is_expressible(&records) || !is_expressible(&more) {
            return None;
        }
        let (size, sizes) = self.sizes();
        let next = format!("{{\"{}\": ({records} | last).id}} if body.{more} and {records} else none", after.name);
        let value = Pagination::Expression {
            size,
            default_size: sizes.map(|sizes| sizes.default_size),
            max_size: sizes.map(|sizes| sizes.max_size),
            next,
        };
        let because = format!("query parameter `{}`, `{more}` in the answer", after.name);
        Some(self.inferred(value, format!("pages by the last id: {}", after.name), because))
    }

    fn offset(&self) -> Option<Inferred<Pagination>> {
        let offset = named(self.queries, OFFSETS, Query::may_be_number)?;
        let size = self.size.filter(|size| size.name != offset.name)?;
        let sizes = size.sizes(CAREFUL_MAX_SIZE);
        // SCIM counts from 1.
        let first = offset.first(if offset.plain == "startindex" || offset.plain == "startposition" { 1 } else { 0 });
        let value = Pagination::Offset {
            offset: offset.name.to_owned(),
            size: size.name.to_owned(),
            first,
            default_size: sizes.default_size,
            max_size: sizes.max_size,
            place: PagePlace::Query,
        };
        let because = format!("query parameters `{}` and `{}`", offset.name, size.name);
        Some(self.inferred(value, format!("pages by offset: {}", offset.name), because))
    }

    fn page(&self) -> Option<Inferred<Pagination>> {
        let page = named(self.queries, PAGES, Query::may_be_number)?;
        let Some(size) = self.size.filter(|size| size.name != page.name) else { return self.page_without_size(page) };
        let sizes = size.sizes(CAREFUL_MAX_SIZE);
        let value = Pagination::Page {
            page: page.name.to_owned(),
            size: size.name.to_owned(),
            first: page.first(1),
            default_size: sizes.default_size,
            max_size: sizes.max_size,
            place: PagePlace::Query,
        };
        let because = format!("query parameters `{}` and `{}`", page.name, size.name);
        Some(self.inferred(value, format!("pages by number: {}", page.name), because))
    }

    /// Pages whose size cannot be said end with an empty one.
    fn page_without_size(&self, page: &Query<'_>) -> Option<Inferred<Pagination>> {
        let records = match &self.shape.records {
            Some(records) => format!("body.{records}"),
            None => "body".to_owned(),
        };
        if !is_expressible(&records) || page.name.contains(['"', '\\']) {
            return None;
        }
        let (name, first) = (page.name, page.first(1));
        let next = format!("{{\"{name}\": (query[\"{name}\"] | default({first}) | int) + 1}} if {records} else none");
        let value = Pagination::Expression { size: None, default_size: None, max_size: None, next };
        let because = format!("query parameter `{name}`, and none for the size of a page");
        Some(self.inferred(value, format!("pages by number: {name}"), because))
    }

    /// A parameter that takes a cursor which stands only in the next page's URL.
    fn token_in_url(&self) -> Option<Inferred<Pagination>> {
        let tokens = &CURSORS[..CURSORS.len() - 3];
        named(self.queries, tokens, Query::may_be_cursor).and_then(|_| self.url())
    }

    /// The next page's URL in the answer.
    fn url(&self) -> Option<Inferred<Pagination>> {
        let url = self.continuation("").url.filter(|url| is_expressible(url))?;
        let (size, sizes) = self.sizes();
        let next = format!("body.{url} or none");
        let value = Pagination::Expression {
            size,
            default_size: sizes.map(|sizes| sizes.default_size),
            max_size: sizes.map(|sizes| sizes.max_size),
            next,
        };
        Some(self.inferred(value, "pages by the next page's URL".to_owned(), format!("`{url}` in the answer")))
    }

    fn none(&self) -> Inferred<Pagination> {
        let because = match self.size {
            Some(size) => format!("query parameter `{}`, but nothing that names the next page", size.name),
            None => "no query parameter for pages".to_owned(),
        };
        Inferred { value: Pagination::None, what: "is not paged".to_owned(), because }
    }

    fn inferred(&self, value: Pagination, what: String, because: String) -> Inferred<Pagination> {
        let unsaid = match value {
            Pagination::Page { .. } | Pagination::Offset { .. } => CAREFUL_MAX_SIZE,
            _ => FREE_MAX_SIZE,
        };
        let guess = match self.size.map(|size| (size.name, size.sizes(unsaid))) {
            Some((name, sizes)) if !sizes.is_max_said => format!("; the largest `{name}` is not said, {} is assumed", sizes.max_size),
            _ => String::new(),
        };
        Inferred { value, what, because: format!("{because}{guess}") }
    }
}

fn named<'q, 'd>(queries: &'q [Query<'d>], names: &[&str], is_fitting: impl Fn(&Query<'d>) -> bool) -> Option<&'q Query<'d>> {
    let is_sure = |query: &Query<'d>| match AMBIGUOUS.iter().find(|(name, _)| query.plain == *name) {
        // As OData has it: nothing else is called so.
        Some((_, words)) => query.name.starts_with('$') || query.is_about(words, queries) || is_beside_a_position(query, queries),
        None => true,
    };
    names.iter().find_map(|name| queries.iter().find(|query| query.plain == *name && is_fitting(query) && is_sure(query)))
}

/// Whether a whole number that may be a page's size stands beside what can only be the page's place.
fn is_beside_a_position(query: &Query<'_>, queries: &[Query<'_>]) -> bool {
    const SIZES_BESIDE: &[&str] = &["size", "count", "take", "rows", "results"];
    const POSITIONS: &[&str] = &[
        "page",
        "pagenumber",
        "pagenum",
        "pageno",
        "pageindex",
        "offset",
        "skip",
        "startat",
        "startindex",
        "pageoffset",
        "cursor",
        "pagetoken",
    ];
    SIZES_BESIDE.contains(&query.plain.as_str())
        && query.is_whole()
        && queries.iter().any(|other| POSITIONS.contains(&other.plain.as_str()))
}

/// Whether what an answer says there can be what a parameter of that name takes: a page's number is no cursor.
fn fits(parameter: &str, path: &str) -> bool {
    let last = super::query::plain(path.rsplit('.').next().unwrap_or(path));
    match parameter {
        "page" => last == "nextpage" || last == "nextcursor" || last == "nextpagetoken" || last == "nexttoken",
        "offset" => last == "nextoffset" || last == "nextcursor" || last == "nexttoken",
        "since" => last == "nextsince",
        _ => true,
    }
}

/// Whether a dotted path can stand in an expression as it is.
fn is_expressible(path: &str) -> bool {
    path.split('.').all(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

fn has_link_header(operation: &Operation<'_>) -> bool {
    let headers = operation.success.and_then(|success| success.headers);
    headers.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("link")))
}
