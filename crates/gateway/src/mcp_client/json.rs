//! JSON that is passed on: read without changing a byte of what is inside.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::value::RawValue;

/// A JSON object whose members stay as they were written, in their order.
pub(crate) type Object = IndexMap<String, Box<RawValue>>;

/// An object's members; none where the text is no object.
pub(crate) fn read_object(raw: &RawValue) -> Object {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// An object's text.
pub(crate) fn write_object(object: &Object) -> String {
    // Names and texts that are JSON already always have one.
    serde_json::to_string(object).unwrap_or_default()
}

/// A value among members that stay as they were written.
pub(crate) fn raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A JSON text without line ends. Inside strings JSON allows none, so each one there is only separates.
pub(crate) fn one_line(json: String) -> String {
    if json.contains(['\n', '\r']) { json.replace(['\n', '\r'], " ") } else { json }
}

#[cfg(test)]
mod tests {
    #[test]
    fn line_ends_between_members_go_and_all_else_stays() {
        let json = "{\n  \"a\": 1.50,\r\n  \"b\": \"x\\ny\"\n}";
        assert_eq!(super::one_line(json.to_owned()), "{   \"a\": 1.50,    \"b\": \"x\\ny\" }");
    }
}
