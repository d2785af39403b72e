//! Security schemes as ways to authenticate.

use crate::acme::{imported, method, with_operation, with_paths};
use catalog::integration::{CredentialKind, Integration};
use serde_json::{Value, json};

fn with_schemes(schemes: Value) -> Integration {
    let mut description = with_operation("get", json!({ "summary": "Things" }));
    description["components"] = json!({ "securitySchemes": schemes });
    imported(&description).integration
}

#[test]
fn each_kind_of_scheme_becomes_a_kind_of_credential() {
    let flow = json!({ "authorizationUrl": "https://acme.test/authorize", "tokenUrl": "/token", "scopes": { "read": "Read things", "bad scope": "" } });
    for (scheme, name, kind) in [
        (json!({ "type": "http", "scheme": "Basic" }), "basic", CredentialKind::Basic),
        (json!({ "type": "http", "scheme": "bearer" }), "bearer", CredentialKind::Bearer),
        (json!({ "type": "http", "scheme": "digest" }), "api_key", CredentialKind::ApiKey),
        (json!({ "type": "apiKey", "in": "header", "name": "X-Key" }), "api_key", CredentialKind::ApiKey),
        (json!({ "type": "apiKey", "in": "query", "name": "key" }), "api_key", CredentialKind::ApiKey),
        (json!({ "type": "oauth2", "flows": { "authorizationCode": flow } }), "oauth2", CredentialKind::OAuth2),
        (
            json!({ "type": "oauth2", "flows": { "clientCredentials": flow } }),
            "client_credentials",
            CredentialKind::OAuth2ClientCredentials,
        ),
        (json!({ "type": "oauth2", "flows": { "implicit": flow } }), "access_token", CredentialKind::Bearer),
        (json!({ "type": "openIdConnect", "openIdConnectUrl": "https://acme.test" }), "bearer", CredentialKind::Bearer),
        (json!({ "type": "mutualTLS" }), "bearer", CredentialKind::Bearer),
    ] {
        let credentials = with_schemes(json!({ "one": scheme })).credentials;
        let found: Vec<_> = credentials.iter().map(|(name, scheme)| (name.as_str(), scheme.kind)).collect();
        assert_eq!(found, [(name, kind)], "{scheme}");
        if let Some(oauth2) = &credentials[name].oauth2 {
            assert_eq!(oauth2.token_url, "https://api.acme.test/token");
            assert_eq!(oauth2.scopes.keys().collect::<Vec<_>>(), ["read"]);
        }
    }
}

#[test]
fn several_schemes_of_a_kind_keep_the_vendor_s_names() {
    let integration = with_schemes(json!({
        "PublicKey": { "type": "apiKey", "in": "header", "name": "X-Public" },
        "PrivateKey": { "type": "apiKey", "in": "header", "name": "X-Private" },
        "OAuth2": { "type": "http", "scheme": "bearer" },
    }));
    assert_eq!(integration.credentials.keys().collect::<Vec<_>>(), ["public_key", "private_key", "bearer"]);
}

#[test]
fn what_operations_ask_for_first_comes_first() {
    let mut description = with_operation("get", json!({ "summary": "Things", "security": [{ "Basic": [] }, { "Key": [] }] }));
    description["components"] = json!({ "securitySchemes": {
        "Unused": { "type": "apiKey", "in": "header", "name": "X-Unused" },
        "Key": { "type": "apiKey", "in": "header", "name": "X-Key" },
        "Basic": { "type": "http", "scheme": "basic" },
    } });
    let integration = imported(&description).integration;
    assert_eq!(integration.credentials.keys().collect::<Vec<_>>(), ["basic", "api_key"]);
}

#[test]
fn operations_have_the_narrowest_scopes_that_are_enough() {
    let flow = json!({ "authorizationUrl": "https://acme.test/a", "tokenUrl": "https://acme.test/t", "scopes": { "all": "All", "all.read": "Read" } });
    let security = json!([{ "auth": ["all"] }, { "auth": ["all.read"] }, { "auth": ["unknown"] }]);
    let mut description = with_paths(json!({
        "/a": { "get": { "summary": "A", "security": security }, "post": { "summary": "B", "security": [{ "auth": ["all"] }] } },
        "/c": { "get": { "summary": "C" } },
        "/d": { "get": { "summary": "D", "security": [] } },
    }));
    description["security"] = json!([{ "auth": ["all.read"] }]);
    description["components"] = json!({ "securitySchemes": { "auth": { "type": "oauth2", "flows": { "authorizationCode": flow } } } });
    let import = imported(&description);
    assert_eq!(method(&import, "GET /a").scopes, ["all.read"]);
    assert_eq!(method(&import, "POST /a").scopes, ["all"]);
    assert_eq!(method(&import, "GET /c").scopes, ["all.read"]);
    assert!(method(&import, "GET /d").scopes.is_empty());
}

#[test]
fn without_schemes_a_header_shows_how_or_a_bearer_token_is_taken() {
    let import = imported(&with_operation("get", json!({ "summary": "Things" })));
    assert_eq!(import.integration.credentials.keys().collect::<Vec<_>>(), ["bearer"]);
    assert!(import.report.inferences.iter().any(|inference| inference.what.contains("accounts have a bearer token")));
    let key = json!([{ "name": "Api-Key", "in": "header", "required": true, "schema": { "type": "string" } }]);
    let import = imported(&with_operation("get", json!({ "summary": "Things", "parameters": key })));
    let attach = import.integration.credentials["api_key"].attach.as_ref().unwrap();
    assert_eq!(attach.header.as_deref(), Some("Api-Key"));
    assert!(method(&import, "GET /things").parameters.is_empty());
}

#[test]
fn without_schemes_a_query_parameter_of_most_operations_is_the_key() {
    let operation = |name: &str, said: &str| json!({ "summary": "Things", "parameters": [{ "name": name, "in": "query", "required": true, "description": said, "schema": { "type": "string" } }] });
    for (name, said) in [("apiKey", ""), ("key", "Your API key"), ("oauth_token", "")] {
        let import = imported(&with_operation("get", operation(name, said)));
        let attach = import.integration.credentials["api_key"].attach.as_ref().unwrap();
        assert_eq!(attach.query.as_deref(), Some(name));
        assert!(method(&import, "GET /things").parameters.is_empty());
    }
    // A store of values by key has no credential there.
    let import = imported(&with_operation("get", operation("key", "What to look up")));
    assert_eq!(import.integration.credentials.keys().collect::<Vec<_>>(), ["bearer"]);
    assert!(method(&import, "GET /things").parameters["key"].required);
}
