//! The request body: arguments put together in the vendor's shape and written once, as bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use url::form_urlencoded::byte_serialize;

use crate::arguments::Violation;
use crate::encode::{Claims, FieldName, FieldStyle, FieldText, member_behind, write_field};
use crate::files::is_json_lines;
use crate::integration::BodyFormat;
use crate::pointer::child;
use crate::wording::quoted;

pub(crate) mod multipart;

use multipart::Multipart;

/// How the arguments of a tool become its body.
#[derive(Debug)]
pub(crate) struct BodyRoute {
    pub(crate) format: BodyFormat,
    pub(crate) presence: Presence,
    /// Replaces the format's own media type.
    pub(crate) content_type: Option<String>,
    pub(crate) wrap: Option<String>,
    pub(crate) fixed: Map<String, Value>,
    /// Members that the pagination sets.
    pub(crate) pages: Vec<String>,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    /// Each member is an argument; at least so many members make a body. `needed` are the arguments without which there is none, of a body that
    /// may be left out: of another the input schema requires them.
    Members { members: Vec<Member>, rest: Rest, least: u64, needed: Vec<String> },
    /// One argument is the body.
    Whole { argument: String, encoding: Encoding },
}

/// A member of an object body.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    /// Sent when the argument is absent.
    pub(crate) default: Option<Value>,
    pub(crate) is_required: bool,
    pub(crate) encoding: Encoding,
}

/// When there is a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Always,
    /// Where an argument of it is given, or pages are asked for in it.
    WithArguments,
}

/// Whether arguments that nothing declares belong to the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    Refused,
    Body,
}

/// What an argument stands for, or each item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encoding {
    AsIs,
    /// Fields of a form, in a style of their own.
    Fields(FieldStyle),
    /// A part of a multipart body that says its media type.
    Part {
        media_type: String,
        lists: Lists,
    },
    /// Bytes in base64 (`contentEncoding: base64`): a file, of `contentMediaType`.
    Base64 {
        media_type: String,
    },
    /// An object with the bytes of a file in base64 in the member `content`, and what is said of it: [`multipart::FILE_NAME`] and
    /// [`multipart::FILE_TYPE`], which is `media_type` where it is not said. Files are parts of a multipart body.
    File {
        content: String,
        media_type: String,
    },
}

/// How a list becomes parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    ItemByItem,
    Whole,
}

