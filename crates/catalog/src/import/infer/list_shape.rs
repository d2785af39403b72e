//! Whether an answer is a list, and where its records are.

use super::answer::{Answer, dotted};
use crate::import::operation::Operation;
use crate::import::refs::Refs;
use crate::singular::singular;

/// Names of the array of records in an answer, best first.
const RECORDS: &[&str] = &[
    "data",
    "results",
    "result",
    "items",
    "records",
    "value",
    "values",
    "entries",
    "list",
    "rows",
    "objects",
    "elements",
    "resources",
    "content",
    "collection",
    "hits",
    "members",
    "matches",
    "nodes",
    "edges",
    "documents",
    "payload",
    "response",
];

/// Names of objects that hold the array.
const WRAPPERS: &[&str] = &["data", "result", "results", "response", "_embedded", "payload", "page", "body", "content", "list", "meta"];

/// Names of the number of all records, best first, and of the objects where it stands.
const TOTALS: &[&str] = &[
    "total",
    "total_count",
    "totalCount",
    "total_results",
    "totalResults",
    "total_items",
    "totalItems",
    "total_records",
    "totalRecords",
    "total_elements",
    "totalElements",
    "total_entries",
    "totalEntries",
    "totalSize",
    "total_size",
    "recordCount",
    "record_count",
    "itemCount",
    "num_results",
    "numResults",
    "count",
];
const ABOUT_PAGES: &[&str] = &[
    "meta",
    "pagination",
    "paging",
    "page",
    "page_info",
    "pageInfo",
    "list_info",
    "metadata",
    "_meta",
    "page_context",
    "response_metadata",
];

/// A list's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListShape {
    /// Dotted path of the array of records; `None` where the answer is the array.
    pub(crate) records: Option<String>,
    /// Dotted path of the number of all records.
    pub(crate) total: Option<String>,
    /// What this rests on.
    pub(crate) because: String,
}

/// `None` where the answer is no list.
pub(crate) fn list_shape(operation: &Operation<'_>, refs: Refs<'_>) -> Option<ListShape> {
    let answer = Answer::of(operation.success?.schema?, refs);
    if answer.is_array {
        return Some(ListShape { records: None, total: None, because: "the answer is an array".to_owned() });
    }
    let path = records(operation, &answer, refs)?;
    let records = dotted(&path)?;
    let total = total(&answer, &path, refs);
    let because = format!("the array `{records}` in the answer");
    Some(ListShape { records: Some(records), total, because })
}

/// Where the array of records is.
fn records<'d>(operation: &Operation<'_>, answer: &Answer<'d>, refs: Refs<'d>) -> Option<Vec<&'d str>> {
    let nouns = nouns(&operation.path);
    if let Some(name) = array_in(answer, &nouns, refs) {
        return is_envelope(answer, name, &nouns, refs).then(|| vec![name]);
    }
    WRAPPERS.iter().find_map(|wrapper| {
        let (name, schema) = answer.properties.iter().find(|(name, _)| name == wrapper)?;
        let inner = Answer::of(schema, refs);
        if inner.is_array {
            return None;
        }
        let array = array_in(&inner, &nouns, refs)?;
        (*wrapper == "_embedded" || is_envelope(&inner, array, &nouns, refs)).then(|| vec![*name, array])
    })
}

/// The array that holds the records: the only one, one that is called as such, or as the path is.
fn array_in<'d>(answer: &Answer<'d>, nouns: &[String], refs: Refs<'d>) -> Option<&'d str> {
    let arrays: Vec<&'d str> =
        answer.properties.iter().filter(|(_, schema)| Answer::of(schema, refs).is_array).map(|(name, _)| *name).collect();
    let named = arrays.iter().find(|name| is_named_after(name, nouns));
    let usual = || RECORDS.iter().find_map(|usual| arrays.iter().find(|name| name.eq_ignore_ascii_case(usual)));
    match named.or_else(usual) {
        Some(name) => Some(name),
        None => match arrays[..] {
            [only] if !is_about_something_else(only) => Some(only),
            _ => None,
        },
    }
}

