//! What a webhook is sent of an event.

use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use serde_json::{Map, Value};
use store::{AccountStatus, ClaimedDelivery, Content, EventType, StoreError, secret_json};

use crate::api::{AccountView, Time};
use crate::app::App;

#[derive(Serialize)]
struct Body<'b> {
    #[serde(rename = "type")]
    kind: &'b str,
    timestamp: Time,
    data: Data,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data {
    Account(Box<AccountData>),
    Test(Map<String, Value>),
}

#[derive(Serialize)]
struct AccountData {
    #[serde(flatten)]
    account: AccountView,
    /// Counts the account's changes: of two events about it, the one with the greater number is the newer.
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<AccountStatus>,
}

/// The body for an event that was not sent yet: the account as the management API shows it, as it was when it happened. The link for a
/// person is made now.
pub(super) fn render(app: &App, claimed: &ClaimedDelivery, content: &Content) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let Content { account, previous_status } = content.clone();
    let data = match account {
        None => Data::Test(Map::from_iter([("webhook_id".to_owned(), Value::from(claimed.lease.webhook.to_string()))])),
        Some(account) => {
            let is_gone = claimed.kind == EventType::AccountDeleted.as_str();
            let version = account.version;
            let mut account = AccountView::of(app, account);
            if is_gone {
                account.reconnect_url = None;
            }
            Data::Account(Box::new(AccountData { account, version, previous_status }))
        }
    };
    secret_json(&Body { kind: &claimed.kind, timestamp: Time(claimed.at), data })
}
