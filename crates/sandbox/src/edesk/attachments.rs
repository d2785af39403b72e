//! Files: given as addresses that the vendor fetches (messages, templates), or uploaded (order notes).

use serde::Serialize;

use crate::edesk::fields::Fields;
use crate::edesk::refusal::ErrorCode;
use crate::edesk::value::{file_url, text_up_to};

/// A file of a message or template.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Attachment {
    pub(super) id: u64,
    pub(super) name: String,
    /// Relative to the vendor's site.
    pub(super) link: String,
    pub(super) mime: &'static str,
}

impl Attachment {
    pub(super) fn new(id: u64, name: String) -> Attachment {
        Attachment { id, link: link(id), mime: mime(&name), name }
    }
}

/// The names of `attachments: [{name, url}]`. An entry of another form is an error of the whole field, an address that
/// nothing can be fetched from one of the entry. Nothing is fetched here.
pub(super) fn read(fields: &mut Fields<'_>, longest_name: usize) -> Vec<String> {
    let mut is_malformed = false;
    let names = fields.objects("attachments", |file| {
        is_malformed |= file.is_blank("name") || file.is_blank("url");
        file.optional("url", file_url);
        file.optional("name", text_up_to(longest_name)).unwrap_or_default()
    });
    if is_malformed {
        fields.refuse("attachments", ErrorCode::AttachmentForm);
    }
    names.unwrap_or_default()
}

pub(super) fn link(id: u64) -> String {
    format!("/crm/view/attachment/{id}")
}

/// Guessed from the name, as nothing is fetched.
pub(super) fn mime(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("txt") => "text/plain",
        Some("csv") => "text/csv",
        _ => "application/octet-stream",
    }
}
