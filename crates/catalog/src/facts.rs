//! What expressions and templates see of a vendor's answer.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use serde::Serialize;
use serde_json::{Map, Value};

/// An answer and the call that it answers. What is `None` is undefined, and so false.
pub struct Facts<'a, H> {
    pub status: u16,
    /// Names and values.
    pub headers: H,
    pub body: Option<&'a Value>,
    /// Those of the plan, [`crate::plan::Plan::arguments`].
    pub arguments: Option<&'a Map<String, Value>>,
}

impl<'a, H: IntoIterator<Item = (&'a str, &'a str)>> Facts<'a, H> {
    /// The facts as expressions see them, with names of headers in lower case and, of a refusal, its `error`.
    pub(crate) fn into_context(self, error: Option<&Value>) -> minijinja::Value {
        #[derive(Serialize)]
        struct Context<'c> {
            status: u16,
            headers: BTreeMap<String, &'c str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            body: Option<&'c Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            error: Option<&'c Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            arguments: Option<&'c Map<String, Value>>,
        }
        let headers = self.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        let Self { status, body, arguments, .. } = self;
        minijinja::Value::from(Serde(Context { status, headers, body, error, arguments }))
    }
}
