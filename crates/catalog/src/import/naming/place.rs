//! What a path is about: the thing at its end, what it belongs to, and what is done with it.

use percent_encoding::percent_decode_str;

use super::actions::{Around, is_action, is_announcement, is_manner};
use super::words::words;
use crate::import::operation::Operation;

/// A path, read.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// Words before the version, and such as `api` and `rest`: they tell apart what is otherwise called the same.
    pub(super) prefix: Vec<String>,
    /// E.g. `v3`.
    pub(super) version: Option<String>,
    /// The fixed segments up to the noun, which is the last; empty only where the path has neither noun nor parameter.
    pub(super) nouns: Vec<Noun>,
    /// Parameters behind the noun, in words: there are some where it is about one thing.
    pub(super) item: Vec<Vec<String>>,
    /// What is done, e.g. `cancel`; `None` where only the verb says it.
    pub(super) action: Option<Vec<String>>,
    /// Whether the action is written like a call: `/chat.postMessage`.
    pub(super) is_call: bool,
    /// Whether the path is only what is done with what: `/createOrder`.
    pub(super) is_procedure: bool,
    /// File name extension, where it is not that of JSON.
    pub(super) extension: Option<String>,
    /// Whether there is a parameter anywhere.
    pub(super) has_parameter: bool,
}

/// A fixed segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noun {
    pub(super) words: Vec<String>,
    /// Whether a parameter follows.
    pub(super) has_item: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Fixed(Vec<String>),
    Parameter(Vec<String>),
}

impl Place {
    pub(super) fn of(operation: &Operation<'_>) -> Self {
        let mut place = Place::default();
        let mut segments = place.segments(&operation.path);
        place.has_parameter = segments.iter().any(|segment| matches!(segment, Segment::Parameter(_)));
        place.take_prefix(&mut segments);
        if place.action.is_none() {
            place.action = behind_the_path(operation);
        }
        if place.action.is_none() {
            place.take_action(&mut segments, operation.verb.as_str());
        }
        place.take_nouns(segments);
        place
    }

    fn segments(&mut self, path: &str) -> Vec<Segment> {
        let mut segments = Vec::new();
        let all: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        for (index, raw) in all.iter().enumerate() {
            let text = percent_decode_str(raw).decode_utf8_lossy();
            let is_leading = segments.iter().all(|segment| matches!(segment, Segment::Fixed(_)));
            if let Some(version) = version(&text).or_else(|| stage(&text).filter(|_| is_leading && index + 1 < all.len())) {
                if is_leading && self.version.is_none() {
                    self.prefix = segments.drain(..).flat_map(Segment::into_words).collect();
                    self.version = Some(version);
                }
                continue;
            }
            match text.split_once('{') {
                Some((before, rest)) => self.add_with_parameters(before, rest, &mut segments),
                None if index + 1 == all.len() => self.add_last(&text, &mut segments),
                None => add_fixed(&text, &mut segments),
            }
        }
        segments
    }

    /// A segment such as `{id}`, `{id}.pdf`, `{id}:cancel`, `Orders({id})` or `{base}...{head}`; `rest` stands behind the first brace.
    fn add_with_parameters(&mut self, before: &str, rest: &str, segments: &mut Vec<Segment>) {
        add_fixed(before, segments);
        let mut behind = rest;
        for part in rest.split('{') {
            let (name, after) = part.split_once('}').unwrap_or((part, ""));
            let name = words(name.split('=').next().unwrap_or_default());
            if !matches!(name.last().map(String::as_str), Some("format" | "extension" | "ext")) {
                segments.push(Segment::Parameter(name));
            }
            behind = after;
        }
        match behind.split_once(':') {
            Some((_, action)) => self.set_action(words(action)),
            None => self.set_extension(behind.trim_start_matches('.')),
        }
    }

    /// The last segment, if it is fixed: `orders`, `orders.csv`, `orders:search`, `chat.postMessage`.
    fn add_last(&mut self, text: &str, segments: &mut Vec<Segment>) {
        if let Some((before, action)) = text.split_once(':') {
            add_fixed(before, segments);
            return self.set_action(words(action));
        }
        match text.rsplit_once('.') {
            Some((before, extension)) if is_extension(extension) => {
                self.set_extension(extension);
                add_fixed(before, segments);
            }
            Some((before, call)) if is_call(before, call) => {
                add_fixed(before, segments);
                self.set_action(words(call));
                self.is_call = true;
            }
            _ => add_fixed(text, segments),
        }
    }

    fn set_action(&mut self, action: Vec<String>) {
        self.action = Some(action).filter(|words| !words.is_empty());
    }

    fn set_extension(&mut self, extension: &str) {
        let is_own = is_extension(extension) && !extension.eq_ignore_ascii_case("json");
        self.extension = is_own.then(|| extension.to_ascii_lowercase());
    }

    fn take_prefix(&mut self, segments: &mut Vec<Segment>) {
        while let Some(Segment::Fixed(first)) = segments.first()
            && is_technical(first)
            && segments[1..].iter().any(|segment| matches!(segment, Segment::Fixed(_)))
        {
            self.prefix.extend(segments.remove(0).into_words());
        }
    }

