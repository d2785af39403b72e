//! Whatever schemas refer to, in whatever way: it ends, it is sound, and admits what it admitted.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Dialect, Schemas, assert_sound, description};

/// Named schemas of one description.
const NAMES: usize = 6;

fn name() -> impl Strategy<Value = Value> {
    (0..NAMES).prop_map(|name| json!({"$ref": format!("#/components/schemas/S{name}")}))
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "maxLength": 2})),
        Just(json!({"type": "string", "enum": ["a", "b"]})),
        Just(json!({"type": "integer", "minimum": 2})),
        Just(json!({"type": "integer", "maximum": 5, "exclusiveMinimum": 0})),
        Just(json!({"type": ["integer", "null"]})),
        Just(json!({"type": "boolean"})),
        Just(json!({"const": "a"})),
    ]
}

/// Schemas over properties `a`, `b` and `c`; of wrong ones too where `slips` has some.
fn schema(slips: impl Strategy<Value = Value> + Clone + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![3 => scalar(), 3 => name(), 1 => slips];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let inner = inner.boxed();
        let properties = prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c"]), inner.clone(), 0..3);
        let required = prop::collection::btree_set(prop::sample::select(vec!["a", "b", "c"]), 0..2);
        let list = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (properties, required)
                .prop_map(|(properties, required)| json!({"type": "object", "properties": properties, "required": required})),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "maxItems": 3})),
            inner.clone().prop_map(|others| json!({"type": "object", "additionalProperties": others})),
            list.clone().prop_map(|parts| json!({"allOf": parts})),
            list.clone().prop_map(|parts| json!({"anyOf": parts})),
            (inner.clone(), list.clone()).prop_map(|(one, parts)| json!({"type": "object", "properties": {"a": one}, "allOf": parts})),
            (name(), inner).prop_map(|(reference, one)| {
                let mut members: Map<String, Value> = reference.as_object().cloned().unwrap_or_default();
                members.insert("anyOf".to_owned(), json!([one, {"type": "string"}]));
                Value::Object(members)
            }),
        ]
    })
}

fn named(schemas: Vec<Value>) -> Value {
    schemas.into_iter().enumerate().map(|(place, schema)| (format!("S{place}"), schema)).collect::<Map<String, Value>>().into()
}

/// A schema that refers only to later ones.
fn acyclic(schemas: Vec<Value>) -> Vec<Value> {
    fn lift(value: &mut Value, least: usize) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(pointer)) = members.get_mut("$ref") {
                    let place: usize = pointer.rsplit('S').next().and_then(|digits| digits.parse().ok()).unwrap_or_default();
                    *pointer = format!("#/components/schemas/S{}", place.max(least).min(NAMES));
                }
                members.values_mut().for_each(|member| lift(member, least));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| lift(item, least)),
            _ => {}
        }
    }
    let mut schemas = schemas;
    schemas.iter_mut().enumerate().for_each(|(place, schema)| lift(schema, place + 1));
    schemas.push(json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    schemas
}

fn instance() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(json!("a")), Just(json!("long")), Just(json!(null)), Just(json!(true)), (0..7).prop_map(|number| json!(number))];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c", "d"]), inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

fn slip() -> impl Strategy<Value = Value> + Clone {
    prop::sample::select(vec![
        json!("text"),
        json!([]),
        json!(7),
        json!({"$ref": 7}),
        json!({"$ref": "#/components/schemas/Lost"}),
        json!({"$ref": "#/properties/a"}),
        json!({"$ref": "#"}),
        json!({"$ref": "#/components/schemas/S0/properties/a"}),
        json!({"type": 7, "enum": {}, "required": "a", "properties": 7, "items": 7, "allOf": {}, "anyOf": []}),
        json!({"type": "object", "discriminator": {"propertyName": "a", "mapping": {"x": "S1", "y": "#/components/schemas/S2"}}}),
        json!({"oneOf": [{"$ref": "#/components/schemas/S0"}, {"type": "null"}], "discriminator": {"propertyName": "a"}}),
        json!({"not": {"$ref": "#/components/schemas/S1"}, "nullable": true}),
        json!({"type": "string", "pattern": "([", "minLength": "x", "maximum": {}, "default": 7, "readOnly": true}),
        json!({"additionalProperties": false, "properties": {"b": {"$ref": "#/components/schemas/S3"}}}),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_schemas_refer_to_ends_and_is_sound(schemas in prop::collection::vec(schema(slip()), NAMES), asked in schema(slip())) {
        for dialect in [Dialect::Draft4, Dialect::Draft202012] {
            let description = description(dialect, named(schemas.clone()));
            let schemas = Schemas::new(&description);
            let mut notes = Vec::new();
            let value = schemas.converted(&asked, &mut notes);
            assert_sound(&value);
            prop_assert!(value.to_string().len() < 256 * 1024, "{}", value.to_string().len());
            // Validating ends, too.
            let validator = crate::arguments::validator(&value).unwrap();
            let _ = validator.is_valid(&json!({"a": {"a": [{"b": "x"}], "b": {"a": 1}}, "c": ["a"]}));
        }
    }

    #[test]
    fn what_was_admitted_is_admitted_and_nothing_else(
        schemas in prop::collection::vec(schema(scalar().boxed()), NAMES),
        asked in schema(scalar().boxed()),
        instances in prop::collection::vec(instance(), 24),
    ) {
        let description = description(Dialect::Draft202012, named(acyclic(schemas)));
        let value = Schemas::new(&description).converted(&asked, &mut Vec::new());
        let turned = crate::arguments::validator(&value).unwrap();
        let mut whole = json!({"allOf": [asked]});
        whole["components"] = description.root["components"].clone();
        let naive = crate::arguments::validator(&whole).unwrap();
        for instance in instances {
            prop_assert_eq!(turned.is_valid(&instance), naive.is_valid(&instance), "{} in {}", instance, value);
        }
    }
}
