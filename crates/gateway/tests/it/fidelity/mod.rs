//! Sandboxes against definitions: a simulated vendor answers every documented operation as documented.
//!
//! For each vendor there is a table with what its documentation says of every tool: a call that has what is required and nothing else,
//! the status that answers it, and the names of what is required. Definitions must require the same. Requests are planned by the tools, and
//! go straight to the sandbox; then again without each required field in turn, as only a client without Tidegate could send them.

mod edesk;
mod gladly;
mod incomplete;
mod required;
mod sendoso;
mod table;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use catalog::catalog::Catalog;
use catalog::definition::Definition;
use catalog::integration::Method;
use catalog::plan::Plan;
use catalog::target::Target;
use catalog::tool::Tool;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, redirect};
use sandbox::{Sandbox, Vendor};
use serde_json::{Map, Value, json};

use incomplete::without;
use required::{Place, required_by};
use table::{Call, Operation};

/// A vendor and the account that asks it.
struct Simulated {
    sandbox: Sandbox,
    definition: Arc<Definition>,
    target: Target,
    credentials: Map<String, Value>,
    /// What lifts its rate limits.
    settings: Value,
    client: Client,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Simulated {
    async fn start(vendor: Vendor, settings: Value) -> Self {
        let sandbox = Sandbox::start(vendor, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let definition = Arc::clone(Catalog::built_in().get(vendor.name()).unwrap().unwrap());
        let target = Target::new(&definition.integration, Some(sandbox.url()), &Map::new()).unwrap();
        let credentials = sandbox.issue_credentials();
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { sandbox, definition, target, credentials, settings, client }
    }

    /// The seeded state again.
    async fn reset(&self) {
        self.control("reset", &json!({})).await;
        self.control("settings", &self.settings).await;
    }

    async fn control(&self, operation: &str, body: &Value) {
        let url = format!("{}/__sandbox/{operation}", self.sandbox.url());
        let answer = self.client.post(url).json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{operation}: {}", answer.text().await.unwrap());
    }

    fn tool(&self, name: &str) -> &Tool {
        self.definition.tool(name).unwrap_or_else(|| panic!("there is no tool {name}"))
    }

    fn method(&self, tool: &Tool) -> &Method {
        &self.definition.integration.resources[&tool.resource].methods[&tool.method]
    }

    fn plan(&self, name: &str, arguments: &Map<String, Value>) -> Plan {
        self.tool(name).plan(&self.target, arguments.clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    async fn send(&self, plan: &Plan) -> Answer {
        let mut request = self.client.request(plan.verb.as_str().parse().unwrap(), plan.url.clone());
        for (name, value) in &plan.headers {
            request = request.header(name, value);
        }
        let secret = |name: &str| self.credentials.get(name).and_then(Value::as_str);
        request = match (secret("username"), secret("token").or(secret("access_token"))) {
            (Some(username), _) => request.basic_auth(username, secret("password")),
            (None, Some(token)) => request.bearer_auth(token),
            (None, None) => request,
        };
        if let Some(body) = &plan.body {
            request = request.body(body.clone());
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, text: String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned() }
    }

    /// The answer to a call on a vendor as if new, after the calls that it needs.
    async fn answer(&self, call: &Call, plan: &Plan) -> Answer {
        self.reset().await;
        for first in &call.first {
            let before = self.send(&self.plan(&first.tool, &first.arguments)).await;
            assert_eq!(before.status, first.status, "{}: {}", first.tool, before.text);
        }
        self.send(plan).await
    }

    /// The table and the definition have the same tools, and require the same.
    fn agrees_with(&self, table: &[Operation]) {
        let mut called: Vec<&str> = table.iter().map(|operation| operation.tool.as_str()).collect();
        let mut tools: Vec<&str> = self.definition.tools.iter().map(|tool| tool.name.as_str()).collect();
        called.sort_unstable();
        tools.sort_unstable();
        assert_eq!(called, tools, "the table has every tool once");
        let mut wrong = String::new();
        for operation in table {
            let required = required_by(self.method(self.tool(&operation.tool)));
            let named: BTreeSet<String> = operation.requires.iter().chain(&operation.ours).cloned().collect();
            if required != named {
                let _ = writeln!(
                    wrong,
                    "{}: only the definition requires {:?}, only the table {:?}",
                    operation.tool,
                    required.difference(&named).collect::<Vec<_>>(),
                    named.difference(&required).collect::<Vec<_>>(),
                );
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    /// Every call of the table succeeds with the documented status; `is_right` looks at the rest.
    async fn succeeds(&self, table: &[Operation], is_right: impl Fn(&Call, &Answer) -> bool) {
        let mut wrong = String::new();
        for call in table.iter().flat_map(|operation| &operation.calls) {
            let answer = self.answer(call, &self.plan(&call.tool, &call.arguments)).await;
            if answer.status != call.status || !is_right(call, &answer) {
                let _ = writeln!(wrong, "{}: {} instead of {}: {}", call.tool, answer.status, call.status, answer.text);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    /// Without each required field in turn, calls are refused; `is_documented` looks at the refusal. Every field of the table must
    /// have been left out of one of its calls, but for those of `apart`: tool and field.
    async fn refuses(&self, table: &[Operation], apart: &[(&str, &str)], is_documented: impl Fn(&Call, &Place, &Answer) -> bool) {
        let mut wrong = String::new();
        let examples = self.examples();
        for operation in table {
            for name in operation.needs().filter(|name| !apart.contains(&(operation.tool.as_str(), name.as_str()))) {
                let shown = examples.iter().filter(|example| example.tool == operation.tool);
                let mut was_tried = false;
                for call in operation.calls.iter().chain(shown) {
                    let Some((place, plan)) = without(&self.plan(&call.tool, &call.arguments), name) else { continue };
                    was_tried = true;
                    let answer = self.answer(call, &plan).await;
                    if !is_documented(call, &place, &answer) {
                        let _ = writeln!(wrong, "{} without {}: {} {}", call.tool, place.dotted(), answer.status, answer.text);
                    }
                }
                if !was_tried {
                    let _ = writeln!(wrong, "{}: no call has {name}", operation.tool);
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    /// What the definition shows as calls that work does work, but for tools in `apart`.
    async fn follows_the_examples(&self, apart: &[&str]) {
        let mut wrong = String::new();
        for call in self.examples().iter().filter(|call| !apart.contains(&call.tool.as_str())) {
            let answer = self.answer(call, &self.plan(&call.tool, &call.arguments)).await;
            if !(200..400).contains(&answer.status) {
                let _ = writeln!(wrong, "{} {}: {} {}", call.tool, json!(call.arguments), answer.status, answer.text);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    /// The calls that the definition shows, whose status it does not tell.
    fn examples(&self) -> Vec<Call> {
        let examples_of = |tool: &Arc<Tool>| {
            let examples = self.method(tool).documentation.iter().flat_map(|documentation| &documentation.examples);
            let call = |arguments: &Map<String, Value>| Call {
                tool: tool.name.clone(),
                status: 0,
                arguments: arguments.clone(),
                first: Vec::new(),
            };
            examples.map(|example| call(&example.arguments)).collect::<Vec<_>>()
        };
        self.definition.tools.iter().flat_map(examples_of).collect()
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    fn is(&self, media_type: &str) -> bool {
        let told = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        told.split(';').next() == Some(media_type)
    }
}
