//! What a definition has to say of certain successful answers.

use crate::expression::{Asked, Expression, Template};
use crate::facts::Facts;
use crate::integration::AnswerNote;
use crate::problem::Problem;

/// What notes may look at.
const FACTS: [&str; 4] = ["status", "headers", "body", "arguments"];

/// What a condition over an answer looks like.
const CONDITION_EXAMPLE: &str = r#"headers["x-truncated"] == "true""#;

/// The notes of a tool, in the order of the definition; hardly any tool has some.
#[derive(Debug, Default)]
pub struct Notes {
    notes: Vec<Note>,
    ask_for_arguments: bool,
}

#[derive(Debug)]
struct Note {
    when: Expression,
    text: Template,
    asks_for_body: bool,
}

impl Notes {
    /// `path` is where the method stands, `arguments` are those of its tool.
    pub(crate) fn compile(path: &str, notes: &[AnswerNote], arguments: &[&str], problems: &mut Vec<Problem>) -> Self {
        let mut compiled = Self::default();
        for (index, note) in notes.iter().enumerate() {
            let mut asks_for_body = false;
            let mut seen = |asked: &Asked| {
                asks_for_body |= asked.is_for("body");
                compiled.ask_for_arguments |= asked.is_for("arguments");
                asked.check_members("arguments", arguments)
            };
            let when = Expression::parse(&note.when, &FACTS, CONDITION_EXAMPLE).and_then(|read| seen(read.asked()).map(|()| read));
            let text = Template::parse(&note.text, &FACTS).and_then(|read| seen(read.asked()).map(|()| read));
            let mut problem = |key: &str, error: &dyn std::fmt::Display| {
                problems.push(Problem::error(format!("{path}.response.notes.{index}.{key}"), error.to_string()));
            };
            match (when, text) {
                (Ok(when), Ok(text)) => compiled.notes.push(Note { when, text, asks_for_body }),
                (when, text) => {
                    when.err().iter().for_each(|error| problem("when", error));
                    text.err().iter().for_each(|error| problem("text", error));
                }
            }
        }
        compiled
    }

    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// Whether a note looks at the answer's body, which has to be parsed then.
    pub fn ask_for_body(&self) -> bool {
        self.notes.iter().any(|note| note.asks_for_body)
    }

    pub(crate) fn ask_for_arguments(&self) -> bool {
        self.ask_for_arguments
    }

    /// What is to be said of an answer.
    pub fn about<'a>(&self, facts: Facts<'a, impl IntoIterator<Item = (&'a str, &'a str)>>) -> Vec<String> {
        said(self.notes.iter(), facts)
    }

    /// What is to be said of an answer whose body is not looked at. Notes that would look at it are silent: to them it would be
    /// empty, and what they say of an empty one is not true here.
    pub fn about_all_but_the_body<'a>(&self, facts: Facts<'a, impl IntoIterator<Item = (&'a str, &'a str)>>) -> Vec<String> {
        said(self.notes.iter().filter(|note| !note.asks_for_body), facts)
    }
}

fn said<'a, 'n>(notes: impl Iterator<Item = &'n Note>, facts: Facts<'a, impl IntoIterator<Item = (&'a str, &'a str)>>) -> Vec<String> {
    let context = facts.into_context(None);
    notes.filter(|note| note.when.holds(&context)).filter_map(|note| note.text.render(&context)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(notes: Value) -> (Notes, Vec<Problem>) {
        let mut problems = Vec::new();
        let notes: Vec<AnswerNote> = serde_json::from_value(notes).unwrap();
        let notes = Notes::compile("m", &notes, &["send"], &mut problems);
        (notes, problems)
    }

    fn about(notes: &Notes, headers: &[(&str, &str)], body: Option<&Value>, arguments: &Value) -> Vec<String> {
        notes.about(Facts { status: 200, headers: headers.iter().copied(), body, arguments: arguments.as_object() })
    }

    #[test]
    fn every_note_is_said_whose_condition_holds() {
        let (notes, problems) = read(json!([
            {"when": "headers['x-limited'] == 'true'", "text": "Some are left out."},
            {"when": "not arguments.send", "text": "Not sent."},
            {"when": "body.count > 1", "text": "There are {{ body.count }}."},
            {"when": "not body", "text": "Nothing came back."},
        ]));
        assert_eq!(problems, []);
        assert!(notes.ask_for_body() && notes.ask_for_arguments());
        let body = json!({"count": 2});
        let all = about(&notes, &[("X-Limited", "true")], Some(&body), &json!({}));
        assert_eq!(all, ["Some are left out.", "Not sent.", "There are 2."]);
        assert_eq!(about(&notes, &[], None, &json!({"send": true})), ["Nothing came back."]);
        let headers = [("x-limited", "true")];
        let facts = Facts { status: 200, headers, body: None, arguments: None };
        assert_eq!(notes.about_all_but_the_body(facts), ["Some are left out.", "Not sent."]);
    }

    #[test]
    fn a_note_without_body_and_arguments_asks_for_neither() {
        let (notes, _) = read(json!([{"when": "status == 202", "text": "Accepted, not done."}]));
        assert!(!notes.is_empty() && !notes.ask_for_body() && !notes.ask_for_arguments());
    }

    #[test]
    fn what_does_not_compile_is_a_problem_with_its_place() {
        let (_, problems) = read(json!([{"when": "arguments.sent", "text": "{{ error.code }}"}]));
        let problems: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect();
        insta::assert_snapshot!(problems.join("\n"), @r#"
        m.response.notes.0.when: `arguments` has no `sent`; did you mean `send`?
        m.response.notes.0.text: nothing here is called `error`; known here: `status`, `headers`, `body`, `arguments`
        "#);
    }
}
