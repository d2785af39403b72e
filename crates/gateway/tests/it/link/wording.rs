//! What people read: who asks, where their key goes, and no technical text.

use reqwest::{Method, StatusCode};
use sandbox::{Sandbox, Vendor};
use serde_json::{Value, json};

use super::link;
use crate::link::browser::Browser;
use crate::support::Gateway;

async fn edesk_link(gateway: &Gateway, base_url: &str) -> String {
    link(gateway, json!({"tenant_id": "acme", "integration": "edesk", "base_url": base_url})).await
}

#[tokio::test]
async fn a_person_reads_who_asks_and_where_the_key_goes() {
    let gateway = Gateway::start().await;
    let edesk = Sandbox::start(Vendor::EDesk, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = edesk_link(&gateway, edesk.url()).await;
    let browser = Browser::new();
    let form = browser.get(&url).await;
    assert_eq!(form.summary(), "200: Connect eDesk");
    assert!(form.body.contains("The app that sent you here asks for access"), "{}", form.body);
    assert!(form.body.contains(&format!("<code>{}</code>", edesk.url().trim_start_matches("http://"))), "{}", form.body);
    let (status, settings) = gateway.api(Method::PATCH, "/environment", json!({"display_name": " Acme & Co "})).await;
    assert_eq!((status, &settings["display_name"]), (StatusCode::OK, &json!("Acme & Co")), "{settings}");
    let named = browser.get(&url).await.body;
    assert!(named.contains("<h1>Connect eDesk to Acme &amp; Co</h1>") && named.contains("Acme &amp; Co asks for access"), "{named}");
    let token = edesk.issue_credentials()["token"].as_str().unwrap().to_owned();
    let done = browser.post(&url, &[("credentials.token", &token)]).await.location.unwrap();
    let done = browser.get(&format!("{}{done}", gateway.url)).await.body;
    assert!(done.contains("go back to Acme &amp; Co."), "{done}");
    for (name, status) in [("", 400), ("a\u{202e}b", 400), (&*"a".repeat(61), 400), ("Acme", 200)] {
        assert_eq!(gateway.api(Method::PATCH, "/environment", json!({ "display_name": name })).await.0.as_u16(), status, "{name}");
    }
    let (_, settings) = gateway.api(Method::PATCH, "/environment", json!({"display_name": null})).await;
    assert_eq!(settings["display_name"], Value::Null);
    gateway.stop().await;
}

#[tokio::test]
async fn what_the_network_said_is_told_to_nobody() {
    let gateway = Gateway::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = edesk_link(&gateway, &format!("http://{closed}")).await;
    let page = Browser::new().post(&url, &[("credentials.token", "a-token")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("eDesk could not be asked") && page.body.contains("Nothing was saved."), "{}", page.body);
    for technical in ["connect to", "refused", "os error", "says:"] {
        assert!(!page.body.contains(technical), "{technical}: {}", page.body);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_mangled_address_gets_a_page_and_a_slash_at_the_end_of_a_good_one_nothing_wrong() {
    let gateway = Gateway::start().await;
    let url = edesk_link(&gateway, gateway.sandbox.url()).await;
    let browser = Browser::new();
    assert_eq!(browser.get(&format!("{url}/")).await.summary(), "200: Connect eDesk");
    for address in
        [format!("{}/link", gateway.url), format!("{}/link/", gateway.url), format!("{url}/x"), format!("{}/link/a/b/c", gateway.url)]
    {
        assert_eq!(browser.get(&address).await.summary(), "404: This link opens nothing", "{address}");
    }
    for address in ["/oauth/callback", "/link/done"] {
        assert_eq!(browser.post(&format!("{}{address}", gateway.url), &[]).await.summary(), "404: This link opens nothing", "{address}");
    }
    gateway.stop().await;
}
