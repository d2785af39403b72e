//! YAML text to a JSON value and the line of every key, in bounded time and memory.
//!
//! Reads YAML 1.2, and JSON as the subset of YAML that it is. In a definition, a plain scalar is a number, boolean or
//! null only where JSON would read it as one; `no`, `off`, `010` or `1_000` stay the text they are, so nothing changes
//! silently, and tags other than `!!str` are refused. What others wrote is read as they meant it; see [`Rules`].
//! Anchors, aliases and the merge key `<<` work.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use serde_saphyr::granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span, StrInput, Tag, options};

use crate::fnv::{self, fnv1a};
use crate::problem::Problem;

/// What may stand in a text, and how much of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Largest text that is read.
    pub(crate) max_text_bytes: usize,
    /// Deepest nesting of lists and mappings. The walk over the text is recursive, and so is everything after it.
    pub(crate) max_depth: usize,
    /// Most memory the values may take, counted roughly; aliases multiply what the text holds.
    pub(crate) max_value_bytes: usize,
    pub(crate) written_by: Author,
}

/// Who wrote a text decides how a doubtful word is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The person who is told what is wrong with it: what is doubtful is an error.
    User,
    /// Somebody who cannot be asked: words mean what YAML's core schema says (YAML 1.2.2 section 10.3), but for numbers with leading
    /// zeros, which stay text; numbers that are too large are rounded; tags of YAML's own are tolerated; a key may stand twice with
    /// one and the same value.
    Vendor,
}

impl Rules {
    /// For definition files.
    pub(crate) const DEFINITION: Self =
        Self { max_text_bytes: 8 * 1024 * 1024, max_depth: 64, max_value_bytes: 64 * 1024 * 1024, written_by: Author::User };

    fn advice(self, for_user: &'static str) -> &'static str {
        match self.written_by {
            Author::User => for_user,
            Author::Vendor => "the vendor may publish parts of it on their own",
        }
    }
}

/// What a value costs beside its text.
const VALUE_BYTES: usize = 32;

/// Most duplicate keys and the like that are collected; the rest would repeat itself.
const MAX_PROBLEMS: usize = 50;

/// The one document of a text.
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) lines: Lines,
    /// Memory the value takes, counted roughly.
    pub(crate) value_bytes: usize,
}

/// On which line each key and list item stands.
///
/// Only hashes of the paths are kept: with long keys and deep nesting the paths themselves could take a thousand
/// times the memory of the text. A collision would give a wrong line in a message, nothing more.
#[derive(Debug, Default)]
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

/// Reads the one document of a definition file.
///
/// # Errors
/// As [`read_by`].
pub(crate) fn read(text: &str) -> Result<Document, Unreadable> {
    read_by(Rules::DEFINITION, text)
}

