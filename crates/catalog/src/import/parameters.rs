//! Parameter Objects as parameters of a method.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::method::is_version;
use super::operation::{Operation, identity};
use super::path::{bare_name, placeholders};
use super::prose::plain;
use super::schema::Schemas;
use super::security::Security;
use crate::files::is_json;
use crate::headers;
use crate::integration::{Location, Parameter, Style};
use crate::lint::looks_secret;

/// Longest description of a parameter.
const MAX_DESCRIPTION_CHARACTERS: usize = 400;

/// What a method sends beside its body.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    /// By a name of their own each; the vendor's name is in `name` where it differs.
    pub(crate) arguments: IndexMap<String, Parameter>,
    /// Headers that can have but one value, and versions that are sent where no argument says another.
    pub(crate) headers: IndexMap<String, String>,
}

/// The parameters in path, query, header and cookie; those that carry the account's credential are no arguments.
///
/// # Errors
/// One is required that cannot be written as the vendor reads it.
pub(crate) fn parameters(
    operation: &Operation<'_>,
    schemas: &Schemas<'_>,
    security: &Security,
    notes: &mut Vec<String>,
) -> Result<Parameters, String> {
    let mut reading = Reading { operation, schemas, security, notes, found: Parameters::default() };
    let names: Vec<&str> = placeholders(&operation.path).collect();
    for name in &names {
        reading.in_path(name)?;
    }
    for parameter in &operation.parameters {
        reading.elsewhere(parameter, &names)?;
    }
    Ok(reading.found)
}

struct Reading<'a, 'd> {
    operation: &'a Operation<'d>,
    schemas: &'a Schemas<'d>,
    security: &'a Security,
    notes: &'a mut Vec<String>,
    found: Parameters,
}

