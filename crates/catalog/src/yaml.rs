//! Definition text to a JSON value and the line of every key, in bounded time and memory.
//!
//! Reads YAML 1.2, and JSON as the subset of YAML that it is. A plain scalar is a number, boolean or null only where
//! JSON would read it as one; `no`, `off`, `010` or `1_000` stay the text they are, so nothing changes silently.
//! Anchors, aliases and the merge key `<<` work; tags other than `!!str` are refused.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use serde_saphyr::granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span, StrInput, Tag, options};

use crate::fnv::{self, fnv1a};
use crate::problem::Problem;

/// Largest text that is read.
const MAX_TEXT_BYTES: usize = 8 * 1024 * 1024;

/// Deepest nesting of lists and mappings. The walk over the text is recursive, and so is everything after it.
const MAX_DEPTH: usize = 64;

/// Most memory the values may take, counted roughly; aliases multiply what the text holds.
const MAX_VALUE_BYTES: usize = 64 * 1024 * 1024;

/// What a value costs beside its text.
const VALUE_BYTES: usize = 32;

/// Most duplicate keys and the like that are collected; the rest would repeat itself.
const MAX_PROBLEMS: usize = 50;

/// The one document of a text.
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) lines: Lines,
}

/// On which line each key and list item stands.
///
/// Only hashes of the paths are kept: with long keys and deep nesting the paths themselves could take a thousand
/// times the memory of the text. A collision would give a wrong line in a message, nothing more.
#[derive(Default)]
pub(crate) struct Lines {
    by_path: HashMap<u64, usize>,
}

impl Lines {
    /// The line of `path` (e.g. `resources.sends.tags.0`), else that of its nearest ancestor, else 1.
    pub(crate) fn line_of(&self, path: &str) -> usize {
        let mut path = path;
        while !path.is_empty() {
            if let Some(line) = self.by_path.get(&fnv1a(ROOT, path.as_bytes())) {
                return *line;
            }
            path = path.rfind('.').map_or("", |dot| &path[..dot]);
        }
        1
    }
}

/// Why a text is not one document: problems with the line of each.
pub(crate) type Unreadable = Vec<(usize, Problem)>;

/// Reads the one document of `text`.
///
/// # Errors
/// Syntax errors end the reading; duplicate keys are collected, at most 50.
pub(crate) fn read(text: &str) -> Result<Document, Unreadable> {
    if text.len() > MAX_TEXT_BYTES {
        let message =
            format!("the text has {} bytes, more than the {MAX_TEXT_BYTES} that are read; split the integration in two", text.len());
        return Err(vec![(1, Problem::error("", message))]);
    }
    let mut reader = Reader::new(text);
    let value = reader.document();
    match value {
        Ok(value) if reader.problems.is_empty() => Ok(Document { value, lines: reader.lines }),
        Ok(_) => Err(reader.problems),
        Err(Stop { line, message }) => {
            let path = reader.path.join(".");
            reader.problems.push((line, Problem::error(path, message)));
            Err(reader.problems)
        }
    }
}

/// A problem after which reading cannot go on. Its path is the reader's when it occurred.
struct Stop {
    line: usize,
    message: String,
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Anchored>,
    lines: Lines,
    problems: Unreadable,
    path: Vec<String>,
    value_bytes: usize,
}

