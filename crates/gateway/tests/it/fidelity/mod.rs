//! Sandboxes against definitions: a simulated vendor answers every documented operation as documented.
//!
//! For each vendor there is a table with one call of every tool that has what the vendor requires and nothing else, and with the status
//! that the vendor documents. Requests are planned by the tools, and go straight to the sandbox; then again without each
//! required field in turn, as only a client without Tidegate could send them.

mod edesk;
mod gladly;
mod required;
mod sendoso;
mod table;

use std::fmt::Write;
use std::sync::Arc;

use catalog::catalog::Catalog;
use catalog::definition::Definition;
use catalog::integration::{BodyFormat, Method};
use catalog::plan::Plan;
use catalog::target::Target;
use catalog::tool::Tool;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, redirect};
use sandbox::{Sandbox, Vendor};
use serde_json::{Map, Value, json};
use url::Url;

use required::{Place, required_in, without};
use table::Call;

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

    /// Every tool has a call that succeeds with what is required, by the documented status; `is_right` looks at the rest.
    async fn succeeds(&self, calls: &[Call], is_right: impl Fn(&Call, &Answer) -> bool) {
        let mut called: Vec<&str> = calls.iter().map(|call| call.tool.as_str()).collect();
        let mut tools: Vec<&str> = self.definition.tools.iter().map(|tool| tool.name.as_str()).collect();
        called.sort_unstable();
        tools.sort_unstable();
        assert_eq!(called, tools, "the table has a call of every tool");
        let mut wrong = String::new();
        for call in calls {
            let answer = self.answer(call, &self.plan(&call.tool, &call.arguments)).await;
            if answer.status != call.status || !is_right(call, &answer) {
                let _ = writeln!(wrong, "{}: {} instead of {}: {}", call.tool, answer.status, call.status, answer.text);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }

    /// Without each required field in turn, these calls and the examples are refused; `is_documented` looks at the refusal. Gives how
    /// many were tried.
    async fn refuses(&self, calls: &[Call], is_documented: impl Fn(&Call, &Place, &Answer) -> bool) -> usize {
        let (mut tried, mut wrong) = (0, String::new());
        let examples = self.examples();
        for call in calls.iter().chain(&examples) {
            let plan = self.plan(&call.tool, &call.arguments);
            for (place, plan) in self.incomplete(call, &plan) {
                let answer = self.answer(call, &plan).await;
                tried += 1;
                if !is_documented(call, &place, &answer) {
                    let _ = writeln!(wrong, "{} without {}: {} {}", call.tool, place.dotted(), answer.status, answer.text);
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
        tried
    }

    /// The request without each of its required fields in turn.
    fn incomplete(&self, call: &Call, plan: &Plan) -> Vec<(Place, Plan)> {
        let method = self.method(self.tool(&call.tool));
        let mut requests = Vec::new();
        for (key, parameter) in &method.parameters {
            let name = parameter.name.as_deref().unwrap_or(key);
            if parameter.required && plan.url.query_pairs().any(|(given, _)| given == name) {
                requests.push((Place::of(&[name]), Plan { url: without_query(&plan.url, name), ..plan.clone() }));
            }
        }
        let (Some(body), Some(bytes)) = (&method.body, &plan.body) else { return requests };
        if body.format == BodyFormat::Json {
            let sent: Value = serde_json::from_slice(bytes).unwrap();
            for place in required_in(body, &sent) {
                let bytes = serde_json::to_vec(&without(&sent, &place)).unwrap();
                requests.push((place, Plan { body: Some(bytes), ..plan.clone() }));
            }
        }
        requests
    }

    /// The request with an empty object for a body, and what the top of the body requires.
    fn empty(&self, call: &Call) -> Option<(Vec<Place>, Plan)> {
        let plan = self.plan(&call.tool, &call.arguments);
        let body = self.method(self.tool(&call.tool)).body.as_ref().filter(|body| body.format == BodyFormat::Json)?;
        let sent: Value = serde_json::from_slice(plan.body.as_deref()?).unwrap();
        let top: Vec<Place> = required_in(body, &sent).into_iter().filter(|place| place.depth() == 1).collect();
        Some((top, Plan { body: Some(b"{}".to_vec()), ..plan }))
    }

    /// What the definition shows as calls that work does work, but for tools in `apart`. Gives how many were tried.
    async fn follows_the_examples(&self, apart: &[&str]) -> usize {
        let (mut tried, mut wrong) = (0, String::new());
        for call in self.examples().iter().filter(|call| !apart.contains(&call.tool.as_str())) {
            let answer = self.answer(call, &self.plan(&call.tool, &call.arguments)).await;
            tried += 1;
            if !(200..400).contains(&answer.status) {
                let _ = writeln!(wrong, "{} {}: {} {}", call.tool, json!(call.arguments), answer.status, answer.text);
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
        tried
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

    fn is_json(&self) -> bool {
        self.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
    }
}

fn without_query(url: &Url, name: &str) -> Url {
    let kept: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(given, _)| given != name).collect();
    let mut url = url.clone();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url
}