impl<'d> Reading<'_, 'd> {
    /// The declaration of a name in the path, or if there is none, a text.
    fn in_path(&mut self, name: &str) -> Result<(), String> {
        let declared_name = self.operation.repeated.iter().find(|(_, own)| own == name).map_or(name, |(first, _)| first.as_str());
        let declared = |place: &str| {
            let named = self.operation.parameters.iter().filter_map(|parameter| Some((identity(parameter)?, *parameter)));
            named
                .filter(|((_, at), _)| *at == place)
                .find(|((declared, _), _)| bare_name(declared) == declared_name)
                .map(|(_, found)| found)
        };
        let found = declared("path").or_else(|| declared("query"));
        let parameter = match found {
            Some(parameter) => {
                writable(name, parameter, Location::Path)?;
                self.note_reserved(name, parameter);
                let (style, explode) = styled(parameter, Location::Path);
                let schema = self.schema(parameter);
                Parameter { location: Location::Path, name: None, required: true, style, explode, schema }
            }
            None => {
                self.notes.push(format!("`{{{name}}}` in the path is declared nowhere, so it is a text"));
                let schema = json!({ "type": "string", "description": format!("The `{name}` in the path.") });
                Parameter { location: Location::Path, name: None, required: true, style: None, explode: None, schema }
            }
        };
        self.found.arguments.insert(name.to_owned(), parameter);
        Ok(())
    }

    fn elsewhere(&mut self, parameter: &'d Value, in_path: &[&str]) -> Result<(), String> {
        let Some((name, place)) = identity(parameter) else {
            return Ok(());
        };
        let location = match place {
            "query" => Location::Query,
            "header" => Location::Header,
            "cookie" => Location::Cookie,
            "path" if in_path.contains(&bare_name(name)) => return Ok(()),
            "path" => return self.left_out(format!("the path parameter `{name}` does not stand in the path, so it is left out")),
            "querystring" => {
                return self.left_out(format!("`{name}` is a whole query string, which cannot be checked, so it is left out"));
            }
            other => return self.left_out(format!("`{name}` is in `{other}`, which is unknown, so it is left out")),
        };
        if self.is_in_path_already(name, location, in_path) || self.carries_credential(name, location) {
            return Ok(());
        }
        if self.operation.query.iter().any(|(constant, _)| location == Location::Query && constant == name) {
            return Ok(());
        }
        if location == Location::Header && !headers::is_token(name) {
            return self.left_out(format!("`{name}` is no header name, so it is left out"));
        }
        let required = parameter.get("required") == Some(&Value::Bool(true));
        if let Err(problem) = writable(name, parameter, location) {
            return if required { Err(problem) } else { self.left_out(format!("{problem}, so it is left out")) };
        }
        let mut required = required;
        if location == Location::Header {
            let is_version = is_version(name);
            if let Some(value) = self.only_value(name, parameter).filter(|_| required || is_version) {
                self.notes.push(format!("the header `{name}` is always sent as `{value}`"));
                self.found.headers.insert(name.to_owned(), value);
                return Ok(());
            }
            // An argument of the same name replaces it.
            if let Some(value) = self.usual_value(name, parameter).filter(|_| is_version) {
                self.notes.push(format!("the header `{name}` is sent as `{value}` where no argument says otherwise"));
                self.found.headers.insert(name.to_owned(), value);
                required = false;
            }
        }
        let schema = self.schema(parameter);
        let (style, explode) = styled(parameter, location);
        let (style, vendor_name) = fitting(style, &schema, name);
        self.note_reserved(name, parameter);
        let key = self.free_key(name, place);
        let own_name = vendor_name.or_else(|| (key != name).then(|| name.to_owned()));
        self.found.arguments.insert(key, Parameter { location, name: own_name, required, style, explode, schema });
        Ok(())
    }

    fn note_reserved(&mut self, name: &str, parameter: &Value) {
        if parameter.get("allowReserved") == Some(&Value::Bool(true)) {
            self.notes.push(format!("`{name}` is percent-encoded although the description allows reserved characters"));
        }
    }

    fn left_out(&mut self, note: String) -> Result<(), String> {
        self.notes.push(note);
        Ok(())
    }

    /// A name in the path that descriptions declare as a query parameter by mistake has been taken for it.
    fn is_in_path_already(&self, name: &str, location: Location, in_path: &[&str]) -> bool {
        let declared = self.operation.parameters.iter().filter_map(|parameter| identity(parameter));
        let mut in_path_by_right = declared.filter(|(_, place)| *place == "path").map(|(declared, _)| bare_name(declared));
        location == Location::Query && in_path.contains(&name) && !in_path_by_right.any(|declared| declared == name)
    }

    fn carries_credential(&mut self, name: &str, location: Location) -> bool {
        let carries = self.security.carries(name, location);
        if carries {
            self.notes.push(format!("`{name}` carries the credential, so it is no argument"));
        }
        carries
    }

    /// The one value that a header can have.
    fn only_value(&self, name: &str, parameter: &'d Value) -> Option<String> {
        let schema = self.schemas.refs.resolve(parameter.get("schema")?).ok()?;
        let one = match schema.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            Some([one]) => Some(one),
            _ => None,
        };
        fixed(name, schema.get("const").or(one)?)
    }

    /// The value that a header has unless it is said otherwise.
    fn usual_value(&self, name: &str, parameter: &'d Value) -> Option<String> {
        fixed(name, self.schemas.refs.resolve(parameter.get("schema")?).ok()?.get("default")?)
    }

    /// The schema of a parameter with its description.
    fn schema(&mut self, parameter: &'d Value) -> Value {
        let of_content = content(parameter).and_then(|(_, media)| self.schemas.refs.resolve(media).ok()?.get("schema"));
        let written = parameter.get("schema").filter(|schema| !schema.is_null()).or(of_content);
        let mut schema = match written.map(|schema| self.schemas.converted(schema, self.notes)) {
            Some(Value::Object(schema)) => schema,
            _ => Map::new(),
        };
        let text = parameter.get("description").and_then(Value::as_str).unwrap_or_default();
        let mut text = plain(text, MAX_DESCRIPTION_CHARACTERS);
        if parameter.get("deprecated") == Some(&Value::Bool(true)) {
            text = format!("{text} Deprecated.").trim_start().to_owned();
        }
        if !text.is_empty() {
            schema.insert("description".to_owned(), text.into());
        }
        Value::Object(schema)
    }

    /// A key that no other parameter has.
    fn free_key(&self, name: &str, place: &str) -> String {
        let is_taken = |key: &str| self.found.arguments.contains_key(key);
        let mut key = name.to_owned();
        let mut count = 1;
        while is_taken(&key) {
            key = if count == 1 { format!("{name}__{place}") } else { format!("{name}__{place}_{count}") };
            count += 1;
        }
        key
    }
}

