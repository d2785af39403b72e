//! What Tidegate remembers, on SQLite or PostgreSQL: environments, API tokens, accounts and MCP servers.
//!
//! The only crate that knows SQL and cryptography. It knows nothing of vendors, HTTP or MCP. Rows never leave it:
//! every look-up returns a domain type, and, but for the look-up of a token by its hash, asks for the environment.

mod account;
mod account_credential;
mod api_token;
mod cipher;
mod consent;
mod database;
mod delivery;
mod derived;
mod environment;
mod error;
mod event;
mod examine;
mod generations;
mod hold;
mod ids;
mod key;
mod link_token;
mod listen;
mod mcp_server;
mod migrations;
mod notes;
mod oauth_app;
mod page;
mod refresh;
mod rotation;
mod row;
mod secret_fields;
mod sending;
mod sqlite;
mod store;
mod ticket;
mod token;
mod unprintable;
mod vault;
mod webhook;

pub use account::{Account, AccountChange, AccountFilter, AccountState, AccountStatus, Accounts, NewAccount};
pub use account_credential::AccountCredential;
pub use api_token::{ApiToken, ApiTokens};
pub use consent::{Consent, ConsentSecrets, Consents, Returned};
pub use database::check_url;
pub use delivery::{Attempt, Deliveries, Delivery, DeliveryStatus};
pub use derived::Derived;
pub use environment::{Environment, EnvironmentSettings, Environments, SettingsChange};
pub use error::StoreError;
pub use event::{Content, EventType};
pub use examine::{Examined, examine};
pub use generations::{Generation, Generations, Mark};
pub use hold::Hold;
pub use ids::{AccountId, ApiTokenId, EnvironmentId, EventId, IdError, McpServerId, WebhookId};
pub use key::MasterKey;
pub use link_token::{Connect, Connection, LinkConfig, LinkPurpose, LinkToken, LinkTokens, LinkUse, NewLinkToken};
pub use mcp_server::{Auth, McpServer, McpServerChange, McpServerConfig, McpServers, NewMcpServer, ToolExposure};
pub use oauth_app::{NewOAuthApp, OAuthApp, OAuthApps};
pub use page::{Cursor, CursorError, Listed, Page};
pub use refresh::{LONGEST_LEASE, RefreshClaim, RefreshFailure, RefreshLease, RefreshSaved, Refreshes};
pub use rotation::{Begun, KeyRotation, KeyState, RewrapFrom, Rewrapped, SecretOf};
pub use secret_fields::SecretFields;
pub use sending::{ClaimedDelivery, DeliveryLease, Due, Outcome};
pub use store::Store;
pub use ticket::Ticket;
pub use token::TokenHash;
pub use webhook::{NewWebhook, Signing, Webhook, WebhookChange, Webhooks};
