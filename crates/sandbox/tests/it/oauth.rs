//! Connecting: consent, code, tokens, refresh, revocation.

use insta::assert_snapshot;
use reqwest::header::LOCATION;
use sandbox::OAuthApp;
use serde_json::{Value, json};

use crate::support::{Answer, Api, issued, send};

const REDIRECT: &str = "https://gw.example/cb";

fn app(api: &Api) -> OAuthApp {
    api.sandbox.vendor().oauth_apps()[0]
}

fn location(answer: &Answer) -> url::Url {
    assert_eq!(answer.status, 302, "{}", answer.text);
    answer.headers[LOCATION].to_str().unwrap().parse().unwrap()
}

fn parameter(url: &url::Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

async fn authorize(api: &Api, changes: &[(&str, &str)]) -> Answer {
    let mut query = vec![
        ("client_id", app(api).client_id),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "public write update"),
        ("state", "xyz"),
    ];
    for (name, value) in changes {
        query.retain(|(known, _)| known != name);
        query.push((name, value));
    }
    send(api.request("GET", "/oauth/authorize").query(&query)).await
}

/// A code for the usual request, with consent given in advance.
async fn code(api: &Api) -> String {
    api.control("settings", json!({"consent": "approve"})).await;
    parameter(&location(&authorize(api, &[]).await), "code").unwrap()
}

async fn token(api: &Api, fields: &[(&str, &str)]) -> Answer {
    let app = app(api);
    let mut form = vec![("client_id", app.client_id), ("client_secret", app.client_secret)];
    form.extend(fields);
    send(api.request("POST", "/oauth/token").form(&form)).await
}

async fn exchange(api: &Api, code: &str) -> Answer {
    token(api, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)]).await
}

async fn refresh(api: &Api, refresh_token: &str) -> Answer {
    token(api, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn me(api: &Api, tokens: &Value) -> u16 {
    send(api.request("GET", "/api/v3/me").bearer_auth(tokens["access_token"].as_str().unwrap())).await.status
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

#[tokio::test]
async fn an_account_is_connected_as_the_documentation_describes() {
    let api = Api::start().await;
    api.control("settings", json!({"consent": "approve"})).await;
    let back = location(&authorize(&api, &[]).await);
    assert!(back.as_str().starts_with("https://gw.example/cb?code="));
    assert_eq!(parameter(&back, "state").unwrap(), "xyz");

    let answer = exchange(&api, &parameter(&back, "code").unwrap()).await;
    assert_eq!(answer.status, 200);
    let tokens = answer.json();
    assert_eq!(
        tokens,
        json!({"access_token": tokens["access_token"], "token_type": "Bearer", "expires_in": 7200,
               "refresh_token": tokens["refresh_token"], "scope": "public write update", "created_at": api.state().await["now_seconds"]})
    );
    assert_eq!(me(&api, &tokens).await, 200);
}

#[tokio::test]
async fn the_consent_page_leads_back_with_a_code_or_a_refusal() {
    let api = Api::start().await;
    let page = authorize(&api, &[("state", "\"><script>")]).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<li>write</li>") && page.text.contains("value=\"&quot;&gt;&lt;script&gt;\""));

    let press = |decision: &'static str| {
        let form = [
            ("client_id", app(&api).client_id),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "public write"),
            ("state", "s t"),
            ("decision", decision),
        ];
        send(api.request("POST", "/oauth/authorize").form(&form))
    };
    let approved = location(&press("approve").await);
    assert_eq!(parameter(&approved, "state").unwrap(), "s t");
    let tokens = exchange(&api, &parameter(&approved, "code").unwrap()).await.json();
    assert_eq!(tokens["scope"], "public write");
    let denied = location(&press("deny").await);
    assert_eq!((parameter(&denied, "error").unwrap(), parameter(&denied, "code")), ("access_denied".to_owned(), None));
}

/// Verifier and challenge are those of RFC 7636 appendix B.
#[tokio::test]
async fn a_code_works_only_with_the_verifier_of_its_request() {
    const CHALLENGE: (&str, &str) = ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let api = Api::start().await;
    api.control("settings", json!({"consent": "approve"})).await;
    let sent = [CHALLENGE, ("code_challenge_method", "S256")];
    for (request, verifier, expected) in [(&sent[..], VERIFIER, 200), (&sent, "another", 400), (&sent, "", 400), (&[], VERIFIER, 400)] {
        let code = parameter(&location(&authorize(&api, request).await), "code").unwrap();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT), ("code_verifier", verifier)];
        assert_eq!(token(&api, &form).await.status, expected, "{request:?} {verifier}");
    }
    let plain = location(&authorize(&api, &[CHALLENGE]).await);
    assert_eq!(parameter(&plain, "error").unwrap(), "invalid_request");
}