/// Whether what stands beside the array is about the list, and not a thing that merely has an array among other things.
fn is_envelope(answer: &Answer<'_>, array: &str, nouns: &[String], refs: Refs<'_>) -> bool {
    let others = || answer.properties.iter().filter(|(name, _)| *name != array);
    let things = others().filter(|(name, _)| !is_about_list(name)).count();
    let is_expected = is_named_after(array, nouns) || RECORDS.iter().any(|usual| array.eq_ignore_ascii_case(usual));
    let has_identity = others().any(|(name, schema)| matches!(*name, "id" | "uuid" | "_id") && Answer::of(schema, refs).may_be_scalar());
    let has_pages = others().any(|(name, _)| is_about_pages(name));
    match (has_identity, is_expected) {
        (true, _) => false,
        (false, true) => things <= 3 || has_pages,
        (false, false) => things == 0 || has_pages && things <= 2,
    }
}

/// Members of an envelope.
fn is_about_list(name: &str) -> bool {
    let usual = [
        "object",
        "kind",
        "etag",
        "status",
        "success",
        "ok",
        "error",
        "errors",
        "message",
        "messages",
        "code",
        "warnings",
        "warning",
        "timestamp",
        "time",
        "href",
        "url",
        "type",
        "included",
        "jsonapi",
        "schema",
        "schemas",
        "self",
        "version",
        "included",
        "query",
        "sort",
        "filters",
        "summary",
        "count",
        "request_id",
        "requestid",
        "providername",
        "datetimeutc",
        "description",
        "took",
        "empty",
        "first",
        "last",
        "context",
        "@odata.context",
        "expand",
    ];
    is_about_pages(name) || usual.contains(&name.to_ascii_lowercase().as_str())
}

fn is_about_pages(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let word = name.replace(['_', '-', '.', '@', '$'], "");
    [
        "page",
        "next",
        "prev",
        "cursor",
        "total",
        "offset",
        "hasmore",
        "limit",
        "startat",
        "maxresults",
        "marker",
        "continuation",
        "paging",
        "pagination",
    ]
    .iter()
    .any(|part| word.contains(part))
        || [
            "meta",
            "links",
            "responsemetadata",
            "islast",
            "metadata",
            "more",
            "start",
            "startindex",
            "size",
            "perpage",
            "numberofelements",
            "itemsperpage",
            "resultcount",
        ]
        .contains(&word.as_str())
}

fn is_about_something_else(name: &str) -> bool {
    ["errors", "warnings", "messages", "links", "included", "schemas", "required", "scopes", "tags"]
        .contains(&name.to_ascii_lowercase().as_str())
}

/// The last fixed segments of a path, as plain lower-case text in the singular.
fn nouns(path: &str) -> Vec<String> {
    let fixed = path.rsplit('/').filter(|segment| !segment.is_empty() && !segment.contains('{'));
    fixed.take(2).map(|segment| plain(segment.trim_end_matches(".json").split('.').next().unwrap_or_default())).collect()
}

fn is_named_after(name: &str, nouns: &[String]) -> bool {
    let name = plain(name);
    !name.is_empty()
        && nouns
            .iter()
            .any(|noun| *noun == name || noun.len() > 3 && name.len() > 3 && (noun.ends_with(&name) || name.ends_with(noun.as_str())))
}

/// Without anything but letters and digits, in the singular.
fn plain(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    singular(&letters)
}

/// Where the number of all records is.
fn total(answer: &Answer<'_>, records: &[&str], refs: Refs<'_>) -> Option<String> {
    let wrapper = records.split_last().map_or(&[][..], |(_, before)| before);
    let places = ABOUT_PAGES.iter().filter_map(|name| answer.property(name).map(|schema| (vec![*name], Answer::of(schema, refs))));
    let wrapped = wrapper.iter().filter_map(|name| answer.property(name).map(|schema| (vec![*name], Answer::of(schema, refs))));
    let all: Vec<(Vec<&str>, Answer<'_>)> = [(Vec::new(), answer.clone())].into_iter().chain(places).chain(wrapped).collect();
    TOTALS.iter().find_map(|total| {
        all.iter().find_map(|(place, within)| {
            let schema = Answer::of(within.property(total)?, refs);
            let is_number = schema.is("integer") || schema.is("number");
            // A bare count is often that of this page alone.
            let is_total = is_number && (*total != "count" || place.is_empty() && within.property("next").is_some());
            is_total.then(|| dotted(&[place.as_slice(), &[*total]].concat())).flatten()
        })
    })
}
