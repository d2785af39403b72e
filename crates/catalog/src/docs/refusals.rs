//! What certain refusals of the vendor mean and what an agent is told about them.

use super::markdown::{Links, code, codes, in_table, paragraph, table};
use crate::definition::Definition;
use crate::integration::{ErrorRule, Refusal};

const TOLD: &str = "What the agent is told";

/// The rules for all tools.
pub(super) fn section(definition: &Definition, links: &Links) -> String {
    let table = rules(&definition.integration.errors.rules, links);
    if table.is_empty() {
        return table;
    }
    format!("## Refusals\n\nThe first that fits counts; agents get the vendor's status and body besides.\n\n{table}")
}

/// A table of rules, or nothing where there are none.
pub(super) fn rules(rules: &[ErrorRule], links: &Links) -> String {
    let rows = rules.iter().map(|rule| {
        let mut told: Vec<String> =
            [&rule.message, &rule.hint].into_iter().flatten().map(|text| in_table(&template(text, links))).collect();
        if !rule.extract.is_empty() {
            told.push(in_table(&format!("Gives {}.", codes(rule.extract.keys()))));
        }
        (in_table(&code(&rule.when)), rule.code.as_deref().map(|code_of| in_table(&code(code_of))).unwrap_or_default(), told.join(" "))
    });
    let rows: Vec<(String, String, String)> = rows.collect();
    if rows.iter().all(|(_, code_of, _)| code_of.is_empty()) {
        return table(["When", TOLD], rows.into_iter().map(|(when, _, told)| [when, told]));
    }
    table(["When", "Code", TOLD], rows.into_iter().map(|(when, code_of, told)| [when, code_of, told]))
}

/// Calls that are refused before anything is sent, as a list.
pub(super) fn refused_before(refusals: &[Refusal], links: &Links) -> String {
    let line = |refusal: &Refusal| format!("* {}: {}", code(&refusal.argument), paragraph(&refusal.message, links));
    refusals.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A template for people: placeholders as code. One with statements has no single text and is named as such.
pub(super) fn template(text: &str, links: &Links) -> String {
    if text.contains("{%") {
        return "*depends on the answer*".to_owned();
    }
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (expression, after))) =
        rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
    {
        written.push_str(before);
        written.push_str(&code(expression.trim_matches(['-', ' ', '\n'])));
        rest = after;
    }
    written.push_str(rest);
    paragraph(&written, links)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(hint: &str) -> ErrorRule {
        serde_json::from_value(serde_json::json!({"when": "status == 404", "code": "not_found", "hint": hint})).unwrap()
    }

    #[test]
    fn a_rule_is_a_row_and_placeholders_are_code() {
        let links = Links::default();
        insta::assert_snapshot!(rules(&[rule("Ask for {{ body.id }} or a | b."), rule("{% if body %}x{% endif %}")], &links), @r#"
        | When | Code | What the agent is told |
        | --- | --- | --- |
        | `status == 404` | `not_found` | Ask for `body.id` or a \| b. |
        | `status == 404` | `not_found` | *depends on the answer* |
        "#);
    }
}
