//! Where a person is sent to consent, and the secret that ties their consent to whoever asked for it.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::authorization_server::AuthorizationServer;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// What differs from one authorization request to the next.
#[derive(Clone, Copy)]
pub struct AuthorizationRequest<'r> {
    pub client_id: &'r str,
    /// One that the vendor has registered; the exchange repeats it.
    pub redirect_uri: &'r str,
    /// None leaves them to the vendor.
    pub scopes: &'r [&'r str],
    /// Comes back with the person; nobody else may be able to guess it.
    pub state: &'r str,
    pub verifier: &'r CodeVerifier,
}

/// The secret of one authorization request (RFC 7636): its hash goes with the person, itself only with the code.
pub struct CodeVerifier(SecretString);

impl CodeVerifier {
    /// A verifier of 43 characters out of 32 random bytes, as RFC 7636 section 4.1 recommends.
    pub fn from_random(random: [u8; 32]) -> CodeVerifier {
        CodeVerifier(SecretString::from(URL_SAFE_NO_PAD.encode(*Zeroizing::new(random))))
    }

    /// One that was kept while the person was away.
    pub fn stored(verifier: SecretString) -> CodeVerifier {
        CodeVerifier(verifier)
    }

    /// What has to be kept, sealed, until the person comes back.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.0.expose_secret().as_bytes()))
    }
}

/// The authorization URL of a request (RFC 6749 section 4.1.1), with a code challenge unless the vendor refuses such; `None` where it has
/// no page for consent.
pub fn authorization_url(server: &AuthorizationServer, request: &AuthorizationRequest<'_>) -> Option<Url> {
    let mut url = server.authorize_url.clone()?;
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", request.client_id)
        .append_pair("redirect_uri", request.redirect_uri);
    if !request.scopes.is_empty() {
        query.append_pair("scope", &request.scopes.join(server.scope_separator.as_str()));
    }
    query.append_pair("state", request.state);
    if server.pkce {
        query.append_pair("code_challenge", &request.verifier.challenge()).append_pair("code_challenge_method", "S256");
    }
    query.extend_pairs(&server.extra_authorize_parameters);
    drop(query);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::integration::Integration;
    use insta::assert_snapshot;
    use serde_json::{Map, Value, json};

    fn url(oauth2: Value, scopes: &[&str]) -> Option<Url> {
        let integration: Integration = serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": "https://acme.test", "resources": {},
        }))
        .unwrap();
        let oauth2 = serde_json::from_value(oauth2).unwrap();
        let server = AuthorizationServer::new(&integration, &oauth2, None, &Map::new()).unwrap();
        let verifier = CodeVerifier::stored(SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        let request =
            AuthorizationRequest { client_id: "c 1", redirect_uri: "https://gate.test/cb?x=1", scopes, state: "s&t", verifier: &verifier };
        authorization_url(&server, &request)
    }

    /// Verifier and challenge are those of RFC 7636 appendix B.
    #[test]
    fn an_authorization_url_has_what_the_standard_asks_for() {
        let plain = json!({"authorize_url": "https://acme.test/oauth/authorize", "token_url": "https://acme.test/t"});
        assert_snapshot!(url(plain.clone(), &["read", "orders.write"]).unwrap(), @"https://acme.test/oauth/authorize?response_type=code&client_id=c+1&redirect_uri=https%3A%2F%2Fgate.test%2Fcb%3Fx%3D1&scope=read+orders.write&state=s%26t&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
        assert_snapshot!(url(plain, &[]).unwrap(), @"https://acme.test/oauth/authorize?response_type=code&client_id=c+1&redirect_uri=https%3A%2F%2Fgate.test%2Fcb%3Fx%3D1&state=s%26t&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
    }

    #[test]
    fn a_definition_has_separator_and_parameters_of_its_own_and_can_do_without_a_challenge() {
        let own = json!({
            "authorize_url": "https://acme.test/a?tenant=7", "token_url": "https://acme.test/t", "pkce": false,
            "scope_separator": "comma", "extra_authorize_parameters": {"access_type": "offline", "prompt": "consent"},
        });
        assert_snapshot!(url(own, &["read", "write"]).unwrap(), @"https://acme.test/a?tenant=7&response_type=code&client_id=c+1&redirect_uri=https%3A%2F%2Fgate.test%2Fcb%3Fx%3D1&scope=read%2Cwrite&state=s%26t&access_type=offline&prompt=consent");
    }

    #[test]
    fn without_a_page_for_consent_nobody_is_sent_anywhere() {
        assert_eq!(url(json!({"token_url": "https://acme.test/t"}), &[]), None);
    }

    #[test]
    fn a_verifier_is_43_characters_that_a_url_can_hold() {
        let verifier = CodeVerifier::from_random([251; 32]);
        let text = verifier.secret().expose_secret();
        assert_eq!(text.len(), 43);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
    }
}