#[derive(Clone)]
struct Anchored {
    value: Value,
    bytes: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            parser: Parser::new_from_str_with_options(text, parser_options()),
            anchors: HashMap::new(),
            lines: Lines::default(),
            problems: Vec::new(),
            path: Vec::new(),
            value_bytes: 0,
        }
    }

    fn document(&mut self) -> Result<Value, Stop> {
        let mut value = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if value.is_some() => {
                    return Err(stop(&span, "a second document starts here; a definition is one document, so remove the `---`"));
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => value = Some(self.value(event, &span, ROOT)?),
            }
        }
        Ok(value.unwrap_or(Value::Null))
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(Stop {
                line: line(error.marker()),
                message: format!("not valid YAML: {}; check indentation, quotes and brackets", error.info()),
            }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The value that `event` begins. `at` is the hash of its path.
    fn value(&mut self, event: Event<'t>, span: &Span, at: u64) -> Result<Value, Stop> {
        let before = self.value_bytes;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.spend(VALUE_BYTES + text.len(), span)?;
                (scalar(&text, style, tag.as_deref(), span)?, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                refuse_tag(tag.as_deref(), span)?;
                (self.list(span, at)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                refuse_tag(tag.as_deref(), span)?;
                (self.mapping(span, at)?, anchor)
            }
            Event::Alias(anchor) => {
                let bytes = self.anchors.get(&anchor).map_or(0, |anchored| anchored.bytes);
                self.spend(bytes, span)?;
                return match self.anchors.get(&anchor) {
                    Some(anchored) => Ok(anchored.value.clone()),
                    None => Err(stop(span, "an alias stands inside the value it repeats; write the value out")),
                };
            }
            _ => return Err(stop(span, "a value was expected here")),
        };
        if anchor != 0 {
            let bytes = self.value_bytes - before;
            self.spend(bytes, span)?;
            let value = value.clone();
            self.anchors.insert(anchor, Anchored { value, bytes });
        }
        Ok(value)
    }

    fn list(&mut self, span: &Span, at: u64) -> Result<Value, Stop> {
        self.descend(span)?;
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let index = items.len().to_string();
            let at = self.enter(&index, at, &span);
            items.push(self.value(event, &span, at)?);
            self.path.pop();
        }
    }

    fn mapping(&mut self, span: &Span, at: u64) -> Result<Value, Stop> {
        self.descend(span)?;
        let mut members = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, key_span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let Key { text, is_merge } = self.key(event, &key_span)?;
            if is_merge {
                self.path.push(text);
                let (event, span) = self.next()?;
                merged.push((self.value(event, &span, at)?, span));
                self.path.pop();
                continue;
            }
            let first_line = self.lines.by_path.get(&segment_hash(at, &text)).copied();
            let at = self.enter(&text, at, &key_span);
            if let (Some(first_line), true) = (first_line, members.contains_key(&text)) {
                self.report_duplicate(&text, first_line, &key_span);
            }
            let (event, span) = self.next()?;
            let value = self.value(event, &span, at)?;
            self.path.pop();
            members.insert(text, value);
        }
        for (value, span) in merged {
            merge(&mut members, value, &span)?;
        }
        Ok(Value::Object(members))
    }

    fn key(&mut self, event: Event<'t>, span: &Span) -> Result<Key, Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                refuse_tag(tag.as_deref(), span)?;
                self.spend(VALUE_BYTES + text.len(), span)?;
                let text = text.into_owned();
                if anchor != 0 {
                    let bytes = VALUE_BYTES + text.len();
                    let value = Value::String(text.clone());
                    self.anchors.insert(anchor, Anchored { value, bytes });
                }
                Ok(Key { is_merge: style == ScalarStyle::Plain && text == "<<", text })
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(Anchored { value: Value::String(text), bytes }) => {
                    self.spend(bytes, span)?;
                    Ok(Key { text, is_merge: false })
                }
                _ => Err(stop(span, "a key must be text; write it out instead of repeating a value")),
            },
            _ => Err(stop(span, "a key must be text, not a list or a mapping")),
        }
    }

    fn enter(&mut self, segment: &str, parent: u64, span: &Span) -> u64 {
        let at = segment_hash(parent, segment);
        self.lines.by_path.insert(at, line(&span.start));
        self.path.push(segment.to_owned());
        at
    }

    fn descend(&mut self, span: &Span) -> Result<(), Stop> {
        self.spend(VALUE_BYTES, span)?;
        if self.path.len() >= MAX_DEPTH {
            return Err(stop(span, format!("nested more than {MAX_DEPTH} levels deep; flatten the schema")));
        }
        Ok(())
    }

    fn spend(&mut self, bytes: usize, span: &Span) -> Result<(), Stop> {
        self.value_bytes = self.value_bytes.saturating_add(bytes);
        if self.value_bytes > MAX_VALUE_BYTES {
            return Err(stop(
                span,
                format!("the values, repeated by aliases, take more than {MAX_VALUE_BYTES} bytes; repeat less or split the integration"),
            ));
        }
        Ok(())
    }

    fn report_duplicate(&mut self, key: &str, first_line: usize, span: &Span) {
        if self.problems.len() < MAX_PROBLEMS {
            let message = format!("the key `{key}` stands on line {first_line} already; keep one of the two");
            let problem = Problem::error(self.path.join("."), message);
            self.problems.push((line(&span.start), problem));
        }
    }
}