/// The value of a header that a definition can fix.
fn fixed(name: &str, value: &Value) -> Option<String> {
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    let is_fit = !value.is_empty() && !value.contains(['{', '}']) && !looks_secret(&value);
    (is_fit && headers::check_fixed(name, &value).is_ok()).then_some(value)
}

/// The media type of a parameter that has `content` instead of a `schema`.
fn content(parameter: &Value) -> Option<(&str, &Value)> {
    let (media_type, media) = parameter.get("content")?.as_object()?.iter().next()?;
    Some((media_type, media))
}

/// # Errors
/// It is a list whose items are delimited in a way that this place has no style for.
fn writable(name: &str, parameter: &Value, location: Location) -> Result<(), String> {
    let style = parameter.get("style").and_then(Value::as_str).unwrap_or_default();
    let is_delimited = style.ends_with("Delimited");
    let is_known = location == Location::Query && matches!(style, "spaceDelimited" | "pipeDelimited");
    let is_list = parameter.pointer("/schema/type").is_some_and(|kind| kind == "array");
    match is_delimited && is_list && !is_known {
        true => Err(format!("`{name}` is a list whose items are delimited in a way (`{style}`) that cannot be sent there")),
        false => Ok(()),
    }
}

/// Style and `explode` where they are not the usual ones of the place (OpenAPI 3.1.1, section 4.8.12.2.2).
fn styled(parameter: &Value, location: Location) -> (Option<Style>, Option<bool>) {
    if let Some((media_type, _)) = content(parameter) {
        return (is_json(media_type).then_some(Style::Json), None);
    }
    let written = parameter.get("style").and_then(Value::as_str);
    let style = match (location, written) {
        (Location::Path, Some("label")) => Some(Style::Label),
        (Location::Path, Some("matrix")) => Some(Style::Matrix),
        (Location::Query, Some("spaceDelimited")) => Some(Style::SpaceDelimited),
        (Location::Query, Some("pipeDelimited")) => Some(Style::PipeDelimited),
        (Location::Query, Some("deepObject")) => Some(Style::DeepObject),
        _ => None,
    };
    let usual = match (location, style) {
        (Location::Query | Location::Cookie, None | Some(Style::DeepObject)) => true,
        (Location::Query | Location::Cookie, Some(_)) | (Location::Path | Location::Header, _) => false,
    };
    let explode = parameter.get("explode").and_then(Value::as_bool).filter(|explode| *explode != usual && style != Some(Style::DeepObject));
    (style, explode)
}

/// A style that suits the schema, and the name under which it is sent then.
fn fitting(style: Option<Style>, schema: &Value, name: &str) -> (Option<Style>, Option<String>) {
    let is = |wanted: &str| match schema.get("type") {
        None => true,
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => many.iter().any(|one| one == wanted),
        Some(_) => false,
    };
    match style {
        // OpenAPI leaves lists in this style open; this is how vendors that use it read them.
        Some(Style::DeepObject) if is("array") && schema.get("type").is_some() && !is("object") => (None, Some(format!("{name}[]"))),
        Some(Style::DeepObject) if !is("object") => (None, None),
        Some(Style::SpaceDelimited | Style::PipeDelimited) if !is("array") => (None, None),
        style => (style, None),
    }
}
