//! The small language of definitions: conditions and templates in Jinja syntax, for what plain keys cannot say.
//!
//! Everything is parsed when a definition is loaded and runs with fuel, without I/O, on values it is given. What is
//! not there is undefined, also several look-ups deep (`body.error.details.code`), and undefined is false.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::{LazyLock, OnceLock};

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};

use crate::wording::did_you_mean;

mod words;

use words::Names;

/// Steps one evaluation may take; a usual condition needs fewer than fifty.
const FUEL: u64 = 20_000;

/// Longest text a template may give, in bytes.
const MAX_TEXT_BYTES: usize = 2_000;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment
});

/// Why an expression or a template could not be read or evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    message: String,
}

impl ExpressionError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl From<minijinja::Error> for ExpressionError {
    fn from(error: minijinja::Error) -> Self {
        let message = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        Self { message }
    }
}

/// What an expression or a template looks at, e.g. `status` and `body.error.code`.
#[derive(Debug, Clone)]
pub(crate) struct Asked(Box<[String]>);

/// # Errors
/// A filter or a test that there is not. Nothing else would say so before a call takes the branch that it is in.
fn check_names(names: &Names<'_>) -> Result<(), ExpressionError> {
    let is_unknown = |probe: String, kind: ErrorKind| {
        let probed = ENVIRONMENT.compile_expression(&probe).and_then(|probe| probe.eval(()));
        probed.is_err_and(|error| error.kind() == kind)
    };
    if let Some(name) = names.filters.iter().find(|name| is_unknown(format!("none|{name}"), ErrorKind::UnknownFilter)) {
        return Err(ExpressionError::new(format!(
            "there is no filter `{name}`; filters are those of Jinja, e.g. `length`, `join`, `default`"
        )));
    }
    if let Some(name) = names.tests.iter().find(|name| is_unknown(format!("none is {name}"), ErrorKind::UnknownTest)) {
        return Err(ExpressionError::new(format!("there is no test `{name}`; tests are those of Jinja, e.g. `defined`, `none`, `string`")));
    }
    Ok(())
}

impl Asked {
    /// `used` may only begin with `names`; `written` is what the code says.
    fn checked(mut used: HashSet<String>, written: &Names<'_>, names: &[&str]) -> Result<Self, ExpressionError> {
        check_names(written)?;
        // Names in brackets are not among those that the engine finds.
        let of_facts = written.subscripts.iter().filter(|(of, member)| names.contains(of) && !member.contains(['.', '\\']));
        used.extend(of_facts.map(|(of, member)| format!("{of}.{member}")));
        // Functions count as used too.
        let is_known = |name: &str| names.contains(&name) || ENVIRONMENT.globals().any(|(global, _)| global == name);
        match used.iter().map(|path| first_name(path)).filter(|name| !is_known(name)).min() {
            Some(name) => Err(ExpressionError::new(format!("nothing here is called `{name}`; {}", did_you_mean(name, names)))),
            None => Ok(Self(used.into_iter().collect())),
        }
    }

    /// Whether `name` is looked at, or something in it.
    pub(crate) fn is_for(&self, name: &str) -> bool {
        self.0.iter().any(|path| first_name(path) == name)
    }

    /// # Errors
    /// One of the members of `name` that are looked at is not among `known`, so it is never there.
    pub(crate) fn check_members(&self, name: &str, known: &[&str]) -> Result<(), ExpressionError> {
        let members = self.0.iter().filter_map(|path| path.strip_prefix(name)?.strip_prefix('.').map(first_name));
        match members.filter(|member| !known.contains(member)).min() {
            Some(member) => Err(ExpressionError::new(format!("`{name}` has no `{member}`; {}", did_you_mean(member, known)))),
            None => Ok(()),
        }
    }
}

