//! Which keywords of JSON Schema hold other schemas, and how.
//!
//! Source: JSON Schema 2020-12, core vocabulary sections 8.2.4, 10 and 11, and `definitions` of earlier drafts.

/// What the value of a keyword holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Schema,
    List,
    /// Schemas by name.
    Map,
}

/// What a keyword holds; `None` for one without schemas, e.g. `enum`, whose values only look like some.
pub(crate) fn held_by(keyword: &str) -> Option<Holds> {
    Some(match keyword {
        "additionalProperties"
        | "contains"
        | "contentSchema"
        | "else"
        | "if"
        | "items"
        | "not"
        | "propertyNames"
        | "then"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Holds::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Holds::List,
        "$defs" | "definitions" | "dependentSchemas" | "patternProperties" | "properties" => Holds::Map,
        _ => return None,
    })
}
