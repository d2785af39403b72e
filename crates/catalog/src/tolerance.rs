//! Slips that MCP clients are known for, mended where the schema leaves no doubt about what was meant.
//!
//! Only tried on arguments that are wrong as they are, and never decides: the result is validated again.
//!
//! * `null` or `"null"` for an optional member that cannot be null: left out;
//! * an object or array as a text of JSON, where only an object or array fits;
//! * a number or boolean as a text, where only a number or boolean fits and nothing is rounded.

use serde_json::{Map, Number, Value};

use crate::types::{Type, Types, resolved};

/// Deeper members are left as they are.
const MAX_DEPTH: usize = 32;

/// `arguments` with such slips mended; `None` if there are none.
pub(crate) fn tolerated(arguments: &Value, schema: &Value) -> Option<Value> {
    let mut mended = arguments.clone();
    let mut changed = false;
    mend(&mut mended, schema, schema, &mut changed, MAX_DEPTH);
    changed.then_some(mended)
}

fn mend(value: &mut Value, schema: &Value, root: &Value, changed: &mut bool, depth: usize) {
    if depth == 0 {
        return;
    }
    let types = Types::of(schema, root);
    if let Value::String(text) = value
        && let Some(meant) = meant_by(text, types)
    {
        *value = meant;
        *changed = true;
    }
    let schema = resolved(schema, root);
    match value {
        Value::Object(object) => mend_members(object, schema, root, changed, depth),
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    mend(item, schema, root, changed, depth - 1);
                }
            }
        }
        _ => {}
    }
}

fn mend_members(object: &mut Map<String, Value>, schema: &Value, root: &Value, changed: &mut bool, depth: usize) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let required = |name: &str| {
        let names = schema.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|required| required == name))
    };
    let before = object.len();
    object.retain(|name, value| match properties.get(name) {
        Some(schema) => required(name) || !stands_for_absence(value, schema, root),
        None => true,
    });
    *changed |= object.len() != before;
    for (name, value) in object {
        if let Some(schema) = properties.get(name) {
            mend(value, schema, root, changed, depth - 1);
        }
    }
}

fn stands_for_absence(value: &Value, schema: &Value, root: &Value) -> bool {
    let types = Types::of(schema, root);
    if types.is_empty() {
        return false; // Anything fits, so null may be meant.
    }
    match value {
        Value::Null => !types.has(Type::Null),
        Value::String(text) if text == "null" && !types.has(Type::Null) => {
            let not_a_choice = resolved(schema, root).get("enum").and_then(Value::as_array).is_some_and(|options| !options.contains(value));
            !types.has(Type::String) || not_a_choice
        }
        _ => false,
    }
}

/// What a text was meant to be where no text fits.
fn meant_by(text: &str, types: Types) -> Option<Value> {
    if types.is_empty() || types.has(Type::String) {
        return None;
    }
    let meant: Value = match text {
        // Python's way of writing them.
        "True" => Value::Bool(true),
        "False" => Value::Bool(false),
        _ => serde_json::from_str(text).ok()?,
    };
    let is_kept = match &meant {
        Value::Number(number) => says_the_same(number, text),
        Value::Null | Value::Bool(_) => text.trim() == text,
        _ => true,
    };
    (is_kept && types.has(Type::of(&meant))).then_some(meant)
}

/// Whether a number is exactly what a text says, and the text what a number looks like: a long id that would be
/// rounded, `1e3` or ` 5 ` may be no number at all to whoever wrote it.
fn says_the_same(number: &Number, text: &str) -> bool {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    is_plain && without_zeros(&number.to_string()) == without_zeros(text)
}

