//! What becomes of a definition's other URLs for an account that has a base URL of its own.
//!
//! Why: docs/decisions/0016-an-account-s-own-base-url.md and 0022-other-servers-of-a-vendor.md.

use serde_json::{Map, Value};
use url::Url;

use crate::authorization_server::Split;
use crate::hosts::base_values;
use crate::integration::Integration;
use crate::target::{Place, TargetError, filled};

/// Where a URL of a definition is for such an account.
#[derive(Debug)]
pub(crate) enum Moved {
    /// On the account's own host: the URL, with its variables filled in.
    Along(String),
    /// Nowhere: it would be on that host, but the account's base URL does not say below which path.
    Unknown,
    /// On another host than the definition's base URL, so it does not move.
    Stays,
}

/// Moves a URL on the host of the definition's base URL, as both are written, to the account's `own` base URL.
///
/// What lies below that base URL lies below `own`. The rest of the host is beside `own`: where `own` ends with the path of the definition's base
/// URL, what stands before that path goes before the others, too. A host that has no other path, or is the vendor's, is wholly the account's.
///
/// # Errors
/// A variable is missing or ill-formed.
pub(crate) fn moved(integration: &Integration, url: &str, own: &Url, context: &Map<String, Value>) -> Result<Moved, TargetError> {
    let fill = |text: &str| filled(text, &integration.variables, context, Place::BaseUrl);
    // The definition's hosts are compared as they are written: the account need not know the variables in them.
    let (url, base) = match Split::of(url).zip(Split::of(&integration.base_url)) {
        Some((url, base)) if url.origin.eq_ignore_ascii_case(base.origin) => (url, base),
        _ => return Ok(Moved::Stays),
    };
    if let Some(rest) = url.below(&base) {
        return Ok(Moved::Along(format!("{}{}", own.as_str().trim_end_matches('/'), fill(rest)?)));
    }
    let path = own.path().trim_end_matches('/');
    let base_path = fill(base.rest.trim_end_matches('/')).ok();
    let before = match base_path.and_then(|base_path| path.strip_suffix(&*base_path)) {
        Some(before) => before,
        None if path.is_empty() || base_values(integration, own).is_some() => "",
        None => return Ok(Moved::Unknown),
    };
    Ok(Moved::Along(format!("{}{before}{}", own.origin().ascii_serialization(), fill(url.rest)?)))
}