#[tokio::test]
async fn a_wrong_client_or_redirect_is_never_redirected_to() {
    let api = Api::start().await;
    assert_eq!(authorize(&api, &[("client_id", "stranger")]).await.status, 401);
    for redirect in ["https://evil.example/cb", "https://gw.example/cb/more", "javascript:alert(1)", ""] {
        assert_eq!(authorize(&api, &[("redirect_uri", redirect)]).await.status, 400, "{redirect}");
    }
    for redirect in ["http://127.0.0.1:8700/oauth/callback", "http://localhost:1/x"] {
        assert_eq!(authorize(&api, &[("redirect_uri", redirect)]).await.status, 200, "{redirect}");
    }
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_client_by_redirect() {
    let api = Api::start().await;
    let wrong_type = location(&authorize(&api, &[("response_type", "token")]).await);
    assert_eq!(parameter(&wrong_type, "error").unwrap(), "unsupported_response_type");
    let wrong_scope = location(&authorize(&api, &[("scope", "public scim")]).await);
    assert_eq!(parameter(&wrong_scope, "error").unwrap(), "invalid_scope");
    assert_eq!(parameter(&wrong_scope, "state").unwrap(), "xyz");
}

#[tokio::test]
async fn scim_has_a_client_of_its_own() {
    let api = Api::start().await;
    api.control("settings", json!({"consent": "approve"})).await;
    let scim = api.sandbox.vendor().oauth_apps()[1];
    let back = location(&authorize(&api, &[("client_id", scim.client_id), ("scope", "scim")]).await);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &parameter(&back, "code").unwrap()),
        ("redirect_uri", REDIRECT),
        ("client_id", scim.client_id),
        ("client_secret", scim.client_secret),
    ];
    let tokens = send(api.request("POST", "/oauth/token").form(&form)).await.json();
    let users = send(api.request("GET", "/api/scim/v2/Users").bearer_auth(text(&tokens, "access_token"))).await;
    assert_eq!(users.status, 200);
}

#[tokio::test]
async fn a_code_works_once_for_ten_minutes_and_only_for_its_redirect() {
    let api = Api::start().await;
    let first = code(&api).await;
    assert_eq!(exchange(&api, &first).await.status, 200);
    assert_eq!(exchange(&api, &first).await.json()["error"], "invalid_grant");

    let elsewhere = code(&api).await;
    let fields = [("grant_type", "authorization_code"), ("code", elsewhere.as_str()), ("redirect_uri", "http://127.0.0.1/cb")];
    assert_eq!(token(&api, &fields).await.json()["error"], "invalid_grant");

    let late = code(&api).await;
    api.advance(600).await;
    assert_eq!(exchange(&api, &late).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let api = Api::start().await;
    let first = exchange(&api, &code(&api).await).await.json();
    let second = refresh(&api, text(&first, "refresh_token")).await;
    assert_eq!(second.status, 200);
    let second = second.json();
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(second["scope"], first["scope"]);
    let reused = refresh(&api, text(&first, "refresh_token")).await;
    assert_snapshot!(reused.line(), @r#"400 {"error":"invalid_grant","error_description":"The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}"#);
    assert_eq!(refresh(&api, text(&second, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn of_many_refreshes_at_once_one_wins() {
    let api = Api::start().await;
    let refresh_token = issued(&api.sandbox, "refresh_token");
    let attempts = (0..8).map(|_| refresh(&api, &refresh_token));
    let answers = futures_util::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn an_access_token_lives_7200_seconds_of_sandbox_time() {
    let api = Api::start().await;
    let tokens = exchange(&api, &code(&api).await).await.json();
    api.advance(7_199).await;
    assert_eq!(me(&api, &tokens).await, 200);
    api.advance(1).await;
    assert_eq!(me(&api, &tokens).await, 401);
    // The refresh token does not age.
    api.advance(400 * 86_400).await;
    assert_eq!(refresh(&api, text(&tokens, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_revoked_token_is_dead_with_its_sibling() {
    let api = Api::start().await;
    let tokens = exchange(&api, &code(&api).await).await.json();
    let app = app(&api);
    let revoke = |secret: &'static str| {
        let path = format!("/oauth/revoke?token={}", text(&tokens, "access_token"));
        send(api.request("POST", &path).basic_auth(app.client_id, Some(secret)))
    };
    assert_eq!(revoke("wrong").await.status, 401);
    assert_eq!(me(&api, &tokens).await, 200);
    assert_eq!(revoke(app.client_secret).await.line(), "200 {}");
    assert_eq!(me(&api, &tokens).await, 401);
    assert_eq!(refresh(&api, text(&tokens, "refresh_token")).await.status, 400);
    assert_eq!(revoke(app.client_secret).await.status, 200);
}

#[tokio::test]
async fn a_wrong_token_request_gets_an_error_of_the_standard() {
    let api = Api::start().await;
    let app = app(&api);
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", app.client_id), ("client_secret", "no")];
    let answer = send(api.request("POST", "/oauth/token").form(&form)).await;
    assert_eq!((answer.status, &answer.json()["error"]), (401, &json!("invalid_client")));
    for (fields, error) in [
        (&[("grant_type", "password")][..], "unsupported_grant_type"),
        (&[], "invalid_request"),
        (&[("grant_type", "refresh_token")], "invalid_grant"),
        (&[("grant_type", "authorization_code"), ("code", "x")], "invalid_grant"),
    ] {
        let answer = token(&api, fields).await;
        assert_eq!((answer.status, text(&answer.json(), "error")), (400, error));
    }
}

#[tokio::test]
async fn a_client_may_also_come_by_basic_or_json() {
    let api = Api::start().await;
    let app = app(&api);
    let refresh_token = issued(&api.sandbox, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", &refresh_token)];
    let by_basic = api.request("POST", "/oauth/token").basic_auth(app.client_id, Some(app.client_secret)).form(&form);
    let tokens = send(by_basic).await.json();
    let body = json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"],
                      "client_id": app.client_id, "client_secret": app.client_secret});
    assert_eq!(send(api.request("POST", "/oauth/token").json(&body)).await.status, 200);
}
