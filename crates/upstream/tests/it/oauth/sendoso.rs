//! The shipped definition of Sendoso against its simulator: from consent to the last refresh.

use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::parse::parse;
use catalog::scopes::needed_scopes;
use catalog::target::Target;
use jiff::Timestamp;
use sandbox::{Sandbox, Vendor};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use upstream::oauth::{
    App, AuthorizationRequest, CodeVerifier, Grant, GrantState, OAuthError, OAuthProblem, Revocation, Tokens, authorization_url,
    stored_expiry, stored_refresh_token,
};
use upstream::{Client, Credential, operator_client};
use url::Url;

use super::support::settings;

const REDIRECT: &str = "http://127.0.0.1:8700/oauth/callback";

struct Connection {
    sandbox: Sandbox,
    definition: Definition,
    server: AuthorizationServer,
    app: App,
    verifier: CodeVerifier,
    client: Client,
    browser: upstream::reqwest::Client,
}

impl Connection {
    async fn start() -> Connection {
        Connection::by("oauth2", 0).await
    }

    /// With one of the ways to authenticate, and one of the apps that the vendor knows.
    async fn by(authentication_method: &str, app: usize) -> Connection {
        let sandbox = Sandbox::start(Vendor::Sendoso, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let definition = parse("sendoso.yaml", include_str!("../../../../../integrations/sendoso.yaml")).unwrap();
        let oauth2 = definition.integration.credentials[authentication_method].oauth2.as_ref().unwrap();
        let server = AuthorizationServer::new(&definition.integration, oauth2, Some(sandbox.url()), &Map::new()).unwrap();
        let app = sandbox.vendor().oauth_apps()[app];
        let app = App { client_id: app.client_id.to_owned(), client_secret: SecretString::from(app.client_secret) };
        let browser = operator_client(&sandbox.url().parse().unwrap()).unwrap();
        let verifier = CodeVerifier::from_random([7; 32]);
        let client = Client::new(&settings()).unwrap();
        let connection = Connection { sandbox, definition, server, app, verifier, client, browser };
        connection.control("clock", json!({"frozen": true})).await;
        connection
    }

    /// Asks the sandbox's control endpoint.
    async fn control(&self, operation: &str, body: Value) -> Value {
        let url = format!("{}/__sandbox/{operation}", self.sandbox.url());
        let request = self.browser.post(url).header("content-type", "application/json").body(body.to_string());
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    async fn advance(&self, seconds: i64) {
        self.control("clock", json!({"advance_seconds": seconds})).await;
    }

    async fn now(&self) -> Timestamp {
        let clock = self.control("clock", json!({})).await;
        Timestamp::from_second(clock["now_seconds"].as_i64().unwrap()).unwrap()
    }

    /// Where the vendor sends the person after they have decided on its consent page.
    async fn decided(&self, scopes: &[&str], decision: &str) -> Url {
        let request = AuthorizationRequest {
            client_id: &self.app.client_id,
            redirect_uri: REDIRECT,
            scopes,
            state: "state-1",
            verifier: &self.verifier,
        };
        let url = authorization_url(&self.server, &request).unwrap();
        let page = self.browser.get(url.clone()).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.text().await.unwrap().contains("asks for access"));
        // The form of that page repeats the request, beside the button.
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(url.query_pairs()).append_pair("decision", decision).finish();
        let post = self.browser.post(url.join("/oauth/authorize").unwrap()).header("content-type", "application/x-www-form-urlencoded");
        let back = post.body(form).send().await.unwrap();
        back.headers()["location"].to_str().unwrap().parse().unwrap()
    }

    async fn exchange(&self, code: &SecretString) -> Result<Tokens, OAuthError> {
        let grant = Grant::Code { code, redirect_uri: REDIRECT, verifier: &self.verifier };
        self.client.tokens(&self.server, &self.app, grant, self.now().await).await
    }

    async fn connected(&self, scopes: &[&str]) -> Tokens {
        let back = self.decided(scopes, "approve").await;
        assert_eq!(parameter(&back, "state").unwrap(), "state-1");
        self.exchange(&SecretString::from(parameter(&back, "code").unwrap())).await.unwrap()
    }

    async fn refresh(&self, refresh_token: &SecretString) -> Result<Tokens, OAuthError> {
        self.client.tokens(&self.server, &self.app, Grant::Refresh(refresh_token), self.now().await).await
    }

    /// `None` = the call went well, else the failure's code.
    async fn call(&self, tool: &str, stored: &Map<String, Value>) -> Option<String> {
        let credential = Credential::from_stored(&self.definition.integration.credentials["oauth2"], stored).unwrap();
        let target = Target::new(&self.definition.integration, Some(self.sandbox.url()), &Map::new()).unwrap();
        let tool = self.definition.tool(tool).unwrap();
        let plan = tool.plan(&target, Map::new()).unwrap();
        let outcome = self.client.call(tool, &plan, &credential, self.now().await).await;
        outcome.result.err().map(|failure| failure.code.as_str().to_owned())
    }

    async fn me(&self, tokens: &Tokens) -> Option<String> {
        self.call("list_all_sendoso_me", &tokens.stored_over(&Map::new())).await
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn refresh_token(tokens: &Tokens) -> &SecretString {
    tokens.refresh_token.as_ref().unwrap()
}

#[tokio::test]
async fn consent_becomes_an_account_that_can_call() {
    let sendoso = Connection::start().await;
    let filter = Filter { methods: Vec::new(), tags: vec!["sends".to_owned(), "campaigns".to_owned()] };
    let needed = needed_scopes(&sendoso.definition, "oauth2", &filter).unwrap();
    let scopes: Vec<&str> = needed.iter().map(|scope| scope.name).collect();
    let tokens = sendoso.connected(&scopes).await;
    assert_eq!(tokens.scope.as_deref(), Some("public write"));
    assert_eq!(tokens.expires_at.unwrap().as_second(), sendoso.now().await.as_second() + 7200);
    assert_eq!(sendoso.me(&tokens).await, None);

    let stored = tokens.stored_over(&Map::new());
    assert_eq!(stored_expiry(&stored), tokens.expires_at);
    assert_eq!(stored_refresh_token(&stored).unwrap().expose_secret(), refresh_token(&tokens).expose_secret());
}

#[tokio::test]
async fn a_denied_consent_comes_back_without_a_code() {
    let sendoso = Connection::start().await;
    let back = sendoso.decided(&["public"], "deny").await;
    assert_eq!((parameter(&back, "error").as_deref(), parameter(&back, "code")), (Some("access_denied"), None));
    assert_eq!(parameter(&back, "state").as_deref(), Some("state-1"));
}

#[tokio::test]
async fn a_code_is_worth_nothing_the_second_time_and_after_its_time() {
    let sendoso = Connection::start().await;
    let code = SecretString::from(parameter(&sendoso.decided(&["public"], "approve").await, "code").unwrap());
    sendoso.exchange(&code).await.unwrap();
    let again = sendoso.exchange(&code).await.err().unwrap();
    assert_eq!((again.problem, again.grant), (OAuthProblem::GrantRefused, GrantState::Worthless));

    let late = SecretString::from(parameter(&sendoso.decided(&["public"], "approve").await, "code").unwrap());
    sendoso.advance(600).await;
    assert_eq!(sendoso.exchange(&late).await.err().unwrap().problem, OAuthProblem::GrantRefused);
}

#[tokio::test]
async fn each_refresh_brings_a_new_pair_and_a_replayed_token_is_refused_for_good() {
    let sendoso = Connection::start().await;
    let first = sendoso.connected(&["public", "write"]).await;
    let second = sendoso.refresh(refresh_token(&first)).await.unwrap();
    assert_ne!(second.access_token.expose_secret(), first.access_token.expose_secret());
    assert_ne!(refresh_token(&second).expose_secret(), refresh_token(&first).expose_secret());
    assert_eq!(second.scope, first.scope);
    assert_eq!(sendoso.me(&second).await, None);

    let replayed = sendoso.refresh(refresh_token(&first)).await.err().unwrap();
    assert_eq!((replayed.problem, replayed.grant), (OAuthProblem::GrantRefused, GrantState::Worthless));
    assert!(replayed.message.contains("invalid_grant") && replayed.message.ends_with("connect the account again"), "{replayed}");
    assert!(!format!("{replayed:?}").contains(refresh_token(&first).expose_secret()));
    assert!(sendoso.refresh(refresh_token(&second)).await.is_ok(), "the successor is not harmed");
}

#[tokio::test]
async fn a_year_of_refreshes_never_lacks_a_token() {
    let sendoso = Connection::start().await;
    let mut stored = sendoso.connected(&["public"]).await.stored_over(&Map::new());
    for day in 0..365 {
        sendoso.advance(86_400).await;
        assert!(stored_expiry(&stored).unwrap() <= sendoso.now().await, "day {day}");
        assert_eq!(sendoso.call("list_all_sendoso_me", &stored).await.as_deref(), Some("needs_reauth"), "day {day}");
        let tokens = sendoso.refresh(&stored_refresh_token(&stored).unwrap()).await.unwrap();
        stored = tokens.stored_over(&stored);
        assert_eq!(sendoso.call("list_all_sendoso_me", &stored).await, None, "day {day}");
    }
}

#[tokio::test]
async fn a_token_ends_when_its_expiry_says() {
    let sendoso = Connection::start().await;
    let tokens = sendoso.connected(&["public"]).await;
    sendoso.advance(7_199).await;
    assert_eq!(sendoso.me(&tokens).await, None);
    sendoso.advance(1).await;
    assert_eq!(sendoso.now().await.as_second(), tokens.expires_at.unwrap().as_second());
    assert_eq!(sendoso.me(&tokens).await.as_deref(), Some("needs_reauth"));
}

#[tokio::test]
async fn a_revoked_account_cannot_call_and_cannot_refresh() {
    let sendoso = Connection::start().await;
    let tokens = sendoso.connected(&["public"]).await;
    let revoke = async || sendoso.client.revoke(&sendoso.server, &sendoso.app, refresh_token(&tokens), sendoso.now().await).await;
    assert_eq!(revoke().await, Ok(Revocation::Revoked));
    assert!(sendoso.me(&tokens).await.is_some());
    assert_eq!(sendoso.refresh(refresh_token(&tokens)).await.err().unwrap().problem, OAuthProblem::GrantRefused);
    assert_eq!(revoke().await, Ok(Revocation::Revoked), "an end is an end (RFC 7009)");
}

#[tokio::test]
async fn a_wrong_app_is_told_from_a_wrong_token_and_costs_nothing() {
    let mut sendoso = Connection::start().await;
    let tokens = sendoso.connected(&["public"]).await;
    let right = std::mem::replace(&mut sendoso.app.client_secret, SecretString::from("wr0ng-secret"));
    let refused = sendoso.refresh(refresh_token(&tokens)).await.err().unwrap();
    assert_eq!((refused.problem, refused.grant), (OAuthProblem::AppRefused, GrantState::Unused));
    assert!(refused.message.contains("invalid_client"), "{refused}");
    let refused = sendoso.client.revoke(&sendoso.server, &sendoso.app, refresh_token(&tokens), sendoso.now().await).await;
    assert_eq!(refused.err().unwrap().problem, OAuthProblem::AppRefused);
    sendoso.app.client_secret = right;
    assert!(sendoso.refresh(refresh_token(&tokens)).await.is_ok());
}

#[tokio::test]
async fn scim_has_an_app_of_its_own_whose_token_only_scim_takes() {
    let scim = Connection::by("scim", 1).await;
    let needed = needed_scopes(&scim.definition, "scim", &Filter::default()).unwrap();
    let scopes: Vec<&str> = needed.iter().map(|scope| scope.name).collect();
    let tokens = scim.connected(&scopes).await;
    assert_eq!(scim.call("list_all_sendoso_scim_users", &tokens.stored_over(&Map::new())).await, None);
    // The app of the rest cannot even ask for it.
    let core = Connection::start().await;
    let url = authorization_url(
        &core.server,
        &AuthorizationRequest {
            client_id: &core.app.client_id,
            redirect_uri: REDIRECT,
            scopes: &["scim"],
            state: "s",
            verifier: &core.verifier,
        },
    );
    let back = core.browser.get(url.unwrap()).send().await.unwrap();
    assert!(back.headers()["location"].to_str().unwrap().contains("error=invalid_scope"));
}

/// A refresh that goes wrong in one way; then the same token again.
async fn refreshed_twice(fault: Value) -> (OAuthError, Result<Tokens, OAuthError>) {
    let sendoso = Connection::start().await;
    let tokens = sendoso.connected(&["public"]).await;
    let mut fault = fault;
    fault["path_prefix"] = json!("/oauth/token");
    sendoso.control("faults", fault).await;
    let first = sendoso.refresh(refresh_token(&tokens)).await.err().unwrap();
    (first, sendoso.refresh(refresh_token(&tokens)).await)
}

#[tokio::test]
async fn a_lost_answer_may_have_cost_the_refresh_token_and_the_next_use_shows() {
    for kind in ["close_before_answer", "close_mid_body"] {
        let (lost, next) = refreshed_twice(json!({"kind": kind, "applied": true})).await;
        assert_eq!((lost.problem, lost.grant), (OAuthProblem::Temporary { retry_after: None }, GrantState::PerhapsUsed), "{lost}");
        assert_eq!(next.err().unwrap().problem, OAuthProblem::GrantRefused, "{kind}: the vendor had used it up");
    }
    let (lost, next) = refreshed_twice(json!({"kind": "close_before_answer", "applied": false})).await;
    assert_eq!(lost.grant, GrantState::PerhapsUsed);
    assert!(next.is_ok(), "the vendor had not even looked at it");
}

#[tokio::test]
async fn an_answer_of_someone_in_between_is_told_from_the_vendors() {
    let (limited, next) = refreshed_twice(json!({"kind": "status", "status": 429, "headers": {"retry-after": "30"}})).await;
    let wait = Some(std::time::Duration::from_secs(30));
    assert_eq!((limited.problem, limited.grant), (OAuthProblem::Temporary { retry_after: wait }, GrantState::Unused));
    assert!(next.is_ok());
    let (page, next) =
        refreshed_twice(json!({"kind": "status", "status": 200, "headers": {"content-type": "text/html"}, "body": "<html>Hello"})).await;
    assert_eq!((page.problem, page.grant), (OAuthProblem::Unintelligible, GrantState::PerhapsUsed));
    assert!(next.is_ok());
    for kind in ["garbage", "huge_body"] {
        let (error, _) = refreshed_twice(json!({"kind": kind})).await;
        assert_eq!((error.problem, error.grant), (OAuthProblem::Unintelligible, GrantState::PerhapsUsed), "{error}");
    }
}
