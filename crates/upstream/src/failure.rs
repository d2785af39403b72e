//! A call that gave no answer: whose fault, which kind, and what an agent can do about it.

use std::borrow::Cow;

use catalog::arguments::{ArgumentError, Violation};
use catalog::plan::PlanError;
use http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::credential::CredentialError;
use crate::rate_limit::RateLimitFacts;

/// Serialises as the `error` object of a failed tool call; absent members are left out:
/// `{"source","code","status","message","hint","reconnect_url","extracted","vendor","ratelimit":{"limit","remaining","reset"},"retry_after","details"}`,
/// with one `{"path","message"}` a violation in `details`.
#[derive(Debug, Clone)]
pub struct Failure {
    pub source: Source,
    pub code: Code,
    /// HTTP status of the vendor's answer, if there was one.
    pub status: Option<u16>,
    /// The vendor's words, or ours. One line.
    pub message: String,
    /// What to do now.
    pub hint: Option<String>,
    /// Where a person can connect the account again. A secret of that person's.
    pub reconnect_url: Option<String>,
    /// What the definition's rule found in the vendor's answer, by its names: texts, numbers and booleans.
    pub extracted: Map<String, Value>,
    /// The vendor's own body, of bounded length: as it is when it is JSON, else a JSON string.
    pub vendor: Option<Box<RawValue>>,
    pub violations: Vec<Violation>,
    pub rate_limit: RateLimitFacts,
}

/// Who refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Vendor,
    Tidegate,
}

/// What kind of failure it is: the word that programs match on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// The arguments do not fit the tool; nothing was sent.
    InvalidArguments,
    /// The vendor refused or failed, and no other code fits.
    VendorError,
    RateLimited,
    /// The vendor does not accept the account's credential.
    NeedsReauth,
    /// The vendor does not permit it, or the address must not be called.
    Forbidden,
    NotFound,
    Conflict,
    /// The record was merged into another one.
    Merged,
    /// No answer in time, to a request that changes nothing.
    Timeout,
    /// No connection, or one that broke before an answer to a request that changes nothing.
    Unreachable,
    /// The answer is longer than what is read.
    TooLarge,
    /// A request that may have changed something was sent, and no answer of the vendor itself came back.
    OutcomeUnknown,
    /// The client took its call back; whether the vendor carried it out is not known.
    Cancelled,
    /// Our own fault.
    Internal,
    /// A definition's own code.
    Other(String),
}

impl Code {
    pub fn as_str(&self) -> &str {
        match self {
            Code::InvalidArguments => "invalid_arguments",
            Code::VendorError => "vendor_error",
            Code::RateLimited => "rate_limited",
            Code::NeedsReauth => "needs_reauth",
            Code::Forbidden => "forbidden",
            Code::NotFound => "not_found",
            Code::Conflict => "conflict",
            Code::Merged => "merged",
            Code::Timeout => "timeout",
            Code::Unreachable => "unreachable",
            Code::TooLarge => "too_large",
            Code::OutcomeUnknown => "outcome_unknown",
            Code::Cancelled => "cancelled",
            Code::Internal => "internal",
            Code::Other(code) => code,
        }
    }

    /// The code a definition's rule names.
    pub(crate) fn named(name: &str) -> Code {
        let known = [
            Code::InvalidArguments,
            Code::VendorError,
            Code::RateLimited,
            Code::NeedsReauth,
            Code::Forbidden,
            Code::NotFound,
            Code::Conflict,
            Code::Merged,
            Code::Timeout,
            Code::Unreachable,
            Code::TooLarge,
            Code::OutcomeUnknown,
            Code::Internal,
        ];
        known.into_iter().find(|code| code.as_str() == name).unwrap_or_else(|| Code::Other(name.to_owned()))
    }

    /// The code of a vendor's refusal, unless a definition's rule knows better.
    pub(crate) fn of_status(status: StatusCode) -> Code {
        match status {
            StatusCode::UNAUTHORIZED => Code::NeedsReauth,
            StatusCode::FORBIDDEN => Code::Forbidden,
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::CONFLICT => Code::Conflict,
            StatusCode::TOO_MANY_REQUESTS => Code::RateLimited,
            _ => Code::VendorError,
        }
    }
}

impl serde::Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Failure {
    /// A failure that no vendor had a part in.
    pub fn ours(code: Code, message: impl Into<String>, hint: Option<&str>) -> Failure {
        Failure {
            source: Source::Tidegate,
            code,
            status: None,
            message: message.into(),
            hint: hint.map(str::to_owned),
            reconnect_url: None,
            extracted: Map::new(),
            vendor: None,
            violations: Vec::new(),
            rate_limit: RateLimitFacts::default(),
        }
    }
}

