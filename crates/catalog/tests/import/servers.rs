//! Where requests go.

use crate::acme::{imported, imported_from, method, noted, planned, skipped, with_operation, with_paths};
use catalog::import::{ImportError, Options, Sources, import};
use serde_json::{Value, json};

fn with_servers(servers: Value) -> Value {
    let mut description = with_operation("get", json!({ "summary": "Things" }));
    description["servers"] = servers;
    description
}

fn base_url(servers: Value) -> String {
    imported_from("https://docs.acme.test/specs/openapi.json", &with_servers(servers), &Options::default()).integration.base_url
}

#[test]
fn case_l1_servers_of_every_kind_are_joined_with_paths_rightly() {
    for (server, expected) in [
        ("https://api.acme.test", "https://api.acme.test"),
        ("https://api.acme.test/v1/", "https://api.acme.test/v1"),
        ("http://api.acme.test:80/v1", "https://api.acme.test/v1"),
        ("http://localhost:3000/v1", "http://localhost:3000/v1"),
        ("//api.acme.test/v1", "https://api.acme.test/v1"),
        ("/v1", "https://docs.acme.test/v1"),
        ("/", "https://docs.acme.test"),
        ("../v1", "https://docs.acme.test/v1"),
        ("v1", "https://docs.acme.test/specs/v1"),
        ("https://api.acme.test/v1?x=1#y", "https://api.acme.test/v1"),
    ] {
        assert_eq!(base_url(json!([{ "url": server }])), expected, "{server}");
    }
    assert_eq!(base_url(json!([])), "https://docs.acme.test");
    let planned = planned(&imported(&with_servers(json!([{ "url": "https://api.acme.test/v1/" }]))), "GET /things", json!({}));
    assert_eq!(planned, "GET https://api.acme.test/v1/things");
}

#[test]
fn case_l1_variables_are_what_accounts_decide() {
    let server = json!([{
        "url": "{scheme}://{shop}.{region}.acme.test:{port}/{base}/{version}",
        "variables": {
            "scheme": { "enum": ["http", "https"], "default": "http" },
            "shop": { "default": "your-shop", "description": "The first part of your shop's address" },
            "region": { "enum": ["eu", "us"], "default": "eu" },
            "port": { "enum": ["443", "8443"], "default": "8443" },
            "base": { "default": "api/rest" },
            "version": { "enum": ["v2"], "default": "v2" },
        },
    }]);
    let import = imported(&with_servers(server));
    let integration = &import.integration;
    assert_eq!(integration.base_url, "https://{shop}.{region}.acme.test:8443/api/rest/v2");
    let shop = &integration.variables["shop"];
    assert_eq!((shop.default.as_deref(), shop.example.as_deref()), (None, Some("your-shop")));
    assert_eq!(integration.variables["region"].options.keys().collect::<Vec<_>>(), ["eu", "us"]);
    assert_eq!(planned(&import, "GET /things", json!({})), "GET https://blue.eu.acme.test:8443/api/rest/v2/things");
}

#[test]
fn a_host_that_stands_for_the_reader_s_own_is_a_variable() {
    let import = imported(&with_servers(json!([{ "url": "https://your-domain.acme.test/v1" }])));
    assert_eq!(import.integration.base_url, "https://{subdomain}.acme.test/v1");
    assert_eq!(import.integration.variables["subdomain"].example.as_deref(), Some("your-domain"));
}

#[test]
fn case_l1_a_base_url_can_be_given_and_has_to_be_where_none_is_known() {
    let relative = with_servers(json!([{ "url": "/v1" }]));
    let read = || Sources::new("acme.json", &relative.to_string()).unwrap().description().unwrap();
    let Err(ImportError::Unusable { place, problem, remedy, .. }) = import(&read(), &Options::default()) else {
        panic!("a relative server of a file leads nowhere");
    };
    assert_eq!(place, "/servers");
    assert!(problem.contains("`/v1` is relative") && remedy.contains("--base-url"), "{problem}; {remedy}");
    let options = Options { base_url: Some("https://own.acme.test/v9/".to_owned()), ..Options::default() };
    assert_eq!(import(&read(), &options).unwrap().integration.base_url, "https://own.acme.test/v9");
}

#[test]
fn the_first_server_that_is_no_sandbox_is_used_and_the_others_are_named() {
    let import = imported(&with_servers(json!([
        { "url": "https://sandbox.acme.test" },
        { "url": "https://api.acme.test" },
        { "url": "https://eu.acme.test", "description": "Europe" },
    ])));
    assert_eq!(import.integration.base_url, "https://api.acme.test");
    let notes = noted(&import);
    assert!(notes.iter().any(|note| note.contains("https://eu.acme.test (Europe)")), "{notes:#?}");
    assert!(notes.iter().any(|note| note.contains("https://sandbox.acme.test")), "{notes:#?}");
}

#[test]
fn servers_of_single_operations_have_names() {
    let import = imported(&with_paths(json!({
        "/files": { "get": { "summary": "Files" } },
        "/content": { "servers": [{ "url": "https://upload.acme.test/v2" }], "post": { "summary": "Uploads" } },
    })));
    assert_eq!(import.integration.servers.get("upload").map(String::as_str), Some("https://upload.acme.test/v2"));
    assert_eq!(method(&import, "POST /content").server.as_deref(), Some("upload"));
    assert_eq!(method(&import, "GET /files").server, None);
}

