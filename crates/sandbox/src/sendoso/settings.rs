//! Switches for what the vendor's documentation leaves open, and for what a test wants otherwise.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Add `tracking_code` and `tracking_url` to the items of the send list, which the vendor does not
    /// document but its users' workflows expect.
    pub(super) tracking_in_sends: bool,
    /// Which of the two documented bodies a 401 has.
    pub(super) unauthorized_body: UnauthorizedBody,
    /// Like the vendor's staging environment: parcels never move past `Processing`.
    pub(super) sandbox_mode: bool,
    /// Recipients confirm their address, open and redeem at the next tick; otherwise they let it expire.
    pub(super) recipients_respond: bool,
    /// What the consent page does.
    pub(super) consent: Consent,
    /// Redirects that are registered besides those to loopback.
    pub(super) redirect_uris: Vec<String>,
    /// 0 lifts the limit.
    pub(super) core_requests_per_second: u32,
    /// 0 lifts the limit.
    pub(super) marketplace_requests_per_minute: u32,
    /// How long a client that went over the core limit is refused everything on that part of the API. The vendor calls
    /// it a temporary block and does not publish its length; 0 means none.
    pub(super) block_seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnauthorizedBody {
    /// `{"success", "message"}`
    Message,
    /// `{"success", "description", "expired"}`
    Description,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Consent {
    /// Shows a page with two buttons.
    Ask,
    /// Redirects at once with a code, as if the user had agreed before.
    Approve,
    /// Redirects at once with `access_denied`.
    Deny,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            tracking_in_sends: true,
            unauthorized_body: UnauthorizedBody::Message,
            sandbox_mode: false,
            recipients_respond: true,
            consent: Consent::Ask,
            redirect_uris: vec!["https://oauth.pstmn.io/v1/callback".to_owned(), "https://gw.example/cb".to_owned()],
            core_requests_per_second: 10,
            marketplace_requests_per_minute: 100,
            block_seconds: 0,
        }
    }
}
