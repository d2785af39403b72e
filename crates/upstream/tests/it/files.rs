//! Files that stand in answers as base64.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use insta::assert_snapshot;
use serde_json::{Value, json};
use upstream::{Answer, FileContent};

use crate::acme::{Acme, shown};
use crate::vendor::Vendor;

const JSON: &str = "content-type: application/json";

async fn letter(body: impl AsRef<[u8]>) -> String {
    let vendor = Vendor::answering("200 OK", &[JSON], body).await;
    shown(&Acme::at(&vendor).call("get_single_acme_letter_by_id", json!({"id": "1"})).await)
}

async fn letters(body: Value, arguments: Value) -> String {
    let vendor = Vendor::answering("200 OK", &[JSON], body.to_string()).await;
    shown(&Acme::at(&vendor).call("list_all_acme_letters", arguments).await)
}

/// Bytes that are neither text nor like any other file's.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + length) as u8 | 0x80).collect()
}

fn base64(length: usize) -> String {
    STANDARD.encode(bytes(length))
}

fn attachment(name: &str, media_type: &str, data: impl Into<Value>) -> Value {
    json!({"name": name, "type": media_type, "body": {"data": data.into()}})
}

#[tokio::test]
async fn files_are_taken_out_and_everything_else_stays_as_it_is_written() {
    let (pdf, stamp) = (base64(90), base64(60).replace('/', "\\/"));
    let body = format!(
        r#"{{"letter": {{ "n": 1.50, "stamp" : "{stamp}", "attachments":[{{"name": "a \"b\".pdf", "type":"application/pdf","body":{{"data":"{pdf}"}}}}] , "n":2}}}}"#
    );
    assert_snapshot!(letter(body).await, @r#"
    { "n": 1.50, "stamp" : "[file 1 below: image/png, 60 bytes]", "attachments":[{"name": "a \"b\".pdf", "type":"application/pdf","body":{"data":"[file 2 below: a \"b\".pdf, application/pdf, 90 bytes]"}}] , "n":2}
    image/png, 60 bytes
    a "b".pdf, application/pdf, 90 bytes
    "#);
}

#[tokio::test]
async fn a_file_arrives_byte_for_byte_however_its_base64_is_written() {
    let expected = bytes(100);
    let lines: Vec<String> = base64(100).as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
    let written = [
        STANDARD.encode(&expected),
        STANDARD_NO_PAD.encode(&expected),
        URL_SAFE.encode(&expected),
        lines.join("\r\n"),
        format!("data:image/gif;base64,{}", STANDARD.encode(&expected)),
    ];
    let attachments: Vec<Value> = written.into_iter().map(|data| attachment("x", "image/png", data)).collect();
    let vendor = Vendor::answering("200 OK", &[JSON], json!({"letter": {"attachments": attachments}}).to_string()).await;
    let outcome = Acme::at(&vendor).call("get_single_acme_letter_by_id", json!({"id": "1"})).await;
    let Ok(Answer::WithFiles { files, .. }) = outcome.result else { panic!("{outcome:?}") };
    for file in &files {
        assert_eq!(file.content, FileContent::Bytes(expected.clone().into()));
    }
    let types: Vec<&str> = files.iter().map(|file| file.media_type.as_str()).collect();
    assert_eq!(types, ["image/png", "image/png", "image/png", "image/png", "image/gif"]);
}

#[tokio::test]
async fn a_file_of_a_text_type_is_given_as_text() {
    let csv = STANDARD.encode("id,name\n1,café\n2,an apple and some more words\n");
    let broken = STANDARD.encode([b"caf\xe9".as_slice(), &[b'x'; 46]].concat());
    let attachments = json!([attachment("a.csv", "Text/CSV; charset=utf-8", csv), attachment("b.txt", "text/plain", broken)]);
    assert_snapshot!(letter(json!({"letter": {"attachments": attachments}}).to_string()).await, @r#"
    {"attachments":[{"name":"a.csv","type":"Text/CSV; charset=utf-8","body":{"data":"[file 1 below: a.csv, text/csv, 47 bytes]"}},{"name":"b.txt","type":"text/plain","body":{"data":"[file 2 below: b.txt, text/plain, 50 bytes]"}}]}
    a.csv, text/csv: id,name
    1,café
    2,an apple and some more words

    b.txt, text/plain, 50 bytes
    "#);
}

#[tokio::test]
async fn what_is_no_base64_or_hardly_any_stays_as_it_is() {
    let values = [
        json!("N/A"),
        json!(""),
        json!(null),
        json!(7),
        json!({"x": 1}),
        json!("no file, because it is too large to be shown here"),
        json!("5f2b".repeat(32)),
        json!(base64(300).split_at(101).0),
    ];
    for value in values {
        let letter_with = json!({"attachments": [attachment("x", "application/pdf", value)]}).to_string();
        assert_eq!(letter(format!(r#"{{"letter":{letter_with}}}"#)).await, letter_with);
    }
    for odd in [r#"{"attachments":null}"#, r#"{"attachments":[[],7,{"body":[]}]}"#, "[1]", r#""x""#] {
        assert_eq!(letter(format!(r#"{{"letter":{odd}}}"#)).await, odd);
    }
    assert_eq!(letter("not json").await, "not json");
}

#[tokio::test]
async fn a_single_thing_in_place_of_a_list_is_a_list_of_one_and_an_unknown_type_is_the_declared_one() {
    let body = json!({"letter": {"attachments": attachment("x", "no type", base64(60))}});
    assert_snapshot!(letter(body.to_string()).await, @r#"
    {"attachments":{"name":"x","type":"no type","body":{"data":"[file 1 below: x, application/zip, 60 bytes]"}}}
    x, application/zip, 60 bytes
    "#);
}

#[tokio::test]
async fn case_d3_a_file_that_does_not_fit_is_left_out_whole_and_the_next_ones_are_given() {
    let attachments = [attachment("large", "image/png", base64(3_000)), attachment("small", "image/png", base64(300))];
    assert_snapshot!(letter(json!({"letter": {"attachments": attachments}}).to_string()).await, @r#"
    {"attachments":[{"name":"large","type":"image/png","body":{"data":"[left out, too large to be given: large, image/png, 3000 bytes]"}},{"name":"small","type":"image/png","body":{"data":"[file 1 below: small, image/png, 300 bytes]"}}]}
    small, image/png, 300 bytes
    "#);
}

#[tokio::test]
async fn text_goes_before_files() {
    let body = json!({"letter": {"text": "word ".repeat(1_000), "stamp": base64(60)}}).to_string();
    let short: Value = serde_json::from_str(&letter(body).await).unwrap();
    assert_eq!(short["stamp"], "[left out, too large to be given: image/png, 60 bytes]");
    assert_snapshot!(short["note"].as_str().unwrap(), @"The answer has 5076 characters; its long values were shortened to fit into 2000.");
}

#[tokio::test]
async fn a_list_keeps_whole_records_with_their_files_and_continues_after_them() {
    let letters_of = |lengths: &[usize]| {
        let letter = |(id, length): (usize, &usize)| json!({"id": id, "stamp": base64(*length)});
        json!({"letters": lengths.iter().enumerate().map(letter).collect::<Vec<_>>()})
    };
    let body = letters_of(&[300, 600, 400, 5_000, 60]);
    assert_snapshot!(letters(body.clone(), json!({})).await, @r#"
    {"result":[{"id":0,"stamp":"[file 1 below: image/png, 300 bytes]"},{"id":1,"stamp":"[file 2 below: image/png, 600 bytes]"}],"next_cursor":"skip=2","note":"Only 2 of 5 records are shown, because an answer may have 2000 characters. Call again with this next_cursor for the others."}
    image/png, 300 bytes
    image/png, 600 bytes
    "#);
    assert_snapshot!(letters(body, json!({"next_cursor": "skip=2"})).await, @r#"
    {"result":[{"id":2,"stamp":"[file 1 below: image/png, 400 bytes]"},{"id":3,"stamp":"[left out, too large to be given: image/png, 5000 bytes]"},{"id":4,"stamp":"[file 2 below: image/png, 60 bytes]"}],"next_cursor":null}
    image/png, 400 bytes
    image/png, 60 bytes
    "#);
}
