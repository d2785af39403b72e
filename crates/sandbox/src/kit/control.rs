//! `/__sandbox/*`: what a test or a demo does to a sandbox. Not part of any vendor's API, and open to
//! whoever reaches the port, so a sandbox belongs on loopback. Described in the crate's README.

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::stage::Stage;

pub(super) const PREFIX: &str = "/__sandbox/";
/// Longest single jump: a hundred years, so that every date stays writable.
const LONGEST_JUMP_SECONDS: u32 = 100 * 366 * 86_400;
const MOST_TICKS: u32 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    #[serde(default)]
    advance_seconds: u32,
    frozen: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ticks {
    #[serde(default = "one")]
    count: u32,
}

pub(super) fn answer(stage: &mut Stage, request: &Request) -> Reply {
    match act(stage, request) {
        Ok(body) => Reply::json(200, &body),
        Err(refusal) => refusal,
    }
}

fn act(stage: &mut Stage, request: &Request) -> Result<Value, Reply> {
    let command = request.path.strip_prefix(PREFIX).unwrap_or_default();
    match (request.method.as_str(), command) {
        ("POST", "clock") => {
            let ClockChange { advance_seconds, frozen } = body(request)?;
            if advance_seconds > LONGEST_JUMP_SECONDS {
                return Err(bad(format!("advance_seconds is at most {LONGEST_JUMP_SECONDS}")));
            }
            match frozen {
                Some(true) => stage.clock.freeze(),
                Some(false) => stage.clock.run(),
                None => {}
            }
            stage.advance(SignedDuration::from_secs(i64::from(advance_seconds)));
            Ok(now(stage))
        }
        ("GET", "clock") => Ok(now(stage)),
        ("POST", "tick") => {
            let Ticks { count } = body(request)?;
            if count > MOST_TICKS {
                return Err(bad(format!("count is at most {MOST_TICKS}")));
            }
            stage.tick(count);
            Ok(now(stage))
        }
        ("POST", "faults") => {
            stage.faults.add(body(request)?).map_err(bad)?;
            Ok(json!(stage.faults.waiting().collect::<Vec<_>>()))
        }
        ("GET", "faults") => Ok(json!(stage.faults.waiting().collect::<Vec<_>>())),
        ("DELETE", "faults") => {
            stage.faults.clear();
            Ok(json!([]))
        }
        ("GET", "journal") => Ok(json!(stage.journal.entries())),
        ("DELETE", "journal") => {
            stage.journal.clear();
            Ok(json!([]))
        }
        ("POST", "tokens") => Ok(json!(stage.issue(body(request)?).map_err(bad)?)),
        ("POST", "settings") => stage.configure(body::<Map<String, Value>>(request)?).map_err(bad),
        ("GET", "settings") => Ok(stage.settings()),
        ("POST", "reset") => {
            stage.reset();
            Ok(now(stage))
        }
        ("GET", "state") => Ok(stage.state()),
        (method, command) => Err(Reply::json(404, &json!({"error": format!("no control operation {method} {command}")}))),
    }
}

fn now(stage: &mut Stage) -> Value {
    let now = stage.catch_up();
    json!({"now": now.to_string(), "now_seconds": now.as_second(), "frozen": stage.clock.is_frozen()})
}

/// The body as JSON whatever its content type; none stands for an empty object.
fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Reply> {
    let bytes: &[u8] = if request.body.is_empty() { b"{}" } else { &request.body };
    serde_json::from_slice(bytes).map_err(|error| bad(error.to_string()))
}

fn bad(problem: String) -> Reply {
    Reply::json(400, &json!({"error": problem}))
}

fn one() -> u32 {
    1
}
