//! The management API.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, eventually};

#[tokio::test]
async fn nothing_is_answered_without_an_api_token() {
    let gateway = Gateway::start().await;
    let description: Value = gateway.request(Method::GET, "/openapi.json").send().await.unwrap().json().await.unwrap();
    let open = ["/healthz", "/readyz", "/metrics"];
    let mut checked = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        for verb in item.as_object().unwrap().keys() {
            let method: Method = verb.to_uppercase().parse().unwrap();
            let path =
                path.replace("{id}", "0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2").replace("{mcp_id}", "mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2");
            for prefix in ["", "/api"] {
                let response = gateway.request(method.clone(), &format!("{prefix}{path}")).json(&json!({})).send().await.unwrap();
                let expected = if open.contains(&path.as_str()) { 200 } else { 401 };
                assert_eq!(response.status(), expected, "{method} {prefix}{path}");
                checked += 1;
            }
        }
    }
    assert!(checked > 30, "only {checked} operations are described");
    gateway.stop().await;
}

#[tokio::test]
async fn every_operation_has_an_id_of_its_own_for_generated_clients() {
    let gateway = Gateway::start().await;
    let description: Value = gateway.request(Method::GET, "/openapi.json").send().await.unwrap().json().await.unwrap();
    let items = description["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let mut ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert!(ids.contains(&"create_an_mcp_server"), "{ids:?}");
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')), "{ids:?}");
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    gateway.stop().await;
}

#[tokio::test]
async fn health_and_metrics_are_closed_to_whom_a_proxy_forwards() {
    let gateway = Gateway::start().await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        let forwarded = gateway.request(Method::GET, path).header("x-forwarded-for", "203.0.113.7");
        assert_eq!(forwarded.send().await.unwrap().status(), 401, "{path}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn bad_input_is_refused_with_a_message_that_names_it() {
    let gateway = Gateway::start().await;
    let account = gateway.account().await;
    let mcp = format!("/integrated-account/{account}/mcp");
    let credentials = json!({"access_token": "x"});
    let cases = [
        (mcp.as_str(), json!({"name": "x", "config": {"method": ["read"]}}), "unknown field `method`"),
        (&mcp, json!({"name": "x", "confg": {}}), "unknown field `confg`"),
        (&mcp, json!({"name": ""}), "`name` must have 1 to 200 characters"),
        (&mcp, json!({"name": "x", "config": {"methods": ["reed"]}}), "reed"),
        (&mcp, json!({"name": "x", "config": {"tags": ["gifts"]}}), "campaigns"),
        (&mcp, json!({"name": "x", "config": {"methods": ["update"], "tags": ["campaigns"]}}), "no tool"),
        (&mcp, json!({"name": "x", "expires_at": "tomorrow"}), "`tomorrow` is not a time"),
        (&mcp, json!({"name": "x", "config": {"auth": "url", "require_api_token_auth": true}}), "contradict"),
        ("/integrated-account", json!({"integration": "xyz", "tenant_id": "t", "credentials": {}}), "it has edesk, github, gladly"),
        ("/integrated-account", json!({"integration": "sendsoo", "tenant_id": "t", "credentials": {}}), "the nearest names here: sendoso"),
        (
            "/link-token",
            json!({"integration": "gladly", "tenant_id": "t", "context": {"hots": "acme.gladly.com"}}),
            "unknown value `hots`; the nearest names here: host",
        ),
        ("/integrated-account", json!({"integration": "sendoso", "tenant_id": "t", "credentials": {}}), "access_token"),
        ("/integrated-account", json!({"integration": "sendoso", "tenant_id": "", "credentials": credentials}), "`tenant_id`"),
        (
            "/integrated-account",
            json!({"integration": "sendoso", "tenant_id": "t", "credentials": credentials, "base_url": "ftp://x"}),
            "http",
        ),
        (
            "/integrated-account",
            json!({"integration": "sendoso", "tenant_id": "t", "credentials": credentials, "authentication_method": "basic"}),
            "oauth2",
        ),
        ("/api-token", json!({"name": " "}), "`name` must have 1 to 200 characters"),
    ];
    for (path, body, expected) in cases {
        let (status, error) = gateway.api(Method::POST, path, body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {error}");
        assert_eq!((&error["statusCode"], &error["error"]), (&json!(400), &json!("Bad Request")));
        assert!(error["message"].as_str().unwrap().contains(expected), "{body}: {error}");
    }
    for (query, expected) in [("?limit=0", "`limit`"), ("?limit=101", "`limit`"), ("?next_cursor=x", "next_cursor"), ("?lmit=5", "`lmit`")]
    {
        let (status, error) = gateway.api(Method::GET, &format!("/integrated-account{query}"), Value::Null).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(error["message"].as_str().unwrap().contains(expected), "{query}: {error}");
    }
    assert_eq!(gateway.api(Method::GET, "/nowhere", Value::Null).await.0, StatusCode::NOT_FOUND);
    assert_eq!(gateway.api(Method::DELETE, "/integrated-account", Value::Null).await.0, StatusCode::METHOD_NOT_ALLOWED);
    gateway.stop().await;
}

#[tokio::test]
async fn lists_come_in_pages_that_neither_repeat_nor_skip() {
    let gateway = Gateway::start().await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(gateway.account().await);
        // Ids are ordered by the millisecond.
        gateway.clock.advance(std::time::Duration::from_millis(1));
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=3".to_owned());
    loop {
        let (_, page) = gateway.api(Method::GET, &format!("/integrated-account{query}"), Value::Null).await;
        seen.extend(page["result"].as_array().unwrap().iter().map(|account| account["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=3&next_cursor={cursor}");
    }
    made.reverse();
    assert_eq!(seen, made, "newest first");
    gateway.stop().await;
}

#[tokio::test]
async fn credentials_are_never_shown_and_secrets_only_once() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let token = server.created["token"].as_str().unwrap();
    assert!(token.starts_with("tg_") && token.len() == 46, "{token}");
    assert_eq!(server.created["url"], format!("{}/mcp/{token}", gateway.url));
    assert_eq!(server.created["tool_count"], 20);
    for path in [format!("/integrated-account/{}", server.account), format!("/integrated-account/{}/mcp/{}", server.account, server.id)] {
        let (status, shown) = gateway.api(Method::GET, &path, Value::Null).await;
        assert_eq!(status, StatusCode::OK);
        for member in ["credentials", "token", "url"] {
            assert_eq!(shown[member], Value::Null, "{shown}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_server_is_found_whatever_its_account_until_it_ends() {
    let gateway = Gateway::start().await;
    let first = gateway.server(json!({})).await;
    gateway.clock.advance(std::time::Duration::from_millis(1));
    let expires_at = (gateway.clock.now() + std::time::Duration::from_secs(60)).to_string();
    let second = gateway.server(json!({"expires_at": expires_at})).await;
    let ids = async || {
        let (_, listed) = gateway.api(Method::GET, "/mcp-server", Value::Null).await;
        listed["result"].as_array().unwrap().iter().map(|server| server["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, [second.id.clone(), first.id.clone()]);
    let path = format!("/mcp-server/{}", second.id);
    let (status, found) = gateway.api(Method::GET, &path, Value::Null).await;
    assert_eq!((status, &found["integrated_account_id"]), (StatusCode::OK, &json!(second.account)));
    assert_eq!((&found["url"], &found["token"], &found["snippets"]), (&Value::Null, &Value::Null, &Value::Null));
    gateway.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(ids().await, std::slice::from_ref(&first.id));
    assert_eq!(gateway.api(Method::GET, &path, Value::Null).await.0, StatusCode::NOT_FOUND);
    gateway.stop().await;
}

#[tokio::test]
async fn answers_that_carry_a_url_say_how_clients_take_it() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({"config": {"require_api_token_auth": true}})).await;
    let url = server.created["url"].as_str().unwrap();
    let entry = |answer: &Value| {
        let texts = answer["snippets"]["cursor"].as_array().unwrap();
        let file = texts.iter().find(|text| text["kind"] == "file").unwrap();
        let text: Value = serde_json::from_str(file["text"].as_str().unwrap()).unwrap();
        text["mcpServers"]["sendoso"].clone()
    };
    let header = json!({"Authorization": "Bearer ${env:TIDEGATE_API_TOKEN}"});
    assert_eq!(entry(&server.created), json!({"url": url, "headers": header}));
    assert!(!server.created["snippets"].to_string().contains(&gateway.api_token));
    let path = format!("/integrated-account/{}/mcp/{}", server.account, server.id);
    let (_, rotated) = gateway.api(Method::POST, &format!("{path}/rotate"), Value::Null).await;
    assert_eq!(entry(&rotated), json!({"url": rotated["url"], "headers": header}));
    assert_ne!(rotated["url"], url);
    gateway.stop().await;
}

#[tokio::test]
async fn times_have_milliseconds_and_ids_their_forms() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({"expires_at": "2999-12-31T23:59:59Z"})).await;
    insta::assert_snapshot!(server.created["expires_at"], @r#""2999-12-31T23:59:59.000Z""#);
    assert_eq!(server.created["created_at"].as_str().unwrap().len(), "2026-01-01T00:00:00.000Z".len());
    assert!(server.id.starts_with("mcp_") && server.id.len() == 36, "{}", server.id);
    gateway.stop().await;
}

#[tokio::test]
async fn the_docs_page_names_every_operation() {
    let gateway = Gateway::start().await;
    let description: Value = gateway.request(Method::GET, "/openapi.json").send().await.unwrap().json().await.unwrap();
    let page = gateway.request(Method::GET, "/docs").send().await.unwrap().text().await.unwrap();
    for (path, item) in description["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(page.contains(path) && page.contains(operation["summary"].as_str().unwrap()), "{path}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn metrics_count_calls_by_outcome() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    gateway.call(&server, "list_all_sendoso_me", json!({})).await;
    gateway.call(&server, "get_single_sendoso_campaign_by_id", json!({"id": 1})).await;
    let metrics = gateway.metrics().await;
    for line in [r#"tidegate_tool_calls_total{integration="sendoso",outcome="ok"} 1"#, r#"outcome="not_found"} 1"#] {
        assert!(metrics.contains(line), "{metrics}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_new_address_needs_the_credentials_again() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let path = format!("/integrated-account/{}", server.account);
    let thief = Gateway::start().await;
    let (status, error) = gateway.api(Method::PATCH, &path, json!({"base_url": thief.sandbox.url()})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(error["message"].as_str().unwrap().contains("`credentials`"), "{error}");
    gateway.call(&server, "list_all_sendoso_me", json!({})).await;
    assert!(thief.journal().await.is_empty());
    let (status, _) =
        gateway.api(Method::PATCH, &path, json!({"base_url": thief.sandbox.url(), "credentials": {"access_token": "another"}})).await;
    assert_eq!(status, StatusCode::OK);
    gateway.call(&server, "list_all_sendoso_campaigns", json!({})).await;
    // Beside the check that its refusal calls for.
    let calls = thief.journal().await.iter().filter(|entry| entry["path"] != "/api/v3/me").count();
    assert_eq!(calls, 1, "a changed account is used from the next call on");
    gateway.stop().await;
    thief.stop().await;
}

#[tokio::test]
async fn an_api_token_ends_with_its_expiry() {
    let gateway = Gateway::start().await;
    let expires_at = (gateway.clock.now() + std::time::Duration::from_secs(10)).to_string();
    let (_, token) = gateway.api(Method::POST, "/api-token", json!({"name": "short", "expires_at": expires_at})).await;
    let status = async || {
        let request = gateway.request(Method::GET, "/api-token").bearer_auth(token["token"].as_str().unwrap());
        request.send().await.unwrap().status()
    };
    gateway.clock.advance(std::time::Duration::from_millis(9_999));
    assert_eq!(status().await, StatusCode::OK);
    gateway.clock.advance(std::time::Duration::from_millis(1));
    assert_eq!(status().await, StatusCode::UNAUTHORIZED);
    gateway.stop().await;
}

#[tokio::test]
async fn metrics_are_closed_to_a_page_that_names_another_host() {
    let gateway = Gateway::start().await;
    let response = gateway.request(Method::GET, "/metrics").header("host", "evil.example").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    gateway.stop().await;
}

#[tokio::test]
async fn an_oauth_app_is_set_read_and_deleted_and_its_secret_never_shown() {
    let gateway = Gateway::start().await;
    let path = "/integration/sendoso/oauth-app";
    let body = json!({"client_id": "c1", "client_secret": "app-sentinel"});
    let (status, set) = gateway.api(Method::PUT, path, body).await;
    assert_eq!(status, StatusCode::OK);
    let redirect_uri = format!("{}/oauth/callback/sendoso", gateway.url);
    assert_eq!(
        set,
        json!({
            "integration": "sendoso", "authentication_method": "oauth2", "client_id": "c1", "redirect_uri": redirect_uri,
            "updated_at": "2026-11-21T12:00:00.000Z",
        })
    );
    assert_eq!(gateway.api(Method::GET, path, Value::Null).await, (StatusCode::OK, set));
    let (_, changed) = gateway.api(Method::PUT, path, json!({"client_id": "c2"})).await;
    assert_eq!(changed["client_id"], "c2");
    let scim = format!("{path}?authentication_method=scim");
    assert_eq!(gateway.api(Method::GET, &scim, Value::Null).await.0, StatusCode::NOT_FOUND);
    assert_eq!(gateway.api(Method::DELETE, path, Value::Null).await.0, StatusCode::NO_CONTENT);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(gateway.api(method, path, Value::Null).await.0, StatusCode::NOT_FOUND);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_oauth_app_of_an_integration_that_is_gone_can_still_be_seen_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.yaml");
    let definition = "version: 1\nname: acme\nlabel: Acme\ndescription: A made-up API.\nbase_url: https://acme.example\n\
        credentials: {consent: {kind: oauth2, oauth2: {authorize_url: https://acme.example/a, token_url: https://acme.example/t}}}\n\
        resources: {tags: {methods: {list: {request: GET /tags, documentation: {description: Returns all tags.}}}}}\n";
    std::fs::write(&file, definition).unwrap();
    let catalog_dir = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(catalog_dir)).await;
    let path = "/integration/acme/oauth-app";
    let (status, set) = gateway.api(Method::PUT, path, json!({"client_id": "c1", "client_secret": "s"})).await;
    assert_eq!(status, StatusCode::OK, "{set}");
    std::fs::remove_file(file).unwrap();
    let is_gone = async || gateway.api(Method::GET, "/integration/acme", Value::Null).await.0 == StatusCode::NOT_FOUND;
    eventually("the integration is gone", is_gone).await;

    assert_eq!(gateway.api(Method::GET, path, Value::Null).await, (StatusCode::OK, set));
    let other = format!("{path}?authentication_method=other");
    assert_eq!(gateway.api(Method::DELETE, &other, Value::Null).await.0, StatusCode::NOT_FOUND);
    let by_name = format!("{path}?authentication_method=consent");
    assert_eq!(gateway.api(Method::DELETE, &by_name, Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(gateway.api(Method::GET, path, Value::Null).await.0, StatusCode::NOT_FOUND);
    gateway.stop().await;
}

#[tokio::test]
async fn an_oauth_app_that_cannot_be_is_refused_with_a_message_that_names_the_reason() {
    let gateway = Gateway::start().await;
    let cases = [
        ("sendoso", json!({"client_id": "c"}), 400, "`client_secret` is missing"),
        ("sendoso", json!({"client_id": "", "client_secret": "s"}), 400, "`client_id`"),
        ("sendoso", json!({"client_id": "c", "client_secret": "s\n"}), 400, "`client_secret` must have"),
        ("sendoso", json!({"client_id": "c", "client_secret": "s", "secret": "t"}), 400, "unknown field `secret`"),
        ("sendoso", json!({"client_id": "c", "client_secret": "s", "authentication_method": "x"}), 400, "those are oauth2, scim"),
        ("gladly", json!({"client_id": "c", "client_secret": "s"}), 400, "not connected through an OAuth app"),
        ("nope", json!({"client_id": "c", "client_secret": "s"}), 404, "no such integration"),
    ];
    for (integration, body, expected, named) in cases {
        let (status, error) = gateway.api(Method::PUT, &format!("/integration/{integration}/oauth-app"), body).await;
        assert_eq!(status, expected, "{error}");
        assert!(error["message"].as_str().unwrap().contains(named), "{error}");
    }
    gateway.stop().await;
}
