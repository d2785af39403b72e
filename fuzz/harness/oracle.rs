//! Which answers the endpoint may give. What is said here holds for every input; what a certain input must be answered with,
//! the test beside the corpus says.

use serde_json::Value;
use serde_json::value::RawValue;

use super::json_rpc::Sent;
use super::{Answer, Input, Secrets};

/// The largest body that is read.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// What an answer has beside what it repeats of the request: at most a list of tools.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// The statuses of the specification that apply here. Nothing is a fault of ours, and nobody is turned away for want of room.
const STATUSES: [u16; 11] = [200, 202, 204, 400, 401, 403, 404, 405, 406, 413, 415];

/// What is wrong with an answer to `input`.
///
/// # Errors
/// The first rule that it breaks.
pub(crate) fn check(input: &Input<'_>, answer: &Answer, secrets: &Secrets) -> Result<(), String> {
    let body = String::from_utf8(answer.body.clone()).map_err(|_| "the body is not UTF-8".to_owned())?;
    let status = answer.status.as_u16();
    let said = format!("{status} {body}");
    ensure(STATUSES.contains(&status), || format!("unexpected status: {said}"))?;
    ensure(body.len() <= LONGEST_ANSWER + 8 * input.body().len(), || format!("{} bytes are too long an answer", body.len()))?;
    ensure(!tells(input, &body, answer, secrets), || format!("a secret shows: {said}"))?;
    ensure(status != 405 || answer.headers.contains_key("allow"), || "405 without Allow".to_owned())?;
    ensure(status != 413 || is_too_large(input), || "413 for a body of at most 4 MiB".to_owned())?;
    if body.is_empty() {
        let may_be = matches!(status, 202 | 204) || input.verb() == "HEAD" || status == 200 && input.opens_a_stream();
        ensure(may_be, || format!("nothing is said: {status}"))?;
        ensure(status != 202 || input.is_for_a_session() || !is_answered(input.body()), || "a request went without an answer".to_owned())?;
        return answer.event.as_deref().map_or(Ok(()), |event| check_messages(input, None, &data(event)?));
    }
    ensure(!matches!(status, 202 | 204), || format!("nothing is to be said: {said}"))?;
    match answer.headers.get("content-type").map(|kind| kind.to_str().unwrap_or_default()) {
        Some("application/json") => check_messages(input, Some(status), &body),
        Some("text/event-stream") if input.opens_a_stream() => check_first_event(input, status, &body),
        Some("text/event-stream") => check_messages(input, Some(status), &data(&body)?),
        Some(html) if html.starts_with("text/html") && status == 405 => Ok(()),
        other => Err(format!("unexpected type {other:?}: {said}")),
    }
}

/// Whether somebody waits for an answer to this body.
pub(crate) fn is_answered(body: &[u8]) -> bool {
    match Sent::read(body) {
        Sent::Request { .. } | Sent::Broken { .. } => true,
        Sent::Quiet => false,
        // Whether empty, too long or of another revision: an error.
        Sent::Batch(messages) if messages.is_empty() || messages.len() > 100 => true,
        Sent::Batch(messages) => messages.iter().any(|message| is_answered(message.as_bytes())),
    }
}

/// Whether this body asks for a stream that stays open.
pub(crate) fn is_subscription(body: &[u8]) -> bool {
    matches!(Sent::read(body), Sent::Request { method, .. } if method == "subscriptions/listen")
}

/// One answer, or one for each request of a batch. What comes through a session's stream has no HTTP status.
fn check_messages(input: &Input<'_>, status: Option<u16>, text: &str) -> Result<(), String> {
    let sent = Sent::read(input.body());
    if !text.starts_with('[') {
        return check_message(&sent, status, text);
    }
    let Sent::Batch(sent) = sent else { return Err(format!("a batch of answers to a single message: {text}")) };
    ensure(status.is_none_or(|status| status == 200), || format!("{status:?} for a batch: {text}"))?;
    let sent: Vec<Sent<'_>> = sent.iter().map(|message| Sent::read(message.as_bytes())).filter(|sent| *sent != Sent::Quiet).collect();
    let answers: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| format!("not JSON ({error}): {text}"))?;
    ensure(sent.len() == answers.len(), || format!("{} answers to {} requests: {text}", answers.len(), sent.len()))?;
    // Answers may come in any order; ours come in that of the requests.
    sent.iter().zip(answers).try_for_each(|(sent, answer)| check_message(sent, None, answer.get()))
}