/// Reads the one document of `text`.
///
/// # Errors
/// Syntax errors end the reading; duplicate keys are collected, at most 50.
pub(crate) fn read_by(rules: Rules, text: &str) -> Result<Document, Unreadable> {
    let most = rules.max_text_bytes;
    if text.len() > most {
        let advice = rules.advice("split the integration in two");
        let message = format!("the text has {} bytes, more than the {most} that are read; {advice}", text.len());
        return Err(vec![(1, Problem::error("", message))]);
    }
    let mut reader = Reader::new(rules, text);
    let value = reader.document();
    match value {
        Ok(value) if reader.problems.is_empty() => Ok(Document { value, lines: reader.lines, value_bytes: reader.value_bytes }),
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
    rules: Rules,
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
    fn new(rules: Rules, text: &'t str) -> Self {
        Self {
            rules,
            parser: Parser::new_from_str_with_options(text, parser_options(rules)),
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
                    let what = match self.rules.written_by {
                        Author::User => "a definition",
                        Author::Vendor => "a description",
                    };
                    return Err(stop(&span, format!("a second document starts here; {what} is one document, so remove the `---`")));
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
                (self.scalar(&text, style, tag.as_deref(), span)?, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), span)?;
                (self.list(span, at)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), span)?;
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
            let is_strict = self.rules.written_by == Author::User;
            if let (Some(first_line), true) = (first_line, is_strict && members.contains_key(&text)) {
                self.report_duplicate(&text, first_line, &key_span);
            }
            let (event, span) = self.next()?;
            let value = self.value(event, &span, at)?;
            if let (Some(first_line), false, Some(first)) = (first_line, is_strict, members.get(&text))
                && *first != value
            {
                self.report_duplicate(&text, first_line, &key_span);
            }
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
                self.check_tag(tag.as_deref(), span)?;
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

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: &Span) -> Result<Value, Stop> {
        let own_name = tag.and_then(own_name);
        if own_name.as_deref() != Some("str") {
            self.check_tag(tag, span)?;
        }
        // Binary and time are text in JSON.
        let is_text_by_tag = matches!(own_name.as_deref(), Some("str" | "binary" | "timestamp"));
        if is_text_by_tag || (style != ScalarStyle::Plain && tag.is_none()) {
            return Ok(Value::String(text.to_owned()));
        }
        if let Some(word) = json_word(text) {
            return Ok(word);
        }
        Ok(match (serde_json::from_str::<Number>(text), self.rules.written_by) {
            (Ok(number), Author::User) if number.is_f64() && !text.contains(['.', 'e', 'E']) => {
                return Err(stop(span, format!("the number {text} is too large to keep exactly; quote it")));
            }
            (Ok(number), _) => Value::Number(number),
            (Err(_), Author::User) => Value::String(text.to_owned()),
            (Err(_), Author::Vendor) => core_word(text).unwrap_or_else(|| Value::String(text.to_owned())),
        })
    }

    /// A definition has no tags. A vendor's text may have YAML's own, which say what a value is anyhow.
    fn check_tag(&self, tag: Option<&Tag>, span: &Span) -> Result<(), Stop> {
        const OWN: [&str; 11] = ["str", "int", "float", "bool", "null", "timestamp", "binary", "seq", "map", "set", "omap"];
        match (tag, self.rules.written_by) {
            (None, _) => Ok(()),
            (Some(tag), Author::Vendor) if own_name(tag).is_some_and(|name| OWN.contains(&name.as_str())) => Ok(()),
            (Some(tag), Author::User) => Err(stop(span, format!("the tag `{}` is not used here; remove it", tag.original()))),
            (Some(tag), Author::Vendor) => Err(stop(
                span,
                format!("the tag `{}` is for another program; look for the description that the vendor publishes", tag.original()),
            )),
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
        let most = self.rules.max_depth;
        if self.path.len() >= most {
            return Err(stop(span, format!("nested more than {most} levels deep; {}", self.rules.advice("flatten the schema"))));
        }
        Ok(())
    }

    fn spend(&mut self, bytes: usize, span: &Span) -> Result<(), Stop> {
        self.value_bytes = self.value_bytes.saturating_add(bytes);
        let most = self.rules.max_value_bytes;
        if self.value_bytes > most {
            let advice = self.rules.advice("repeat less or split the integration");
            return Err(stop(span, format!("the values, repeated by aliases, take more than {most} bytes; {advice}")));
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

/// The name of a tag of YAML's own, e.g. `int` for `!!int`.
fn own_name(tag: &Tag) -> Option<String> {
    let (handle, suffix) = tag.parts();
    format!("{handle}{suffix}").strip_prefix("tag:yaml.org,2002:").map(str::to_owned)
}

/// What a plain word is, where JSON has the same word for it.
fn json_word(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => return None,
    })
}

/// What a plain word is by YAML's core schema; `None` for text.
fn core_word(text: &str) -> Option<Value> {
    Some(match text {
        "Null" | "NULL" => Value::Null,
        "True" | "TRUE" => Value::Bool(true),
        "False" | "FALSE" => Value::Bool(false),
        _ => Value::Number(core_number(text)?),
    })
}

/// The core schema's other spellings of numbers: `0x1F`, `0o17`, `+1`, `.5`, `1.`. Not with leading zeros, which only codes have.
fn core_number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+')).map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().filter(|_| !digits.starts_with('+')).map(Number::from);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))
        && !(unsigned.starts_with('0') && unsigned[1..].starts_with(|c: char| c.is_ascii_digit()));
    if !is_number {
        return None;
    }
    match text.strip_prefix('+').unwrap_or(text).parse::<i64>() {
        Ok(number) => Some(Number::from(number)),
        Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
    }
}

fn parser_options(rules: Rules) -> Options {
    // Two more than ours, so that our message is the one that is shown.
    let mut options = options! {
        flow_nesting_limit: rules.max_depth + 2,
        block_nesting_limit: rules.max_depth + 2,
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
    fn what_a_vendor_wrote_is_read_by_the_core_schema() {
        let rules = Rules { written_by: Author::Vendor, ..Rules::DEFINITION };
        let value = |text: &str| match read_by(rules, text) {
            Ok(document) => document.value.to_string(),
            Err(problems) => problems.iter().map(|(line, problem)| format!("{line}: {}", problem.message)).collect(),
        };
        for (text, expected) in [
            ("no", r#""no""#),
            ("True", "true"),
            ("FALSE", "false"),
            ("NULL", "null"),
            ("010", r#""010""#),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("1_000", r#""1_000""#),
            ("+1", "1"),
            ("-.5", "-0.5"),
            ("1.", "1.0"),
            ("0.5", "0.5"),
            (".inf", r#"".inf""#),
            ("1e999", r#""1e999""#),
            ("1.2.3", r#""1.2.3""#),
            ("1-2", r#""1-2""#),
            ("e5", r#""e5""#),
            ("+", r#""+""#),
            (".", r#"".""#),
            ("12:30:45", r#""12:30:45""#),
            ("99999999999999999999999", "1e+23"),
            ("!!timestamp 2024-01-01", r#""2024-01-01""#),
            ("!!binary aGk=", r#""aGk=""#),
            ("!!float '2'", "2"),
            ("!!str 2", r#""2""#),
            ("!!map {a: 1}", r#"{"a":1}"#),
            ("200: a\non: b\nnull: c\n1.5: d", r#"{"200":"a","on":"b","null":"c","1.5":"d"}"#),
            ("a: {x: 1}\nb: 2\na: {x: 1}", r#"{"a":{"x":1},"b":2}"#),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        insta::assert_snapshot!(value("a: 1\na: 2"), @"2: the key `a` stands on line 1 already; keep one of the two");
        insta::assert_snapshot!(value("a: !include b.yaml"), @"1: the tag `!include` is for another program; look for the description that the vendor publishes");
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
        insta::assert_snapshot!(value(&"a".repeat(Rules::DEFINITION.max_text_bytes + 1)), @"1: : the text has 8388609 bytes, more than the 8388608 that are read; split the integration in two");
    }
}
