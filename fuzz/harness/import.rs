//! A description is imported, and what comes of it held against what the importer promises. Shared by the fuzz target and the Rust tests.

use catalog::definition::Definition;
use catalog::import::{Options, Sources, decoded, import};
use catalog::{parse, write};
use serde_json::json;

/// Begins each further file of an input: this, the file's name, and a line break.
const FILE: &str = "\n=== ";

/// Imports `bytes`: the text of a description and, after a line `=== NAME` each, of the files that it refers to.
///
/// Gives what came of it in one line: why it was refused, or how many operations and tools it has.
///
/// # Errors
/// A promise that was broken: the definition does not compile, is not read back as it was written, or an operation is nowhere.
pub(crate) fn outcome(bytes: &[u8]) -> Result<String, String> {
    let text = match decoded("openapi.yaml", bytes) {
        Ok(text) => text,
        Err(error) => return Ok(format!("refused: {error}")),
    };
    let mut files = text.split(FILE);
    let mut sources = match Sources::new("openapi.yaml", files.next().unwrap_or_default()) {
        Ok(sources) => sources,
        Err(error) => return Ok(format!("refused: {error}")),
    };
    let files: Vec<(&str, &str)> = files.map(|file| file.split_once('\n').unwrap_or((file, ""))).collect();
    // A file is asked for once: what is asked for again would be asked for without end.
    let mut asked = Vec::new();
    loop {
        let missing = sources.missing();
        if missing.is_empty() {
            break;
        }
        for name in missing {
            let file = files.iter().find(|(file, _)| *file == name);
            sources.add(&name, file.map(|(_, text)| *text).ok_or_else(|| "there is no such file".to_owned()));
            if asked.contains(&name) {
                return Err(format!("{name} is asked for twice"));
            }
            asked.push(name);
        }
    }
    let description = match sources.description() {
        Ok(description) => description,
        Err(error) => return Ok(format!("refused: {error}")),
    };
    let imported = match import(&description, &Options::default()) {
        Ok(imported) => imported,
        Err(error) => return Ok(format!("refused: {error}")),
    };
    let report = &imported.report;
    if report.operations != report.tools + report.skipped.len() {
        let (all, tools, skipped) = (report.operations, report.tools, report.skipped.len());
        return Err(format!("{all} operations, but {tools} tools and {skipped} skipped"));
    }
    let said = format!("{} operations, {} tools, {} notes", report.operations, report.tools, report.notes.len());
    let definition = Definition::compile(imported.integration.clone()).map_err(|problems| format!("does not compile: {problems:?}"))?;
    if definition.tools.len() != report.tools {
        return Err(format!("{} tools are said, {} are there", report.tools, definition.tools.len()));
    }
    let written = write::yaml(&imported.integration);
    let read = parse::parse("written.yaml", &written).map_err(|error| format!("is not read back: {error}\n{written}"))?;
    if json!(read.integration) != json!(imported.integration) {
        return Err(format!("is read back otherwise:\n{written}"));
    }
    Ok(said)
}