fn check_message(sent: &Sent<'_>, status: Option<u16>, text: &str) -> Result<(), String> {
    let code = check_shape(text)?;
    let has_own_id = check_id(sent, text)?;
    let statuses: &[u16] = match code {
        None => &[200],
        Some(-32700 | -32020 | -32022) => &[400],
        Some(-32600) => &[400, 401, 403, 404, 405, 406, 413, 415],
        Some(-32601) => &[200, 404],
        Some(-32602) => &[200, 400],
        Some(_) => return Err(format!("no code of the specification for this: {text}")),
    };
    ensure(status.is_none_or(|status| statuses.contains(&status)), || format!("{status:?} does not go with {text}"))?;
    // Errors about the request itself come under its id; those about the door, before anything was read, need not.
    let is_about_the_request = matches!(code, None | Some(-32601 | -32602 | -32020 | -32022));
    ensure(!is_about_the_request || has_own_id, || format!("not under the id of the request: {text}"))?;
    ensure(!is_about_the_request || *sent != Sent::Quiet, || format!("an answer to what asks for none: {text}"))
}

/// A JSON-RPC answer: `None` for a result, else the error's code.
fn check_shape(text: &str) -> Result<Option<i64>, String> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Answer<'t> {
        jsonrpc: &'t str,
        #[serde(borrow, rename = "id")]
        _id: &'t RawValue,
        result: Option<serde_json::Map<String, Value>>,
        error: Option<Refusal>,
    }
    #[derive(serde::Deserialize)]
    struct Refusal {
        code: i64,
        message: String,
    }
    let answer: Answer<'_> = serde_json::from_str(text).map_err(|error| format!("no JSON-RPC answer ({error}): {text}"))?;
    ensure(answer.jsonrpc == "2.0", || format!("no JSON-RPC answer: {text}"))?;
    match (answer.result, answer.error) {
        (Some(_), None) => Ok(None),
        (None, Some(error)) if !error.message.is_empty() => Ok(Some(error.code)),
        _ => Err(format!("neither a result nor an error that is told: {text}")),
    }
}

/// Whether an answer is under the request's id rather than under none.
fn check_id(sent: &Sent<'_>, text: &str) -> Result<bool, String> {
    #[derive(serde::Deserialize)]
    struct Id<'t> {
        #[serde(borrow)]
        id: Option<&'t RawValue>,
    }
    let answered: Id<'_> = serde_json::from_str(text).map_err(|error| format!("not JSON ({error}): {text}"))?;
    let expected = match sent {
        Sent::Request { id, .. } => Some(*id),
        Sent::Broken { id } => *id,
        Sent::Quiet | Sent::Batch(_) => None,
    };
    match answered.id.map(RawValue::get) {
        None => Ok(expected.is_none()),
        Some(id) if Some(id) == expected => Ok(true),
        Some(id) => Err(format!("an answer under the id {id} of nobody: {text}")),
    }
}

fn check_first_event(input: &Input<'_>, status: u16, text: &str) -> Result<(), String> {
    if let Some(address) = text.strip_prefix("event: endpoint\ndata: ") {
        return ensure(input.verb() == "GET" && address.starts_with("/mcp/"), || format!("no place for an address: {text}"));
    }
    let data = data(text)?;
    let message: Value = serde_json::from_str(&data).map_err(|error| format!("not JSON ({error}): {text}"))?;
    match message["method"].as_str() {
        Some("notifications/subscriptions/acknowledged") if input.verb() == "POST" => Ok(()),
        _ => check_message(&Sent::read(input.body()), Some(status), &data),
    }
}

/// What a single `message` event holds.
fn data(event: &str) -> Result<String, String> {
    let data = event.strip_prefix("event: message\ndata: ").and_then(|rest| rest.strip_suffix("\n\n"));
    data.filter(|data| !data.contains(['\n', '\r'])).map(str::to_owned).ok_or_else(|| format!("no event: {event:?}"))
}

fn is_too_large(input: &Input<'_>) -> bool {
    let is_announced = input.header("content-length").any(|length| length.parse::<usize>().is_ok_and(|length| length > MOST_BYTES));
    is_announced || input.body().len() > MOST_BYTES
}

/// Whether a secret shows that the client did not say itself. A session's address is one by its nature.
fn tells(input: &Input<'_>, body: &str, answer: &Answer, secrets: &Secrets) -> bool {
    let is_address = body.starts_with("event: endpoint\n");
    let headers = answer.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let texts: Vec<_> = headers.chain([body.into(), answer.event.as_deref().unwrap_or_default().into()]).collect();
    let tokens = [&secrets.open, &secrets.guarded, &secrets.discovery].into_iter().filter(|_| !is_address).map(String::as_str);
    let secrets = tokens.chain([secrets.api_token.as_str(), secrets.credential]);
    // Half is as bad. The end of an escaped character before it, as of `%40`, may be its first two letters by chance.
    let mut halves = secrets.map(|secret| &secret[secret.len() / 2..]);
    halves.any(|half| !input.says(&half[2..]) && texts.iter().any(|text| text.contains(half)))
}

fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem()) }
}
