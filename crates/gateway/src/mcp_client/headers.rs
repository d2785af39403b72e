//! Headers that mirror a message (2026-07-28, "Streamable HTTP", "Request headers").

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::message::{Kind, Message};

/// Which member of `params` the header `Mcp-Name` repeats.
const NAMED_BY: &[(&str, &str)] = &[
    ("tools/call", "name"),
    ("prompts/get", "name"),
    ("resources/read", "uri"),
    ("tasks/get", "taskId"),
    ("tasks/update", "taskId"),
    ("tasks/cancel", "taskId"),
];

/// The headers that repeat a request's or notification's revision, method and name.
pub(crate) fn mirrored(message: &Message, version: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.extend(value(version).map(|value| (HeaderName::from_static("mcp-protocol-version"), value)));
    let (Kind::Request { method, .. } | Kind::Notification { method }) = &message.kind else { return headers };
    headers.extend(value(method).map(|value| (HeaderName::from_static("mcp-method"), value)));
    let name = NAMED_BY.iter().find(|(named, _)| named == method).and_then(|(_, member)| text_member(message, member));
    headers.extend(name.and_then(|name| value(&name)).map(|value| (HeaderName::from_static("mcp-name"), value)));
    headers
}

/// A header's value; what plain ASCII cannot say, or what looks encoded already, is encoded.
pub(crate) fn value(text: &str) -> Option<HeaderValue> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim() == text && !text.starts_with("=?base64?");
    let text = if is_plain { Cow::Borrowed(text) } else { Cow::Owned(format!("=?base64?{}?=", STANDARD.encode(text))) };
    HeaderValue::from_str(&text).ok()
}

fn text_member(message: &Message, member: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow, default)]
        name: Option<Cow<'a, str>>,
        #[serde(borrow, default)]
        uri: Option<Cow<'a, str>>,
        #[serde(borrow, default, rename = "taskId")]
        task_id: Option<Cow<'a, str>>,
    }
    let named: Named<'_> = serde_json::from_str(message.params()?.get()).ok()?;
    let text = match member {
        "name" => named.name,
        "uri" => named.uri,
        _ => named.task_id,
    };
    text.map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::{Message, mirrored, value};

    fn shown(text: &str) -> String {
        let headers = mirrored(&Message::read(text).unwrap(), "2026-07-28");
        let lines = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        lines.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_request_is_mirrored() {
        insta::assert_snapshot!(
            shown(r#"{"id":1,"method":"tools/call","params":{"name":"größe"}}"#),
            @"mcp-protocol-version: 2026-07-28; mcp-method: tools/call; mcp-name: =?base64?Z3LDtsOfZQ==?="
        );
        insta::assert_snapshot!(
            shown(r#"{"id":1,"method":"resources/read","params":{"uri":"test://a","name":"x"}}"#),
            @"mcp-protocol-version: 2026-07-28; mcp-method: resources/read; mcp-name: test://a"
        );
        insta::assert_snapshot!(
            shown(r#"{"id":1,"method":"tools/list","params":{"name":"x"}}"#),
            @"mcp-protocol-version: 2026-07-28; mcp-method: tools/list"
        );
    }

    #[test]
    fn what_a_header_cannot_hold_is_encoded() {
        for plain in ["list_all", "a b", "=?utf8?"] {
            assert_eq!(value(plain).unwrap(), plain);
        }
        for strange in [" a", "a ", "a\nb", "ü", "=?base64?YQ==?="] {
            assert!(value(strange).unwrap().to_str().unwrap().starts_with("=?base64?"), "{strange}");
        }
    }
}
