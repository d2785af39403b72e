//! What agents read: facts, of bounded length, in visible characters.
//!
//! A description is text that a model takes into its context, so an order or a hidden character in one is the way by
//! which a definition would take over an agent.

use serde_json::Value;

use super::methods;
use super::schemas::walk;
use crate::integration::{ErrorRule, Integration, PromptDefinition};
use crate::problem::Problem;

/// Longest description of a tool; a hundred tools share one context.
const MAX_DESCRIPTION_CHARACTERS: usize = 1_200;

/// Longest other text for an agent.
const MAX_TEXT_CHARACTERS: usize = 2_000;

/// Longest template of what a refusal means. It may hold words for many cases; what it gives is cut to a text's length.
const MAX_RULE_CHARACTERS: usize = 8_000;

/// Longest text of a prompt.
const MAX_PROMPT_CHARACTERS: usize = 20_000;

/// How orders to a model begin, in lower case.
const ORDERS: &[&str] = &[
    "always call",
    "always use",
    "be sure to",
    "before anything else",
    "call this first",
    "call this tool first",
    "disregard ",
    "do not tell",
    "don't tell",
    "first call",
    "ignore all",
    "ignore previous",
    "important:",
    "make sure to",
    "make sure you",
    "never call",
    "never mention",
    "never use",
    "prefer this tool",
    "you have to",
    "you must",
    "you need to",
    "you should",
];

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    let mut texts = Texts { problems };
    texts.check("description", &integration.description);
    if integration.description.trim().is_empty() {
        texts.problems.push(Problem::error("description", "the description is empty; say what the API is for"));
    }
    texts.check("label", &integration.label);
    for (index, quirk) in integration.quirks.iter().enumerate() {
        let path = format!("quirks.{index}");
        // For people, who may be told what to do.
        texts.check_characters(&path, quirk, MAX_TEXT_CHARACTERS);
        if quirk.trim().is_empty() {
            texts.problems.push(Problem::error(path, "this quirk is empty; say what is unusual, or remove it"));
        }
    }
    for (name, variable) in &integration.variables {
        texts.check(&format!("variables.{name}.description"), &variable.description);
    }
    texts.check_form(integration);
    for (name, scheme) in &integration.credentials {
        for (scope, description) in scheme.oauth2.iter().flat_map(|oauth2| &oauth2.scopes) {
            texts.check(&format!("credentials.{name}.oauth2.scopes.{scope}"), description);
        }
    }
    texts.check_rules("errors.rules", &integration.errors.rules);
    for at in methods(integration) {
        let path = &at.path;
        texts.check_rules(&format!("{path}.errors"), &at.method.errors);
        for (index, note) in at.method.response.notes.iter().enumerate() {
            texts.check(&format!("{path}.response.notes.{index}.text"), &note.text);
        }
        for (index, refusal) in at.method.refuse.iter().enumerate() {
            texts.check(&format!("{path}.refuse.{index}.message"), &refusal.message);
        }
        for (key, parameter) in &at.method.parameters {
            texts.check_schema(&format!("{path}.parameters.{key}.schema"), &parameter.schema);
        }
        if let Some(body) = &at.method.body {
            texts.check_schema(&format!("{path}.body.schema"), &body.schema);
        }
        if let Some(title) = &at.method.annotations.title {
            texts.check(&format!("{path}.annotations.title"), title);
        }
        if let Some(documentation) = &at.method.documentation {
            let path = format!("{path}.documentation");
            texts.check_description(&format!("{path}.description"), &documentation.description);
            for (index, example) in documentation.examples.iter().enumerate() {
                texts.check(&format!("{path}.examples.{index}.description"), &example.description);
            }
        }
    }
    for (name, prompt) in &integration.prompts {
        texts.check_prompt(&format!("prompts.{name}"), prompt);
    }
}

struct Texts<'p> {
    problems: &'p mut Vec<Problem>,
}