/// A body ready to be sent.
pub(crate) struct ReadyBody {
    pub(crate) content_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl BodyRoute {
    /// Takes the body's arguments out of `arguments` and writes them; `declared` are the tool's properties, `page` what the pagination says here.
    ///
    /// `None` where nothing is to be sent. What cannot be written is added to `violations`.
    pub(crate) fn write(
        &self,
        arguments: &mut Map<String, Value>,
        declared: &Map<String, Value>,
        page: Vec<(&str, Value)>,
        violations: &mut Vec<Violation>,
    ) -> Option<ReadyBody> {
        let mut body = match &self.content {
            Content::Members { members, rest, least, needed } => {
                if self.presence == Presence::WithArguments {
                    if !self.is_written(arguments, declared) {
                        return None;
                    }
                    let is_given = is_given(members, *rest, arguments, declared);
                    // The input schema says so of the arguments that it knows.
                    let missing = needed.iter().filter(|needed| is_given && !arguments.contains_key(*needed));
                    violations.extend(missing.map(|name| Violation::at(name, "missing; the rest of the body needs it")));
                }
                if *least > 0 {
                    violations.extend(too_few(members, given(members, *rest, arguments, declared), *least));
                }
                Value::Object(self.object(members, *rest, arguments, declared, violations))
            }
            Content::Whole { argument, .. } => {
                if !self.is_written(arguments, declared) {
                    return None;
                }
                let mut body = arguments.shift_remove(argument);
                for taken in self.pages.iter().filter(|page| body.as_ref().is_some_and(|body| body.get(page.as_str()).is_some())) {
                    let message = "the page is asked for by `limit` and `next_cursor`; leave this member out";
                    violations.push(Violation::new(child(&child("", argument), taken), message));
                }
                if !self.fixed.is_empty() || !page.is_empty() {
                    match body.get_or_insert_with(|| Value::Object(Map::new())) {
                        Value::Object(object) => object.extend(self.fixed.clone()),
                        _ => violations.push(Violation::at(argument, "expected an object")),
                    }
                }
                body?
            }
        };
        if let Value::Object(object) = &mut body {
            object.extend(page.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        match self.format {
            BodyFormat::Json => match serde_json::to_vec(&self.wrapped(body)) {
                Ok(bytes) => Some(self.ready("application/json", bytes)),
                Err(error) => {
                    violations.push(Violation::new("", error.to_string()));
                    None
                }
            },
            BodyFormat::Form => {
                let mut form = String::new();
                let mut claims = None;
                for (name, value) in body.as_object().into_iter().flatten() {
                    let (before, known) = (form.len(), violations.len());
                    self.fields(name, value, &mut claims, violations, &mut |name, text| {
                        let text = text.encoded()?;
                        if !form.is_empty() {
                            form.push('&');
                        }
                        form.extend(byte_serialize(name.as_bytes()));
                        form.push('=');
                        form.push_str(&text);
                        Ok(())
                    });
                    if form.len() == before && violations.len() == known {
                        violations.extend(self.vanished(name, value));
                    }
                }
                Some(self.ready("application/x-www-form-urlencoded", form.into_bytes()))
            }
            BodyFormat::Multipart => Some(self.multipart(&body, violations)),
            BodyFormat::Raw => self.raw(&body, violations),
        }
    }

    /// Arguments with the values that are sent in place of absent ones, for a call with these arguments of those that are `declared`.
    pub(crate) fn defaults(&self, arguments: &Map<String, Value>, declared: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
        let members = match &self.content {
            Content::Members { members, .. } if self.is_written(arguments, declared) => members.as_slice(),
            Content::Members { .. } | Content::Whole { .. } => &[],
        };
        members.iter().filter_map(|member| Some((member.argument.as_str(), member.default.as_ref()?)))
    }

    /// Whether there is a body at all: one that may be left out is, unless an argument of it is given or pages are asked for in it.
    fn is_written(&self, arguments: &Map<String, Value>, declared: &Map<String, Value>) -> bool {
        let is_given = || match &self.content {
            Content::Members { members, rest, .. } => is_given(members, *rest, arguments, declared),
            Content::Whole { argument, .. } => arguments.contains_key(argument),
        };
        self.presence == Presence::Always || !self.pages.is_empty() || is_given()
    }

    fn object(
        &self,
        members: &[Member],
        rest: Rest,
        arguments: &mut Map<String, Value>,
        declared: &Map<String, Value>,
        violations: &mut Vec<Violation>,
    ) -> Map<String, Value> {
        let mut object = Map::with_capacity(members.len() + self.fixed.len());
        for member in members {
            // Moved, not copied; what is left behind is null, which nothing reads after the body is written.
            let given = arguments.get_mut(&member.argument).map(Value::take);
            if let Some(value) = given.or_else(|| member.default.clone()) {
                object.insert(member.name.clone(), value);
            }
        }
        if rest == Rest::Body {
            for (name, value) in arguments.iter_mut() {
                if declared.contains_key(name) {
                    continue;
                }
                let is_taken =
                    self.fixed.contains_key(name) || self.pages.contains(name) || members.iter().any(|member| member.name == *name);
                if is_taken {
                    let message = "unknown argument; this member of the body is set in another way";
                    violations.push(Violation::at(name, message));
                } else {
                    object.insert(name.clone(), value.take());
                }
            }
        }
        for (name, value) in &self.fixed {
            object.insert(name.clone(), value.clone());
        }
        object
    }

    fn wrapped(&self, body: Value) -> Value {
        match &self.wrap {
            Some(wrap) => Value::Object(Map::from_iter([(wrap.clone(), body)])),
            None => body,
        }
    }

    fn ready(&self, usual_type: &str, bytes: Vec<u8>) -> ReadyBody {
        let content_type = self.content_type.as_deref().unwrap_or(usual_type);
        ReadyBody { content_type: content_type.to_owned(), bytes }
    }

    /// Names and texts of one member of a form, each under a name that is nobody else's.
    fn fields<'b>(
        &'b self,
        name: &'b str,
        value: &Value,
        claims: &mut Option<Claims<'b>>,
        violations: &mut Vec<Violation>,
        field: &mut dyn FnMut(&str, FieldText<'_>) -> Result<(), &'static str>,
    ) {
        let how = self.field_style(name);
        let at = self.field_name(name);
        // A member that nothing declares is named by the caller, like the members of an object.
        let is_named_by_caller = how.names_members(value) || self.member(name).is_none();
        let mut claims = match is_named_by_caller && !self.is_set_here(name) {
            true => Some(claims.get_or_insert_with(|| self.claims())),
            false => None,
        };
        write_field(at, how, value, &mut |written, text| {
            if claims.as_mut().is_some_and(|claims| !claims.claim(written, name)) {
                let place = child("", self.argument_of(name));
                let place = member_behind(value, &at.text(), written).map_or(place.clone(), |member| child(&place, member));
                violations.push(Violation::new(place, format!("`{written}` is a member of the body of its own; leave this one out")));
            }
            if let Err(reason) = field(written, text) {
                violations.push(Violation::at(self.argument_of(name), reason));
            }
        });
    }

    /// Who writes the names that are known from the definition: its members, fixed ones and those of pages.
    fn claims(&self) -> Claims<'_> {
        let mut claims = Claims::default();
        let members = match &self.content {
            Content::Members { members, .. } => members.as_slice(),
            Content::Whole { .. } => &[],
        };
        let names = members.iter().map(|member| member.name.as_str()).chain(self.pages.iter().map(String::as_str));
        names.for_each(|name| claims.hold(self.field_name(name).text(), name));
        for (name, value) in &self.fixed {
            claims.hold(self.field_name(name).text(), name);
            write_field(self.field_name(name), self.field_style(name), value, &mut |written, _| {
                claims.hold(written.to_owned().into(), name);
            });
        }
        claims
    }

    /// What is wrong with a member that was given and of which nothing is written.
    fn vanished(&self, name: &str, value: &Value) -> Option<Violation> {
        let is_asked_for = match value {
            Value::Null => self.member(name).is_some_and(|member| member.is_required),
            _ => !self.is_set_here(name),
        };
        let message = "cannot be sent empty in a form; leave it out, or give it a value";
        is_asked_for.then(|| Violation::at(self.argument_of(name), message))
    }

    /// Whether no argument gives this member.
    fn is_set_here(&self, name: &str) -> bool {
        self.fixed.contains_key(name) || self.pages.iter().any(|page| page == name)
    }

    fn field_style(&self, name: &str) -> FieldStyle {
        match self.encoding_of(name) {
            Encoding::Fields(how) => *how,
            _ => FieldStyle::Usual,
        }
    }

    fn field_name<'a>(&'a self, name: &'a str) -> FieldName<'a> {
        FieldName { wrap: self.wrap.as_deref(), name }
    }

    fn multipart(&self, body: &Value, violations: &mut Vec<Violation>) -> ReadyBody {
        let mut multipart = Multipart::default();
        let mut claims = None;
        for (name, value) in body.as_object().into_iter().flatten() {
            let (before, known) = (multipart.len(), violations.len());
            match self.encoding_of(name) {
                Encoding::AsIs | Encoding::Fields(_) => {
                    self.fields(name, value, &mut claims, violations, &mut |name, text| {
                        multipart.text(name, &text.text()?);
                        Ok(())
                    });
                }
                Encoding::Part { media_type, lists } => multipart.typed(&self.field_name(name).text(), value, media_type, *lists),
                encoding => {
                    multipart.files(&self.field_name(name).text(), value, encoding, &child("", self.argument_of(name)), violations);
                }
            }
            if multipart.len() == before && violations.len() == known {
                violations.extend(self.vanished(name, value));
            }
        }
        let (bytes, boundary) = multipart.finish();
        let media_type = self.content_type.as_deref().unwrap_or("multipart/form-data");
        ReadyBody { content_type: format!("{media_type}; boundary={boundary}"), bytes }
    }

    fn raw(&self, body: &Value, violations: &mut Vec<Violation>) -> Option<ReadyBody> {
        match (&self.content, body) {
            (Content::Whole { argument, encoding: Encoding::Base64 { media_type } }, Value::String(text)) => match STANDARD.decode(text) {
                Ok(bytes) => Some(self.ready(media_type, bytes)),
                Err(_) => {
                    violations.push(not_base64(&child("", argument)));
                    None
                }
            },
            (Content::Whole { argument, .. }, Value::String(text)) if text.is_empty() => {
                violations.push(Violation::at(argument, "expected a text that is not empty: it is the whole body"));
                None
            }
            (_, Value::String(text)) => Some(self.ready("text/plain; charset=utf-8", text.as_bytes().to_vec())),
            (_, Value::Array(items)) if self.content_type.as_deref().is_some_and(is_json_lines) => {
                let lines: String = items.iter().map(|item| format!("{item}\n")).collect();
                Some(self.ready("application/x-ndjson", lines.into_bytes()))
            }
            (_, other) => Some(self.ready("application/json", other.to_string().into_bytes())),
        }
    }

    fn member(&self, name: &str) -> Option<&Member> {
        match &self.content {
            Content::Members { members, .. } => members.iter().find(|member| member.name == name),
            Content::Whole { .. } => None,
        }
    }

    fn encoding_of(&self, name: &str) -> &Encoding {
        self.member(name).map_or(&Encoding::AsIs, |member| &member.encoding)
    }

    fn argument_of<'a>(&'a self, name: &'a str) -> &'a str {
        match &self.content {
            Content::Members { .. } => self.member(name).map_or(name, |member| &member.argument),
            Content::Whole { argument, .. } => argument,
        }
    }
}

/// What is wrong with a body of `given` members where there must be at least `least`.
fn too_few(members: &[Member], given: usize, least: u64) -> Option<Violation> {
    let is_enough = u64::try_from(given).map_or(true, |given| given >= least);
    let known = || quoted(members.iter().map(|member| member.argument.as_str()));
    (!is_enough).then(|| Violation::new("", format!("expected at least {least} of {}, got {given}", known())))
}

/// How many members are given as arguments.
fn given(members: &[Member], rest: Rest, arguments: &Map<String, Value>, declared: &Map<String, Value>) -> usize {
    let others = || arguments.keys().filter(|name| !declared.contains_key(*name)).count();
    members.iter().filter(|member| arguments.contains_key(&member.argument)).count() + if rest == Rest::Body { others() } else { 0 }
}

/// Whether an argument of the body is given.
fn is_given(members: &[Member], rest: Rest, arguments: &Map<String, Value>, declared: &Map<String, Value>) -> bool {
    members.iter().any(|member| arguments.contains_key(&member.argument))
        || (rest == Rest::Body && arguments.keys().any(|name| !declared.contains_key(name)))
}

/// `path` is a JSON Pointer.
fn not_base64(path: &str) -> Violation {
    Violation::new(path, "expected bytes in base64 (RFC 4648 section 4, with padding)")
}
