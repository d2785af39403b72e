//! A prompt: a text that a person starts a conversation with, filled in with what they type.

use std::collections::HashSet;

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value, json};
use url::Url;

use crate::encode::UNRESERVED;
use crate::integration::{PromptArgument, PromptRole};
use crate::wording::{did_you_mean, shortened};
use template::Template;

mod compile;
mod template;

/// Longest prompt that is made, in bytes: arguments come from strangers and may stand in it many times.
const MAX_BYTES: usize = 1_000_000;

/// Most problems that one answer lists, beside those of the prompt's own arguments.
const MAX_PROBLEMS: usize = 20;

/// Longest part of an unknown name that is given back, in characters.
const MAX_NAME_CHARACTERS: usize = 80;

/// A prompt, ready to be filled in.
#[derive(Debug)]
pub struct Prompt {
    pub name: String,
    /// The tools that it needs, by name.
    pub tools: Vec<String>,
    description: String,
    listing: String,
    arguments: Vec<(String, PromptArgument)>,
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    role: PromptRole,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Text(Template),
    Resource { uri: Template, mime_type: String, text: Template },
    Image { mime_type: String, data: String },
}

/// Why a prompt cannot be filled in. Shown to the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("; "))]
pub struct PromptError {
    /// At least one.
    pub problems: Vec<String>,
}

impl Prompt {
    /// The prompt as `prompts/list` shows it: JSON text with `name`, `title`, `description` and `arguments`.
    pub fn listing(&self) -> &str {
        &self.listing
    }

    /// What `prompts/get` answers, as JSON members: `"description":…,"messages":[…]`.
    ///
    /// Arguments are texts; what they hold is never read as a placeholder.
    ///
    /// # Errors
    /// Everything that is wrong with the arguments: missing, unknown, no text, no URI, too long.
    pub fn render(&self, arguments: &Map<String, Value>) -> Result<String, PromptError> {
        let values = self.values(arguments)?;
        if self.messages.iter().map(|message| message.content.length(&values)).sum::<usize>() > MAX_BYTES {
            let problem = format!("the prompt would have more than {MAX_BYTES} bytes; give shorter arguments");
            return Err(PromptError { problems: vec![problem] });
        }
        let messages: Result<Vec<Value>, PromptError> = self.messages.iter().map(|message| self.message(message, &values)).collect();
        Ok(format!(r#""description":{},"messages":{}"#, json!(self.description), Value::Array(messages?)))
    }

    /// What an argument may be meant to be, given its beginning; letters of either case. `None` for an unknown argument.
    pub fn complete(&self, argument: &str, beginning: &str) -> Option<Vec<&str>> {
        let (_, argument) = self.arguments.iter().find(|(name, _)| name == argument)?;
        let beginning = beginning.to_lowercase();
        Some(argument.values.iter().map(String::as_str).filter(|value| value.to_lowercase().starts_with(&beginning)).collect())
    }

    /// Whether an argument has suggestions.
    pub fn has_completions(&self) -> bool {
        self.arguments.iter().any(|(_, argument)| !argument.values.is_empty())
    }

    /// The names of its arguments, in the order of the definition.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(|(name, _)| name.as_str())
    }

    /// The value of each argument, in order.
    fn values<'a>(&self, given: &'a Map<String, Value>) -> Result<Vec<&'a str>, PromptError> {
        let mut problems = Vec::new();
        let known: Vec<&str> = self.arguments().collect();
        let mut values = Vec::with_capacity(known.len());
        for (name, argument) in &self.arguments {
            match given.get(name) {
                Some(Value::String(text)) => values.push(text.as_str()),
                Some(_) => problems.push(format!("`{name}` must be a string")),
                None if argument.required => problems.push(format!("`{name}` is missing: {}", argument.description.trim())),
                None => values.push(""),
            }
        }
        let mut remedies = HashSet::new();
        let mut more = 0;
        for name in given.keys().filter(|name| !known.contains(&name.as_str())) {
            if problems.len() >= MAX_PROBLEMS {
                more += 1;
                continue;
            }
            // What helps with several names is said once.
            let remedy = Some(did_you_mean(name, &known)).filter(|remedy| remedies.insert(remedy.clone()));
            let name = shortened(name, MAX_NAME_CHARACTERS).escape_debug().to_string();
            problems.push(format!("unknown argument `{name}`{}", remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default()));
        }
        if more > 0 {
            problems.push(format!("and {more} more unknown arguments"));
        }
        match problems.is_empty() {
            true => Ok(values),
            false => Err(PromptError { problems }),
        }
    }

    /// A message in MCP's form, `PromptMessage`.
    fn message(&self, message: &Message, values: &[&str]) -> Result<Value, PromptError> {
        let content = match &message.content {
            Content::Text(text) => json!({"type": "text", "text": text.filled(values)}),
            Content::Image { mime_type, data } => json!({"type": "image", "data": data, "mimeType": mime_type}),
            Content::Resource { uri, mime_type, text } => {
                let uri = self.uri(uri, values)?;
                json!({"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": text.filled(values)}})
            }
        };
        let role = match message.role {
            PromptRole::User => "user",
            PromptRole::Assistant => "assistant",
        };
        Ok(json!({"role": role, "content": content}))
    }

    /// What is filled in is a part of the URI and can never become more of it, unless it is the URI.
    fn uri(&self, uri: &Template, values: &[&str]) -> Result<String, PromptError> {
        if !uri.is_argument() {
            return Ok(uri.filled_by(values, |value| utf8_percent_encode(value, UNRESERVED).to_string()));
        }
        let text = uri.filled(values);
        if Url::parse(&text).is_ok() {
            return Ok(text);
        }
        let name = uri.arguments().next().and_then(|at| self.arguments.get(at)).map_or("uri", |(name, _)| name);
        Err(PromptError { problems: vec![format!("`{name}` must be a URI, e.g. `https://example.com/a`")] })
    }
}

