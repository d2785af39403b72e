//! What was said and sent: transcripts and recordings of calls and voicemails, files of messages.

use jiff::Timestamp;
use serde::Serialize;

use crate::gladly::call::Call;
use crate::gladly::items::supported;
use crate::gladly::refusal::{Answer, not_exist};
use crate::gladly::success::found;
use crate::kit::reply::Reply;

/// The text of one call.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transcript {
    #[serde(skip)]
    pub(super) item_id: String,
    pub(super) paragraphs: Vec<Paragraph>,
    pub(super) customer_id: String,
    pub(super) number_of_speakers: usize,
    pub(super) language: &'static str,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// Times are seconds from the start of the call.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paragraph {
    pub(super) transcript: &'static str,
    pub(super) speaker: usize,
    pub(super) start_time: f64,
    pub(super) end_time: f64,
}

/// A file that came with a message.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment {
    pub(super) id: &'static str,
    pub(super) item_id: String,
    pub(super) file_name: &'static str,
}

/// Ten frames of silence: MPEG 1 layer III, 128 kbit/s, 44.1 kHz, 417 bytes each.
const FRAME_HEADER: [u8; 4] = [0xff, 0xfb, 0x90, 0xc4];
const FRAME_BYTES: usize = 417;
const FRAMES: usize = 10;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("GET", ["conversation-items", id, "voice-transcript"]) => transcript(call, id),
        ("GET", ["conversation-items", id, "media", "recording"]) => recording(call, id),
        ("GET", ["conversation-items", id, "attachments", attachment_id]) => attachment(call, id, attachment_id),
        _ => return None,
    })
}

fn transcript(call: &Call<'_>, item_id: &str) -> Answer {
    supported(call, item_id)?;
    let transcript = call.organization.transcripts.iter().find(|transcript| transcript.item_id == item_id);
    transcript.map(found).ok_or_else(not_exist)
}

fn recording(call: &Call<'_>, item_id: &str) -> Answer {
    let item = supported(call, item_id)?;
    match item.content.get("recordingStatus").is_some_and(|status| status == "AVAILABLE") {
        true => Ok(Reply::text(200, "audio/mpeg", silence())),
        false => Err(not_exist()),
    }
}

/// The vendor's file store is another host, which this simulator is not.
fn attachment(call: &Call<'_>, item_id: &str, id: &str) -> Answer {
    supported(call, item_id)?;
    let attachment = call.organization.attachments.iter().find(|attachment| attachment.item_id == item_id && attachment.id == id);
    let Attachment { id, file_name, .. } = attachment.ok_or_else(not_exist)?;
    let location = format!("https://files.gladly.example/{id}/{file_name}?signature=5f3a9c");
    Ok(Reply { status: 303, headers: vec![("location".to_owned(), location)], body: Vec::new() })
}

fn silence() -> Vec<u8> {
    let mut frame = FRAME_HEADER.to_vec();
    frame.resize(FRAME_BYTES, 0);
    frame.repeat(FRAMES)
}
