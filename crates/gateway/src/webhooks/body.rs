//! What a webhook is sent of an event.

use serde::Serialize;
use serde_json::{Map, Value};
use store::{AccountStatus, ClaimedDelivery, Content, EventType, StoreError};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<AccountStatus>,
}

/// The body for an event that was not sent yet: the account as the management API shows it, as it was when it happened. The link for a
/// person is made now.
///
/// # Errors
/// [`StoreError::Unreadable`] if another version stored the event in another form.
pub(super) fn render(app: &App, claimed: &ClaimedDelivery) -> Result<Vec<u8>, StoreError> {
    let Content { account, previous_status } = claimed.content()?;
    let data = match account {
        None => Data::Test(Map::from_iter([("webhook_id".to_owned(), Value::from(claimed.lease.webhook.to_string()))])),
        Some(account) => {
            let is_gone = claimed.kind == EventType::AccountDeleted.as_str();
            let mut account = AccountView::of(app, account);
            if is_gone {
                account.reconnect_url = None;
            }
            Data::Account(Box::new(AccountData { account, previous_status }))
        }
    };
    let body = Body { kind: &claimed.kind, timestamp: Time(claimed.at), data };
    serde_json::to_vec(&body).map_err(|error| StoreError::Unreadable(error.to_string()))
}
