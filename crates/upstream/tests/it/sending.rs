//! What goes over the wire, and what is said when no answer comes back.

use insta::assert_snapshot;
use tokio::io::AsyncWriteExt;

use crate::acme::{Acme, SECRET, code, shown};
use crate::vendor::{Then, Vendor, response};

/// What was sent, without the parts that differ from run to run.
fn sent(vendor: &Vendor) -> String {
    let requests = vendor.requests().join("\n---\n");
    let version = concat!("tidegate/", env!("CARGO_PKG_VERSION"));
    requests.replace(vendor.port(), "PORT").replace(version, "tidegate/VERSION").replace('\r', "")
}

#[tokio::test]
async fn a_read_is_sent_once_with_the_credential_in_its_header() {
    let vendor = Vendor::answering("200 OK", &["content-type: application/json"], "{}").await;
    Acme::at(&vendor).get().await;
    assert_snapshot!(sent(&vendor), @r"
    GET /things/7 HTTP/1.1
    accept: application/json
    authorization: Bearer s3cret-token-of-acme
    user-agent: tidegate/VERSION
    accept-encoding: gzip,deflate,br
    host: 127.0.0.1:PORT
    ");
}

#[tokio::test]
async fn a_write_is_sent_once_with_its_body() {
    let vendor = Vendor::answering("200 OK", &["content-type: application/json"], "{}").await;
    Acme::at(&vendor).create().await;
    assert_snapshot!(sent(&vendor), @r#"
    POST /things HTTP/1.1
    accept: application/json
    content-type: application/json
    authorization: Bearer s3cret-token-of-acme
    user-agent: tidegate/VERSION
    accept-encoding: gzip,deflate,br
    host: 127.0.0.1:PORT
    content-length: 12

    {"name":"x"}
    "#);
}

#[tokio::test]
async fn case_j1_a_key_in_the_query_is_sent_and_shows_in_no_failure() {
    let vendor = Vendor::writing(Vec::new(), Then::Close).await;
    let acme = Acme::at(&vendor).with_api_key_in_query();
    let outcome = acme.get().await; // `call` asserts that the outcome does not hold the secret.
    assert!(vendor.requests()[0].starts_with(&format!("GET /things/7?key={SECRET} HTTP/1.1")));
    assert_eq!(code(&outcome), "unreachable");
    assert!(!serde_json::to_string(&acme.plan("list_all_acme_things", serde_json::json!({}))).unwrap().contains(SECRET));
}

#[tokio::test]
async fn a_read_without_an_answer_in_time_is_a_timeout() {
    let vendor = Vendor::writing(Vec::new(), Then::StayOpen).await;
    assert_snapshot!(shown(&Acme::at(&vendor).impatient().get().await), @r#"{"source":"tidegate","code":"timeout","message":"127.0.0.1 gave no answer within 1 seconds","hint":"Nothing was changed. Ask for less (a smaller `limit`, a narrower filter) or try again later."}"#);
}

#[tokio::test]
async fn a_write_without_an_answer_in_time_has_an_unknown_outcome() {
    let vendor = Vendor::writing(Vec::new(), Then::StayOpen).await;
    assert_snapshot!(shown(&Acme::at(&vendor).impatient().create().await), @r#"{"source":"tidegate","code":"outcome_unknown","message":"127.0.0.1 gave no answer within 1 seconds; the vendor may have carried out the request","hint":"Do not repeat this call. Look up the present state with a read tool first."}"#);
    assert_eq!(vendor.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_closes_before_the_answer_is_unreachable_for_a_read_and_unknown_for_a_write() {
    let vendor = Vendor::writing(Vec::new(), Then::Close).await;
    assert_eq!(code(&Acme::at(&vendor).get().await), "unreachable");
    let outcome = Acme::at(&vendor).create().await;
    assert_eq!(code(&outcome), "outcome_unknown");
    assert_eq!(vendor.requests().len(), 2, "one request a call");
}

#[tokio::test]
async fn a_write_on_a_used_connection_that_closes_without_an_answer_is_not_sent_again() {
    let vendor = Vendor::writing(response("200 OK", &[], "{}"), Then::CloseUnanswered).await;
    let acme = Acme::at(&vendor);
    assert_eq!(shown(&acme.create().await), "{}");
    assert_eq!(code(&acme.create().await), "outcome_unknown");
    assert_eq!((vendor.connections(), vendor.requests().len()), (1, 2));
}

#[tokio::test]
async fn a_connection_that_was_closed_while_it_rested_is_replaced_and_the_write_is_sent_once() {
    let vendor = Vendor::writing(response("200 OK", &[], "{}"), Then::Close).await;
    let acme = Acme::at(&vendor);
    assert_eq!(shown(&acme.create().await), "{}");
    vendor.ended(1).await;
    assert_eq!(shown(&acme.create().await), "{}");
    assert_eq!((vendor.connections(), vendor.requests().len()), (2, 2));
}

#[tokio::test]
async fn a_write_without_a_body_says_so() {
    let vendor = Vendor::answering("204 No Content", &[], "").await;
    Acme::at(&vendor).call("acme_things_archive", serde_json::json!({"id": "7"})).await;
    assert_snapshot!(sent(&vendor), @r"
    POST /things/7/archive HTTP/1.1
    accept: application/json
    authorization: Bearer s3cret-token-of-acme
    content-length: 0
    user-agent: tidegate/VERSION
    accept-encoding: gzip,deflate,br
    host: 127.0.0.1:PORT
    ");
}

#[tokio::test]
async fn garbage_instead_of_an_answer_is_unreachable_for_a_read_and_unknown_for_a_write() {
    let vendor = Vendor::writing(b"\x00\xffSSH-2.0-OpenSSH\r\n\r\n".to_vec(), Then::Close).await;
    assert_eq!(code(&Acme::at(&vendor).get().await), "unreachable");
    assert_eq!(code(&Acme::at(&vendor).create().await), "outcome_unknown");
    assert_eq!(vendor.requests().len(), 2, "one request a call");
}

#[tokio::test]
async fn a_broken_head_is_no_answer_either() {
    let vendor = Vendor::writing(b"HTTP/1.1 200 OK\r\ncontent-type: app".to_vec(), Then::Close).await;
    assert_eq!(code(&Acme::at(&vendor).get().await), "unreachable");
    assert_eq!(code(&Acme::at(&vendor).create().await), "outcome_unknown");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable_for_reads_and_writes_alike() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_snapshot!(shown(&Acme::at_url(&url).create().await), @r#"{"source":"tidegate","code":"unreachable","message":"cannot connect to 127.0.0.1: Connection refused (os error 111)","hint":"Nothing was sent. Try again later; if it stays so, a person has to check the account's base URL and the vendor's status."}"#);
    assert_eq!(code(&Acme::at_url(&url).get().await), "unreachable");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_unreachable() {
    // No label may have 64 characters, so no server is asked for it, whatever the machine's resolver would say.
    let name = format!("{}.invalid", "x".repeat(64));
    let outcome = Acme::at_url(&format!("http://{name}")).create().await;
    assert_eq!(code(&outcome), "unreachable");
    assert!(shown(&outcome).contains(&format!("cannot connect to {name}")));
}

#[tokio::test]
async fn a_tls_handshake_that_fails_or_stalls_is_unreachable_because_nothing_was_sent() {
    let stalling = Vendor::writing(Vec::new(), Then::StayOpen).await;
    let outcome = Acme::at_url(&stalling.url.replace("http:", "https:")).connecting_impatiently().create().await;
    assert_eq!(code(&outcome), "unreachable");
    assert_eq!(stalling.connections(), 1);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(&response("200 OK", &[], "{}")).await.unwrap();
    });
    assert_eq!(code(&Acme::at_url(&url).create().await), "unreachable");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Vendor::answering("200 OK", &[], "{}").await;
    let location = format!("location: {}/other?token=abc", elsewhere.url);
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let vendor = Vendor::answering(status, &[&location], "").await;
        let outcome = Acme::at(&vendor).create().await;
        let shown = shown(&outcome);
        assert_eq!(code(&outcome), "vendor_error", "{status}");
        assert!(shown.contains("/other, which was not followed") && !shown.contains("abc"), "{shown}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn nothing_is_repeated_when_the_vendor_refuses() {
    for status in ["401 Unauthorized", "408 Request Timeout", "429 Too Many Requests", "500 Oops", "503 Service Unavailable"] {
        let vendor = Vendor::writing(response(status, &["retry-after: 0"], "{}"), Then::Close).await;
        Acme::at(&vendor).get().await;
        Acme::at(&vendor).create().await;
        assert_eq!(vendor.requests().len(), 2, "{status}");
    }
}
