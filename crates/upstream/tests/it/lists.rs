//! Lists in their envelope. That cursors lose and repeat nothing is property-tested beside the code.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::acme::{Acme, code, shown};
use crate::vendor::Vendor;

const JSON: &str = "content-type: application/json";

async fn listed(tool: &str, arguments: Value, headers: &[&str], body: &str) -> String {
    let vendor = Vendor::answering("200 OK", headers, body).await;
    shown(&Acme::at(&vendor).call(tool, arguments).await)
}

async fn things(arguments: Value, body: &str) -> String {
    listed("list_all_acme_things", arguments, &[JSON], body).await
}

async fn events(body: &str) -> String {
    listed("list_all_acme_events", json!({}), &[JSON], body).await
}

#[tokio::test]
async fn records_keep_their_spelling_and_a_full_page_has_a_next_one() {
    let body = r#"{"page":1,"total":5,"things":[{ "id" : 1.0 },{"id":2,"x":"\u00e4"}]}"#;
    assert_snapshot!(things(json!({"limit": 2}), body).await, @r#"{"result":[{ "id" : 1.0 },{"id":2,"x":"\u00e4"}],"next_cursor":"page=2&size=2"}"#);
    assert_snapshot!(things(json!({"limit": 2, "next_cursor": "page=3&size=2"}), r#"{"total":5,"things":[{"id":5}]}"#).await, @r#"{"result":[{"id":5}],"next_cursor":null}"#);
}

#[tokio::test]
async fn a_vendor_that_sends_more_than_was_asked_for_is_continued_where_it_was_cut() {
    assert_snapshot!(things(json!({"limit": 1}), r#"{"total":2,"things":[{"id":1},{"id":2}]}"#).await, @r#"{"result":[{"id":1}],"next_cursor":"page=1&size=1&skip=1"}"#);
}

#[tokio::test]
async fn a_bare_array_an_object_and_nothing_are_lists_too() {
    assert_snapshot!(events(r#" [ 1, "b", {} ] "#).await, @r#"{"result":[1,"b",{}],"next_cursor":null}"#);
    assert_snapshot!(events(r#" {"id": 7} "#).await, @r#"{"result":[{"id": 7}],"next_cursor":null}"#);
    assert_snapshot!(events("null").await, @r#"{"result":[],"next_cursor":null}"#);
    assert_snapshot!(events("").await, @r#"{"result":[],"next_cursor":null}"#);
    assert_snapshot!(things(json!({}), r#"{"things":{"id":7}}"#).await, @r#"{"result":[{"id":7}],"next_cursor":null}"#);
    assert_snapshot!(things(json!({}), r#"{"things":null}"#).await, @r#"{"result":[],"next_cursor":null}"#);
}

#[tokio::test]
async fn an_answer_without_the_declared_records_says_what_it_has_instead() {
    assert_snapshot!(things(json!({}), r#"{"success":false,"data":[]}"#).await, @r#"{"result":[],"next_cursor":null,"note":"The vendor's answer has no `things`; it has: success, data."}"#);
}

#[tokio::test]
async fn the_vendors_cursor_is_found_wherever_it_is() {
    let page = |after: &str| format!(r#"{{"data":{{"items":[1]}},"paging":{{"after":{after}}}}}"#);
    for (after, expected) in [
        (r#""a/b+""#, json!("after=a%2Fb%2B")),
        ("17", json!("after=17")),
        ("null", json!(null)),
        (r#""""#, json!(null)),
        ("false", json!(null)),
    ] {
        let list: Value = serde_json::from_str(&listed("list_all_acme_pages", json!({}), &[JSON], &page(after)).await).unwrap();
        assert_eq!(list["next_cursor"], expected, "{after}");
    }
}

#[tokio::test]
async fn a_cursor_that_is_too_long_to_come_back_is_left_out_with_a_note() {
    let page = |length| json!({"data": {"items": [1]}, "paging": {"after": "x".repeat(length)}}).to_string();
    let longest = listed("list_all_acme_pages", json!({}), &[JSON], &page(8_000 - "after=".len())).await;
    assert!(longest.contains("after=xxx") && !longest.contains("note"));
    assert_snapshot!(listed("list_all_acme_pages", json!({}), &[JSON], &page(8_001)).await, @r#"{"result":[1],"next_cursor":null,"note":"There are more records, but the vendor's cursor for them is too long to be passed on."}"#);
}

#[tokio::test]
async fn the_next_link_may_stand_in_any_of_several_headers() {
    let headers =
        [JSON, r#"link: <https://api.acme.example/links?p=1>; rel="prev""#, r#"link: <https://api.acme.example/links?p=3>; rel="next""#];
    assert_snapshot!(listed("list_all_acme_links", json!({}), &headers, "[1]").await, @r#"{"result":[1],"next_cursor":"query=p%3D3"}"#);
}

#[tokio::test]
async fn case_d2_a_long_list_keeps_whole_records_and_continues_after_them() {
    let record = |id: usize| json!({"id": id, "text": "x".repeat(300)});
    let all: Vec<Value> = (0..20).map(record).collect();
    let text = events(&json!(all).to_string()).await;
    assert!(text.chars().count() <= 2_000);
    let list: Value = serde_json::from_str(&text).unwrap();
    let given = list["result"].as_array().unwrap();
    assert_eq!(given[..], all[..given.len()]);
    assert_eq!(list["next_cursor"], json!(format!("skip={}", given.len())));
    assert_snapshot!(list["note"].as_str().unwrap(), @"Only 5 of 20 records are shown, because an answer may have 2000 characters. Call again with this next_cursor for the others.");
}

#[tokio::test]
async fn case_d3_a_single_record_that_is_too_long_is_shortened_and_the_list_goes_on() {
    let all = json!([{"id": 1, "file": "QUJD".repeat(5_000)}, {"id": 2}]);
    assert_snapshot!(events(&all.to_string()).await, @r#"{"result":[{"id":1,"file":"[20000 characters of encoded data left out]"}],"next_cursor":"skip=1","note":"This record was too long and is shown shortened."}"#);
}

#[tokio::test]
async fn an_answer_that_cannot_be_a_list_is_a_failure() {
    assert_snapshot!(listed("list_all_acme_things", json!({}), &["content-type: text/html"], "<html>Sign in</html>").await, @r#"{"source":"vendor","code":"vendor_error","status":200,"message":"the vendor's answer should be a list of records, but is not JSON (expected value at line 1 column 1)","hint":"Calling again will hardly help. A person has to check the base URL of the account."}"#);
    assert_snapshot!(listed("list_all_acme_things", json!({}), &["content-type: image/png"], "PNG").await, @r#"{"source":"vendor","code":"vendor_error","status":200,"message":"the vendor's answer should be a list of records, but is of type image/png","hint":"Calling again will hardly help. A person has to check the base URL of the account."}"#);
    let vendor = Vendor::answering("200 OK", &[JSON], r#"{"things":[1,2"#).await;
    assert_eq!(code(&Acme::at(&vendor).list().await), "vendor_error");
}

async fn export(content_type: &str, body: &str, arguments: Value) -> String {
    let vendor = Vendor::answering("200 OK", &[&format!("content-type: {content_type}")], body).await;
    shown(&Acme::at(&vendor).call("list_all_acme_exports", arguments).await)
}

#[tokio::test]
async fn lines_of_json_are_a_list_like_any_other() {
    let lines = "{\"id\":1.0}\r\n\r\n{ \"id\": 2 }\n";
    for content_type in ["application/x-jsonlines", "application/x-ndjson; charset=utf-8", "application/jsonl", "text/plain"] {
        let all = export(content_type, lines, json!({})).await;
        assert_eq!(all, r#"{"result":[{"id":1.0},{ "id": 2 }],"next_cursor":null,"note":"There are 2."}"#, "{content_type}");
    }
    let first: Value = serde_json::from_str(&export("application/jsonl", lines, json!({"limit": 1})).await).unwrap();
    assert_eq!(first["result"], json!([{"id": 1.0}]));
    let next = json!({"next_cursor": first["next_cursor"]});
    let rest: Value = serde_json::from_str(&export("application/jsonl", lines, next).await).unwrap();
    assert_eq!((&rest["result"], &rest["next_cursor"]), (&json!([{"id": 2}]), &Value::Null));
    assert_snapshot!(export("application/jsonl", "", json!({})).await, @r#"{"result":[],"next_cursor":null}"#);
}

#[tokio::test]
async fn a_broken_line_is_told_and_no_line_at_all_is_a_failure() {
    assert_snapshot!(export("application/jsonl", "{\"id\":1}\n{\"id\":", json!({})).await, @r#"{"result":[{"id":1}],"next_cursor":null,"note":"Line 2 of the vendor's answer is no JSON and was left out."}"#);
    assert_snapshot!(export("text/html", "<html>\nback soon</html>", json!({})).await, @r#"{"source":"vendor","code":"vendor_error","status":200,"message":"the vendor's answer should be a list of records, but is not JSON Lines (line 1 is no JSON)","hint":"Calling again will hardly help. A person has to check the base URL of the account."}"#);
}

#[tokio::test]
async fn without_pagination_an_object_is_a_list_of_one_and_a_wrapper_is_taken_off() {
    let wrapped = async |tool: &str, body: &str| listed(tool, json!({}), &[JSON], body).await;
    assert_snapshot!(wrapped("list_all_acme_wrapped", r#"{"data": {"id":1.0}}"#).await, @r#"{"result":[{"id":1.0}],"next_cursor":null}"#);
    assert_snapshot!(wrapped("list_all_acme_wrapped", r#"{"data": [{"id":1.0}, 2]}"#).await, @r#"{"result":[{"id":1.0},2],"next_cursor":null}"#);
    assert_snapshot!(wrapped("list_all_acme_wrapped", r#"{"data": null}"#).await, @r#"{"result":[],"next_cursor":null}"#);
    assert_snapshot!(wrapped("list_all_acme_events", r#"{"id":1.0}"#).await, @r#"{"result":[{"id":1.0}],"next_cursor":null}"#);
    assert_snapshot!(wrapped("acme_wrapped_latest", r#"{"data": {"id":1.0}}"#).await, @r#"{"id":1.0}"#);
    assert_snapshot!(wrapped("acme_wrapped_latest", r#"{"data": null}"#).await, @"null");
    assert_snapshot!(wrapped("acme_wrapped_latest", r#"{"other": 1}"#).await, @r#"{"other": 1}"#);
}
