//! Answers that are too large, too late or incomplete.

use insta::assert_snapshot;

use crate::acme::{Acme, code, shown};
use crate::vendor::{Then, Vendor, response};

const JSON: &str = "content-type: application/json";

#[tokio::test]
async fn an_answer_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
    let body = format!(r#""{}""#, "x".repeat(998));
    let vendor = Vendor::answering("200 OK", &[JSON], &body).await;
    assert_eq!(shown(&Acme::at(&vendor).reading_at_most(1000).get().await), body);
    assert_snapshot!(shown(&Acme::at(&vendor).reading_at_most(999).get().await), @r#"{"source":"tidegate","code":"too_large","status":200,"message":"the vendor's answer is too large to be read","hint":"Ask for less: a smaller `limit`, a narrower filter, or a single record."}"#);
}

#[tokio::test]
async fn an_answer_without_a_length_is_cut_off_at_the_limit() {
    let mut endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..100 {
        endless.extend_from_slice(format!("64\r\n{}\r\n", "x".repeat(100)).as_bytes());
    }
    let vendor = Vendor::writing(endless, Then::StayOpen).await;
    assert_eq!(code(&Acme::at(&vendor).reading_at_most(1000).get().await), "too_large");
}

#[tokio::test]
async fn a_compressed_answer_counts_unpacked() {
    let bomb = gzip_of_zeros(20_000_000);
    assert!(bomb.len() < 200_000);
    let vendor = Vendor::answering("200 OK", &[JSON, "content-encoding: gzip"], bomb).await;
    let outcome = Acme::at(&vendor).reading_at_most(1_000_000).get().await;
    assert_eq!(code(&outcome), "too_large");
}

#[tokio::test]
async fn a_compressed_answer_is_unpacked() {
    // `{"id":7}`, stored without compression: the frame is what matters.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x08\0\xf7\xff{\"id\":7}\x43\x5f\x07\x12\x08\0\0\0";
    let vendor = Vendor::answering("200 OK", &[JSON, "content-encoding: gzip"], gzip).await;
    assert_eq!(shown(&Acme::at(&vendor).get().await), r#"{"id":7}"#);
    assert!(vendor.requests()[0].contains("accept-encoding: gzip"));
}

#[tokio::test]
async fn a_read_whose_body_breaks_off_or_stalls_has_failed() {
    let half = || b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":".to_vec();
    let vendor = Vendor::writing(half(), Then::Close).await;
    assert_snapshot!(shown(&Acme::at(&vendor).get().await), @r#"{"source":"tidegate","code":"unreachable","status":200,"message":"the vendor's answer broke off","hint":"Nothing was changed. Try again later."}"#);
    let vendor = Vendor::writing(half(), Then::StayOpen).await;
    assert_snapshot!(shown(&Acme::at(&vendor).impatient().get().await), @r#"{"source":"tidegate","code":"timeout","status":200,"message":"the vendor's answer was not complete in time","hint":"Ask for less (a smaller `limit`, a narrower filter) or try again later."}"#);
}

#[tokio::test]
async fn a_write_that_was_accepted_is_no_failure_when_its_answer_is_lost_or_too_large() {
    let head = b"HTTP/1.1 201 Created\r\nlocation: /things/9\r\ncontent-length: 5000\r\n\r\n{".to_vec();
    let vendor = Vendor::writing(head.clone(), Then::Close).await;
    let lost = shown(&Acme::at(&vendor).create().await);
    assert_snapshot!(lost, @r#"{"id":"9","location":"/things/9","note":"The vendor carried this out, but its answer could not be read. Do not repeat it; look up the result with a read tool."}"#);
    let vendor = Vendor::writing(head.clone(), Then::StayOpen).await;
    assert_eq!(shown(&Acme::at(&vendor).impatient().create().await), lost);
    let vendor = Vendor::writing(head, Then::StayOpen).await;
    assert_eq!(shown(&Acme::at(&vendor).reading_at_most(1000).create().await), lost);
}

#[tokio::test]
async fn a_list_whose_answer_to_a_post_is_lost_is_still_a_list() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{".to_vec();
    let vendor = Vendor::writing(head, Then::Close).await;
    assert_snapshot!(shown(&Acme::at(&vendor).call("acme_things_search", serde_json::json!({})).await), @r#"{"result":[],"next_cursor":null,"note":"The vendor carried this out, but its answer could not be read. Do not repeat it; look up the result with a read tool."}"#);
}

#[tokio::test]
async fn no_more_of_a_refusal_is_read_than_a_message_needs() {
    let body = |length: usize| format!(r#"{{"message":"no","x":"{}"}}"#, "x".repeat(length));
    let refused = async |length| {
        let vendor = Vendor::answering("400 Bad Request", &[JSON], body(length)).await;
        shown(&Acme::at(&vendor).get().await)
    };
    assert!(refused(60_000).await.contains(r#""message":"no""#));
    assert!(refused(70_000).await.contains("the vendor answered 400 Bad Request"));
}

#[tokio::test]
async fn a_refusal_needs_no_body_to_be_understood() {
    let broken = b"HTTP/1.1 409 Conflict\r\ncontent-length: 100\r\n\r\n{\"mess".to_vec();
    let vendor = Vendor::writing(broken, Then::Close).await;
    assert_eq!(code(&Acme::at(&vendor).create().await), "conflict");
    let large = response("400 Bad Request", &[], "x".repeat(2000));
    let vendor = Vendor::writing(large, Then::StayOpen).await;
    assert_eq!(code(&Acme::at(&vendor).reading_at_most(1000).create().await), "vendor_error");
}

/// A gzip stream that unpacks to at least `length` zeros: one literal, then copies of 258 bytes from one byte back,
/// in the fixed code of RFC 1951. Its checksum is wrong, which nobody gets to see who stops in time.
fn gzip_of_zeros(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push("1"); // last block
    bits.push("10"); // fixed code, low bit first
    bits.push("00110000"); // literal 0
    for _ in 0..length.div_ceil(258) {
        bits.push("11000101"); // length 258
        bits.push("00000"); // distance 1
    }
    bits.push("0000000"); // end of block
    [b"\x1f\x8b\x08\0\0\0\0\0\0\xff".as_slice(), &bits.bytes, &[0; 8]].concat()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, bits: &str) {
        for bit in bits.bytes() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= (bit - b'0') << (self.used % 8);
            self.used += 1;
        }
    }
}
