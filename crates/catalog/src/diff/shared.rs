//! What holds for all tools of an integration.

use std::collections::BTreeSet;

use serde_json::Value;

use super::difference::{Difference, Weight};
use super::{Change, breaking, credentials, harmless};
use crate::definition::Definition;
use crate::integration::{Errors, Integration, PromptDefinition, Variable};
use crate::naming::prefix_of;

pub(super) fn compare(old: &Definition, new: &Definition, say: &mut dyn FnMut(Change)) {
    let (before, after) = (&old.integration, &new.integration);
    if before.name != after.name {
        say(breaking(format!("the integration is `{}` instead of `{}`, whose accounts it does not have", after.name, before.name)));
    }
    if before.base_url != after.base_url {
        say(breaking(format!("requests go to {} instead of {}", after.base_url, before.base_url)));
    }
    servers(before, after, say);
    if prefix_of(before) != prefix_of(after) {
        say(breaking(format!("tool names begin with `{}` instead of `{}`", prefix_of(after), prefix_of(before))));
    } else if before.label != after.label {
        say(harmless(format!("is called {} instead of {}", after.label, before.label)));
    }
    variables(before, after, say);
    credentials::compare(before, after, say);
    refusals(before, after, say);
    prompts(before, after, say);
}

/// Servers by name; which of them a tool uses is compared with the tool.
fn servers(before: &Integration, after: &Integration, say: &mut dyn FnMut(Change)) {
    for (name, url) in &after.servers {
        match before.servers.get(name) {
            None => say(harmless(format!("there is a server `{name}`: {url}"))),
            Some(known) if known != url => say(breaking(format!("requests to the server `{name}` go to {url} instead of {known}"))),
            Some(_) => {}
        }
    }
    for (name, url) in before.servers.iter().filter(|(name, _)| !after.servers.contains_key(*name)) {
        say(harmless(format!("the server `{name}` is gone: {url}")));
    }
}

fn variables(before: &Integration, after: &Integration, say: &mut dyn FnMut(Change)) {
    for name in before.variables.keys().filter(|name| !after.variables.contains_key(*name)) {
        say(harmless(format!("the variable `{name}` is gone")));
    }
    for (name, variable) in &after.variables {
        let Some(known) = before.variables.get(name) else {
            let change = format!("accounts need the variable `{name}`");
            say(if variable.default.is_some() { harmless(change) } else { breaking(change) });
            continue;
        };
        if known.options.is_empty() && !variable.options.is_empty() {
            say(breaking(format!("the variable `{name}` is one of certain values now")));
        }
        let value = |variable: &Variable| serde_json::to_value(variable).unwrap_or_default();
        for difference in Difference::all(&value(known), &value(variable)) {
            let Difference { path, before, after } = &difference;
            let weight = match path.as_str() {
                "label" | "description" | "example" => Weight::Prose,
                "default" if before.is_none() => Weight::Harmless,
                // What is chosen by is prose, which values there are is not.
                _ if path.starts_with("options.") && before.is_some() && after.is_some() => Weight::Prose,
                _ if path.starts_with("options.") && after.is_some() => Weight::Harmless,
                _ => Weight::Breaking,
            };
            difference.say(&format!("the variable `{name}`:"), weight, say);
        }
    }
}

fn refusals(before: &Integration, after: &Integration, say: &mut dyn FnMut(Change)) {
    let (one, other) = (&before.errors, &after.errors);
    if one.refused_when != other.refused_when {
        let text = |when: &Option<String>| Value::from(when.as_deref().unwrap_or("by the status alone"));
        let difference = Difference { path: String::new(), before: Some(text(&one.refused_when)), after: Some(text(&other.refused_when)) };
        difference.say("what counts as a refusal", Weight::Breaking, say);
    }
    let explained = |errors: &Errors| serde_json::to_value((&errors.entry, &errors.message, &errors.rules)).unwrap_or_default();
    if explained(one) != explained(other) {
        say(harmless("refusals are explained otherwise"));
    }
}

fn prompts(before: &Integration, after: &Integration, say: &mut dyn FnMut(Change)) {
    for name in before.prompts.keys().filter(|name| !after.prompts.contains_key(*name)) {
        say(breaking(format!("the prompt `{name}` is gone")));
    }
    for (name, prompt) in &after.prompts {
        let Some(known) = before.prompts.get(name) else {
            say(harmless(format!("there is a new prompt `{name}`")));
            continue;
        };
        let arguments = |prompt: &PromptDefinition| prompt.arguments.keys().cloned().collect::<BTreeSet<_>>();
        for gone in arguments(known).difference(&arguments(prompt)) {
            say(breaking(format!("the prompt `{name}` has no argument `{gone}` any more")));
        }
        for (argument, asked) in prompt.arguments.iter().filter(|(_, asked)| asked.required) {
            if !known.arguments.get(argument).is_some_and(|known| known.required) {
                say(breaking(format!("the prompt `{name}` needs the argument `{argument}`: {}", asked.description)));
            }
        }
        if serde_json::to_value(known).ok() != serde_json::to_value(prompt).ok() {
            say(harmless(format!("the prompt `{name}` has changed")));
        }
    }
}
