//! Redirects that are answers.

use insta::assert_snapshot;
use serde_json::json;

use crate::acme::{Acme, SECRET, shown};
use crate::vendor::Vendor;

async fn recording(status: &str, headers: &[&str], body: &str) -> String {
    let vendor = Vendor::answering(status, headers, body).await;
    let shown = shown(&Acme::at(&vendor).call("get_single_acme_recording_by_id", json!({"id": "7"})).await);
    assert_eq!(vendor.requests().len(), 1, "nothing is followed");
    shown.replace(&vendor.url, "https://api.acme.example")
}

#[tokio::test]
async fn the_link_is_the_answer_with_its_signature_and_without_our_credential() {
    let link = "location: https://files.example/7.mp3?sig=a%2Fb&exp=9#t";
    assert_snapshot!(recording("302 Found", &[link], "moved").await, @r#"{"location":"https://files.example/7.mp3?sig=a%2Fb&exp=9#t"}"#);
    assert_snapshot!(recording("307 Temporary Redirect", &["location: /files/7.mp3?sig=1"], "").await, @r#"{"location":"https://api.acme.example/files/7.mp3?sig=1"}"#);
    assert_snapshot!(recording("303 See Other", &[&format!("location: https://files.example/?token={SECRET}")], "").await, @r#"{"location":"https://files.example/?token=[redacted]"}"#);
}

#[tokio::test]
async fn other_answers_are_read_as_ever() {
    assert_snapshot!(recording("200 OK", &["content-type: application/json"], r#"{"id":7}"#).await, @r#"{"id":7}"#);
    assert_snapshot!(recording("304 Not Modified", &[], "").await, @r#"{"source":"vendor","code":"vendor_error","status":304,"message":"the vendor answered 304 Not Modified","hint":"Redirects are not followed. A person has to correct the base URL of the account or the definition."}"#);
    assert_snapshot!(recording("404 Not Found", &["location: /elsewhere"], "").await, @r#"{"source":"vendor","code":"not_found","status":404,"message":"the vendor answered 404 Not Found","hint":"Check the ids in the arguments: take them from a list tool instead of guessing them."}"#);
}

#[tokio::test]
async fn a_redirect_that_leads_to_no_page_stays_a_refusal() {
    let long = format!("location: https://files.example/{}", "x".repeat(1_000));
    for (status, location) in [
        ("300 Multiple Choices", "location: https://files.example/7.mp3"),
        ("304 Not Modified", "location: https://files.example/7.mp3"),
        ("305 Use Proxy", "location: https://files.example/7.mp3"),
        ("302 Found", "location: javascript:alert(1)"),
        ("302 Found", "location: file:///etc/passwd"),
        ("302 Found", "location: data:text/html,x"),
        ("302 Found", "location: https://"),
        ("302 Found", &long),
    ] {
        let refused = recording(status, &[location], "").await;
        assert!(refused.starts_with(r#"{"source":"vendor","code":"vendor_error","status":30"#), "{status} {location}: {refused}");
    }
}
