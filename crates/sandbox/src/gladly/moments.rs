//! Moments and dates in query parameters and bodies.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::gladly::fields::Fields;
use crate::gladly::refusal::{blank, invalid};
use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// A query parameter with a moment; an empty one counts as absent.
pub(super) fn parameter(request: &Request, name: &str) -> Result<Option<Timestamp>, Reply> {
    let text = request.parameter(name).filter(|text| !text.is_empty());
    let wrong = |_| invalid(name, &format!("{name} must be an RFC 3339 date and time"));
    text.map(|text| text.parse().map_err(wrong)).transpose()
}

/// A day, written `YYYY-MM-DD`, that must be there.
pub(super) fn required_date(fields: &Fields, name: &str) -> Result<Date, Reply> {
    let text = fields.text(name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| blank(name))?;
    let date = text.parse().ok().filter(|_| text.len() == "YYYY-MM-DD".len());
    date.ok_or_else(|| invalid(name, &format!("{name} must be written as YYYY-MM-DD")))
}
