//! Addresses that are never called, tried with a server that would answer.

use insta::assert_snapshot;

use crate::acme::{Acme, code, shown};
use crate::vendor::Vendor;

#[tokio::test]
async fn a_private_address_in_the_url_is_refused_in_every_spelling_and_not_connected() {
    let vendor = Vendor::answering("200 OK", &[], "{}").await;
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "localhost"] {
        let url = format!("https://{host}:{}", vendor.port());
        let outcome = Acme::at_url(&url).guarded().get().await;
        assert_eq!(code(&outcome), "forbidden", "{host}");
    }
    assert_eq!(vendor.connections(), 0);
}

#[tokio::test]
async fn a_refused_address_says_who_can_mend_it() {
    assert_snapshot!(shown(&Acme::at_url("https://169.254.169.254").guarded().get().await), @r#"{"source":"tidegate","code":"forbidden","message":"`169.254.169.254` is a private or reserved address; vendors are only called on public addresses","hint":"Nothing was sent. A person has to correct the base URL of the account or the definition."}"#);
    assert_snapshot!(shown(&Acme::at_url("https://localhost").guarded().create().await), @r#"{"source":"tidegate","code":"forbidden","message":"`localhost` has only private or reserved addresses; vendors are only called on public addresses","hint":"Nothing was sent. A person has to correct the base URL of the account or the definition."}"#);
}

#[tokio::test]
async fn plain_http_to_a_public_address_and_metadata_services_are_refused_where_private_addresses_are_allowed() {
    assert_snapshot!(shown(&Acme::at_url("http://1.1.1.1").get().await), @r#"{"source":"tidegate","code":"forbidden","message":"`http` to `1.1.1.1` is not allowed; vendors are only called over https","hint":"Nothing was sent. A person has to correct the base URL of the account or the definition."}"#);
    assert_snapshot!(shown(&Acme::at_url("http://169.254.169.254").get().await), @r#"{"source":"tidegate","code":"forbidden","message":"`169.254.169.254` is or has only a reserved address, such as a cloud's metadata service; those are never called","hint":"Nothing was sent. A person has to correct the base URL of the account or the definition."}"#);
    let vendor = Vendor::answering("200 OK", &[], "{}").await;
    let by_name = format!("http://localhost:{}", vendor.port());
    assert_eq!(shown(&Acme::at_url(&by_name).get().await), "{}");
}

#[tokio::test]
async fn plain_http_is_refused_before_anything_is_connected() {
    let vendor = Vendor::answering("200 OK", &[], "{}").await;
    assert_snapshot!(shown(&Acme::at(&vendor).guarded().get().await).replace(vendor.port(), "PORT"), @r#"{"source":"tidegate","code":"forbidden","message":"`http` to `127.0.0.1` is not allowed; vendors are only called over https","hint":"Nothing was sent. A person has to correct the base URL of the account or the definition."}"#);
    assert_eq!(vendor.connections(), 0);
}
