//! What somebody tries who has a link, a code or a vendor of their own.

use std::time::Duration;

use serde_json::json;

use super::{accounts, consent, consent_link, ended, set_app, with_app};
use crate::link::browser::Browser;
use crate::support::Gateway;

/// The address with another code in it.
fn with_code_of(callback: &str, other: &str) -> String {
    let code = |text: &str| url::Url::parse(text).unwrap().query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    callback.replace(&code(callback), &code(other))
}

#[tokio::test]
async fn the_code_of_another_s_consent_connects_nothing() {
    let (gateway, browser) = with_app().await;
    let victims = consent(&gateway, &Browser::new(), &consent_link(&gateway, json!({"tenant_id": "acme"})).await).await;
    let own = consent(&gateway, &browser, &consent_link(&gateway, json!({"tenant_id": "mallory"})).await).await;
    let page = ended(&gateway, &browser, &with_code_of(&own, &victims)).await;
    assert_eq!(page.summary(), "502: Not connected");
    assert!(page.body.contains("did not accept that you had just allowed"), "{}", page.body);
    assert!(accounts(&gateway).await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn what_comes_back_from_another_vendor_is_refused_and_its_code_sent_nowhere() {
    let (gateway, browser) = with_app().await;
    let callback = consent(&gateway, &browser, &consent_link(&gateway, json!({})).await).await;
    let page = ended(&gateway, &browser, &callback.replace("/callback/sendoso", "/callback/gladly")).await;
    assert_eq!(page.summary(), "400: Not connected");
    assert!(page.body.contains("not how Sendoso sends people back") && page.retry().is_some(), "{}", page.body);
    assert!(!gateway.journal().await.iter().any(|request| request["path"] == "/oauth/token"));
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_that_says_who_it_is_has_to_say_so_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let definition = include_str!("../../../../../integrations/sendoso.yaml");
    let token_url = "      token_url: https://app.sendoso.com/oauth/token\n";
    let with_issuer = definition.replace(token_url, &format!("      issuer: https://app.sendoso.com\n{token_url}"));
    std::fs::write(folder.path().join("sendoso.yaml"), with_issuer).unwrap();
    let path = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(path)).await;
    set_app(&gateway).await;
    let browser = Browser::new();
    let url = consent_link(&gateway, json!({})).await;
    for wrong in ["", "&iss=https%3A%2F%2Fevil.example"] {
        let callback = consent(&gateway, &browser, &url).await;
        assert_eq!(ended(&gateway, &browser, &format!("{callback}{wrong}")).await.summary(), "400: Not connected", "{wrong}");
    }
    let issuer: String = url::form_urlencoded::byte_serialize(gateway.sandbox.url().as_bytes()).collect();
    let callback = consent(&gateway, &browser, &url).await;
    let end = browser.get(&format!("{callback}&iss={issuer}")).await;
    assert!(end.location.as_ref().unwrap().starts_with("/link/done?"), "{:?}", end.location);
    gateway.stop().await;
}

#[tokio::test]
async fn nobody_can_have_our_page_say_something_else() {
    let (gateway, browser) = with_app().await;
    let answer = browser.get(&format!("{}/oauth/callback/sendoso?code=c", gateway.url)).await;
    let address = format!("{}{}", gateway.url, answer.location.unwrap());
    assert_eq!(browser.get(&address).await.summary(), "400: This is not the way back");
    let (before, key) = address.split_once("&key=").unwrap();
    for forged in
        [format!("{before}AA&key={key}"), before.to_owned(), format!("{before}&key=A{key}"), format!("{}/link/ended", gateway.url)]
    {
        assert_eq!(browser.get(&forged).await.heading(), "This link opens nothing", "{forged}");
    }
    gateway.clock.advance(Duration::from_secs(600));
    assert_eq!(browser.get(&address).await.heading(), "This link opens nothing");
    gateway.stop().await;
}
