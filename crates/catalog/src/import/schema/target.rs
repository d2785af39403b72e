//! What references lead to, and how it is told apart.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Schemas;
use crate::import::refs::{RefError, reference};
use crate::pointer::escaped;

/// Longest chain of references that only lead to references.
const MAX_CHAIN: usize = 32;

/// As what a schema is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Whole,
    /// As a part of an `allOf`: then a schema with a discriminator does not stand for its children.
    Part,
}

/// A schema somewhere in the description.
#[derive(Debug, Clone)]
pub(super) struct Target<'d> {
    pub(super) schema: &'d Value,
    /// The schema that it is a part of: references that lead nowhere in the description may lead somewhere there.
    pub(super) base: &'d Value,
    /// How it is referred to, e.g. `#/components/schemas/Order`; empty where it was not.
    pub(super) pointer: String,
    pub(super) role: Role,
}

/// Tells schemas of one description apart, by where they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    address: usize,
    role: Role,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.address, self.role) == (other.address, other.role)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.address, self.role).hash(state);
    }
}

/// Where a schema is in memory, as long as the description is not changed.
pub(super) fn address(schema: &Value) -> usize {
    std::ptr::from_ref(schema) as usize
}

impl<'d> Target<'d> {
    pub(super) fn unnamed(schema: &'d Value) -> Self {
        Self { schema, base: schema, pointer: String::new(), role: Role::Whole }
    }

    pub(super) fn key(&self) -> Key {
        Key { address: address(self.schema), role: self.role }
    }
}

impl<'d> Schemas<'d> {
    /// What a reference leads to, past references that only lead on. `base` is the schema it stands in.
    ///
    /// # Errors
    /// It leads nowhere, neither from the root of the description nor from that of the schema.
    pub(super) fn target(&self, reference_text: &str, base: &'d Value) -> Result<Target<'d>, RefError> {
        let mut pointer = reference_text;
        let mut base = base;
        for _ in 0..MAX_CHAIN {
            let mut whole = pointer.to_owned();
            let schema = match self.refs.target(pointer) {
                Ok(schema) => {
                    base = self.base_of(pointer, schema);
                    schema
                }
                Err(error) => {
                    whole = format!("{}{}", self.named_at(base), pointer.trim_start_matches('#'));
                    within(base, pointer).ok_or(error)?
                }
            };
            match reference(schema) {
                Some(next) if !self.says_more(schema) => pointer = next,
                _ => return Ok(Target { schema, base, pointer: whole, role: Role::Whole }),
            }
        }
        Err(RefError::Circular(reference_text.to_owned()))
    }

    /// Where a named schema stands; `#` for any other.
    fn named_at(&self, schema: &Value) -> String {
        let mut places =
            ["/components/schemas", "/definitions"].into_iter().filter_map(|place| Some((place, self.root.pointer(place)?.as_object()?)));
        places
            .find_map(|(place, schemas)| {
                let (name, _) = schemas.iter().find(|(_, named)| address(named) == address(schema))?;
                Some(format!("#{place}/{}", escaped(name)))
            })
            .unwrap_or_else(|| "#".to_owned())
    }

    /// The named schema that a pointer leads into.
    fn base_of(&self, pointer: &str, schema: &'d Value) -> &'d Value {
        let tokens: Vec<&str> = pointer.trim_start_matches('#').split('/').skip(1).collect();
        let length = match tokens.as_slice() {
            ["components", "schemas", _, ..] => 3,
            ["definitions", _, ..] => 2,
            _ => return schema,
        };
        self.refs.target(&format!("#/{}", tokens[..length].join("/"))).unwrap_or(schema)
    }
}

fn within<'d>(base: &'d Value, pointer: &str) -> Option<&'d Value> {
    let pointer = pointer.strip_prefix('#')?;
    let decoded: Cow<'_, str> = percent_decode_str(pointer).decode_utf8().ok()?;
    base.pointer(&decoded).or_else(|| base.pointer(pointer))
}
