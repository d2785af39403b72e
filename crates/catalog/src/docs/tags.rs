//! The tags that a server's filter may name, and how many tools each has.

use super::markdown::{code, in_table, table};
use crate::definition::Definition;
use crate::tool::Kind;

pub(super) fn section(definition: &Definition) -> String {
    let rows = definition.tags().into_iter().map(|tag| {
        let count = |kinds: &[Kind]| {
            definition.tools.iter().filter(|tool| tool.tags.iter().any(|own| own == tag) && kinds.contains(&tool.kind)).count().to_string()
        };
        let all = [Kind::Read, Kind::Write, Kind::Destructive];
        [in_table(&code(tag)), count(&all), count(&[Kind::Read]), count(&[Kind::Write]), count(&[Kind::Destructive])]
    });
    let table = table(["Tag", "Tools", "that read", "that write", "that delete"], rows);
    if table.is_empty() { table } else { format!("## Tags\n\n{table}") }
}
