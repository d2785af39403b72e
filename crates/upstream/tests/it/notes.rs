//! Notes of the definition about successful answers.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::acme::{Acme, SECRET, shown};
use crate::vendor::Vendor;

const JSON: &str = "content-type: application/json";

async fn created(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> String {
    let vendor = Vendor::answering(status, headers, body).await;
    shown(&Acme::at(&vendor).call("create_a_acme_report", json!({})).await)
}

#[tokio::test]
async fn an_object_gets_the_note_as_its_last_member() {
    assert_snapshot!(created("200 OK", &[JSON], r#"{ "id": 1.50 }"#).await, @r#"{ "id": 1.50 ,"note":"Not sent by mail."}"#);
    assert_snapshot!(created("200 OK", &[JSON], r#"{"note":"theirs"}"#).await, @r#"{"note":"theirs","tidegate_note":"Not sent by mail."}"#);
    let vendor = Vendor::answering("200 OK", &[JSON], r#"{ "id": 7 }"#).await;
    assert_snapshot!(shown(&Acme::at(&vendor).call("create_a_acme_report", json!({"send": true})).await), @r#"{ "id": 7 }"#);
}

#[tokio::test]
async fn what_is_no_object_gets_the_note_around_it_or_below() {
    assert_snapshot!(created("200 OK", &[JSON], "[1.0]").await, @r#"{"items":[1.0],"note":"Not sent by mail."}"#);
    assert_snapshot!(created("200 OK", &["content-type: text/csv"], "a,b").await, @r#"
    a,b

    [Not sent by mail.]
    "#);
    assert_snapshot!(created("200 OK", &["content-type: application/pdf"], b"%PDF").await, @r#"
    {"note":"Not sent by mail."}
    application/pdf, 4 bytes
    "#);
}

#[tokio::test]
async fn an_empty_answer_gets_the_note_too() {
    assert_snapshot!(created("204 No Content", &[], "").await, @r#"{"ok":true,"note":"Not sent by mail."}"#);
    assert_snapshot!(created("201 Created", &["location: /reports/7"], "").await, @r#"{"id":"7","location":"/reports/7","note":"Not sent by mail."}"#);
}

#[tokio::test]
async fn a_list_says_it_in_its_envelope() {
    let vendor = Vendor::answering("200 OK", &[JSON, "x-limited: true"], r#"{"all":7,"reports":[{"id":1}]}"#).await;
    let acme = Acme::at(&vendor);
    assert_snapshot!(shown(&acme.call("list_all_acme_reports", json!({})).await), @r#"{"result":[{"id":1}],"next_cursor":null,"note":"Only the newest are here (of 7). Archived reports are left out."}"#);
    assert_snapshot!(shown(&acme.call("list_all_acme_reports", json!({"all": true, "limit": 1})).await), @r#"{"result":[{"id":1}],"next_cursor":null,"note":"Only the newest are here (of 7)."}"#);
}

#[tokio::test]
async fn an_answer_with_a_note_keeps_its_limit() {
    let long = json!({"text": "word ".repeat(1_000)}).to_string();
    let answer = created("200 OK", &[JSON], &long).await;
    assert!(answer.chars().count() <= 1_000, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let said = "Not sent by mail. The answer has 5011 characters; its long values were shortened to fit into 1000.";
    assert_eq!((&answer["note"], answer.get("tidegate_note")), (&json!(said), None), "said in one member");
    let theirs = json!({"note": "theirs", "text": "word ".repeat(1_000)}).to_string();
    let answer: Value = serde_json::from_str(&created("200 OK", &[JSON], &theirs).await).unwrap();
    assert_eq!(answer["note"], json!("theirs"));
    assert!(answer["tidegate_note"].as_str().unwrap().starts_with("Not sent by mail. The answer has "));
    let long: Vec<Value> = (0..300).map(|id| json!({"id": id})).collect();
    let vendor = Vendor::answering("200 OK", &[JSON, "x-limited: true"], json!({"reports": long}).to_string()).await;
    let answer = shown(&Acme::at(&vendor).call("list_all_acme_reports", json!({})).await);
    assert!(answer.chars().count() <= 1_000, "{answer}");
    assert!(answer.contains("Only the newest are here (of ). Archived reports are left out. Only "), "{answer}");
}

#[tokio::test]
async fn a_note_beside_a_file_counts() {
    // 1,000 characters are 750 bytes without a note.
    for (bytes, fits) in [(700, true), (740, false)] {
        let answer = created("200 OK", &["content-type: application/pdf"], vec![b'%'; bytes]).await;
        assert_eq!(answer.contains("\napplication/pdf, "), fits, "{answer}");
        assert!(answer.contains("Not sent by mail."), "{answer}");
    }
}

#[tokio::test]
async fn case_j1_a_note_does_not_leak_the_credential() {
    assert_snapshot!(created("200 OK", &[JSON, &format!("x-key: {SECRET}")], "{}").await, @r#"{"note":"Not sent by mail. Key [redacted]."}"#);
}

#[tokio::test]
async fn a_note_about_a_body_too_large_to_look_at_is_silent() {
    let lines = |count: usize| format!("{{\"text\":\"{}\"}}\n", "word ".repeat(100)).repeat(count);
    for (count, said) in [(10, true), (2_500, false)] {
        let vendor = Vendor::answering("200 OK", &["content-type: application/x-ndjson"], lines(count)).await;
        let answer = shown(&Acme::at(&vendor).call("list_all_acme_exports", json!({"limit": 1})).await);
        assert_eq!(answer.contains("There are 10."), said, "{answer}");
        assert!(answer.starts_with(r#"{"result":[{"text":"word "#), "{answer}");
    }
}