struct Key {
    text: String,
    is_merge: bool,
}

/// YAML's merge key: members that the mapping does not have itself.
fn merge(members: &mut Map<String, Value>, value: Value, span: &Span) -> Result<(), Stop> {
    match value {
        Value::Object(more) => {
            for (key, value) in more {
                members.entry(key).or_insert(value);
            }
            Ok(())
        }
        Value::Array(list) if list.iter().all(Value::is_object) => list.into_iter().try_for_each(|one| merge(members, one, span)),
        _ => Err(stop(span, "`<<` takes a mapping or a list of mappings")),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: &Span) -> Result<Value, Stop> {
    let is_text_by_tag = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
    if !is_text_by_tag {
        refuse_tag(tag, span)?;
    }
    if is_text_by_tag || style != ScalarStyle::Plain {
        return Ok(Value::String(text.to_owned()));
    }
    Ok(match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => match serde_json::from_str::<Number>(text) {
            Ok(number) if number.is_f64() && !text.contains(['.', 'e', 'E']) => {
                return Err(stop(span, format!("the number {text} is too large to keep exactly; quote it")));
            }
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text.to_owned()),
        },
    })
}

fn refuse_tag(tag: Option<&Tag>, span: &Span) -> Result<(), Stop> {
    match tag {
        Some(tag) => Err(stop(span, format!("the tag `{}` is not used here; remove it", tag.original()))),
        None => Ok(()),
    }
}

fn parser_options() -> Options {
    // Two more than ours, so that our message is the one that is shown.
    let mut options = options! {
        flow_nesting_limit: MAX_DEPTH + 2,
        block_nesting_limit: MAX_DEPTH + 2,
    };
    options.set_emit_comments(false);
    options
}

fn stop(span: &Span, message: impl Into<String>) -> Stop {
    Stop { line: line(&span.start), message: message.into() }
}

fn line(marker: &Marker) -> usize {
    marker.line().max(1)
}

/// The hash of a path is that of its dotted text, so that it can go on from a parent's.
const ROOT: u64 = fnv::START;

