//! Custom fields of tickets and sales orders: defined once in the account, written by name.

use serde::Serialize;
use serde_json::Value;

use crate::edesk::fields::Fields;
use crate::edesk::moment::Moment;
use crate::edesk::refusal::ErrorCode;
use crate::edesk::value::text;

/// A field that an administrator has defined. The vendor publishes no list of them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Definition {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What the text of a value must look like; assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Text,
    Number,
    Date,
    Choice(&'static [&'static str]),
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct CustomField {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// The values given under `custom_fields`. Unknown names and values of the wrong type are errors of the whole field.
pub(super) fn read(fields: &mut Fields<'_>, definitions: &[Definition]) -> Vec<CustomField> {
    let given = fields
        .objects("custom_fields", |field| (field.required("name", text), field.required("value", |value| Ok(value.clone()))))
        .unwrap_or_default();
    let mut read = Vec::with_capacity(given.len());
    for (name, value) in given.into_iter().filter(|(name, value)| !name.is_empty() && !value.is_null()) {
        match definitions.iter().find(|definition| definition.name == name) {
            None => fields.refuse("custom_fields", ErrorCode::UnknownObject),
            Some(Definition { id, name, kind }) => match kind.read(&value) {
                Some(value) => read.push(CustomField { id: *id, name, value }),
                None => fields.refuse("custom_fields", ErrorCode::CustomFieldType),
            },
        }
    }
    read
}

/// Those given take the place of those of the same name; the others stay; assumed.
pub(super) fn merge(present: &mut Vec<CustomField>, given: Vec<CustomField>) {
    present.retain(|field| !given.iter().any(|new| new.id == field.id));
    present.extend(given);
    present.sort_by_key(|field| field.id);
}

impl Kind {
    /// Values are texts whatever the kind.
    fn read(self, value: &Value) -> Option<String> {
        let text = value.as_str()?;
        let fits = match self {
            Kind::Text => true,
            Kind::Number => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
            Kind::Date => Moment::parse(text).is_some(),
            Kind::Choice(choices) => choices.contains(&text),
        };
        fits.then(|| text.to_owned())
    }
}
