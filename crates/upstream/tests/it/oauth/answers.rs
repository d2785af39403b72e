//! What authorization servers answer, right and wrong, and what is made of it.

use insta::assert_snapshot;
use secrecy::ExposeSecret;
use serde_json::json;
use upstream::Client;
use upstream::oauth::{OAuthProblem, Tokens};

use super::support::{SECRETS, answered, ask, line, refreshed, refreshed_with, server, settings};
use crate::acme::now;
use crate::vendor::{Then, Vendor, response};

const JSON: &str = "application/json";

fn shown(tokens: &Tokens) -> String {
    let refresh_token = tokens.refresh_token.as_ref().map_or("none", |token| token.expose_secret());
    let life = tokens.expires_at.map_or("unknown".to_owned(), |end| (end.as_second() - now().as_second()).to_string());
    let (token_type, scope) = (tokens.token_type.as_deref().unwrap_or("none"), tokens.scope.as_deref().unwrap_or("none"));
    format!("{} refresh={refresh_token} life={life} type={token_type} scope={scope}", tokens.access_token.expose_secret())
}

async fn read(content_type: &str, body: &str) -> String {
    shown(&answered("200 OK", content_type, body).await.unwrap())
}

#[tokio::test]
async fn tokens_are_read_however_they_are_written() {
    let whole = r#"{"access_token":"at","token_type":"Bearer","expires_in":7200,"refresh_token":"rt","scope":"a b"}"#;
    assert_snapshot!(read(JSON, whole).await, @"at refresh=rt life=7200 type=Bearer scope=a b");
    assert_snapshot!(read("text/html; charset=utf-8", whole).await, @"at refresh=rt life=7200 type=Bearer scope=a b");
    assert_snapshot!(read("text/plain", "\u{feff} {\"access_token\":\"at\",\"expires_in\":\"3600\",\"scope\":[\"a\",\"b\"]}").await, @"at refresh=none life=3600 type=none scope=a b");
    assert_snapshot!(read("application/x-www-form-urlencoded", "access_token=a%2Ft&scope=a+b&expires_in=60").await, @"a/t refresh=none life=60 type=none scope=a b");
    assert_snapshot!(read("text/plain", "access_token=at&token_type=bearer\n").await, @"at refresh=none life=unknown type=bearer scope=none");
    assert_snapshot!(read(JSON, r#"{"access_token":"at","refresh_token":"","expires_in":null,"error":null}"#).await, @"at refresh=none life=unknown type=none scope=none");
}

#[tokio::test]
async fn an_app_that_asks_for_itself_is_given_no_refresh_token_whatever_the_vendor_sends() {
    let body = r#"{"access_token":"at","refresh_token":"rt","expires_in":60}"#;
    let vendor = Vendor::writing(response("200 OK", &["content-type: application/json"], body), Then::StayOpen).await;
    let tokens = ask(&Client::new(&settings()).unwrap(), &server(&vendor.url, json!({})), "client_credentials").await.unwrap();
    assert_snapshot!(shown(&tokens), @"at refresh=none life=60 type=none scope=none");
}

#[tokio::test]
async fn an_answer_without_a_usable_token_may_have_cost_the_refresh_token() {
    assert_snapshot!(line(answered("200 OK", "text/html", "<!doctype html><h1>Sign in</h1>").await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has an HTML page in place of tokens, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(answered("200 OK", JSON, "").await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has nothing in place of tokens, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(answered("200 OK", JSON, r#"["at"]"#).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has neither JSON nor a form in place of tokens, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(answered("200 OK", JSON, r#"{"token":"at"}"#).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has no `access_token` that a header can hold, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(answered("200 OK", JSON, r#"{"access_token":""}"#).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has no `access_token` that a header can hold, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(answered("200 OK", JSON, r#"{"access_token":"a\nb"}"#).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has no `access_token` that a header can hold, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(answered("200 OK", JSON, r#"{"access_token":7}"#).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has no `access_token` that a header can hold, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(answered("200 OK", JSON, r#"{"access_token":"at","token_type":"DPoP"}"#).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has tokens of the type `DPoP`, which need a proof at every call, so the tokens in it are lost; it may have used up the refresh token");
    assert_snapshot!(line(refreshed(response("200 OK", &[], b"\xff\xfe{\x00"), Then::StayOpen).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 has no text in place of tokens, so the tokens in it are lost; it may have used up the refresh token");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_says_nothing_of_what_stood_in_it() {
    let lost = answered("200 OK", JSON, r#"{"access_token":"n3w-t0ken","refresh_token":"n3w-r"#).await.err().unwrap();
    assert_eq!(lost.problem, OAuthProblem::Unintelligible);
    assert!(!format!("{lost:?}").contains("n3w"), "{lost:?}");
}

#[tokio::test]
async fn refusals_are_sorted_by_who_can_do_something_about_them() {
    let refused = async |code: &str| line(answered("400 Bad Request", JSON, &format!(r#"{{"error":"{code}"}}"#)).await);
    assert_snapshot!(refused("invalid_grant").await, @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 400): invalid_grant; connect the account again");
    assert_snapshot!(refused("invalid_client").await, @"AppRefused, Unused: 127.0.0.1 refused the app (status 400): invalid_client; check its client id and secret, and how the vendor has registered it");
    assert_snapshot!(refused("unauthorized_client").await, @"AppRefused, Unused: 127.0.0.1 refused the app (status 400): unauthorized_client; check its client id and secret, and how the vendor has registered it");
    assert_snapshot!(refused("invalid_scope").await, @"RequestRefused, Unused: 127.0.0.1 refused the request with the refresh token (status 400): invalid_scope; check the scopes, the redirect URI and the definition's `oauth2`");
    assert_snapshot!(refused("temporarily_unavailable").await, @"Temporary, PerhapsUsed: 127.0.0.1 cannot answer now (status 400): temporarily_unavailable; try again later");
    assert_snapshot!(refused("bad_moon").await, @"RequestRefused, Unused: 127.0.0.1 refused the request with the refresh token (status 400): bad_moon; check the scopes, the redirect URI and the definition's `oauth2`");
}

#[tokio::test]
async fn a_refusal_in_a_vendor_s_own_words_ends_the_grant_where_its_definition_says_so() {
    let habits = json!({"grant_refused_errors": ["invalid_request", "token_expired", "refresh token is dead"]});
    let refused = async |status: &str, body: &str| {
        line(refreshed_with(habits.clone(), response(status, &["content-type: application/json"], body), Then::StayOpen).await)
    };
    assert_snapshot!(refused("400 Bad Request", r#"{"error":"invalid_request","error_description":"dead"}"#).await, @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 400): invalid_request: dead; connect the account again");
    assert_snapshot!(refused("401 Unauthorized", r#"{"error":"token_expired"}"#).await, @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 401): token_expired; connect the account again");
    assert_snapshot!(refused("403 Forbidden", r#"{"error":"refresh token is dead"}"#).await, @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 403): refresh token is dead; connect the account again");
    assert_snapshot!(refused("200 OK", r#"{"access_token":"","error":"token_expired"}"#).await, @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 200): token_expired; connect the account again");
    assert_snapshot!(refused("400 Bad Request", r#"{"error":"invalid_scope"}"#).await, @"RequestRefused, Unused: 127.0.0.1 refused the request with the refresh token (status 400): invalid_scope; check the scopes, the redirect URI and the definition's `oauth2`");
    assert_snapshot!(refused("429 Too Many Requests", r#"{"error":"token_expired"}"#).await, @"Temporary, Unused: 127.0.0.1 cannot answer now (status 429): token_expired; try again later");
}

#[tokio::test]
async fn a_refusal_is_known_by_its_members_whatever_its_status_and_form() {
    assert_snapshot!(line(answered("200 OK", JSON, r#"{"error":"invalid_grant","error_description":"used"}"#).await), @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 200): invalid_grant: used; connect the account again");
    assert_snapshot!(line(answered("200 OK", JSON, r#"{"access_token":null,"error":"invalid_grant"}"#).await), @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 200): invalid_grant; connect the account again");
    assert_snapshot!(line(answered("500 Internal Server Error", "text/plain", r#"{"error":"invalid_grant"}"#).await), @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 500): invalid_grant; connect the account again");
    assert_snapshot!(line(answered("400 Bad Request", "text/plain", "error=invalid_grant&error_description=used+up").await), @"GrantRefused, Worthless: 127.0.0.1 refused the refresh token (status 400): invalid_grant: used up; connect the account again");
    assert_snapshot!(line(answered("400 Bad Request", JSON, r#"{"error":{"message":"Code was used","type":"OAuthException"}}"#).await), @"RequestRefused, Unused: 127.0.0.1 refused the request with the refresh token (status 400): Code was used; check the scopes, the redirect URI and the definition's `oauth2`");
    assert_snapshot!(line(answered("401 Unauthorized", JSON, r#"{"message":"who are you"}"#).await), @"AppRefused, Unused: 127.0.0.1 refused the app (status 401): who are you; check its client id and secret, and how the vendor has registered it");
}

#[tokio::test]
async fn what_may_pass_says_how_long_to_wait_and_what_may_be_lost() {
    let waiting = |status: &str| response(status, &["retry-after: 17"], "");
    assert_snapshot!(line(refreshed(waiting("429 Too Many Requests"), Then::StayOpen).await), @"Temporary(17s), Unused: 127.0.0.1 cannot answer now (status 429); try again later");
    assert_snapshot!(line(refreshed(waiting("503 Service Unavailable"), Then::StayOpen).await), @"Temporary(17s), PerhapsUsed: 127.0.0.1 cannot answer now (status 503); try again later");
    assert_snapshot!(line(answered("502 Bad Gateway", "text/html", "<html><title>502</title><h1>Bad Gateway</h1></html>").await), @"Temporary, PerhapsUsed: 127.0.0.1 cannot answer now (status 502): 502 Bad Gateway; try again later");
    assert_snapshot!(line(answered("500 Internal Server Error", JSON, r#"{"error":"server_error"}"#).await), @"Temporary, PerhapsUsed: 127.0.0.1 cannot answer now (status 500): server_error; try again later");
}

#[tokio::test]
async fn a_page_in_place_of_a_refusal_points_at_the_url() {
    assert_snapshot!(line(answered("404 Not Found", "text/html", "<!DOCTYPE html><title>Nothing here</title>").await), @"Unintelligible, Unused: 127.0.0.1 does not answer like an OAuth endpoint (status 404): Nothing here; check the account's base URL and the definition's `oauth2` URLs");
    assert_snapshot!(line(answered("403 Forbidden", "text/plain", "blocked by policy 7").await), @"Unintelligible, Unused: 127.0.0.1 does not answer like an OAuth endpoint (status 403): blocked by policy 7; check the account's base URL and the definition's `oauth2` URLs");
}

#[tokio::test]
async fn no_answer_may_have_cost_the_refresh_token() {
    assert_snapshot!(line(refreshed(Vec::new(), Then::StayOpen).await), @"Temporary, PerhapsUsed: 127.0.0.1 gave no answer in time; it may have used up the refresh token; try again later");
    let closed = line(refreshed(Vec::new(), Then::Close).await);
    assert!(closed.starts_with("Temporary, PerhapsUsed: the connection to 127.0.0.1 broke before an answer came"), "{closed}");
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":\"at".to_vec();
    assert_snapshot!(line(refreshed(cut.clone(), Then::Close).await), @"Temporary, PerhapsUsed: the answer of 127.0.0.1 broke off, so the tokens in it are lost; it may have used up the refresh token; try again later");
    assert_snapshot!(line(refreshed(cut, Then::StayOpen).await), @"Temporary, PerhapsUsed: the answer of 127.0.0.1 did not end in time, so the tokens in it are lost; it may have used up the refresh token; try again later");
}

#[tokio::test]
async fn an_answer_of_any_length_costs_no_memory() {
    let huge = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(1_000_000));
    assert_snapshot!(line(answered("200 OK", JSON, &huge).await), @"Unintelligible, PerhapsUsed: the answer of 127.0.0.1 is too long to be one of a token endpoint, so the tokens in it are lost; it may have used up the refresh token");
    let long = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(16_000));
    assert!(answered("200 OK", JSON, &long).await.is_ok(), "signed tokens are long");
}

#[tokio::test]
async fn secrets_that_a_vendor_repeats_are_blanked() {
    let [secret, _, refresh_token, _] = SECRETS;
    let body = format!(r#"{{"error":"{refresh_token}","error_description":"no {refresh_token} with app%2Fs3cret+of+acme ({secret})"}}"#);
    assert_snapshot!(line(answered("400 Bad Request", JSON, &body).await), @"RequestRefused, Unused: 127.0.0.1 refused the request with the refresh token (status 400): no [redacted] with [redacted] ([redacted]); check the scopes, the redirect URI and the definition's `oauth2`");
    let page = format!("<html><p>{}{refresh_token}</p></html>", "x".repeat(295));
    assert_snapshot!(line(answered("404 Not Found", "text/html", &page).await), @"Unintelligible, Unused: 127.0.0.1 does not answer like an OAuth endpoint (status 404): xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx[reda…; check the account's base URL and the definition's `oauth2` URLs");
}