impl Texts<'_> {
    fn check_description(&mut self, path: &str, text: &str) {
        let length = text.chars().count();
        if text.trim().is_empty() {
            let message = "the description is empty; write one, or remove `documentation` to keep the method hidden";
            self.problems.push(Problem::error(path, message));
        } else if length > MAX_DESCRIPTION_CHARACTERS {
            let message = format!(
                "the description has {length} characters, more than {MAX_DESCRIPTION_CHARACTERS}; move details to the \
                 parameters they are about"
            );
            self.problems.push(Problem::error(path, message));
        }
        self.check(path, text);
    }

    /// What people read who connect an account; they may be told what to do.
    fn check_form(&mut self, integration: &Integration) {
        for (name, variable) in &integration.variables {
            let path = format!("variables.{name}");
            self.check_shown(&path, &[("label", &variable.label), ("example", &variable.example)]);
            for (value, label) in &variable.options {
                self.check_characters(&format!("{path}.options.{value}"), label, MAX_TEXT_CHARACTERS);
            }
        }
        for (name, scheme) in &integration.credentials {
            let path = format!("credentials.{name}");
            self.check_shown(&path, &[("label", &scheme.label), ("help", &scheme.help)]);
            for (field, shown) in &scheme.fields {
                let path = format!("{path}.fields.{field}");
                self.check_shown(&path, &[("label", &shown.label), ("help", &shown.help), ("example", &shown.example)]);
            }
        }
    }

    fn check_shown(&mut self, path: &str, texts: &[(&str, &Option<String>)]) {
        for (key, text) in texts.iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
            self.check_characters(&format!("{path}.{key}"), text, MAX_TEXT_CHARACTERS);
        }
    }

    fn check_rules(&mut self, path: &str, rules: &[ErrorRule]) {
        for (index, rule) in rules.iter().enumerate() {
            for (key, text) in [("message", &rule.message), ("hint", &rule.hint)] {
                if let Some(text) = text {
                    let path = format!("{path}.{index}.{key}");
                    self.check_characters(&path, text, MAX_RULE_CHARACTERS);
                    self.check_orders(&path, text);
                }
            }
        }
    }

    fn check_schema(&mut self, path: &str, schema: &Value) {
        walk(path, schema, &mut |path, part| {
            for key in ["description", "title", "$comment"] {
                if let Some(text) = part.get(key).and_then(Value::as_str) {
                    self.check(&format!("{path}.{key}"), text);
                }
            }
        });
    }

    fn check_prompt(&mut self, path: &str, prompt: &PromptDefinition) {
        self.check_filled(&format!("{path}.description"), &prompt.description, "say what the prompt is for");
        for (name, argument) in &prompt.arguments {
            self.check_filled(&format!("{path}.arguments.{name}.description"), &argument.description, "say what to fill in");
        }
        for (place, text) in prompt.texts() {
            let path = format!("{path}.{place}");
            // A prompt is what a person asks for, so it may give orders.
            match place.starts_with("messages.") {
                true => self.check_characters(&path, text, MAX_PROMPT_CHARACTERS),
                false => self.check(&path, text),
            }
        }
    }

    fn check_filled(&mut self, path: &str, text: &str, remedy: &str) {
        if text.trim().is_empty() {
            self.problems.push(Problem::error(path, format!("the description is empty; {remedy}")));
        }
    }

    fn check_characters(&mut self, path: &str, text: &str, most: usize) {
        if let Some(hidden) = text.chars().find(|c| is_invisible(*c)) {
            self.problems
                .push(Problem::error(path, format!("the text holds the invisible character U+{:04X}; remove it", u32::from(hidden))));
        }
        if text.chars().count() > most {
            self.problems.push(Problem::error(path, format!("the text has more than {most} characters; shorten it")));
        }
    }

    fn check(&mut self, path: &str, text: &str) {
        self.check_characters(path, text, MAX_TEXT_CHARACTERS);
        self.check_orders(path, text);
    }

    fn check_orders(&mut self, path: &str, text: &str) {
        if let Some(order) = order_in(text) {
            self.problems
                .push(Problem::warning(path, format!("`{}` gives orders to whoever reads it; state the fact instead", order.trim())));
        }
    }
}

/// Whether a text tells a model what to do.
pub(crate) fn gives_orders(text: &str) -> bool {
    order_in(text).is_some()
}

fn order_in(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let order = ORDERS.iter().copied().find(|order| lower.contains(order));
    order.or_else(|| text.contains("IMPORTANT").then_some("IMPORTANT"))
}

/// Characters that a person reviewing the file does not see, or sees in another order.
pub(crate) fn is_invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}
