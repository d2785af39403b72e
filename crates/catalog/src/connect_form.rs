//! What a person is asked for who connects an account, and what they answered: the fields of a form, made from a definition.
//!
//! How a form looks is decided elsewhere; whether a credential works only the vendor knows.

use serde_json::{Map, Value};

use crate::definition::Definition;
use crate::integration::{CredentialKind, Integration};

mod abilities;
mod check;
mod fields;
mod methods;
mod pasted;
#[cfg(test)]
mod tests;

pub use abilities::{Abilities, abilities};
pub use methods::{MethodChoice, methods};

/// The form for one way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The way to authenticate, e.g. `API token`.
    pub label: String,
    /// What to know before.
    pub help: Option<String>,
    pub kind: CredentialKind,
    /// What is asked for, in this order. Empty where everything is known already, or the vendor asks.
    pub fields: Vec<Field>,
    /// What is asked for no more, because whoever sent the person here knows it.
    pub fixed: Vec<Fixed>,
    given: Map<String, Value>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// `credentials.username` or `context.host`.
    pub name: String,
    pub label: String,
    /// Where to find it. May hold links.
    pub help: Option<String>,
    /// A value as it looks.
    pub example: Option<String>,
    /// Whether what is typed must not be shown, nor shown again.
    pub is_secret: bool,
    pub is_required: bool,
    /// What is used where nothing is given.
    pub default: Option<String>,
    /// The only values there are, each with its label; empty where any text may be given.
    pub options: Vec<(String, String)>,
    /// The value of HTML's attribute of that name.
    pub autocomplete: &'static str,
    pattern: Option<String>,
    /// What stands around the value in the host of the vendor's addresses.
    around: Option<(String, String)>,
}

/// A value that a person sees and cannot change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    pub label: String,
    pub value: String,
}

/// A form filled in: the `credentials` and the `context` of an account. Holds secrets, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Filled {
    pub credentials: Map<String, Value>,
    /// With what was given beforehand.
    pub context: Map<String, Value>,
}

/// What is wrong with one field. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's `name`.
    pub field: String,
    /// Whole sentences for the person who filled it in.
    pub message: String,
}

impl Form {
    /// The form for `authentication_method` of an account with the given `context`, of which nothing is asked for again.
    /// An account with a base URL of its own is not asked for variables that stand only in the definition's.
    ///
    /// `None` where the definition has no such method.
    pub fn new(definition: &Definition, authentication_method: &str, base_url: Option<&str>, given: &Map<String, Value>) -> Option<Self> {
        let integration: &Integration = &definition.integration;
        let scheme = integration.credentials.get(authentication_method)?;
        let needed = fields::needed_variables(integration, scheme, base_url);
        let (known, asked): (Vec<_>, Vec<_>) =
            needed.into_iter().partition(|(name, _)| given.get(*name).is_some_and(|value| !value.is_null()));
        let variables = asked.into_iter().map(|(name, variable)| fields::of_variable(integration, name, variable));
        let credentials = fields::of_credentials(scheme);
        let fixed = known.into_iter().filter_map(|(name, variable)| fields::fixed(name, variable, given.get(name)?));
        Some(Self {
            label: methods::label(integration, authentication_method, scheme),
            help: scheme.help.clone(),
            kind: scheme.kind,
            fields: variables.chain(credentials).collect(),
            fixed: fixed.collect(),
            given: given.clone(),
        })
    }

    /// What is told of a host that does not answer, where the person named it.
    pub fn nothing_at(&self, vendor: &str, submitted: &[(String, String)]) -> Option<FieldProblem> {
        let field = self.fields.iter().find(|field| field.around.is_some())?;
        let (_, typed) = submitted.iter().find(|(name, _)| *name == field.name)?;
        let value = field.read(typed).ok().filter(|value| !value.is_empty())?;
        let (before, behind) = field.around.as_ref()?;
        let message = format!("There is no {vendor} at {before}{value}{behind}. Check “{}”.", field.label);
        Some(FieldProblem { field: field.name.clone(), message })
    }

    /// What a browser submitted, as pairs of name and value. White space around values goes, and an address that was pasted for a
    /// host is one. Names that the form does not have are not read.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn read(&self, submitted: &[(String, String)]) -> Result<Filled, Vec<FieldProblem>> {
        let mut filled = Filled { credentials: Map::new(), context: self.given.clone() };
        let mut problems = Vec::new();
        for field in &self.fields {
            let text = submitted.iter().find(|(name, _)| *name == field.name).map_or("", |(_, value)| value.as_str());
            let value = match field.read(text) {
                Ok(value) => value,
                Err(message) => {
                    problems.push(FieldProblem { field: field.name.clone(), message });
                    continue;
                }
            };
            match field.name.split_once('.') {
                Some(("credentials", name)) => filled.credentials.insert(name.to_owned(), Value::String(value)),
                // The definition has a default.
                Some((_, _)) if value.is_empty() => None,
                Some((_, name)) => filled.context.insert(name.to_owned(), Value::String(value)),
                None => None,
            };
        }
        if problems.is_empty() { Ok(filled) } else { Err(problems) }
    }
}
