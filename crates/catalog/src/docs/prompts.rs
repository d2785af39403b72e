//! The prompts of a definition and what people fill in.

use super::markdown::{Links, cell, code, codes, in_table, paragraph, table};
use crate::definition::Definition;
use crate::integration::PromptDefinition;

pub(super) fn section(definition: &Definition, links: &Links) -> String {
    let prompts = &definition.integration.prompts;
    if prompts.is_empty() {
        return String::new();
    }
    let written: Vec<String> = prompts.iter().map(|(name, prompt)| entry(name, prompt, links)).collect();
    format!("## Prompts\n\n{}", written.join("\n\n"))
}

fn entry(name: &str, prompt: &PromptDefinition, links: &Links) -> String {
    let title = prompt.title.as_deref().map(|title| format!(" ({})", paragraph(title, links))).unwrap_or_default();
    let needs = if prompt.tools.is_empty() {
        String::new()
    } else {
        let tools: Vec<String> = prompt.tools.iter().map(|tool| paragraph(tool, links)).collect();
        format!(" Needs {}.", tools.join(", "))
    };
    let rows = prompt.arguments.iter().map(|(name, argument)| {
        let mut meaning = vec![cell(&argument.description, links)];
        if !argument.values.is_empty() {
            meaning.push(in_table(&format!("Such as {}.", codes(&argument.values))));
        }
        let need = if argument.required { "yes" } else { "" };
        [in_table(&code(name)), need.to_owned(), meaning.join(" ")]
    });
    let table = table(["Argument", "Required", "Meaning"], rows);
    let description = paragraph(&prompt.description, links);
    format!("**{}**{title}: {description}{needs}\n\n{table}", code(name)).trim_end().to_owned()
}
