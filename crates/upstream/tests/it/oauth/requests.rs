//! What goes to an authorization server, and that nothing leaves for elsewhere.

use insta::assert_snapshot;
use secrecy::SecretString;
use serde_json::{Value, json};
use upstream::oauth::{OAuthProblem, Revocation};
use upstream::{Client, PrivateAddresses, UpstreamSettings};

use super::support::{SECRETS, app, ask, line, server, settings};
use crate::acme::now;
use crate::vendor::Vendor;

const ANSWER: &str = r#"{"access_token":"at"}"#;

async fn vendor() -> Vendor {
    Vendor::answering("200 OK", &["content-type: application/json"], ANSWER).await
}

/// First line, authorization and body of a request.
fn told(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let first = lines.next().unwrap().to_owned();
    let authorization = lines.filter(|line| line.starts_with("authorization")).map(str::to_owned);
    [first].into_iter().chain(authorization).chain([body.to_owned()]).collect::<Vec<_>>().join("\n")
}

/// What a grant is sent as.
async fn sent(habits: Value, grant: &str) -> String {
    let vendor = vendor().await;
    ask(&Client::new(&settings()).unwrap(), &server(&vendor.url, habits), grant).await.unwrap();
    told(&vendor.requests()[0])
}

#[tokio::test]
async fn a_code_is_exchanged_with_its_redirect_and_its_verifier() {
    assert_snapshot!(sent(json!({}), "code").await, @r"
    POST /oauth/token HTTP/1.1
    authorization: Basic YXBwKzE6YXBwJTJGczNjcmV0K29mK2FjbWU=
    grant_type=authorization_code&code=c0de-of-acme&redirect_uri=https%3A%2F%2Fgate.test%2Fcb%3Fa%3Db&code_verifier=verif1er-of-acme
    ");
    assert_snapshot!(sent(json!({"token_endpoint_auth": "post", "pkce": false}), "code").await, @r"
    POST /oauth/token HTTP/1.1
    grant_type=authorization_code&code=c0de-of-acme&redirect_uri=https%3A%2F%2Fgate.test%2Fcb%3Fa%3Db&client_id=app+1&client_secret=app%2Fs3cret+of+acme
    ");
}

#[tokio::test]
async fn a_refresh_shows_the_token_and_the_app() {
    assert_snapshot!(sent(json!({}), "refresh").await, @r"
    POST /oauth/token HTTP/1.1
    authorization: Basic YXBwKzE6YXBwJTJGczNjcmV0K29mK2FjbWU=
    grant_type=refresh_token&refresh_token=refresh-t0ken-of-acme
    ");
    assert_snapshot!(sent(json!({"token_endpoint_auth": "post"}), "refresh").await, @r"
    POST /oauth/token HTTP/1.1
    grant_type=refresh_token&refresh_token=refresh-t0ken-of-acme&client_id=app+1&client_secret=app%2Fs3cret+of+acme
    ");
}

#[tokio::test]
async fn client_credentials_ask_for_scopes_as_the_vendor_separates_them() {
    assert_snapshot!(sent(json!({}), "app").await, @r"
    POST /oauth/token HTTP/1.1
    authorization: Basic YXBwKzE6YXBwJTJGczNjcmV0K29mK2FjbWU=
    grant_type=client_credentials&scope=read+write
    ");
    assert_snapshot!(sent(json!({"scope_separator": "comma", "token_endpoint_auth": "post"}), "app").await, @r"
    POST /oauth/token HTTP/1.1
    grant_type=client_credentials&scope=read%2Cwrite&client_id=app+1&client_secret=app%2Fs3cret+of+acme
    ");
}

/// What a revocation is sent as.
async fn revoked(habits: Value) -> String {
    let vendor = vendor().await;
    let server = server(&vendor.url, habits);
    let client = Client::new(&settings()).unwrap();
    let revocation = client.revoke(&server, &app(), &SecretString::from("t0ken/1"), now()).await;
    assert_eq!(revocation, Ok(Revocation::Revoked));
    told(&vendor.requests()[0])
}

#[tokio::test]
async fn a_token_is_revoked_in_the_form_or_in_the_query() {
    assert_snapshot!(revoked(json!({})).await, @r"
    POST /oauth/revoke HTTP/1.1
    authorization: Basic YXBwKzE6YXBwJTJGczNjcmV0K29mK2FjbWU=
    token=t0ken%2F1
    ");
    assert_snapshot!(revoked(json!({"token_endpoint_auth": "post", "revoke_endpoint_auth": "basic", "revoke_token_in": "query"})).await, @r"
    POST /oauth/revoke?token=t0ken%2F1 HTTP/1.1
    authorization: Basic YXBwKzE6YXBwJTJGczNjcmV0K29mK2FjbWU=
    ");
}

#[tokio::test]
async fn a_vendor_that_cannot_revoke_is_not_asked() {
    let vendor = vendor().await;
    let server = server(&vendor.url, json!({"revoke_url": null}));
    let revocation = Client::new(&settings()).unwrap().revoke(&server, &app(), &SecretString::from("t"), now()).await;
    assert_eq!((revocation, vendor.requests().len()), (Ok(Revocation::NotOffered), 0));
}

#[tokio::test]
async fn a_private_address_gets_no_secret_where_those_are_refused() {
    let vendor = vendor().await;
    let guarded = UpstreamSettings { private_addresses: PrivateAddresses::Refuse, ..settings() };
    let client = Client::new(&guarded).unwrap();
    let https = vendor.url.replace("http:", "https:");
    assert_snapshot!(line(ask(&client, &server(&https, json!({})), "refresh").await), @"NotAllowed, Unused: `127.0.0.1` is a private or reserved address; vendors are only called on public addresses; nothing was sent; check the account's base URL and the definition's `oauth2` URLs");
    assert_snapshot!(line(ask(&client, &server("https://2130706433", json!({})), "refresh").await), @"NotAllowed, Unused: `127.0.0.1` is a private or reserved address; vendors are only called on public addresses; nothing was sent; check the account's base URL and the definition's `oauth2` URLs");
    assert_snapshot!(line(ask(&client, &server("http://auth.example", json!({})), "refresh").await), @"NotAllowed, Unused: `http` to `auth.example` is not allowed; vendors are only called over https; nothing was sent; check the account's base URL and the definition's `oauth2` URLs");
    // Private addresses may be allowed; a cloud's metadata service never is.
    let client = Client::new(&settings()).unwrap();
    assert_snapshot!(line(ask(&client, &server("http://169.254.169.254", json!({})), "refresh").await), @"NotAllowed, Unused: `169.254.169.254` is or has only a reserved address, such as a cloud's metadata service; those are never called; nothing was sent; check the account's base URL and the definition's `oauth2` URLs");
    assert_eq!(vendor.connections(), 0);
}

#[tokio::test]
async fn a_token_that_is_revoked_goes_no_further_than_a_refreshed_one() {
    let (vendor, elsewhere) = (vendor().await, vendor().await);
    let revoke = async |client: &Client, url: &str, more: Value| {
        let more = json!({"revoke_url": format!("{url}/revoke"), "revoke_token_in": more});
        let error = client.revoke(&server(url, more), &app(), &SecretString::from("t0ken-of-acme"), now()).await.unwrap_err();
        assert!(!error.message.contains("t0ken-of-acme"), "{error}");
        error.problem
    };
    let guarded = Client::new(&UpstreamSettings { private_addresses: PrivateAddresses::Refuse, ..settings() }).unwrap();
    for url in [vendor.url.replace("http:", "https:"), vendor.url.clone(), "https://[::ffff:169.254.169.254]".to_owned()] {
        assert_eq!(revoke(&guarded, &url, json!("body")).await, OAuthProblem::NotAllowed, "{url}");
        assert_eq!(revoke(&guarded, &url, json!("query")).await, OAuthProblem::NotAllowed, "{url}");
    }
    assert_eq!(vendor.connections(), 0);
    let redirecting = Vendor::answering("307 Temporary Redirect", &[&format!("location: {}/revoke", elsewhere.url)], "").await;
    let client = Client::new(&settings()).unwrap();
    assert_eq!(revoke(&client, &redirecting.url, json!("body")).await, OAuthProblem::Unintelligible);
    assert_eq!((redirecting.requests().len(), elsewhere.connections()), (1, 0));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_secret() {
    let elsewhere = vendor().await;
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let vendor = Vendor::answering(status, &[&format!("location: {}/oauth/token", elsewhere.url)], "").await;
        let error = line(ask(&Client::new(&settings()).unwrap(), &server(&vendor.url, json!({})), "refresh").await);
        assert!(error.starts_with("Unintelligible, PerhapsUsed: 127.0.0.1 does not answer like an OAuth endpoint"), "{error}");
        assert_eq!(vendor.requests().len(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let gone = vendor().await;
    let url = gone.url.clone();
    gone.stopped().await;
    let error = line(ask(&Client::new(&settings()).unwrap(), &server(&url, json!({})), "refresh").await);
    assert!(error.starts_with("Temporary, Unused: cannot connect to 127.0.0.1"), "{error}");
    assert!(!error.contains(SECRETS[2]));
}