/// `1.50` and `1.5` are one number, and so are `2.0` and `2`.
fn without_zeros(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn mended(schema: Value, arguments: Value) -> Value {
        let schema = json!({"type": "object", "properties": {"a": schema}, "$defs": {"N": {"type": "number"}}});
        tolerated(&arguments, &schema).unwrap_or_else(|| json!("as it was"))
    }

    #[test]
    fn case_c8_null_for_an_optional_argument_is_left_out() {
        for nothing in [json!(null), json!("null")] {
            assert_eq!(mended(json!({"type": "integer"}), json!({ "a": nothing })), json!({}));
        }
        assert_eq!(mended(json!({"type": "string"}), json!({"a": null})), json!({}));
        assert_eq!(mended(json!({"type": "string", "enum": ["x"]}), json!({"a": "null"})), json!({}));
    }

    #[test]
    fn case_c8_a_text_null_or_a_null_that_fits_stays() {
        assert_eq!(mended(json!({"type": "string"}), json!({"a": "null"})), json!("as it was"));
        assert_eq!(mended(json!({"type": ["string", "null"]}), json!({"a": null})), json!("as it was"));
        assert_eq!(mended(json!({}), json!({"a": null})), json!("as it was"));
        assert_eq!(mended(json!({"type": ["integer", "null"]}), json!({"a": "null"})), json!({"a": null}));
    }

    #[test]
    fn case_c8_json_in_a_text_becomes_what_it_holds() {
        let list = json!({"type": "array", "items": {"type": "integer"}});
        assert_eq!(mended(list, json!({"a": r#"[1, "2"]"#})), json!({"a": [1, 2]}));
        let object = json!({"type": "object", "properties": {"b": {"$ref": "#/$defs/N"}}});
        assert_eq!(mended(object, json!({"a": r#"{"b": "1.5"}"#})), json!({"a": {"b": 1.5}}));
        let either = json!({"anyOf": [{"type": "object"}, {"type": "string"}]});
        assert_eq!(mended(either, json!({"a": "{}"})), json!("as it was"));
    }

    #[test]
    fn case_c8_numbers_and_booleans_in_a_text_become_what_they_say() {
        assert_eq!(mended(json!({"type": "integer"}), json!({"a": "-7"})), json!({"a": -7}));
        assert_eq!(mended(json!({"type": "integer"}), json!({"a": u64::MAX.to_string()})), json!({ "a": u64::MAX }));
        assert_eq!(mended(json!({"type": "number"}), json!({"a": "1.50"})), json!({"a": 1.5}));
        assert_eq!(mended(json!({"type": "boolean"}), json!({"a": "True"})), json!({"a": true}));
    }

    #[test]
    fn case_c8_what_may_mean_something_else_stays_as_it_is() {
        for text in
            ["7.5", "seven", "0x7", "007", "+7", " 7 ", "7\n", "1e3", "-0", "", "true", "18446744073709551616", "12345678901234567890123"]
        {
            assert_eq!(mended(json!({"type": "integer"}), json!({ "a": text })), json!("as it was"), "{text}");
        }
        for text in ["1e3", "0.10000000000000000001", "9007199254740993.0", "1e999", "NaN"] {
            assert_eq!(mended(json!({"type": "number"}), json!({ "a": text })), json!("as it was"), "{text}");
        }
        for text in ["1", "yes", "TRUE", " true", "on"] {
            assert_eq!(mended(json!({"type": "boolean"}), json!({ "a": text })), json!("as it was"), "{text}");
        }
        for text in ["true", "7", "{}", "[]"] {
            assert_eq!(mended(json!({"type": "string"}), json!({ "a": text })), json!("as it was"), "{text}");
            assert_eq!(mended(json!({"type": ["string", "integer", "object"]}), json!({ "a": text })), json!("as it was"), "{text}");
        }
    }

    /// Sign, digits without outer zeros, and the power of ten of the last digit: equal for equal decimal numbers.
    fn decimal(text: &str) -> (bool, String, i64) {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (is_negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        let power = exponent.parse::<i64>().unwrap() - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
        match significant.trim_start_matches('0') {
            "" => (is_negative, String::new(), 0),
            digits => (is_negative, digits.to_owned(), power),
        }
    }

    proptest! {
        #[test]
        fn case_c8_a_mended_number_is_the_number_that_the_text_says(
            text in "-?(0|[1-9][0-9]{0,22})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?|[ 0-9.eE+-]{0,10}",
            kind in prop::sample::select(vec!["integer", "number"]),
        ) {
            if let Value::Object(mended) = mended(json!({ "type": kind }), json!({ "a": text })) {
                prop_assert!(mended["a"].is_number());
                prop_assert_eq!(decimal(&mended["a"].to_string()), decimal(&text));
            }
        }

        #[test]
        fn case_c8_any_whole_number_of_64_bits_is_understood(number: i64) {
            prop_assert_eq!(mended(json!({"type": "integer"}), json!({ "a": number.to_string() })), json!({ "a": number }));
        }

        #[test]
        fn case_c8_no_text_is_mended_where_a_text_fits(text: String) {
            prop_assert_eq!(mended(json!({"type": "string"}), json!({ "a": text })), json!("as it was"));
        }
    }
}
