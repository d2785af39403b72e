//! Successful answers that are no lists.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::acme::{Acme, SECRET, shown};
use crate::vendor::Vendor;

const JSON: &str = "content-type: application/json";

async fn got(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> String {
    let vendor = Vendor::answering(status, headers, body).await;
    shown(&Acme::at(&vendor).get().await)
}

async fn created(status: &str, headers: &[&str], body: &str) -> String {
    let vendor = Vendor::answering(status, headers, body).await;
    shown(&Acme::at(&vendor).create().await)
}

async fn note(body: &str) -> String {
    let vendor = Vendor::answering("200 OK", &[JSON], body).await;
    shown(&Acme::at(&vendor).call("get_single_acme_note_by_id", json!({"id": "1"})).await)
}

#[tokio::test]
async fn json_is_passed_on_as_the_vendor_wrote_it() {
    let odd = "{ \"id\" : 12345678901234567890123, \"a\":1,\"a\":2 }\n";
    assert_eq!(got("200 OK", &[JSON], odd).await, odd);
}

#[tokio::test]
async fn a_created_record_without_a_body_is_named_by_its_location() {
    assert_snapshot!(created("201 Created", &["location: https://u:p@api.acme.example/v1/things/7?x=1#y"], "").await, @r#"{"id":"7","location":"https://api.acme.example/v1/things/7"}"#);
    assert_snapshot!(created("201 Created", &["location: /things/a%20b/"], "").await, @r#"{"id":"a b","location":"/things/a%20b/"}"#);
    assert_snapshot!(created("201 Created", &[], "").await, @r#"{"ok":true}"#);
    assert_snapshot!(created("202 Accepted", &["location: /jobs/9"], "").await, @r#"{"ok":true,"location":"/jobs/9"}"#);
    assert_snapshot!(created("201 Created", &["location: /things/7", JSON], r#"{"id":7}"#).await, @r#"{"id":7}"#);
}

#[tokio::test]
async fn case_j1_a_location_that_repeats_the_key_does_not_leak_it() {
    let location = format!("location: /things/{SECRET}?key={SECRET}");
    let vendor = Vendor::answering("201 Created", &[&location], "").await;
    // `Acme::call` asserts that no outcome holds the secret.
    assert_snapshot!(shown(&Acme::at(&vendor).with_api_key_in_query().create().await), @r#"{"id":"[redacted]","location":"/things/[redacted]"}"#);
    assert!(vendor.requests()[0].contains(SECRET));
}

#[tokio::test]
async fn a_binary_answer_that_no_model_can_take_is_named_and_not_given() {
    let (fits, too_long) = (vec![0; 75_000], vec![0; 75_001]);
    assert_snapshot!(got("200 OK", &["content-type: application/zip"], &fits).await, @"application/zip, 75000 bytes");
    assert_snapshot!(got("200 OK", &["content-type: application/zip"], &too_long).await, @r#"{"source":"tidegate","code":"too_large","status":200,"message":"the vendor's answer is 75001 bytes of application/zip, which is more than can be passed on","hint":"Calling again will not help. Ask for a smaller part, or tell the person where to find it at the vendor."}"#);
    let vendor = Vendor::answering("201 Created", &["content-type: application/zip", "location: /things/7"], &too_long).await;
    assert_snapshot!(shown(&Acme::at(&vendor).create().await), @r#"{"id":"7","location":"/things/7","note":"The vendor carried this out and answered with 75001 bytes of application/zip, which is more than can be passed on. Do not repeat it."}"#);
}

#[tokio::test]
async fn an_answer_without_a_body_is_ok() {
    assert_eq!(got("204 No Content", &[], "").await, r#"{"ok":true}"#);
    assert_eq!(got("200 OK", &[JSON], " \r\n").await, r#"{"ok":true}"#);
}

#[tokio::test]
async fn plain_text_stays_plain_text() {
    assert_eq!(got("200 OK", &["content-type: text/csv"], "id,name\n7,x\n").await, "id,name\n7,x\n");
    assert_eq!(got("200 OK", &["content-type: text/plain; charset=latin1"], b"caf\xe9").await, "café");
    assert_eq!(got("200 OK", &[JSON], b"{\"a\":\"\xff\"}").await, "{\"a\":\"\u{fffd}\"}");
}

#[tokio::test]
async fn what_is_not_text_is_given_as_bytes_with_its_type() {
    assert_snapshot!(got("200 OK", &["content-type: application/pdf; name=x"], b"%PDF-1.7\xff").await, @"application/pdf, 9 bytes");
    assert_snapshot!(got("200 OK", &[], b"\x89PNG\xff").await, @"application/octet-stream, 5 bytes");
}

#[tokio::test]
async fn a_declared_part_of_the_answer_is_passed_on_alone() {
    assert_eq!(note(r#"{"data":{"note":{ "id":7.0 }},"meta":{}}"#).await, r#"{ "id":7.0 }"#);
    assert_eq!(note(r#"{"message":"moved"}"#).await, r#"{"message":"moved"}"#);
    assert_eq!(note("not json").await, "not json");
}

#[tokio::test]
async fn case_d2_a_long_answer_is_bounded_and_says_so() {
    let long = json!({"id": 7, "body": "word ".repeat(5_000)}).to_string();
    let short = note(&long).await;
    assert!(short.chars().count() <= 2_000);
    let short: Value = serde_json::from_str(&short).unwrap();
    assert_eq!(short["id"], json!(7));
    assert_snapshot!(short["note"].as_str().unwrap(), @"The answer has 25018 characters; its long values were shortened to fit into 2000.");
}

#[tokio::test]
async fn case_d3_encoded_data_is_left_out_whole_rather_than_cut() {
    let long = json!({"name": "a.pdf", "content": "QUJD".repeat(5_000)}).to_string();
    let short: Value = serde_json::from_str(&note(&long).await).unwrap();
    assert_snapshot!(short["content"].as_str().unwrap(), @"[20000 characters of encoded data left out]");
}

#[tokio::test]
async fn a_long_answer_of_many_small_items_keeps_whole_ones() {
    let items: Vec<Value> = (0..1_000).map(|id| json!({"id": id, "name": "x, y"})).collect();
    let short = note(&json!(items).to_string()).await;
    assert!(short.chars().count() <= 2_000);
    let (kept, note) = short.split_once("\n\n").unwrap();
    let kept: Vec<Value> = serde_json::from_str(kept).unwrap();
    assert_eq!(kept[..], items[..kept.len()]);
    assert_snapshot!(note, @"[The answer was cut: 73 of its 1000 items are shown. Ask for less with narrower arguments.]");
}

#[tokio::test]
async fn a_long_answer_that_is_not_long_by_its_strings_loses_its_end() {
    let numbers = json!({"numbers": (0..5_000).collect::<Vec<_>>()}).to_string();
    let short = note(&numbers).await;
    assert!(short.chars().count() <= 2_000);
    let (kept, note) = short.split_once("\n\n").unwrap();
    assert!(numbers.starts_with(kept));
    assert_snapshot!(note, @"[The answer was cut: 1750 of its 23903 characters are shown. Ask for less with narrower arguments, or for single parts with another tool.]");
}

#[tokio::test]
async fn the_usual_limit_counts_characters_and_not_bytes() {
    let umlauts = "ä".repeat(100_000);
    assert_eq!(got("200 OK", &["content-type: text/plain"], &umlauts).await, umlauts);
    let longer = got("200 OK", &["content-type: text/plain"], format!("{umlauts}ä")).await;
    assert!(longer.chars().count() <= 100_000 && longer.ends_with("another tool.]"));
}
