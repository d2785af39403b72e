//! The ways to authenticate, as people choose them.

use crate::definition::Definition;
use crate::integration::{CredentialKind, CredentialScheme, Integration};

/// One way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodChoice {
    /// The definition's name of it.
    pub name: String,
    pub label: String,
    pub help: Option<String>,
}

/// The ways to authenticate of a definition, in its order; their labels differ.
pub fn methods(definition: &Definition) -> Vec<MethodChoice> {
    let integration = &definition.integration;
    let schemes = integration.credentials.iter();
    let choices = schemes.map(|(name, scheme)| MethodChoice {
        name: name.clone(),
        label: label(integration, name, scheme),
        help: scheme.help.clone(),
    });
    choices.collect()
}

/// What a person calls a way to authenticate.
pub(super) fn label(integration: &Integration, name: &str, scheme: &CredentialScheme) -> String {
    let own = |scheme: &CredentialScheme| scheme.label.clone().unwrap_or_else(|| usual(integration, scheme.kind));
    let label = own(scheme);
    let is_ambiguous = integration.credentials.iter().any(|(other, scheme)| other != name && own(scheme) == label);
    if is_ambiguous { format!("{label} ({})", name.replace('_', " ")) } else { label }
}

fn usual(integration: &Integration, kind: CredentialKind) -> String {
    match kind {
        CredentialKind::ApiKey => "API key".to_owned(),
        CredentialKind::Basic => "User name and password".to_owned(),
        CredentialKind::Bearer => "API token".to_owned(),
        CredentialKind::OAuth2 => format!("Sign in with {}", integration.label),
        CredentialKind::OAuth2ClientCredentials => "Client ID and secret".to_owned(),
    }
}