fn segment_hash(parent: u64, segment: &str) -> u64 {
    let start = if parent == ROOT { parent } else { fnv1a(parent, b".") };
    fnv1a(start, segment.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        match read(text) {
            Ok(document) => document.value.to_string(),
            Err(problems) => problems
                .iter()
                .map(|(line, problem)| format!("{line}: {}: {}", problem.path, problem.message))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    #[test]
    fn a_plain_word_is_what_json_makes_of_it_and_else_text() {
        for (text, expected) in [
            ("no", r#""no""#),
            ("Yes", r#""Yes""#),
            ("off", r#""off""#),
            ("True", r#""True""#),
            ("010", r#""010""#),
            ("0x1F", r#""0x1F""#),
            ("1_000", r#""1_000""#),
            ("+1", r#""+1""#),
            (".5", r#"".5""#),
            (".inf", r#"".inf""#),
            ("1e999", r#""1e999""#),
            ("12:30:45", r#""12:30:45""#),
            ("2024-01-01", r#""2024-01-01""#),
            ("-", "[null]"),
            ("true", "true"),
            ("~", "null"),
            ("", "null"),
            ("10", "10"),
            ("-1.50", "-1.5"),
            ("'10'", r#""10""#),
            ("!!str 10", r#""10""#),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn json_is_read_with_its_tabs_and_escapes() {
        let text = "{\n\t\"a\": [1, 2.5, null],\n\t\"b\":\"\\ud83d\\ude00 \\/ \\u00e9\"\n}";
        assert_eq!(value(text), r#"{"a":[1,2.5,null],"b":"😀 / é"}"#);
    }

    #[test]
    fn aliases_and_merge_keys_repeat_values() {
        let text = "base: &base { a: 1, b: 2 }\nown: { <<: *base, b: 3 }\nsame: *base";
        assert_eq!(value(text), r#"{"base":{"a":1,"b":2},"own":{"b":3,"a":1},"same":{"a":1,"b":2}}"#);
    }

    #[test]
    fn every_key_and_item_has_its_line() {
        let text = "a:\n  b: 1\n  c:\n    - x\n    -\n      d: 2\n\"e.f\": { g: 3,\n  h: 4 }\n";
        let Ok(Document { lines, .. }) = read(text) else {
            panic!("the text is valid");
        };
        for (path, line) in [
            ("a", 1),
            ("a.b", 2),
            ("a.c", 3),
            ("a.c.0", 4),
            ("a.c.1.d", 6),
            ("a.c.1.d.deeper.still", 6),
            ("e.f", 7),
            ("e.f.h", 8),
            ("", 1),
            ("unknown", 1),
        ] {
            assert_eq!(lines.line_of(path), line, "{path}");
        }
    }

    #[test]
    fn all_duplicate_keys_are_named_with_both_lines() {
        insta::assert_snapshot!(value("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n"), @r#"
4: b.c: the key `c` stands on line 3 already; keep one of the two
5: a: the key `a` stands on line 1 already; keep one of the two
"#);
    }

    #[test]
    fn what_is_not_one_plain_document_is_refused() {
        insta::assert_snapshot!(value("a: [1"), @"1: a: not valid YAML: unclosed bracket '['; check indentation, quotes and brackets");
        insta::assert_snapshot!(value("a: 1\n---\nb: 2"), @"2: : a second document starts here; a definition is one document, so remove the `---`");
        insta::assert_snapshot!(value("a: !secret x"), @"1: a: the tag `!secret` is not used here; remove it");
        insta::assert_snapshot!(value("a: *b"), @"1: a: not valid YAML: while parsing node, found unknown anchor; check indentation, quotes and brackets");
        insta::assert_snapshot!(value("a: &a [*a]"), @"1: a.0: an alias stands inside the value it repeats; write the value out");
        insta::assert_snapshot!(value("? [1]\n: 2"), @"1: : a key must be text, not a list or a mapping");
        insta::assert_snapshot!(value("a:\n\tb: 1"), @"2: a: not valid YAML: tabs disallowed within this context (block indentation); check indentation, quotes and brackets");
        insta::assert_snapshot!(value("a: 99999999999999999999999"), @"1: a: the number 99999999999999999999999 is too large to keep exactly; quote it");
        insta::assert_snapshot!(value("<<: 1"), @"1: : `<<` takes a mapping or a list of mappings");
    }

    #[test]
    fn a_text_that_would_grow_without_bound_is_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..30 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        insta::assert_snapshot!(value(&bomb), @"6: a5: the values, repeated by aliases, take more than 67108864 bytes; repeat less or split the integration");
        insta::assert_snapshot!(value(&"[".repeat(100_000)).replace("0.", ""), @"1: : not valid YAML: recursion limit exceeded; check indentation, quotes and brackets");
        let deep: String = (0..100).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        insta::assert_snapshot!(value(&deep).replace("a.", ""), @"65: a: nested more than 64 levels deep; flatten the schema");
        insta::assert_snapshot!(value(&"a".repeat(MAX_TEXT_BYTES + 1)), @"1: : the text has 8388609 bytes, more than the 8388608 that are read; split the integration in two");
    }
}