fn first_name(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

fn remedied(error: minijinja::Error, example: &str) -> ExpressionError {
    ExpressionError::new(format!("{}; write e.g. `{example}`", ExpressionError::from(error)))
}

/// A condition or a value, e.g. `status == 404 and body.message == "Touch not found"`.
pub(crate) struct Expression {
    source: String,
    asked: Asked,
    /// Made at the first evaluation: it takes some kilobytes, and most conditions of a definition are about refusals that never come.
    compiled: OnceLock<Result<minijinja::Expression<'static, 'static>, ExpressionError>>,
}

impl Expression {
    /// `names` is what the context will hold; `example` a right expression for the same place.
    ///
    /// # Errors
    /// The text is not an expression, or asks for something else: what is not there is undefined, so a misspelt
    /// condition would just never hold.
    pub(crate) fn parse(source: &str, names: &[&str], example: &str) -> Result<Self, ExpressionError> {
        let compiled = ENVIRONMENT.compile_expression_owned(source.to_owned()).map_err(|error| remedied(error, example))?;
        let asked = Asked::checked(compiled.undeclared_variables(true), &Names::of_expression(source), names)?;
        Ok(Self { source: source.to_owned(), asked, compiled: OnceLock::new() })
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Whether the condition holds; one that fails while it is evaluated does not hold.
    pub(crate) fn holds(&self, context: &Value) -> bool {
        self.eval(context).is_ok_and(|value| value.is_true())
    }

    /// The expression's value; undefined and none are `None`.
    ///
    /// # Errors
    /// The evaluation failed or took too many steps.
    pub(crate) fn value(&self, context: &Value) -> Result<Option<Value>, ExpressionError> {
        let value = self.eval(context)?;
        let nothing = matches!(value.kind(), ValueKind::Undefined | ValueKind::None);
        Ok((!nothing).then_some(value))
    }

    fn eval(&self, context: &Value) -> Result<Value, ExpressionError> {
        let compile = || ENVIRONMENT.compile_expression_owned(self.source.clone()).map_err(ExpressionError::from);
        let compiled = self.compiled.get_or_init(compile).as_ref().map_err(Clone::clone)?;
        Ok(compiled.eval(context.clone())?)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}

/// A text with holes, e.g. `Touch {{ body.id }} does not exist.`
#[derive(Debug, Clone)]
pub(crate) struct Template {
    source: String,
    asked: Asked,
}

impl Template {
    /// `names` is what the context will hold.
    ///
    /// # Errors
    /// The text is not a template, or asks for something else.
    pub(crate) fn parse(source: &str, names: &[&str]) -> Result<Self, ExpressionError> {
        let template = ENVIRONMENT.template_from_str(source).map_err(|error| remedied(error, "no order has the id {{ body.id }}"))?;
        let asked = Asked::checked(template.undeclared_variables(true), &Names::of_template(source), names)?;
        Ok(Self { source: source.to_owned(), asked })
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The text with its holes filled, cut to a length that suits a message; `None` if that fails.
    ///
    /// Templates are only rendered for the few answers that something is said about, so the text is parsed again here instead
    /// of being kept parsed for every rule of every definition.
    pub(crate) fn render(&self, context: &Value) -> Option<String> {
        let template = ENVIRONMENT.template_from_str(&self.source).ok()?;
        let mut output = BoundedText::default();
        let rendered = template.render_captured_to(context.clone(), &mut output).map(drop);
        // Stopped because it is full, it is as good as done.
        (rendered.is_ok() || output.is_cut).then(|| output.into_text())
    }
}

/// Takes [`MAX_TEXT_BYTES`] and then refuses, which ends the rendering: over a large body, the rest could take seconds.
#[derive(Default)]
struct BoundedText {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl BoundedText {
    fn into_text(self) -> String {
        let mut text = String::from_utf8_lossy(&self.bytes).into_owned();
        if self.is_cut {
            while text.ends_with(char::REPLACEMENT_CHARACTER) {
                text.pop();
            }
            text.push('…');
        }
        text
    }
}

impl Write for BoundedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(MAX_TEXT_BYTES - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..taken]);
        if taken < bytes.len() {
            self.is_cut = true;
            return Err(io::Error::other("the text is long enough"));
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::value::Serde;
    use serde_json::json;

    const EXAMPLE: &str = "status == 404";

    fn context(value: serde_json::Value) -> Value {
        Value::from(Serde(value))
    }

    #[test]
    fn a_condition_over_what_is_not_there_does_not_hold() {
        let expression = Expression::parse("body.error.details.code == 7", &["body"], EXAMPLE).unwrap();
        assert!(!expression.holds(&context(json!({"body": null}))));
        assert!(expression.holds(&context(json!({"body": {"error": {"details": {"code": 7}}}}))));
    }

    #[test]
    fn a_condition_that_fails_while_evaluated_does_not_hold() {
        let expression = Expression::parse("body + 1 > 0", &["body"], EXAMPLE).unwrap();
        assert!(!expression.holds(&context(json!({"body": []}))));
    }

    #[test]
    fn what_is_no_expression_is_an_error_that_says_why() {
        let error = Expression::parse("status ==", &["status"], EXAMPLE).unwrap_err();
        insta::assert_snapshot!(error, @"syntax error: unexpected end of input, expected expression; write e.g. `status == 404`");
    }

    #[test]
    fn a_misspelt_name_is_an_error_that_says_what_was_meant() {
        let names = ["status", "body"];
        let error = Expression::parse("stauts == 404", &names, EXAMPLE).unwrap_err();
        insta::assert_snapshot!(error, @"nothing here is called `stauts`; did you mean `status`?");
        let error = Template::parse("{% if body %}{{ header }}{% endif %}", &names).unwrap_err();
        insta::assert_snapshot!(error, @"nothing here is called `header`; known here: `status`, `body`");
        for source in ["body.whatever in [1, none, true]", "body | length > range(3) | sum", "[status] is defined"] {
            assert!(Expression::parse(source, &names, EXAMPLE).is_ok(), "{source}");
        }
    }

    #[test]
    fn what_an_expression_looks_at_is_known() {
        let expression = Expression::parse("not arguments.send and body.a.b in [1]", &["arguments", "body", "status"], EXAMPLE).unwrap();
        let asked = expression.asked();
        assert!(asked.is_for("arguments") && asked.is_for("body") && !asked.is_for("status"));
        assert_eq!(asked.check_members("arguments", &["send"]), Ok(()));
        let error = asked.check_members("arguments", &["sent"]).unwrap_err();
        insta::assert_snapshot!(error, @"`arguments` has no `send`; did you mean `sent`?");
    }

    #[test]
    fn a_filter_or_test_that_there_is_not_is_an_error_in_any_branch() {
        let error = Expression::parse("status == 404 and body.id | lenght > 1", &["status", "body"], EXAMPLE).unwrap_err();
        insta::assert_snapshot!(error, @"there is no filter `lenght`; filters are those of Jinja, e.g. `length`, `join`, `default`");
        let error = Template::parse("{% if body.id is not defind %}none{% endif %}", &["body"]).unwrap_err();
        insta::assert_snapshot!(error, @"there is no test `defind`; tests are those of Jinja, e.g. `defined`, `none`, `string`");
        for source in ["status is in [1]", "status is eq 1 and body is not none", "body | default('x') | upper | replace('a', 'b') == 'X'"]
        {
            assert!(Expression::parse(source, &["status", "body"], EXAMPLE).is_ok(), "{source}");
        }
    }

    #[test]
    fn what_is_looked_up_in_brackets_is_known() {
        let expression = Expression::parse("arguments['sent'] and headers['x-a.b']", &["arguments", "headers"], EXAMPLE).unwrap();
        assert!(expression.asked().check_members("arguments", &["send"]).is_err());
        assert_eq!(expression.asked().check_members("arguments", &["sent"]), Ok(()));
        let template = Template::parse("{% for name in [1] %}{{ name[\"x\"] }}{% endfor %}", &[]);
        assert!(template.is_ok(), "a name of the template itself is no fact");
    }

    #[test]
    fn a_template_escapes_nothing_and_is_cut() {
        let template = Template::parse("<{{ text }}>", &["text"]).unwrap();
        assert_eq!(template.render(&context(json!({"text": "a&b"}))).unwrap(), "<a&b>");
        let long = template.render(&context(json!({"text": "ä".repeat(5_000)}))).unwrap();
        assert!(long.ends_with('…') && long.len() < MAX_TEXT_BYTES + 5);
    }

    #[test]
    fn a_template_of_just_the_longest_length_is_whole() {
        let template = Template::parse("{{ text }}", &["text"]).unwrap();
        let longest = "x".repeat(MAX_TEXT_BYTES);
        assert_eq!(template.render(&context(json!({"text": longest}))).unwrap(), longest);
        let longer = template.render(&context(json!({"text": longest.clone() + "x"}))).unwrap();
        assert_eq!(longer, longest + "…");
    }

    #[test]
    fn a_template_ends_where_its_text_is_long_enough() {
        // Each round costs fuel, and there are more rounds than fuel: only who stops early has a text.
        let source = "{% for a in range(9999) %}{% for b in range(9999) %}{{ text }}{% endfor %}{% endfor %}";
        let template = Template::parse(source, &["text"]).unwrap();
        let text = template.render(&context(json!({"text": "word ".repeat(100)}))).unwrap();
        assert!(text.starts_with("word word") && text.ends_with('…'), "{text}");
    }

    #[test]
    fn an_endless_template_gives_nothing() {
        let source = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
        let template = Template::parse(source, &[]).unwrap();
        assert_eq!(template.render(&context(json!({}))), None);
    }
}
