//! The small language of definitions: conditions and templates in Jinja syntax, for what plain keys cannot say.
//!
//! Everything is parsed when a definition is loaded and runs with fuel, without I/O, on values it is given. What is
//! not there is undefined, also several look-ups deep (`body.error.details.code`), and undefined is false.

use std::fmt;
use std::io::{self, Write};
use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

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

/// A condition or a value, e.g. `status == 404 and body.message == "Touch not found"`.
pub struct Expression {
    source: String,
    compiled: minijinja::Expression<'static, 'static>,
}

impl Expression {
    /// # Errors
    /// The text is not an expression.
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        let compiled = ENVIRONMENT.compile_expression_owned(source.to_owned())?;
        Ok(Self { source: source.to_owned(), compiled })
    }

    /// Whether the condition holds; one that fails while it is evaluated does not hold.
    pub fn holds(&self, context: &Value) -> bool {
        self.compiled.eval(context.clone()).is_ok_and(|value| value.is_true())
    }

    /// The expression's value; undefined and none are `None`.
    ///
    /// # Errors
    /// The evaluation failed or took too many steps.
    pub fn value(&self, context: &Value) -> Result<Option<Value>, ExpressionError> {
        let value = self.compiled.eval(context.clone())?;
        let nothing = matches!(value.kind(), ValueKind::Undefined | ValueKind::None);
        Ok((!nothing).then_some(value))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}

/// A text with holes, e.g. `Touch {{ body.id }} does not exist.`
#[derive(Debug, Clone)]
pub struct Template {
    source: String,
}

impl Template {
    /// # Errors
    /// The text is not a template.
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        ENVIRONMENT.template_from_str(source)?;
        Ok(Self { source: source.to_owned() })
    }

    /// The text with its holes filled, cut to a length that suits a message; `None` if that fails.
    ///
    /// Templates are only rendered for vendors' refusals, so the text is parsed again here instead of being kept
    /// parsed for every rule of every definition.
    pub fn render(&self, context: &Value) -> Option<String> {
        let template = ENVIRONMENT.template_from_str(&self.source).ok()?;
        let mut output = BoundedText(Vec::new());
        template.render_captured_to(context.clone(), &mut output).ok()?;
        Some(output.into_text())
    }
}

/// Keeps the first [`MAX_TEXT_BYTES`] and swallows the rest, so that a template over a large body stays small.
struct BoundedText(Vec<u8>);

impl BoundedText {
    fn into_text(self) -> String {
        let cut = self.0.len() == MAX_TEXT_BYTES;
        let mut text = String::from_utf8_lossy(&self.0).into_owned();
        if cut {
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
        let room = MAX_TEXT_BYTES - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(bytes.len())
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

    fn context(value: serde_json::Value) -> Value {
        Value::from(Serde(value))
    }

    #[test]
    fn a_condition_over_what_is_not_there_does_not_hold() {
        let expression = Expression::parse("body.error.details.code == 7").unwrap();
        assert!(!expression.holds(&context(json!({"body": null}))));
        assert!(expression.holds(&context(json!({"body": {"error": {"details": {"code": 7}}}}))));
    }

    #[test]
    fn a_condition_that_fails_while_evaluated_does_not_hold() {
        let expression = Expression::parse("body + 1 > 0").unwrap();
        assert!(!expression.holds(&context(json!({"body": []}))));
    }

    #[test]
    fn what_is_no_expression_is_an_error_that_says_why() {
        let error = Expression::parse("status ==").unwrap_err();
        insta::assert_snapshot!(error, @"syntax error: unexpected end of input, expected expression");
    }

    #[test]
    fn a_template_escapes_nothing_and_is_cut() {
        let template = Template::parse("<{{ text }}>").unwrap();
        assert_eq!(template.render(&context(json!({"text": "a&b"}))).unwrap(), "<a&b>");
        let long = template.render(&context(json!({"text": "ä".repeat(5_000)}))).unwrap();
        assert!(long.ends_with('…') && long.len() < MAX_TEXT_BYTES + 5);
    }

    #[test]
    fn an_endless_template_gives_nothing() {
        let source = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let template = Template::parse(source).unwrap();
        assert_eq!(template.render(&context(json!({}))), None);
    }
}
