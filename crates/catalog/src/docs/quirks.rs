//! What is unusual about the vendor's API.

use super::markdown::{Links, paragraph};
use crate::definition::Definition;

pub(super) fn section(definition: &Definition, links: &Links) -> String {
    let quirks: Vec<String> = definition.integration.quirks.iter().map(|quirk| format!("* {}", paragraph(quirk, links))).collect();
    if quirks.is_empty() {
        return String::new();
    }
    format!("## Quirks\n\n{}", quirks.join("\n"))
}
