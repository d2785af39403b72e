//! Definitions in a folder: added, changed and broken while the server runs.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, eventually};

fn definition(methods: &str) -> String {
    format!(
        "version: 1\nname: acme\nlabel: Acme\ndescription: A made-up API.\nbase_url: https://acme.example\n\
         credentials:\n  token: {{kind: bearer}}\nresources:\n  parts:\n    tags: [parts]\n    methods:\n{methods}"
    )
}

const GET: &str = "      get:\n        request: GET /parts/{part_id}\n        parameters:\n          part_id: {in: path, schema: {type: integer, description: The part.}}\n        documentation: {description: Returns one part.}\n";
const LIST: &str = "      list:\n        request: GET /parts\n        pagination: {style: none}\n        documentation: {description: Returns all parts.}\n";
const HIDDEN: &str = "      delete:\n        request: DELETE /parts/{part_id}\n        parameters:\n          part_id: {in: path, schema: {type: integer, description: The part.}}\n";

async fn tools(gateway: &Gateway) -> Value {
    gateway.api(Method::GET, "/integration/acme/tools?documented=false", Value::Null).await.1
}

#[tokio::test]
async fn a_file_is_loaded_changed_and_kept_when_it_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.yaml");
    let catalog_dir = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(catalog_dir)).await;
    assert_eq!(gateway.api(Method::GET, "/integration/acme", Value::Null).await.0, StatusCode::NOT_FOUND);

    std::fs::write(&file, definition(GET)).unwrap();
    eventually("the new definition is there", async || tools(&gateway).await["result"][0]["name"] == "get_single_acme_part_by_id").await;

    let body = json!({"integration": "acme", "tenant_id": "t", "credentials": {"token": "secret"}});
    let (_, account) = gateway.api(Method::POST, "/integrated-account", body).await;
    let path = format!("/integrated-account/{}/mcp", account["id"].as_str().unwrap());
    let (_, created) = gateway.api(Method::POST, &path, json!({"name": "acme"})).await;
    let server = crate::support::McpUrl {
        account: account["id"].to_string(),
        id: created["id"].to_string(),
        path: format!("/mcp/{}", created["token"].as_str().unwrap()),
        created,
    };
    assert_eq!(gateway.tool_names(&server).await.len(), 1);

    std::fs::write(&file, definition(&format!("{GET}{LIST}{HIDDEN}"))).unwrap();
    eventually("servers show the new tool", async || gateway.tool_names(&server).await.len() == 2).await;
    let listed = tools(&gateway).await;
    assert_eq!(listed["hidden"][0]["method"], "delete");
    assert!(listed["hidden"][0]["reason"].as_str().unwrap().contains("documentation"), "{listed}");

    // The broken file changes nothing; a good one beside it shows that the folder was read after it.
    std::fs::write(&file, "version: 1\nname: [").unwrap();
    std::fs::write(folder.path().join("other.yaml"), definition(GET).replace("acme", "other").replace("Acme", "Other")).unwrap();
    eventually("the folder was read again", async || gateway.api(Method::GET, "/integration/other", Value::Null).await.0 == StatusCode::OK)
        .await;
    assert_eq!(gateway.tool_names(&server).await.len(), 2);

    // An account outlives its definition: it can still be renamed, and says what is missing.
    std::fs::remove_file(&file).unwrap();
    eventually("the definition is gone", async || {
        gateway.api(Method::GET, "/integration/acme", Value::Null).await.0 == StatusCode::NOT_FOUND
    })
    .await;
    let account = path.trim_end_matches("/mcp");
    assert_eq!(gateway.api(Method::PATCH, account, json!({"name": "old"})).await.0, StatusCode::OK);
    let (status, error) = gateway.api(Method::POST, &path, json!({"name": "another"})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(error["message"].as_str().unwrap().contains("`acme` is no longer in the catalog"), "{error}");
    gateway.stop().await;
}
