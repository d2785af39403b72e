//! What is said in the seeded calls.

use jiff::Timestamp;

use crate::gladly::media::{Paragraph, Transcript};

/// A call of two people; the agent, who picks up, is speaker 0.
pub(super) fn transcript(item_id: &str, customer_id: &str, paragraphs: Vec<Paragraph>, at: Timestamp) -> Transcript {
    let number_of_speakers = paragraphs.iter().map(|paragraph| paragraph.speaker + 1).max().unwrap_or(0);
    Transcript {
        item_id: item_id.to_owned(),
        paragraphs,
        customer_id: customer_id.to_owned(),
        number_of_speakers,
        language: "en",
        created_at: at,
        updated_at: at,
    }
}

/// The agent never asks for the PIN.
pub(super) fn address_change() -> Vec<Paragraph> {
    vec![
        said(0, 0.4, 2.1, "Thanks for calling, how can I help?"),
        said(1, 2.5, 4.0, "I want to change my address."),
        said(0, 4.6, 6.2, "Of course, what is the new one?"),
        said(1, 6.9, 10.3, "It is 18 Alder Lane, Portland."),
        said(0, 11.0, 13.5, "Done, your next parcel goes there."),
    ]
}

pub(super) fn complaint() -> Vec<Paragraph> {
    vec![
        said(0, 0.3, 2.0, "Acme support, Ana speaking."),
        said(1, 2.2, 8.9, "This is the third time I am calling about order 8812. Nobody ever calls me back."),
        said(0, 9.4, 12.0, "I am sorry. Let me look at the refund right away."),
        said(1, 12.3, 17.8, "That is what I was told last week. I am really tired of this."),
        said(0, 18.2, 22.4, "I am sending it to our billing team now and will call you myself tomorrow."),
        said(1, 22.9, 25.0, "Fine. I will believe it when I see it."),
    ]
}

pub(super) fn voicemail() -> Vec<Paragraph> {
    vec![said(0, 0.2, 6.4, "Hi, this is Jordan. Could you tell me when my backpack will ship? Thanks.")]
}

fn said(speaker: usize, start_time: f64, end_time: f64, transcript: &'static str) -> Paragraph {
    Paragraph { transcript, speaker, start_time, end_time }
}