impl From<ArgumentError> for Failure {
    fn from(error: ArgumentError) -> Failure {
        let message = match error.violations.len() {
            1 => "the arguments do not fit the tool: 1 violation".to_owned(),
            count => format!("the arguments do not fit the tool: {count} violations"),
        };
        Failure {
            violations: error.violations,
            ..Failure::ours(
                Code::InvalidArguments,
                message,
                Some("Nothing was sent. Correct every argument named in `details` and call the tool again."),
            )
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Failure {
        match error {
            PlanError::Arguments(error) => error.into(),
            PlanError::NoServer(reason) => Failure::ours(
                Code::Forbidden,
                reason,
                Some("Calling again will not help, whatever the arguments. The account's tools that need no such server work."),
            ),
        }
    }
}

impl From<CredentialError> for Failure {
    fn from(error: CredentialError) -> Failure {
        Failure::ours(
            Code::NeedsReauth,
            format!("the account's credential cannot be used: {error}"),
            Some("Nothing was sent. A person has to reconnect the account; calling again will not help until then."),
        )
    }
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = &self.rate_limit;
        let limits = RateLimitFacts { retry_after: None, ..*facts };
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("source", &self.source)?;
        object.serialize_entry("code", &self.code)?;
        if let Some(status) = self.status {
            object.serialize_entry("status", &status)?;
        }
        object.serialize_entry("message", &self.message)?;
        if let Some(hint) = &self.hint {
            object.serialize_entry("hint", hint)?;
        }
        if let Some(url) = &self.reconnect_url {
            object.serialize_entry("reconnect_url", url)?;
        }
        if !self.extracted.is_empty() {
            object.serialize_entry("extracted", &self.extracted)?;
        }
        if let Some(vendor) = &self.vendor {
            object.serialize_entry("vendor", vendor)?;
        }
        if !limits.is_empty() {
            object.serialize_entry("ratelimit", &limits)?;
        }
        if let Some(seconds) = facts.retry_after {
            object.serialize_entry("retry_after", &seconds)?;
        }
        if !self.violations.is_empty() {
            object.serialize_entry("details", &self.violations)?;
        }
        object.end()
    }
}

/// What to do about a vendor's refusal, where the definition does not say.
pub(crate) fn default_hint(code: &Code, status: StatusCode, facts: &RateLimitFacts) -> Option<Cow<'static, str>> {
    let hint = match code {
        Code::RateLimited => match facts.retry_after {
            Some(1) => "Wait 1 second, then call again.",
            Some(seconds) => return Some(Cow::Owned(format!("Wait {seconds} seconds, then call again."))),
            None => "The vendor does not say how long to wait. Wait a minute, then call again; make fewer calls.",
        },
        Code::NeedsReauth => {
            "The vendor does not accept the account's credential. A person has to reconnect the account; calling again will not help until then."
        }
        Code::Forbidden => {
            "The connected account is not permitted to do this. Use another tool, or ask a person to grant the permission at the vendor."
        }
        Code::NotFound => "Check the ids in the arguments: take them from a list tool instead of guessing them.",
        Code::Conflict => "The record is not in the state this call expects. Read its present state, then decide.",
        Code::Merged => "The record was merged into another one. Use the id of that one.",
        Code::VendorError if status.is_redirection() => {
            "Redirects are not followed. A person has to correct the base URL of the account or the definition."
        }
        Code::VendorError if status.is_server_error() => "The fault is the vendor's. Try again later.",
        Code::VendorError => "Read the vendor's message, correct the arguments and call again.",
        _ => return None,
    };
    Some(Cow::Borrowed(hint))
}

/// Beside the hint of a server error to a call that changes something: it may have been carried out all the same.
pub(crate) const MAYBE_DONE: &str =
    "The vendor failed while handling a change and may have made it. Look up the present state with a read tool before trying again.";

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn a_full_failure_has_every_member_of_the_contract_in_order() {
        let failure = Failure {
            source: Source::Vendor,
            code: Code::RateLimited,
            status: Some(429),
            message: "Too many requests".into(),
            hint: Some("Wait 30 seconds, then call again.".into()),
            reconnect_url: Some("https://gate.example.com/link/tr_x".into()),
            extracted: Map::from_iter([("id".to_owned(), Value::from(7))]),
            vendor: Some(RawValue::from_string(r#"{"error" : 1}"#.into()).unwrap()),
            violations: Vec::new(),
            rate_limit: RateLimitFacts { limit: Some(100), remaining: Some(0), reset: Some(30), retry_after: Some(30) },
        };
        assert_snapshot!(serde_json::to_string(&failure).unwrap(), @r#"{"source":"vendor","code":"rate_limited","status":429,"message":"Too many requests","hint":"Wait 30 seconds, then call again.","reconnect_url":"https://gate.example.com/link/tr_x","extracted":{"id":7},"vendor":{"error" : 1},"ratelimit":{"limit":100,"remaining":0,"reset":30},"retry_after":30}"#);
    }

    #[test]
    fn absent_members_are_left_out() {
        let failure = Failure::ours(Code::Other("quota_used_up".into()), "no", None);
        assert_snapshot!(serde_json::to_string(&failure).unwrap(), @r#"{"source":"tidegate","code":"quota_used_up","message":"no"}"#);
    }

    #[test]
    fn violations_stand_under_details() {
        let violation = |path: &str, message: &str| Violation { path: path.into(), message: message.into() };
        let error = ArgumentError { violations: vec![violation("/touch_id", "is required"), violation("", "x")] };
        assert_snapshot!(serde_json::to_string(&Failure::from(error)).unwrap(), @r#"{"source":"tidegate","code":"invalid_arguments","message":"the arguments do not fit the tool: 2 violations","hint":"Nothing was sent. Correct every argument named in `details` and call the tool again.","details":[{"path":"/touch_id","message":"is required"},{"path":"","message":"x"}]}"#);
    }

    #[test]
    fn what_an_account_lacks_is_no_fault_of_the_arguments() {
        let failure = Failure::from(PlanError::NoServer("no server `upload`".to_owned()));
        assert_snapshot!(serde_json::to_string(&failure).unwrap(), @r#"{"source":"tidegate","code":"forbidden","message":"no server `upload`","hint":"Calling again will not help, whatever the arguments. The account's tools that need no such server work."}"#);
    }

    #[test]
    fn a_rule_may_name_a_known_code_or_its_own() {
        assert_eq!(Code::named("not_found"), Code::NotFound);
        assert_eq!(Code::named("out_of_stock"), Code::Other("out_of_stock".into()));
    }
}
