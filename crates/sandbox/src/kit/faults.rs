//! Things that go wrong on request: which requests a fault befalls, and how often.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kit::reply::Reply;
use crate::kit::request::Request;

const DEFAULT_MILLISECONDS: u64 = 1_000;
const DEFAULT_HUGE_BYTES: u64 = 64 * 1024 * 1024;
const DEFAULT_GARBAGE_BYTES: u64 = 512;

/// One entry of `POST /__sandbox/faults`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    method: Option<String>,
    path_prefix: Option<String>,
    /// How many matching requests it befalls; used up, it is gone.
    #[serde(default = "once")]
    times: u32,
    pub(crate) kind: Kind,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    milliseconds: Option<u64>,
    bytes: Option<u64>,
    applied: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Status,
    Delay,
    CloseBeforeAnswer,
    CloseMidBody,
    Hang,
    HugeBody,
    Garbage,
}

/// Does the vendor still do what the request asks, before things go wrong?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Applied,
    NotApplied,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
}

impl Faults {
    /// Adds faults from JSON: one, or a list of them. All or none.
    pub(crate) fn add(&mut self, faults: Value) -> Result<(), String> {
        let list = match faults {
            Value::Array(list) => list,
            one => vec![one],
        };
        let mut added = Vec::with_capacity(list.len());
        for (place, fault) in list.into_iter().enumerate() {
            added.push(serde_json::from_value(fault).map_err(|error| format!("fault {place}: {error}"))?);
        }
        self.waiting.extend(added);
        Ok(())
    }

    /// The oldest fault that concerns this request, counted as used.
    pub(crate) fn befall(&mut self, request: &Request) -> Option<Fault> {
        self.waiting.retain(|fault| fault.times > 0);
        let fault = self.waiting.iter_mut().find(|fault| fault.concerns(request))?;
        fault.times -= 1;
        Some(fault.clone())
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Those still to come.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Fault> {
        self.waiting.iter().filter(|fault| fault.times > 0)
    }
}

impl Fault {
    /// A delay or a cut answer presupposes that the vendor worked; the others replace its work.
    pub(crate) fn effect(&self) -> Effect {
        match self.applied.unwrap_or(matches!(self.kind, Kind::Delay | Kind::CloseMidBody)) {
            true => Effect::Applied,
            false => Effect::NotApplied,
        }
    }

    pub(crate) fn milliseconds(&self) -> u64 {
        self.milliseconds.unwrap_or(DEFAULT_MILLISECONDS)
    }

    pub(crate) fn huge_bytes(&self) -> u64 {
        self.bytes.unwrap_or(DEFAULT_HUGE_BYTES)
    }

    /// The answer sent in place of the vendor's, with the fault's own status, headers and body.
    pub(crate) fn reply(&self) -> Reply {
        let mut reply = match (&self.body, self.kind) {
            (Some(Value::String(text)), _) => Reply::text(200, "text/plain; charset=utf-8", text.as_bytes()),
            (Some(body), _) => Reply::json(200, body),
            (None, Kind::Garbage) => Reply::text(200, "application/json", garbage(self.bytes.unwrap_or(DEFAULT_GARBAGE_BYTES))),
            (None, Kind::HugeBody) => Reply::text(200, "application/json", Vec::new()),
            (None, _) => Reply::json(200, &json!({"success": false, "message": "Something went wrong on our end"})),
        };
        reply.status = self.status.unwrap_or(if self.kind == Kind::Status { 500 } else { 200 });
        for (name, value) in &self.headers {
            reply.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            reply.headers.push((name.clone(), value.clone()));
        }
        reply
    }

    fn concerns(&self, request: &Request) -> bool {
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && self.path_prefix.as_ref().is_none_or(|prefix| request.path.starts_with(prefix.as_str()))
    }
}

/// Bytes that are neither JSON nor UTF-8, the same every time.
fn garbage(bytes: u64) -> Vec<u8> {
    let length = usize::try_from(bytes.min(DEFAULT_HUGE_BYTES)).unwrap_or_default();
    [0xff, 0xfe, b'{', 0x00, b'"', 0xc3, 0x28, b']'].iter().copied().cycle().take(length).collect()
}

fn once() -> u32 {
    1
}