impl Content {
    fn length(&self, values: &[&str]) -> usize {
        match self {
            Self::Text(text) => text.length(values),
            Self::Resource { uri, text, .. } => uri.length(values) + text.length(values),
            Self::Image { data, .. } => data.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::PromptDefinition;
    use insta::assert_snapshot;

    fn prompt(definition: Value) -> Prompt {
        let definition: PromptDefinition = serde_json::from_value(definition).unwrap();
        let mut problems = Vec::new();
        let prompt = Prompt::compile("greet", &definition, &[], &mut problems);
        assert_eq!(problems, []);
        prompt
    }

    fn greeting() -> Prompt {
        prompt(json!({
            "title": "Greet", "description": "Greets someone.",
            "arguments": {
                "who": {"description": "Name.", "required": true},
                "tone": {"description": "How.", "values": ["warm", "Wry", "cold"]},
            },
            "messages": [
                {"text": "Greet {{ who }}{{tone}}."},
                {"role": "assistant", "text": "Gladly."},
                {"resource": {"uri": "https://acme.test/people/{{ who }}", "mime_type": "text/plain", "text": "{{ who }}"}},
                {"image": {"mime_type": "image/png", "data": "aGk=\n"}},
            ],
        }))
    }

    fn rendered(prompt: &Prompt, arguments: Value) -> String {
        match prompt.render(arguments.as_object().unwrap()) {
            Ok(members) => {
                let result: Value = serde_json::from_str(&format!("{{{members}}}")).unwrap();
                assert!(result["description"].is_string());
                result["messages"].as_array().unwrap().iter().map(|message| format!("{message}\n")).collect()
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_prompt_is_listed_with_its_arguments() {
        assert_snapshot!(greeting().listing(), @r#"{"name":"greet","title":"Greet","description":"Greets someone.","arguments":[{"name":"who","description":"Name.","required":true},{"name":"tone","description":"How.","required":false}]}"#);
        let bare = prompt(json!({"description": "Says hello.", "messages": [{"text": "Hello."}]}));
        assert_snapshot!(bare.listing(), @r#"{"name":"greet","description":"Says hello."}"#);
    }

    #[test]
    fn what_is_filled_in_is_data_in_text_and_uri() {
        assert_snapshot!(rendered(&greeting(), json!({"who": "{{ tone }}/\"Zoë\"?", "tone": "!"})), @r#"
        {"role":"user","content":{"type":"text","text":"Greet {{ tone }}/\"Zoë\"?!."}}
        {"role":"assistant","content":{"type":"text","text":"Gladly."}}
        {"role":"user","content":{"type":"resource","resource":{"uri":"https://acme.test/people/%7B%7B%20tone%20%7D%7D%2F%22Zo%C3%AB%22%3F","mimeType":"text/plain","text":"{{ tone }}/\"Zoë\"?"}}}
        {"role":"user","content":{"type":"image","data":"aGk=","mimeType":"image/png"}}
        "#);
    }

    #[test]
    fn everything_that_is_wrong_with_the_arguments_is_said_at_once() {
        assert_snapshot!(rendered(&greeting(), json!({"tone": 1, "whoo": "x", "zzz": "y"})), @"`who` is missing: Name.; `tone` must be a string; unknown argument `whoo`; did you mean `who`?; unknown argument `zzz`; known here: `who`, `tone`");
    }

    #[test]
    fn what_is_wrong_with_many_or_long_names_is_said_in_short() {
        let many: Map<String, Value> = (0..100_000).map(|at| (format!("{at:x}"), json!(""))).collect();
        let said = rendered(&greeting(), Value::Object(many));
        assert!(said.ends_with("; and 99981 more unknown arguments") && said.len() < 2_000, "{said}");
        let long = rendered(&greeting(), json!({"who": "Ada", "\u{202e}".repeat(1_000_000): ""}));
        assert!(long.len() < 2_000, "{} bytes", long.len());
    }

    #[test]
    fn an_optional_argument_that_is_not_given_is_empty() {
        assert!(rendered(&greeting(), json!({"who": "Ada"})).contains("\"Greet Ada.\""));
    }

    #[test]
    fn an_argument_that_is_the_whole_uri_must_be_one() {
        let prompt = prompt(json!({
            "description": "Reads it.", "arguments": {"at": {"description": "Where.", "required": true}},
            "messages": [{"resource": {"uri": "{{ at }}", "mime_type": "text/plain", "text": "…"}}],
        }));
        assert!(rendered(&prompt, json!({"at": "test://a/b?c=d"})).contains("\"uri\":\"test://a/b?c=d\""));
        assert_snapshot!(rendered(&prompt, json!({"at": "nowhere"})), @"`at` must be a URI, e.g. `https://example.com/a`");
    }

    #[test]
    fn a_prompt_that_arguments_would_blow_up_is_refused() {
        let text = "{{ a }}".repeat(1_000);
        let prompt = prompt(json!({"description": "Repeats.", "arguments": {"a": {"description": "What."}}, "messages": [{"text": text}]}));
        assert_snapshot!(rendered(&prompt, json!({"a": "x".repeat(1_001)})), @"the prompt would have more than 1000000 bytes; give shorter arguments");
    }

    #[test]
    fn a_prompt_that_nothing_could_fill_in_is_refused() {
        let messages = vec![json!({"text": "x".repeat(19_000)}); 60];
        let definition = json!({"description": "Too much.", "messages": messages});
        let mut problems = Vec::new();
        Prompt::compile("greet", &serde_json::from_value(definition).unwrap(), &[], &mut problems);
        let said: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect();
        assert_snapshot!(said.join("\n"), @"prompts.greet.messages: without any argument these have 1140000 bytes already, more than the 1000000 of a prompt; shorten them");
    }

    #[test]
    fn an_argument_is_completed_from_its_values() {
        let greeting = greeting();
        assert_eq!(greeting.complete("tone", "w"), Some(vec!["warm", "Wry"]));
        assert_eq!(greeting.complete("tone", ""), Some(vec!["warm", "Wry", "cold"]));
        assert_eq!(greeting.complete("who", "w"), Some(Vec::new()));
        assert_eq!(greeting.complete("tune", "w"), None);
    }
}
