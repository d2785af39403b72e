//! From a definition's `prompts` to prompts, and everything that is wrong with them.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexSet;
use serde_json::{Value, json};
use url::Url;

use super::template::Template;
use super::{Content, MAX_BYTES, Message, Prompt};
use crate::files::{NO_MEDIA_TYPE, is_media_type};
use crate::integration::{PromptArgument, PromptDefinition, PromptMessage};
use crate::naming::check_client_name;
use crate::problem::Problem;
use crate::tool::Tool;
use crate::wording::did_you_mean;

/// Most suggestions for one argument, which one answer to `completion/complete` can hold.
const MAX_VALUES: usize = 100;

impl Prompt {
    /// What cannot work is added to `problems`.
    pub(crate) fn compile(name: &str, definition: &PromptDefinition, tools: &[Arc<Tool>], problems: &mut Vec<Problem>) -> Self {
        let path = format!("prompts.{name}");
        check_client_name(&path, "a prompt", name, problems);
        check_tools(&path, name, definition, tools, problems);
        let names: Vec<&str> = definition.arguments.keys().map(String::as_str).collect();
        for (argument, PromptArgument { values, .. }) in &definition.arguments {
            let path = format!("{path}.arguments.{argument}");
            check_client_name(&path, "an argument", argument, problems);
            if values.len() > MAX_VALUES {
                let message =
                    format!("{} values are more than the {MAX_VALUES} that clients are shown; keep the likely ones", values.len());
                problems.push(Problem::error(format!("{path}.values"), message));
            }
        }
        let mut compiler = Compiler { names: &names, used: HashSet::new(), problems };
        let messages: Vec<Message> = definition
            .messages
            .iter()
            .enumerate()
            .filter_map(|(at, message)| compiler.message(&format!("{path}.messages.{at}"), message))
            .collect();
        let used = compiler.used;
        let fixed: usize = messages.iter().map(|message| message.content.length(&[])).sum();
        if fixed > MAX_BYTES {
            let message =
                format!("without any argument these have {fixed} bytes already, more than the {MAX_BYTES} of a prompt; shorten them");
            problems.push(Problem::error(format!("{path}.messages"), message));
        }
        if definition.messages.is_empty() {
            problems.push(Problem::error(format!("{path}.messages"), "no message is here; add one with `text`"));
        }
        // A message that could not be read may use any of them.
        if messages.len() == definition.messages.len() {
            for name in names.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, name)| name) {
                let message = format!("no message uses this argument; write `{{{{ {name} }}}}` where it belongs, or remove it");
                problems.push(Problem::error(format!("{path}.arguments.{name}"), message));
            }
        }
        Self {
            name: name.to_owned(),
            tools: definition.tools.clone(),
            description: definition.description.trim().to_owned(),
            listing: listing(name, definition),
            arguments: definition.arguments.iter().map(|(name, argument)| (name.clone(), argument.clone())).collect(),
            messages,
        }
    }
}

struct Compiler<'c> {
    names: &'c [&'c str],
    /// Arguments that stand somewhere, by position.
    used: HashSet<usize>,
    problems: &'c mut Vec<Problem>,
}

impl Compiler<'_> {
    fn message(&mut self, path: &str, message: &PromptMessage) -> Option<Message> {
        let content = match (&message.text, &message.resource, &message.image) {
            (Some(text), None, None) => self.template(&format!("{path}.text"), text).map(Content::Text),
            (None, Some(resource), None) => {
                let path = format!("{path}.resource");
                let uri = self.template(&format!("{path}.uri"), &resource.uri);
                let text = self.template(&format!("{path}.text"), &resource.text);
                self.check_media_type(&path, &resource.mime_type);
                let (uri, text) = (uri?, text?);
                self.check_uri(&format!("{path}.uri"), &uri);
                Some(Content::Resource { uri, mime_type: resource.mime_type.clone(), text })
            }
            (None, None, Some(image)) => {
                let path = format!("{path}.image");
                self.check_media_type(&path, &image.mime_type);
                // A long text in YAML has line breaks, which base64 has not.
                let data: String = image.data.split_ascii_whitespace().collect();
                if data.is_empty() || STANDARD.decode(&data).is_err() {
                    let message = "this is no base64 (RFC 4648 section 4, with padding); encode the picture's bytes";
                    self.problems.push(Problem::error(format!("{path}.data"), message));
                }
                Some(Content::Image { mime_type: image.mime_type.clone(), data })
            }
            _ => {
                self.problems.push(Problem::error(path, "a message has exactly one of `text`, `resource` and `image`; mend it"));
                None
            }
        };
        Some(Message { role: message.role, content: content? })
    }

    fn template(&mut self, path: &str, text: &str) -> Option<Template> {
        match Template::parse(text, self.names) {
            Ok(template) => {
                self.used.extend(template.arguments());
                Some(template)
            }
            Err(message) => {
                self.problems.push(Problem::error(path, message));
                None
            }
        }
    }

    fn check_uri(&mut self, path: &str, uri: &Template) {
        let values = vec!["x"; self.names.len()];
        if !uri.is_argument() && Url::parse(&uri.filled(&values)).is_err() {
            self.problems.push(Problem::error(path, "this is no URI; write e.g. `https://acme.example/orders/{{ order }}`"));
        }
    }

    fn check_media_type(&mut self, path: &str, mime_type: &str) {
        if !is_media_type(mime_type) {
            self.problems.push(Problem::error(format!("{path}.mime_type"), NO_MEDIA_TYPE));
        }
    }
}

fn check_tools(path: &str, name: &str, definition: &PromptDefinition, tools: &[Arc<Tool>], problems: &mut Vec<Problem>) {
    let known: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    for (at, name) in definition.tools.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str())) {
        let message = format!("`{}` is no tool of this integration; {}", name.escape_debug(), did_you_mean(name, &known));
        problems.push(Problem::error(format!("{path}.tools.{at}"), message));
    }
    // Where a filter hides a tool, no prompt may tell of it.
    let own = [(path.to_owned(), name)];
    let texts = own.into_iter().chain(definition.texts().into_iter().map(|(place, text)| (format!("{path}.{place}"), text)));
    for (place, text) in texts {
        let told: IndexSet<&str> =
            words(text).filter(|word| known.contains(word) && !definition.tools.iter().any(|tool| tool == word)).collect();
        for tool in told {
            let message =
                format!("the text tells of the tool `{tool}`; add it to `tools`, so that the prompt is shown only together with it");
            problems.push(Problem::error(&place, message));
        }
    }
}

/// What may be names of tools.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
}

fn listing(name: &str, definition: &PromptDefinition) -> String {
    let mut listing = json!({"name": name});
    if let Some(title) = &definition.title {
        listing["title"] = title.trim().into();
    }
    listing["description"] = definition.description.trim().into();
    let arguments: Vec<Value> = definition
        .arguments
        .iter()
        .map(|(name, argument)| json!({"name": name, "description": argument.description.trim(), "required": argument.required}))
        .collect();
    if !arguments.is_empty() {
        listing["arguments"] = arguments.into();
    }
    listing.to_string()
}
