//! Whether the names of tools leave room for what clients put before them.

use super::report::Note;
use crate::integration::Integration;
use crate::naming::{MAX_TOOL_NAME_CHARACTERS, prefix_of, tool_name};

/// Said once for all tools whose names are longer, with `mcp__NAME__` before them, than clients that count it take.
pub(super) fn without_room(integration: &Integration) -> Option<Note> {
    let before = format!("mcp__{}__", integration.name);
    let room = MAX_TOOL_NAME_CHARACTERS.saturating_sub(before.len());
    let prefix = prefix_of(integration);
    let methods = integration.resources.iter().flat_map(|(resource, value)| value.methods.iter().map(move |method| (resource, method)));
    let names = methods.map(|(resource, (name, method))| {
        method.tool_name.clone().unwrap_or_else(|| tool_name(&prefix, resource, name, &integration.singular))
    });
    let long: Vec<String> = names.filter(|name| name.len() > room).collect();
    let longest = long.iter().max_by_key(|name| name.len())?;
    let message = format!(
        "`--name-budget {room}` shortens the names of {} tools, e.g. `{longest}`: clients such as Claude Code, which put `{before}` before a name, may leave them out",
        long.len()
    );
    Some(Note { at: "tools".to_owned(), message })
}