    fn take_action(&mut self, segments: &mut Vec<Segment>, verb: &str) {
        let Some(at) = segments.iter().rposition(|segment| matches!(segment, Segment::Fixed(_))) else { return };
        let Segment::Fixed(text) = &segments[at] else { return };
        let around = Around {
            after_item: at > 0 && matches!(segments[at - 1], Segment::Parameter(_)),
            is_first: at == 0,
            before_parameter: at + 1 < segments.len(),
            reads: verb == "GET",
            deletes: verb == "DELETE",
        };
        if !is_action(text, around) {
            return;
        }
        let mut action = text.clone();
        segments.truncate(at);
        // `/createOrder`: the thing stands behind what is done with it.
        if segments.is_empty() && action.len() > 1 {
            segments.push(Segment::Fixed(action.split_off(1)));
            self.is_procedure = true;
        }
        while let [.., _, Segment::Fixed(before)] | [Segment::Fixed(before)] = &segments[..] {
            if is_manner(before) {
                action.splice(0..0, before.clone());
            } else if !is_announcement(before) || segments.len() == 1 {
                break;
            }
            segments.pop();
        }
        self.set_action(action);
    }

    fn take_nouns(&mut self, mut segments: Vec<Segment>) {
        while let Some(Segment::Parameter(_)) = segments.last() {
            self.item.extend(segments.pop().map(Segment::into_words));
        }
        self.item.reverse();
        let mut before_parameter = !self.item.is_empty();
        for segment in segments.into_iter().rev() {
            match segment {
                Segment::Fixed(words) => self.nouns.push(Noun { words, has_item: std::mem::take(&mut before_parameter) }),
                Segment::Parameter(_) => before_parameter = true,
            }
        }
        self.nouns.reverse();
        if self.nouns.is_empty()
            && let Some(last) = self.item.last()
        {
            self.nouns.push(Noun { words: thing_of(last), has_item: true });
        }
    }
}

impl Segment {
    fn into_words(self) -> Vec<String> {
        match self {
            Self::Fixed(words) | Self::Parameter(words) => words,
        }
    }
}

fn add_fixed(text: &str, segments: &mut Vec<Segment>) {
    let text = text.split('(').next().unwrap_or_default();
    let words = words(text);
    if !words.is_empty() {
        segments.push(Segment::Fixed(words));
    }
}

/// The version that a segment is: `v3`, `v2.1`, `v1beta1`, `3`, `2024-01-15`, `{version}`.
fn version(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    if let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let words = words(name);
        return (words.last().map(String::as_str) == Some("version") && words.len() <= 2).then(|| "version".to_owned());
    }
    let digits = text.strip_prefix('v').unwrap_or(&text);
    let (number, stage) = digits.split_at(digits.find(|c: char| c.is_ascii_lowercase()).unwrap_or(digits.len()));
    let is_number =
        number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
    let is_stage =
        stage.is_empty() || digits.len() < text.len() && ["alpha", "beta", "p", "rc"].iter().any(|known| stage.starts_with(known));
    (is_number && is_stage).then(|| format!("v{}", words(digits).join("_")))
}

/// The stage of an API, where that is its version: `/beta/…`.
fn stage(text: &str) -> Option<String> {
    matches!(text, "alpha" | "beta" | "latest" | "stable" | "preview").then(|| text.to_owned())
}

fn is_technical(words: &[String]) -> bool {
    matches!(words, [word] if matches!(word.as_str(), "api" | "apis" | "rest" | "json" | "odata" | "openapi" | "webservices" | "ws" | "ajax" | "rpc" | "v"))
        || words.join("_") == "rest_api"
}

fn is_extension(text: &str) -> bool {
    let known =
        ["json", "xml", "csv", "pdf", "txt", "html", "htm", "zip", "xlsx", "ics", "yaml", "yml", "png", "svg", "js", "php", "atom", "rss"];
    known.iter().any(|extension| text.eq_ignore_ascii_case(extension))
}

/// Whether `before.call` is the name of a procedure: words with dots between them.
fn is_call(before: &str, call: &str) -> bool {
    before.split('.').chain([call]).all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// What tells an operation apart whose path stands in the description with a query or a fragment: `/documents?upload`.
fn behind_the_path(operation: &Operation<'_>) -> Option<Vec<String>> {
    let fragment = operation.key.split_once('#').map_or("", |(_, fragment)| fragment);
    let query = operation.query.first().map_or("", |(name, value)| match name.as_str() {
        "action" | "op" | "operation" | "method" | "cmd" | "do" if !value.is_empty() => value,
        _ => name,
    });
    [fragment, query].into_iter().map(words).find(|words| !words.is_empty())
}

/// What a path parameter identifies: `{contactId}` a `contact`.
fn thing_of(parameter: &[String]) -> Vec<String> {
    let mut thing = parameter.to_vec();
    while thing.last().is_some_and(|word| {
        ["id", "ids", "uuid", "guid", "gid", "sid", "key", "name", "slug", "number", "code", "or"].contains(&word.as_str())
    }) {
        thing.pop();
    }
    if thing.is_empty() { vec!["item".to_owned()] } else { thing }
}
