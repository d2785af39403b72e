//! A made-up vendor that demands the ways to authenticate that no other does.

use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::parse::parse;
use catalog::scopes::needed_scopes;
use catalog::target::Target;
use jiff::Timestamp;
use sandbox::{Sandbox, Vendor};
use serde_json::{Map, Value, json};
use upstream::oauth::{App, Grant, OAuthProblem, Revocation, stored_expiry};
use upstream::{Client, Credential, operator_client};

use super::support::settings;

struct Connection {
    sandbox: Sandbox,
    definition: Definition,
    client: Client,
    control: upstream::reqwest::Client,
}

impl Connection {
    async fn start() -> Connection {
        let sandbox = Sandbox::start(Vendor::Example, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let definition = parse("example.yaml", include_str!("../../../../sandbox/example.yaml")).unwrap();
        let control = operator_client(&sandbox.url().parse().unwrap()).unwrap();
        let connection = Connection { sandbox, definition, client: Client::new(&settings()).unwrap(), control };
        connection.ask("clock", json!({"frozen": true})).await;
        connection
    }

    /// Asks the sandbox's control endpoint.
    async fn ask(&self, operation: &str, body: Value) -> Map<String, Value> {
        let url = format!("{}/__sandbox/{operation}", self.sandbox.url());
        let request = self.control.post(url).header("content-type", "application/json").body(body.to_string());
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    async fn issued(&self, kind: &str) -> Map<String, Value> {
        self.ask("tokens", json!({ "kind": kind })).await
    }

    async fn now(&self) -> Timestamp {
        Timestamp::from_second(self.ask("clock", json!({})).await["now_seconds"].as_i64().unwrap()).unwrap()
    }

    fn server(&self) -> AuthorizationServer {
        let integration = &self.definition.integration;
        let oauth2 = integration.credentials["client_credentials"].oauth2.as_ref().unwrap();
        AuthorizationServer::new(integration, oauth2, Some(self.sandbox.url()), &Map::new()).unwrap()
    }

    /// Credentials with a token that was exchanged for them, for what `filter` admits.
    async fn exchanged(&self, stored: &Map<String, Value>, methods: &[&str]) -> Map<String, Value> {
        let filter = Filter { methods: methods.iter().map(|method| (*method).to_owned()).collect(), tags: Vec::new() };
        let needed = needed_scopes(&self.definition, "client_credentials", &filter).unwrap();
        let scopes: Vec<&str> = needed.iter().map(|scope| scope.name).collect();
        let app = App::stored(stored).unwrap();
        let grant = Grant::ClientCredentials { scopes: &scopes };
        self.client.tokens(&self.server(), &app, grant, self.now().await).await.unwrap().stored_over(stored)
    }

    /// `ok`, or the failure's code.
    async fn call(&self, tool: &str, arguments: Value, method: &str, stored: &Map<String, Value>) -> String {
        let credential = Credential::from_stored(&self.definition.integration.credentials[method], stored).unwrap();
        let target = Target::new(&self.definition.integration, Some(self.sandbox.url()), &Map::new()).unwrap();
        let tool = self.definition.tool(tool).unwrap();
        let plan = tool.plan(&target, arguments.as_object().unwrap().clone()).unwrap();
        let outcome = self.client.call(tool, &plan, &credential, self.now().await).await;
        outcome.result.map_or_else(|failure| failure.code.as_str().to_owned(), |_| "ok".to_owned())
    }

    async fn list(&self, method: &str, stored: &Map<String, Value>) -> String {
        self.call("list_all_example_notes", json!({}), method, stored).await
    }

    async fn create(&self, method: &str, stored: &Map<String, Value>) -> String {
        self.call("create_a_example_note", json!({"text": "x"}), method, stored).await
    }
}

#[tokio::test]
async fn a_key_works_in_its_own_place_only() {
    let example = Connection::start().await;
    for (own, other) in [("key_in_header", "key_in_query"), ("key_in_query", "key_in_header")] {
        let stored = example.issued(own).await;
        assert_eq!(example.list(own, &stored).await, "ok");
        assert_eq!(example.create(own, &stored).await, "ok");
        assert_eq!(example.list(other, &stored).await, "needs_reauth", "{own} as {other}");
    }
}

#[tokio::test]
async fn client_credentials_are_exchanged_again_when_their_token_ends() {
    let example = Connection::start().await;
    for answer in ["json", "form"] {
        example.ask("settings", json!({"token_answer": answer})).await;
        let mut stored = example.exchanged(&example.issued("client_credentials").await, &[]).await;
        for _ in 0..3 {
            assert_eq!(stored_expiry(&stored).unwrap().as_second(), example.now().await.as_second() + 600);
            assert_eq!(example.create("client_credentials", &stored).await, "ok");
            example.ask("clock", json!({"advance_seconds": 600})).await;
            assert_eq!(example.list("client_credentials", &stored).await, "needs_reauth");
            stored = example.exchanged(&stored, &[]).await;
        }
        assert!(!stored.contains_key("refresh_token"));
    }
}

#[tokio::test]
async fn a_token_has_the_scopes_of_what_it_was_asked_for() {
    let example = Connection::start().await;
    let stored = example.exchanged(&example.issued("client_credentials").await, &["read"]).await;
    assert_eq!(stored["scope"], "notes.read");
    assert_eq!(example.list("client_credentials", &stored).await, "ok");
    assert_eq!(example.create("client_credentials", &stored).await, "forbidden");
}

#[tokio::test]
async fn a_revoked_token_is_worth_nothing_and_its_app_gets_another() {
    let example = Connection::start().await;
    let stored = example.exchanged(&example.issued("client_credentials").await, &[]).await;
    let token = stored["access_token"].as_str().unwrap().into();
    let app = App::stored(&stored).unwrap();
    let revoked = example.client.revoke(&example.server(), &app, &token, example.now().await).await;
    assert_eq!(revoked, Ok(Revocation::Revoked));
    assert_eq!(example.list("client_credentials", &stored).await, "needs_reauth");
    let stored = example.exchanged(&stored, &[]).await;
    assert_eq!(example.list("client_credentials", &stored).await, "ok");
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_scope_are_told_apart() {
    let example = Connection::start().await;
    let mut stored = example.issued("client_credentials").await;
    let app = App::stored(&stored).unwrap();
    let ask = async |app: &App, scopes: &[&str]| {
        let grant = Grant::ClientCredentials { scopes };
        example.client.tokens(&example.server(), app, grant, example.now().await).await.err().unwrap().problem
    };
    assert_eq!(ask(&app, &["notes.burn"]).await, OAuthProblem::RequestRefused);
    stored.insert("client_secret".to_owned(), json!("another"));
    assert_eq!(ask(&App::stored(&stored).unwrap(), &[]).await, OAuthProblem::AppRefused);
}
