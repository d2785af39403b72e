//! Steps of a JSON Pointer (RFC 6901 sections 3 and 4).

/// A member's name as a step.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step is of.
pub(crate) fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The pointer of a member of what is at `path`.
pub(crate) fn child(path: &str, name: &str) -> String {
    format!("{path}/{}", escaped(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn a_member_is_found_by_its_pointer_and_its_name_in_the_step(name in "[a~/01%]{0,6}") {
            let pointer = child("", &name);
            let object = json!({ name.clone(): 7 });
            prop_assert_eq!(object.pointer(&pointer), Some(&json!(7)));
            prop_assert_eq!(unescaped(&pointer[1..]), name);
        }
    }
}
