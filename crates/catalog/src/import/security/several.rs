//! Operations that want several credentials at once.

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value};

use super::Security;
use crate::import::operation::{Operation, identity};
use crate::integration::CredentialScheme;

impl Security {
    /// Why no account can call an operation: it wants several credentials at once, by what it says of security or by the parameters that it
    /// requires, and an account has one.
    pub(crate) fn refusal(&self, operation: &Operation<'_>) -> Option<String> {
        let own = operation.value.get("security").and_then(Value::as_array);
        let alternatives = own.unwrap_or(&self.global).iter().map(|alternative| self.together(alternative));
        let names: Vec<String> = match alternatives.min_by_key(Vec::len) {
            Some(names) if names.len() > 1 => names.into_iter().map(str::to_owned).collect(),
            _ => {
                let places: IndexSet<(&str, String)> = self.credentials.values().map(place).collect();
                places.into_iter().filter(|place| is_required(operation, place)).map(|(_, name)| name).collect()
            }
        };
        (names.len() > 1).then(|| format!("it wants several credentials at once ({}), and an account has one", names.join(", ")))
    }

    /// The schemes of one way to call an operation that go to different places: what goes to the same place is one credential, described twice.
    fn together<'a>(&self, alternative: &'a Value) -> Vec<&'a str> {
        let mut found: IndexMap<(&str, String), &'a str> = IndexMap::new();
        for name in alternative.as_object().into_iter().flat_map(Map::keys) {
            if let Some(scheme) = self.ways.get(name).and_then(|name| self.credentials.get(name)) {
                found.entry(place(scheme)).or_insert(name);
            }
        }
        found.into_values().collect()
    }
}

/// Where a credential goes: `in` and name, as parameters have them.
fn place(scheme: &CredentialScheme) -> (&'static str, String) {
    match scheme.attach.as_ref().map(|attach| (&attach.header, &attach.query, &attach.cookie)) {
        Some((_, Some(name), _)) => ("query", name.clone()),
        Some((_, _, Some(name))) => ("cookie", name.clone()),
        Some((Some(name), ..)) => ("header", name.to_ascii_lowercase()),
        _ => ("header", "authorization".to_owned()),
    }
}

/// Whether the operation requires the parameter by which a credential goes.
fn is_required(operation: &Operation<'_>, (place, name): &(&str, String)) -> bool {
    let is_same = |own: &str| if *place == "header" { own.eq_ignore_ascii_case(name) } else { own == name };
    let mut required = operation.parameters.iter().filter(|parameter| parameter.get("required") == Some(&Value::Bool(true)));
    required.any(|parameter| identity(parameter).is_some_and(|(own, at)| at == *place && is_same(own)))
}
