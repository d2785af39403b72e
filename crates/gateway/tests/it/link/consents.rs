//! Tokens that a vendor gives after a person has consented there.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{account, accounts, can_call, connected, consent, consent_link, ended, set_app, vendor_will, with_app};
use crate::link::browser::Browser;
use crate::support::Gateway;

/// How often the vendor was asked for tokens.
async fn exchanges(gateway: &Gateway) -> usize {
    gateway.journal().await.iter().filter(|request| request["path"] == "/oauth/token").count()
}

async fn fault(gateway: &Gateway, mut fault: Value) {
    fault["path_prefix"] = json!("/oauth/token");
    gateway.control(Method::POST, "faults", fault).await;
}

#[tokio::test]
async fn a_person_consents_at_the_vendor_and_the_account_works() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({"redirect_uri": "https://app.example/back"})).await;
    let form = browser.get(&url).await;
    assert_eq!(form.summary(), "200: Connect Sendoso");
    let end = connected(&gateway, &browser, &url).await;
    assert_eq!(end.status, StatusCode::SEE_OTHER, "{}", end.body);
    let id = accounts(&gateway).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(end.location.unwrap(), format!("https://app.example/back?status=connected&integrated_account_id={id}"));
    assert_eq!(account(&gateway, &id).await["status"], "active");
    assert!(can_call(&gateway, &id).await);
    // Whoever comes once more is led there again, in this browser.
    assert!(browser.get(&url).await.next().ends_with(&id));
    assert_eq!(Browser::new().get(&url).await.summary(), "410: This link has been used");
    gateway.stop().await;
}

#[tokio::test]
async fn who_loads_the_way_back_again_for_want_of_an_answer_arrives_all_the_same() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({"redirect_uri": "https://app.example/back"})).await;
    browser.get(&url).await;
    let callback = consent(&gateway, &browser, &url).await;
    // The browser as it was: the answer, with what it says of cookies, is lost.
    let end = browser.lost(&callback).await;
    assert_eq!(browser.get(&callback).await.location, end.location);
    assert_eq!(accounts(&gateway).await.len(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn the_way_back_leads_on_to_an_address_without_code_and_state() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({})).await;
    let end = connected(&gateway, &browser, &url).await;
    let done = end.location.unwrap();
    assert!(done.starts_with("/link/done?") && !done.contains("code=") && !done.contains("state="), "{done}");
    assert_eq!(browser.get(&format!("{}{done}", gateway.url)).await.summary(), "200: Sendoso is connected");
    gateway.stop().await;
}

#[tokio::test]
async fn the_cookie_is_for_this_way_back_alone_and_no_script_reads_it() {
    let (gateway, browser) = with_app().await;
    let leaving = browser.post(&consent_link(&gateway, json!({})).await, &[]).await;
    let [cookie] = &leaving.cookies[..] else { panic!("not one cookie: {:?}", leaving.cookies) };
    assert!(cookie.starts_with("tidegate-consent-"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{cookie}");
    vendor_will(&gateway, "deny").await;
    let callback = Browser::new().get(&leaving.next()).await.location.unwrap();
    assert!(browser.get(&callback).await.cookies[0].contains("Max-Age=0"));
    gateway.stop().await;
}

#[tokio::test]
async fn under_https_no_other_host_can_set_the_cookie() {
    for (public_url, expected) in [("https://gate.example", "__Host-tidegate-consent-"), ("https://gate.example/tide", "tidegate-consent-")]
    {
        let gateway = Gateway::start_with(|config| config.public_url = public_url.parse().unwrap()).await;
        set_app(&gateway).await;
        let url = consent_link(&gateway, json!({})).await;
        let (_, token) = url.split_once(public_url).unwrap();
        let leaving = Browser::new().post(&format!("{}{token}", gateway.url), &[]).await;
        let cookie = &leaving.cookies[0];
        let path = if public_url.ends_with("tide") { "/tide" } else { "/" };
        assert!(cookie.starts_with(expected) && cookie.ends_with("; Secure") && cookie.contains(&format!("; Path={path};")), "{cookie}");
        let callback = format!(
            "redirect_uri={}",
            url::form_urlencoded::byte_serialize(format!("{public_url}/oauth/callback/sendoso").as_bytes()).collect::<String>()
        );
        assert!(leaving.next().contains(&callback), "{}", leaving.next());
        gateway.stop().await;
    }
}

#[tokio::test]
async fn consent_that_is_denied_changes_nothing_and_can_be_tried_again() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({})).await;
    let leaving = browser.post(&url, &[]).await;
    vendor_will(&gateway, "deny").await;
    let callback = Browser::new().get(&leaving.next()).await.location.unwrap();
    let denied = ended(&gateway, &browser, &callback).await;
    assert_eq!(denied.summary(), "403: Not connected");
    assert!(denied.body.contains("not allowed at Sendoso") && !denied.body.contains("says:"), "{}", denied.body);
    assert!(accounts(&gateway).await.is_empty());
    let again = format!("{}{}", gateway.url, denied.retry().unwrap());
    assert_eq!(browser.get(&again).await.summary(), "200: Connect Sendoso");
    assert_eq!(connected(&gateway, &browser, &again).await.status, StatusCode::SEE_OTHER);
    gateway.stop().await;
}