#[test]
fn a_server_on_which_all_operations_agree_is_the_base_url() {
    let own = json!([{ "url": "https://talk.acme.test" }]);
    let import = imported(&with_paths(json!({
        "/a": { "servers": own, "get": { "summary": "A" } },
        "/b": { "get": { "summary": "B", "servers": own } },
    })));
    assert_eq!(import.integration.base_url, "https://talk.acme.test");
    assert!(import.integration.servers.is_empty());
}

#[test]
fn a_base_url_that_is_only_where_the_description_was_fetched_is_a_conclusion() {
    for (servers, is_concluded) in [
        (json!([]), true),
        (json!([{ "url": "/v1" }]), true),
        (json!([{ "url": "https://api.acme.test" }]), false),
        (json!([{ "url": "//docs.acme.test" }]), false),
    ] {
        let source = "https://docs.acme.test/specs/openapi.json?token=sentinel";
        let report = imported_from(source, &with_servers(servers.clone()), &Options::default()).report;
        let concluded: Vec<&str> =
            report.inferences.iter().filter(|one| one.at == "base_url").map(|inference| inference.what.as_str()).collect();
        assert_eq!(!concluded.is_empty(), is_concluded, "{servers}");
        assert!(concluded.iter().all(|what| what.contains("https://docs.acme.test") && what.contains("`--base-url`")), "{concluded:?}");
        assert_eq!(report.source, "https://docs.acme.test/specs/openapi.json");
    }
}

#[test]
fn with_a_base_url_given_nothing_goes_to_where_the_description_was_fetched() {
    let mut description = with_paths(json!({
        "/things": { "get": { "summary": "Things" } },
        "/files": { "get": { "summary": "Files", "servers": [{ "url": "/upload/v1" }] } },
    }));
    description["servers"] = json!([]);
    description["components"] = json!({ "securitySchemes": { "o": { "type": "oauth2", "flows": { "authorizationCode": {
        "authorizationUrl": "/authorize", "tokenUrl": "/token", "scopes": {} } } } } });
    let options = Options { base_url: Some("https://api.acme.test/v1".to_owned()), ..Options::default() };
    let integration = imported_from("https://raw.test/openapi.json", &description, &options).integration;
    assert_eq!(integration.servers.values().collect::<Vec<_>>(), ["https://api.acme.test/upload/v1"]);
    let oauth2 = integration.credentials.values().find_map(|scheme| scheme.oauth2.as_ref()).unwrap();
    assert_eq!(oauth2.token_url, "https://api.acme.test/token");
    assert!(!format!("{integration:?}").contains("raw.test"));
}

#[test]
fn operations_whose_server_is_in_a_private_network_are_skipped() {
    let with_server = |url: &str| json!({ "post": { "summary": "Sends", "servers": [{ "url": url }] } });
    let description = with_paths(json!({
        "/things": { "get": { "summary": "Things" } },
        "/meta": with_server("http://169.254.169.254/latest"),
        "/intern": with_server("https://10.1.2.3"),
        "/elsewhere": with_server("https://upload.other.test"),
    }));
    let import = imported(&description);
    let skipped: Vec<&str> = import.report.skipped.iter().map(|skipped| skipped.operation.as_str()).collect();
    assert_eq!(skipped, ["POST /meta", "POST /intern"]);
    assert!(import.report.skipped[0].reason.contains("private network"), "{:?}", import.report.skipped);
    assert_eq!(import.integration.servers.values().collect::<Vec<_>>(), ["https://upload.other.test"]);
}

#[test]
fn an_operation_whose_server_cannot_be_called_is_skipped() {
    let paths = json!({
        "/a": { "get": { "summary": "A" } },
        "/b": { "servers": [{ "url": "/v9" }], "get": { "summary": "B" } },
    });
    let import = imported(&with_paths(paths.clone()));
    assert_eq!(import.report.tools, 1);
    assert!(skipped(&import)[0].starts_with("GET /b: the server that it names cannot be called: the server `/v9` is relative"));
    // Where the API is known, so is that server.
    let options = Options { base_url: Some("https://api.acme.test/v2".to_owned()), ..Options::default() };
    let import = imported_from("acme.json", &with_paths(paths), &options);
    assert_eq!(planned(&import, "GET /b", json!({})), "GET https://api.acme.test/v9/b");
}

#[test]
fn the_same_url_with_other_variables_is_another_server() {
    let server = |variable: Value| json!([{ "url": "https://{region}.acme.test", "variables": { "region": variable } }]);
    let import = imported(&with_paths(json!({
        "/a": { "servers": server(json!({ "default": "eu", "enum": ["eu", "us"] })), "get": { "summary": "A" } },
        "/b": { "servers": server(json!({ "default": "global" })), "get": { "summary": "B" } },
        "/c": { "get": { "summary": "C" } },
    })));
    assert_eq!(planned(&import, "GET /a", json!({})), "GET https://eu.acme.test/a");
    assert_eq!(planned(&import, "GET /b", json!({})), "GET https://global.acme.test/b");
}
