//! Ids: those the vendor makes up, and the rule for those a client brings along.

use crate::gladly::fields::Fields;
use crate::gladly::refusal::invalid;
use crate::kit::code::Codes;
use crate::kit::reply::Reply;

const LONGEST_ID: usize = 50;

/// Ids as the vendor makes them, the same ones at every start.
#[derive(Debug, Clone)]
pub(super) struct Ids(Codes);

impl Ids {
    pub(super) fn from_seed(seed: u64) -> Ids {
        Ids(Codes::from_seed(seed))
    }

    /// 22 characters, as many as a UUID has in base64.
    pub(super) fn next(&mut self) -> String {
        self.0.alphanumeric(22)
    }
}

/// The `id` a client wants for what it creates: URL safe, at most 50 characters. `None` leaves it to the vendor.
pub(super) fn wished_id(fields: &Fields) -> Result<Option<String>, Reply> {
    let Some(id) = fields.text_up_to("id", LONGEST_ID)? else {
        return Ok(None);
    };
    match id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')) {
        true if !id.is_empty() => Ok(Some(id)),
        _ => Err(invalid(&fields.attr("id"), "id contains unsupported characters")),
    }
}
