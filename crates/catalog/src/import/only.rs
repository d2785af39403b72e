//! Which paths of a description are imported, where somebody chooses.

use serde_json::Value;

use super::read::Description;
use crate::nearest::{nearest, remedy};
use crate::overlay::is_like;

/// Whether a path is among those of `only`, in which `*` stands for anything. Without any, each is.
pub(super) fn admits(only: &[String], path: &str) -> bool {
    only.is_empty() || only.iter().any(|pattern| is_like(pattern, path))
}

/// # Errors
/// Problem and remedy of a pattern that no path is like.
pub(super) fn check(description: &Description, only: &[String]) -> Result<(), (String, String)> {
    let paths: Vec<&str> =
        description.root.get("paths").and_then(Value::as_object).into_iter().flat_map(|paths| paths.keys()).map(String::as_str).collect();
    match only.iter().find(|pattern| !paths.iter().any(|path| is_like(pattern, path))) {
        None => Ok(()),
        Some(pattern) => {
            let near = nearest(pattern, paths, 3);
            let written = "`*` stands for anything, e.g. `--only '/users/*'`";
            Err((format!("no path is like `{}`, which `--only` asks for", pattern.escape_debug()), remedy(&near, written)))
        }
    }
}