#[tokio::test]
async fn who_connects_nothing_can_go_back_to_the_app_that_learns_why() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({"redirect_uri": "https://app.example/back?a=b"})).await;
    let back = |reason: &str| format!("href=\"https://app.example/back?a=b&amp;status=failed&amp;reason={reason}\"");
    let form = browser.get(&url).await;
    assert!(form.body.contains(&back("cancelled")), "{}", form.body);
    let leaving = browser.post(&url, &[]).await;
    vendor_will(&gateway, "deny").await;
    let callback = Browser::new().get(&leaving.next()).await.location.unwrap();
    let denied = ended(&gateway, &browser, &callback).await;
    assert!(denied.body.contains(&back("access_denied")) && denied.retry().is_some(), "{}", denied.body);
    gateway.clock.advance(Duration::from_secs(3600));
    let expired = browser.get(&url).await;
    assert!(expired.body.contains(&back("link_expired")), "{}", expired.body);
    let without = browser.get(&consent_link(&gateway, json!({})).await).await;
    assert!(!without.body.contains("status=failed"), "{}", without.body);
    gateway.stop().await;
}

#[tokio::test]
async fn access_that_was_not_granted_is_told_of_and_the_account_works_without() {
    let (gateway, browser) = with_app().await;
    let granted = gateway.sandbox.issue_credentials()["access_token"].as_str().unwrap().to_owned();
    let body = json!({"access_token": granted, "token_type": "Bearer", "scope": "public,write,marketplace,smartsend,openid"});
    let less = json!({"kind": "status", "status": 200, "body": body});
    let callback = consent(&gateway, &browser, &consent_link(&gateway, json!({})).await).await;
    fault(&gateway, less.clone()).await;
    let done = browser.get(&format!("{}{}", gateway.url, browser.get(&callback).await.location.unwrap())).await;
    assert_eq!(done.summary(), "200: Sendoso is connected");
    assert!(done.body.contains("did not give all the access") && done.body.contains("<li>Change account details</li>"), "{}", done.body);
    assert!(!done.body.contains("Send gifts"), "{}", done.body);
    assert_eq!(accounts(&gateway).await[0]["status"], "active");
    let url = consent_link(&gateway, json!({"redirect_uri": "https://app.example/back"})).await;
    let callback = consent(&gateway, &browser, &url).await;
    fault(&gateway, less).await;
    let back = browser.get(&callback).await.location.unwrap();
    assert!(back.starts_with("https://app.example/back?status=connected") && back.ends_with("&missing_scope=update"), "{back}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_s_error_is_shown_escaped_and_bounded() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({})).await;
    let leaving = browser.post(&url, &[]).await;
    let state = state_of(&leaving.next());
    let words = format!("%3Cscript%3Ealert(1)%3C%2Fscript%3E%0A{}", "long%20".repeat(2000));
    let callback = format!("{}/oauth/callback/sendoso?state={state}&error=invalid_scope&error_description={words}", gateway.url);
    let page = ended(&gateway, &browser, &callback).await;
    assert_eq!(page.summary(), "502: Not connected");
    assert!(page.body.contains("invalid_scope: &lt;script&gt;alert(1)"), "{}", page.body);
    assert!(page.body.len() < 5000, "{} bytes", page.body.len());
    gateway.stop().await;
}

#[tokio::test]
async fn a_state_works_once() {
    let (gateway, browser) = with_app().await;
    let callback = consent(&gateway, &browser, &consent_link(&gateway, json!({})).await).await;
    let first = browser.get(&callback).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let replayed = ended(&gateway, &browser, &callback).await;
    assert_eq!(replayed.status, StatusCode::BAD_REQUEST);
    assert_eq!((accounts(&gateway).await.len(), exchanges(&gateway).await), (1, 1));
    gateway.stop().await;
}

#[tokio::test]
async fn a_state_that_was_never_given_out_is_refused_even_with_its_cookie_replayed() {
    let (gateway, browser) = with_app().await;
    let leaving = browser.post(&consent_link(&gateway, json!({})).await, &[]).await;
    let state = state_of(&leaving.next());
    // The cookie is found by the beginning of the state.
    let forged = format!("{}{}", &state[..10], "A".repeat(33));
    let callback = format!("{}/oauth/callback/sendoso?code=c&state={forged}", gateway.url);
    assert_eq!(ended(&gateway, &browser, &callback).await.summary(), "400: This way back is closed");
    assert_eq!(
        ended(&gateway, &browser, &format!("{}/oauth/callback/sendoso?code=c", gateway.url)).await.summary(),
        "400: This is not the way back"
    );
    assert_eq!(exchanges(&gateway).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn another_browser_cannot_come_back_nor_spoil_it_for_the_one_that_left() {
    let (gateway, browser) = with_app().await;
    let callback = consent(&gateway, &browser, &consent_link(&gateway, json!({})).await).await;
    let theirs = Browser::new();
    assert_eq!(ended(&gateway, &theirs, &callback).await.summary(), "400: You began in another browser");
    // One that has left with something of its own.
    let own = consent(&gateway, &theirs, &consent_link(&gateway, json!({})).await).await;
    assert_eq!(ended(&gateway, &theirs, &callback).await.summary(), "400: You began in another browser");
    assert_eq!(exchanges(&gateway).await, 0);
    assert_eq!(browser.get(&callback).await.status, StatusCode::SEE_OTHER);
    assert_eq!(theirs.get(&own).await.status, StatusCode::SEE_OTHER);
    gateway.stop().await;
}

#[tokio::test]
async fn several_consents_in_one_browser_do_not_get_in_each_other_s_way() {
    let (gateway, browser) = with_app().await;
    let first = consent(&gateway, &browser, &consent_link(&gateway, json!({"tenant_id": "one"})).await).await;
    let second = consent(&gateway, &browser, &consent_link(&gateway, json!({"tenant_id": "two"})).await).await;
    assert_eq!(browser.get(&first).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&second).await.status, StatusCode::SEE_OTHER);
    let tenants: Vec<Value> = accounts(&gateway).await.iter().map(|account| account["tenant_id"].clone()).collect();
    assert!(tenants.contains(&json!("one")) && tenants.contains(&json!("two")), "{tenants:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn whoever_takes_longer_than_ten_minutes_begins_again() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({})).await;
    let callback = consent(&gateway, &browser, &url).await;
    gateway.clock.advance(Duration::from_secs(600));
    let late = ended(&gateway, &browser, &callback).await;
    assert_eq!(late.summary(), "400: That took too long");
    assert_eq!(exchanges(&gateway).await, 0);
    let again = format!("{}{}", gateway.url, late.retry().unwrap());
    assert_eq!(connected(&gateway, &browser, &again).await.status, StatusCode::SEE_OTHER);
    gateway.stop().await;
}

#[tokio::test]
async fn a_link_that_expires_while_its_person_is_at_the_vendor_still_connects() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({"expires_in": 60})).await;
    let callback = consent(&gateway, &browser, &url).await;
    gateway.clock.advance(Duration::from_secs(120));
    assert_eq!(browser.get(&url).await.summary(), "410: This link has expired");
    assert_eq!(browser.get(&callback).await.status, StatusCode::SEE_OTHER);
    gateway.stop().await;
}

#[tokio::test]
async fn of_two_who_consent_by_one_link_the_first_is_connected() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({})).await;
    let other = Browser::new();
    let (first, second) = (consent(&gateway, &browser, &url).await, consent(&gateway, &other, &url).await);
    assert_eq!(other.get(&second).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ended(&gateway, &browser, &first).await.summary(), "410: This link has been used");
    assert_eq!(accounts(&gateway).await.len(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_way_back_without_a_code_is_told() {
    let (gateway, browser) = with_app().await;
    let leaving = browser.post(&consent_link(&gateway, json!({})).await, &[]).await;
    let callback = format!("{}/oauth/callback/sendoso?state={}", gateway.url, state_of(&leaving.next()));
    let page = ended(&gateway, &browser, &callback).await;
    assert_eq!(page.summary(), "400: Not connected");
    assert!(page.retry().is_some());
    gateway.stop().await;
}

#[tokio::test]
async fn a_token_endpoint_that_answers_otherwise_is_told_and_nothing_is_stored() {
    let html = json!({"kind": "status", "status": 200, "headers": {"content-type": "text/html"}, "body": "<html><body>Wait a moment</body></html>"});
    let cases = [
        (html, "do not understand each other", false),
        (json!({"kind": "status", "status": 503}), "no usable answer just now", true),
        (json!({"kind": "close_before_answer"}), "no usable answer just now", true),
        (json!({"kind": "close_mid_body"}), "no usable answer just now", true),
        (json!({"kind": "garbage"}), "do not understand each other", false),
        (json!({"kind": "status", "status": 400, "body": {"error": "invalid_grant"}}), "did not accept that you had just allowed", true),
        (json!({"kind": "status", "status": 401, "body": {"error": "invalid_client"}}), "do not understand each other", false),
        (json!({"kind": "status", "status": 302, "headers": {"location": "https://evil.example/"}}), "do not understand each other", false),
    ];
    let (gateway, browser) = with_app().await;
    for (wrong, expected, can_retry) in cases {
        let callback = consent(&gateway, &browser, &consent_link(&gateway, json!({})).await).await;
        fault(&gateway, wrong.clone()).await;
        let page = ended(&gateway, &browser, &callback).await;
        assert_eq!(page.summary(), "502: Not connected", "{wrong}");
        assert!(page.body.contains(expected), "{wrong}: {}", page.body);
        assert_eq!(page.retry().is_some(), can_retry, "{wrong}");
        assert!(accounts(&gateway).await.is_empty(), "{wrong}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_code_that_is_not_the_vendor_s_is_refused_by_the_vendor() {
    let (gateway, browser) = with_app().await;
    let leaving = browser.post(&consent_link(&gateway, json!({})).await, &[]).await;
    let callback = format!("{}/oauth/callback/sendoso?state={}&code=code-sentinel", gateway.url, state_of(&leaving.next()));
    let page = ended(&gateway, &browser, &callback).await;
    assert_eq!(page.summary(), "502: Not connected");
    assert!(page.body.contains("did not accept") && !page.body.contains("code-sentinel"), "{}", page.body);
    gateway.stop().await;
}

#[tokio::test]
async fn an_app_that_is_gone_meanwhile_is_told() {
    let (gateway, browser) = with_app().await;
    let url = consent_link(&gateway, json!({})).await;
    let callback = consent(&gateway, &browser, &url).await;
    let (status, _) = gateway.api(Method::DELETE, "/integration/sendoso/oauth-app", Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(ended(&gateway, &browser, &callback).await.summary(), "409: This link cannot be used now");
    assert_eq!(browser.get(&url).await.summary(), "409: This link cannot be used now");
    assert_eq!(exchanges(&gateway).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn an_app_that_is_another_meanwhile_gets_no_tokens() {
    let (gateway, browser) = with_app().await;
    let callback = consent(&gateway, &browser, &consent_link(&gateway, json!({})).await).await;
    gateway.api(Method::PUT, "/integration/sendoso/oauth-app", json!({"client_id": "other", "client_secret": "s"})).await;
    assert_eq!(ended(&gateway, &browser, &callback).await.summary(), "502: Not connected");
    assert!(accounts(&gateway).await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_off_by_a_year_does_not_keep_an_account_from_working() {
    let (gateway, browser) = with_app().await;
    gateway.clock.advance(Duration::from_secs(365 * 24 * 3600));
    let end = connected(&gateway, &browser, &consent_link(&gateway, json!({})).await).await;
    assert_eq!(end.status, StatusCode::SEE_OTHER, "{}", end.body);
    let id = accounts(&gateway).await[0]["id"].as_str().unwrap().to_owned();
    assert!(can_call(&gateway, &id).await);
    gateway.stop().await;
}

#[tokio::test]
async fn only_the_scopes_that_the_account_will_be_used_for_are_asked_for() {
    let (gateway, browser) = with_app().await;
    let all = browser.post(&consent_link(&gateway, json!({})).await, &[]).await.next();
    let url = consent_link(&gateway, json!({"config": {"methods": ["read"], "tags": ["marketplace"]}})).await;
    let some = browser.post(&url, &[]).await.next();
    assert_eq!(scopes(&some), ["marketplace"]);
    assert!(scopes(&all).len() > 1 && !scopes(&all).contains(&"scim".to_owned()), "{all}");
    let form = browser.get(&url).await;
    assert!(form.body.contains("Browse and send marketplace products") && !form.body.contains("Send gifts in your name"), "{}", form.body);
    gateway.stop().await;
}

fn state_of(url: &str) -> String {
    value(url, "state")
}

fn scopes(url: &str) -> Vec<String> {
    value(url, "scope").split(' ').map(str::to_owned).collect()
}

fn value(url: &str, wanted: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(name, _)| name == wanted).unwrap_or_else(|| panic!("no {wanted} in {url}")).1.into_owned()
}
