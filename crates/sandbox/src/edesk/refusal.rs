//! The vendor's error bodies: one base shape, and for a refused body one code a field.

use serde_json::{Map, Value, json};

use crate::kit::reply::Reply;

/// What a handler gives: the answer, or the refusal that ended it early.
pub(super) type Answer = Result<Reply, Reply>;

/// What is wrong with a field, by the vendor's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorCode {
    Missing = 4001,
    UnknownObject = 4002,
    NotUnique = 4003,
    NoAccess = 4004,
    NotNumeric = 4005,
    NotArray = 4006,
    NotAllowed = 4007,
    NotString = 4008,
    NotBoolean = 4009,
    NotDate = 4010,
    NotFileUrl = 4011,
    NotImageUrl = 4012,
    ChannelType = 4013,
    OrderOfOtherChannel = 4014,
    ContactOfOtherChannel = 4015,
    TooManyTemplates = 4016,
    ItemOfOtherOrder = 4017,
    CustomFieldType = 4018,
    AttachmentForm = 4019,
    TooLong = 4020,
    NotEmail = 4021,
    TooManyMessages = 4022,
}

/// The base shape. `details` is a text, or an object of fields.
pub(super) fn refused(status: u16, message: &str, details: impl Into<Value>) -> Reply {
    Reply::json(status, &json!({"error": {"httpCode": status, "message": message, "details": details.into()}}))
}

/// All fields that are wrong, each once, in the order they were looked at.
pub(super) fn invalid(wrong: &[(String, ErrorCode)]) -> Reply {
    let mut details = Map::new();
    for (field, code) in wrong {
        details.entry(field.as_str()).or_insert_with(|| json!({"errorCode": *code as u16}));
    }
    refused(400, "Validation failed", details)
}

/// No object has the id in the path; text assumed.
pub(super) fn not_found() -> Reply {
    refused(404, "Not found", "Object not found")
}

/// The gateway before the API knows no such path, and answers no JSON.
pub(super) fn no_route() -> Reply {
    Reply::text(404, "text/plain; charset=utf-8", "no Route matched with those values")
}
