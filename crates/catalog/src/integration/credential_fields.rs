//! Which members an account's `credentials` object has.

use super::CredentialKind;

impl CredentialKind {
    /// Members that it must have when the account is created.
    pub fn required_fields(self) -> &'static [&'static str] {
        match self {
            Self::ApiKey => &["api_key"],
            Self::Basic => &["username", "password"],
            Self::Bearer => &["token"],
            Self::OAuth2 => &["access_token"],
            Self::OAuth2ClientCredentials => &["client_id", "client_secret"],
        }
    }

    /// Members that it may have beside those; any other is a mistake.
    pub fn optional_fields(self) -> &'static [&'static str] {
        match self {
            Self::ApiKey | Self::Basic | Self::Bearer => &[],
            Self::OAuth2 => &["refresh_token", "expires_at", "issued_at", "token_type", "scope"],
            Self::OAuth2ClientCredentials => &["access_token", "expires_at", "issued_at", "token_type", "scope"],
        }
    }
}
