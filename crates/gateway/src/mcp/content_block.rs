//! A vendor's file as a content block: an image or a sound where hosts show one to the model, else an embedded resource.
//!
//! Source: MCP specification 2025-11-25, "Tools", "Tool Result".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use upstream::{File, FileContent};
use url::Url;

/// What becomes of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audio {
    Block,
    /// For clients of which it is not known that they read audio blocks: many refuse a whole result for one.
    Resource,
}

/// Appends one item of `content`. `number` is the file's in this answer, from 1.
pub(crate) fn push_file(out: &mut Vec<u8>, file: &File, number: usize, audio: Audio) {
    let media_type = file.media_type.as_str();
    let block = match &file.content {
        FileContent::Text(text) => {
            json!({"type": "resource", "resource": {"uri": uri(file, number), "mimeType": media_type, "text": text}})
        }
        FileContent::Bytes(bytes) => {
            let data = STANDARD.encode(bytes);
            match image_type(bytes) {
                Some(image_type) if media_type.starts_with("image/") || media_type == UNKNOWN => {
                    json!({"type": "image", "data": data, "mimeType": image_type})
                }
                _ if media_type.starts_with("audio/") && audio == Audio::Block => {
                    json!({"type": "audio", "data": data, "mimeType": media_type})
                }
                _ => json!({"type": "resource", "resource": {"uri": uri(file, number), "mimeType": media_type, "blob": data}}),
            }
        }
    };
    out.extend_from_slice(block.to_string().as_bytes());
}

/// What vendors say of any file.
const UNKNOWN: &str = "application/octet-stream";

/// The type of an image that models can look at, by its first bytes. What the vendor calls it is not enough: a model's
/// provider refuses the whole conversation for an image that is not of the type it is said to be.
fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// A name for the file within this answer; nothing can be fetched there.
fn uri(file: &File, number: usize) -> String {
    let number = number.to_string();
    let segments = [Some(number.as_str()), file.name.as_deref()];
    let uri = Url::parse("tidegate://answer").map(|mut uri| {
        if let Ok(mut path) = uri.path_segments_mut() {
            path.extend(segments.into_iter().flatten());
        }
        uri.to_string()
    });
    uri.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn block(media_type: &str, name: Option<&str>, content: FileContent) -> String {
        let file = File { media_type: media_type.to_owned(), name: name.map(str::to_owned), content };
        pushed(&file, Audio::Block)
    }

    fn pushed(file: &File, audio: Audio) -> String {
        let mut out = Vec::new();
        push_file(&mut out, file, 2, audio);
        String::from_utf8(out).unwrap()
    }

    fn bytes(bytes: &'static [u8]) -> FileContent {
        FileContent::Bytes(bytes.into())
    }

    #[test]
    fn an_image_is_what_its_bytes_are() {
        assert_snapshot!(block("image/png", None, bytes(b"\x89PNG\r\n\x1a\n...")), @r#"{"type":"image","data":"iVBORw0KGgouLi4=","mimeType":"image/png"}"#);
        assert_snapshot!(block("image/jpg", Some("a.jpg"), bytes(b"\xff\xd8\xff...")), @r#"{"type":"image","data":"/9j/Li4u","mimeType":"image/jpeg"}"#);
        assert_snapshot!(block("image/png", None, bytes(b"GIF89a...")), @r#"{"type":"image","data":"R0lGODlhLi4u","mimeType":"image/gif"}"#);
        assert_snapshot!(block("application/octet-stream", None, bytes(b"RIFF....WEBPVP8 ")), @r#"{"type":"image","data":"UklGRi4uLi5XRUJQVlA4IA==","mimeType":"image/webp"}"#);
    }

    #[test]
    fn what_no_model_can_look_at_is_a_resource() {
        assert_snapshot!(block("image/png", Some("a.png"), bytes(b"<html>")), @r#"{"type":"resource","resource":{"uri":"tidegate://answer/2/a.png","mimeType":"image/png","blob":"PGh0bWw+"}}"#);
        assert_snapshot!(block("image/tiff", None, bytes(b"II*\0")), @r#"{"type":"resource","resource":{"uri":"tidegate://answer/2","mimeType":"image/tiff","blob":"SUkqAA=="}}"#);
        assert_snapshot!(block("application/pdf", Some("../a b/ä.pdf"), bytes(b"%PDF")), @r#"{"type":"resource","resource":{"uri":"tidegate://answer/2/..%2Fa%20b%2F%C3%A4.pdf","mimeType":"application/pdf","blob":"JVBERg=="}}"#);
        assert_snapshot!(block("text/csv", Some("a.csv"), FileContent::Text("id\n1\n".into())), @r#"{"type":"resource","resource":{"uri":"tidegate://answer/2/a.csv","mimeType":"text/csv","text":"id\n1\n"}}"#);
    }

    #[test]
    fn a_sound_is_audio_for_those_who_know_it() {
        let file = File { media_type: "audio/mpeg".into(), name: None, content: bytes(b"ID3\x04") };
        assert_snapshot!(pushed(&file, Audio::Resource), @r#"{"type":"resource","resource":{"uri":"tidegate://answer/2","mimeType":"audio/mpeg","blob":"SUQzBA=="}}"#);
        assert_snapshot!(pushed(&file, Audio::Block), @r#"{"type":"audio","data":"SUQzBA==","mimeType":"audio/mpeg"}"#);
    }
}
