//! Credentials that people paste.

use reqwest::{Method, StatusCode};
use sandbox::{Sandbox, Vendor};
use serde_json::{Value, json};

use super::{accounts, link, set_app};
use crate::link::browser::Browser;
use crate::support::{Gateway, SlowVendor};

async fn edesk() -> (Gateway, Sandbox) {
    (Gateway::start().await, Sandbox::start(Vendor::EDesk, "127.0.0.1:0".parse().unwrap()).await.unwrap())
}

async fn edesk_link(gateway: &Gateway, edesk: &Sandbox, more: Value) -> String {
    let mut body = json!({"tenant_id": "acme", "integration": "edesk", "base_url": edesk.url(), "name": "Acme's desk"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    link(gateway, body).await
}

fn token(edesk: &Sandbox) -> String {
    edesk.issue_credentials()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_pasted_credential_is_tried_stored_and_works() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({})).await;
    let browser = Browser::new();
    let form = browser.get(&url).await;
    assert_eq!(form.summary(), "200: Connect eDesk");
    let sent = browser.post(&url, &[("credentials.token", &token(&edesk))]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let done = browser.get(&format!("{}{}", gateway.url, sent.location.unwrap())).await;
    assert_eq!(done.summary(), "200: eDesk is connected");
    let [account] = &accounts(&gateway).await[..] else { panic!("not one account") };
    assert_eq!((&account["status"], &account["tenant_id"], &account["name"]), (&json!("active"), &json!("acme"), &json!("Acme's desk")));
    assert!(account["identity"].is_string(), "{account}");
    assert!(done.body.contains(account["id"].as_str().unwrap()) && done.body.contains("tidegate:connected"), "{}", done.body);
    assert!(done.body.contains(account["identity"].as_str().unwrap()));
    let path = format!("/integrated-account/{}/tools/list_all_e_desk_tags", account["id"].as_str().unwrap());
    let (status, answer) = gateway.api(Method::POST, &path, json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let other = Browser::new();
    let again = other.post(&url, &[("credentials.token", &token(&edesk))]).await;
    assert_eq!(again.summary(), "410: This link has been used");
    assert_eq!(other.get(&url).await.summary(), "410: This link has been used");
    assert_eq!(accounts(&gateway).await.len(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn the_person_goes_back_to_whoever_sent_them_with_the_account_s_id() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({"redirect_uri": "https://app.example/back?tab=crm&x=a%20b"})).await;
    let browser = Browser::new();
    let form = browser.get(&url).await;
    // It may redirect on from there, for which browsers hold the form's page to account.
    assert!(form.policy.contains("form-action 'self';"), "{}", form.policy);
    let sent = browser.post(&url, &[("credentials.token", &token(&edesk))]).await;
    let id = accounts(&gateway).await[0]["id"].as_str().unwrap().to_owned();
    let expected = format!("https://app.example/back?tab=crm&x=a%20b&status=connected&integrated_account_id={id}");
    assert_eq!((sent.status, sent.next()), (StatusCode::OK, expected.clone()));
    // An answer that is lost is not: whoever loads the page again, or sends the form again, is led back too. Nobody else is.
    for again in [browser.get(&url).await, browser.post(&url, &[("credentials.token", "any")]).await] {
        assert_eq!((again.status, again.next()), (StatusCode::OK, expected.clone()));
    }
    let other = Browser::new();
    for page in [other.get(&url).await, other.get(&url).await] {
        assert_eq!(page.summary(), "410: This link has been used");
        assert!(!page.body.contains(&id));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_credential_that_the_vendor_refuses_stores_nothing_and_leaves_the_link_open() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({})).await;
    let browser = Browser::new();
    let refused = browser.post(&url, &[("credentials.token", "not-a-token-of-theirs")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("eDesk does not accept this"), "{}", refused.body);
    assert!(!refused.body.contains("not-a-token-of-theirs"));
    assert!(accounts(&gateway).await.is_empty());
    assert_eq!(browser.post(&url, &[("credentials.token", &token(&edesk))]).await.status, StatusCode::SEE_OTHER);
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_that_cannot_be_asked_stores_nothing_and_leaves_the_link_open() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({})).await;
    let (browser, token) = (Browser::new(), token(&edesk));
    let fault = reqwest::Client::builder().no_proxy().build().unwrap().post(format!("{}/__sandbox/faults", edesk.url()));
    fault.json(&json!({"kind": "status", "status": 503})).send().await.unwrap();
    let unclear = browser.post(&url, &[("credentials.token", &token)]).await;
    assert_eq!(unclear.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unclear.body.contains("eDesk could not be asked"), "{}", unclear.body);
    assert!(accounts(&gateway).await.is_empty());
    assert_eq!(browser.post(&url, &[("credentials.token", &token)]).await.status, StatusCode::SEE_OTHER);
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_that_is_not_filled_in_well_comes_again_without_secrets() {
    let gateway = Gateway::start().await;
    let url = link(&gateway, json!({"tenant_id": "acme", "integration": "gladly"})).await;
    let browser = Browser::new();
    let fields = [("context.host", "evil.example"), ("credentials.username", "ada@blue.example"), ("credentials.password", "p-sentinel")];
    let again = browser.post(&url, &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("1 thing to correct"), "{}", again.body);
    assert!(again.body.contains("ada@blue.example") && !again.body.contains("p-sentinel"), "{}", again.body);
    assert!(accounts(&gateway).await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_visitor_cannot_choose_another_host_vendor_or_value_than_the_link_does() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({})).await;
    let browser = Browser::new();
    let token = token(&edesk);
    let fields =
        [("credentials.token", token.as_str()), ("base_url", "http://127.0.0.1:9"), ("tenant_id", "other"), ("integration", "gladly")];
    let sent = browser.post(&format!("{url}?integration=gladly&method=basic&base_url=http://127.0.0.1:9"), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let account = &accounts(&gateway).await[0];
    assert_eq!((&account["integration"], &account["tenant_id"]), (&json!("edesk"), &json!("acme")));
    assert_eq!(account["base_url"], edesk.url());
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_and_a_way_are_chosen_where_the_link_leaves_them_open() {
    let gateway = Gateway::start().await;
    let url = link(&gateway, json!({"tenant_id": "acme"})).await;
    let browser = Browser::new();
    let vendors = browser.get(&url).await;
    assert!(vendors.body.contains("?integration=edesk") && vendors.body.contains("?integration=gladly"), "{}", vendors.body);
    assert!(!vendors.body.contains("?integration=sendoso"), "without an app nobody can go there");
    set_app(&gateway).await;
    assert!(browser.get(&url).await.body.contains("?integration=sendoso"));
    // Of Sendoso's two ways only one has an app.
    assert_eq!(browser.get(&format!("{url}?integration=sendoso")).await.summary(), "200: Connect Sendoso");
    let scim = json!({"client_id": "c", "client_secret": "s", "authentication_method": "scim"});
    gateway.api(Method::PUT, "/integration/sendoso/oauth-app", scim).await;
    let ways = browser.get(&format!("{url}?integration=sendoso")).await;
    assert!(ways.body.contains("?integration=sendoso&amp;method=scim"), "{}", ways.body);
    assert_eq!(browser.get(&format!("{url}?integration=sendoso&method=scim")).await.summary(), "200: Connect Sendoso");
    assert_eq!(browser.get(&format!("{url}?integration=nope")).await.heading(), vendors.heading());
    let early = browser.post(&url, &[]).await;
    assert_eq!((early.status, early.location.unwrap()), (StatusCode::SEE_OTHER, url.replace(&gateway.url, "")));
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_of_another_page_is_refused_and_one_that_is_too_long_not_read() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({})).await;
    let browser = Browser::new();
    assert_eq!(browser.post_from("cross-site", &url).await.summary(), "403: This was not sent from here");
    assert_eq!(browser.post_from("same-site", &url).await.status, StatusCode::FORBIDDEN);
    let long = "x".repeat(65 * 1024);
    assert_eq!(browser.post(&url, &[("credentials.token", &long)]).await.summary(), "413: The form could not be read");
    assert_eq!(browser.get(&url).await.status, StatusCode::OK);
    gateway.stop().await;
}

#[tokio::test]
async fn pages_are_kept_nowhere_load_nothing_from_elsewhere_and_are_framed_by_whom_the_environment_names() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({})).await;
    let browser = Browser::new();
    let page = browser.get(&url).await;
    assert_eq!(
        page.policy,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    for header in ["\"cache-control\": \"no-store\"", "\"referrer-policy\": \"strict-origin\"", "\"x-content-type-options\": \"nosniff\""] {
        assert!(page.headers.contains(header), "{header} {}", page.headers);
    }
    let token = url.rsplit('/').next().unwrap();
    assert!(!page.body.contains(token), "a page repeats the secret of its address");
    let (status, settings) = gateway.api(Method::PATCH, "/environment", json!({"frame_ancestors": ["https://app.example"]})).await;
    assert_eq!(status, StatusCode::OK, "{settings}");
    assert!(browser.get(&url).await.policy.ends_with("frame-ancestors https://app.example"));
    gateway.stop().await;
}

#[tokio::test]
async fn nobody_can_make_up_the_page_that_says_connected() {
    let (gateway, edesk) = edesk().await;
    let url = edesk_link(&gateway, &edesk, json!({})).await;
    let browser = Browser::new();
    let done = browser.post(&url, &[("credentials.token", &token(&edesk))]).await.location.unwrap();
    let done = format!("{}{done}", gateway.url);
    let other = gateway.account().await;
    let mine = accounts(&gateway).await.iter().map(|account| account["id"].as_str().unwrap().to_owned()).find(|id| *id != other).unwrap();
    assert_eq!(browser.get(&done).await.status, StatusCode::OK);
    for changed in [done.replace(&mine, &other), done.replace("kind=new", "kind=again"), format!("{}/link/done", gateway.url)] {
        assert_eq!(browser.get(&changed).await.status, StatusCode::NOT_FOUND, "{changed}");
    }
    gateway.clock.advance(std::time::Duration::from_secs(600));
    assert_eq!(browser.get(&done).await.summary(), "410: This was some time ago");
    gateway.stop().await;
}

#[tokio::test]
async fn an_account_without_credentials_is_completed_by_a_link() {
    let (gateway, edesk) = edesk().await;
    let body = json!({"integration": "edesk", "tenant_id": "acme", "base_url": edesk.url()});
    let (status, started) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!((status, &started["status"]), (StatusCode::CREATED, &json!("connecting")), "{started}");
    let url = link(&gateway, json!({"integrated_account_id": started["id"]})).await;
    let sent = Browser::new().post(&url, &[("credentials.token", &token(&edesk))]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let [account] = &accounts(&gateway).await[..] else { panic!("not one account") };
    assert_eq!((&account["id"], &account["status"]), (&started["id"], &json!("active")));
    gateway.stop().await;
}

#[tokio::test]
async fn a_link_is_good_for_twenty_guesses_and_for_three_at_a_time() {
    let (gateway, edesk) = edesk().await;
    let (url, browser) = (edesk_link(&gateway, &edesk, json!({})).await, Browser::new());
    for guess in 0..20 {
        let refused = browser.post(&url, &[("credentials.token", &format!("guess{guess}"))]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{guess}");
    }
    let spent = browser.post(&url, &[("credentials.token", &token(&edesk))]).await;
    assert_eq!(spent.summary(), "429: This link has been tried too often");
    assert!(accounts(&gateway).await.is_empty());

    let slow = SlowVendor::start().await;
    let url = link(&gateway, json!({"tenant_id": "acme", "integration": "edesk", "base_url": slow.url})).await;
    let post = async || browser.post(&url, &[("credentials.token", "t")]).await;
    let vendor = async {
        let under_way = [slow.request().await, slow.request().await, slow.request().await];
        assert_eq!(browser.post(&url, &[("credentials.token", "t")]).await.summary(), "429: One thing after the other");
        for request in under_way {
            request.answer_with("401 Unauthorized", "{}").await;
        }
    };
    let (first, second, third, ()) = tokio::join!(post(), post(), post(), vendor);
    for page in [first, second, third] {
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn guesses_at_one_account_count_together_by_whatever_ticket() {
    let (gateway, edesk) = edesk().await;
    let body = json!({"integration": "edesk", "tenant_id": "acme", "base_url": edesk.url()});
    let (_, started) = gateway.api(Method::POST, "/integrated-account", body).await;
    let path = format!("/integrated-account/{}", started["id"].as_str().unwrap());
    let (browser, mut tickets) = (Browser::new(), std::collections::BTreeSet::new());
    for guess in 0..=20 {
        gateway.clock.advance(std::time::Duration::from_secs(1));
        let account = gateway.api(Method::GET, &path, Value::Null).await.1;
        let ticket = account["reconnect_url"].as_str().unwrap();
        let answer = browser.post(ticket, &[("credentials.token", &format!("guess{guess}"))]).await;
        let expected = if guess < 20 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(answer.status, expected, "{guess}");
        tickets.insert(ticket.to_owned());
    }
    assert_eq!(tickets.len(), 21);
    gateway.stop().await;
}

#[tokio::test]
async fn a_key_that_nobody_can_check_is_not_said_to_work() {
    let folder = tempfile::tempdir().unwrap();
    let definition = "version: 1\nname: acme\nlabel: Acme\ndescription: An API.\nbase_url: https://acme.example\ncredentials:\n  token: {kind: bearer}\nresources:\n  things:\n    methods:\n      list:\n        request: GET /things\n        documentation: {description: Lists things.}\n";
    std::fs::write(folder.path().join("acme.yaml"), definition).unwrap();
    let path = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(path)).await;
    let url = link(&gateway, json!({"tenant_id": "acme", "integration": "acme"})).await;
    let browser = Browser::new();
    let sent = browser.post(&url, &[("credentials.token", "whatever")]).await;
    let done = browser.get(&format!("{}{}", gateway.url, sent.location.unwrap())).await;
    assert_eq!(done.summary(), "200: Acme is saved");
    assert!(done.body.contains("Acme has not been asked whether it is right"), "{}", done.body);
    gateway.stop().await;
}
