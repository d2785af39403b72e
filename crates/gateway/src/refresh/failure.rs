//! What callers are told who get no access token.

use store::{Account, StoreError};
use upstream::{Code, Failure, Source};

/// Without a person there will be none.
pub(super) fn needs_reauth(reason: &str) -> Box<Failure> {
    Box::new(Failure::ours(
        Code::NeedsReauth,
        format!("the account has to be connected again: {reason}"),
        Some("A person has to reconnect the account; calling again will not help until then."),
    ))
}

/// The same by the vendor's word.
pub(super) fn refused(reason: &str) -> Box<Failure> {
    let mut failure = needs_reauth(reason);
    failure.source = Source::Vendor;
    failure
}

/// The vendor has said so before, and is not asked again.
pub(super) fn refused_before(account: &Account) -> Box<Failure> {
    refused(account.last_error.as_deref().unwrap_or("the vendor has refused its credential"))
}

pub(super) fn later(reason: &str) -> Box<Failure> {
    let mut failure = Failure::ours(
        Code::Unreachable,
        format!("the account's access token cannot be refreshed now: {reason}"),
        Some("Nothing was changed. Wait as long as `retry_after` says, then call again."),
    );
    failure.rate_limit.retry_after = Some(5);
    Box::new(failure)
}

pub(super) fn unfinished() -> Box<Failure> {
    later("an attempt is under way and has not finished")
}

/// Its holder may be asking still, or have died: nobody can tell before its lease runs out.
pub(super) fn taken() -> Box<Failure> {
    later("an attempt has begun elsewhere and has not ended; whether its server lives is known within two minutes")
}

pub(super) fn misconfigured(reason: &str) -> Box<Failure> {
    Box::new(Failure::ours(
        Code::VendorError,
        format!("the account's access token cannot be refreshed: {reason}"),
        Some("Nothing was sent. The operator of this server has to correct the OAuth app or the integration's definition."),
    ))
}

/// The app's row was changed or moved.
pub(super) fn unreadable_app(account: &Account, error: &StoreError) -> Box<Failure> {
    let Account { integration, authentication_method: method, .. } = account;
    tracing::error!(%error, integration, method, "the secret of an OAuth app does not open; the app has to be set again");
    Box::new(Failure::ours(
        Code::Internal,
        "the stored secret of the OAuth app cannot be read, so the account's access token cannot be refreshed",
        Some("Nothing was sent. The operator of this server has to set the OAuth app again."),
    ))
}

/// A fault of the store; who waits for it is told nothing of its inside.
pub(super) fn ours(error: StoreError) -> Box<Failure> {
    tracing::error!(%error, "a refresh failed for want of the database");
    Box::new(Failure::ours(Code::Internal, "the database failed; nothing was sent", Some("Try again in a moment.")))
}

/// The vendor has given tokens, and the database did not take them.
pub(super) fn lost(account: &Account, error: StoreError) -> Box<Failure> {
    tracing::error!(account.id = %account.id, %error, "refreshed tokens could not be saved and are lost");
    Box::new(Failure::ours(
        Code::Internal,
        "the vendor gave another access token, and it could not be saved; the account may have to be connected again",
        Some("Try again in a moment; if that fails, a person has to reconnect the account."),
    ))
}

/// The account leads elsewhere than the request that was to be sent.
pub(super) fn changed() -> Box<Failure> {
    Box::new(Failure::ours(
        Code::Conflict,
        "the account was changed while this call was under way; it was not sent with the new credential",
        Some("Call again."),
    ))
}

pub(super) fn panicked() -> Box<Failure> {
    Box::new(Failure::ours(Code::Internal, "internal error", None))
}
