//! What all pages have around them.

use catalog::characters::is_deceptive;
use maud::{DOCTYPE, Markup, html};

use crate::link::assets::{SCRIPT, STYLE};

/// Where a page is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    /// Path of the public URL, e.g. empty or `/gate`.
    pub public_path: &'a str,
    /// What the person knows whoever asks as, if they said.
    pub asker: Option<&'a str>,
    pub window: Window,
    /// Origins that may have the page in a frame or opened it, and are told by `postMessage` how it ended.
    pub told_origins: &'a [String],
}

/// What a page is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// A window or tab.
    Own,
    /// A frame of another page (`Sec-Fetch-Dest: iframe`). Vendors refuse to be shown there, so they get a window of their own.
    Framed,
}

impl Site<'_> {
    /// Whoever asks, at the beginning of a sentence.
    pub(super) fn whoever_asks(&self) -> &str {
        self.asker.unwrap_or("The app that sent you here")
    }
}

/// What stands in the head of a page.
pub(super) struct Head<'a> {
    pub title: &'a str,
    /// Where the browser goes by itself.
    pub next: Option<&'a str>,
}

/// What the page that holds this one in a frame, or opened it, is told.
pub(super) struct Told {
    /// JSON.
    pub message: String,
}

pub(super) fn page(site: &Site<'_>, head: &Head<'_>, told: Option<&Told>, content: &Markup) -> Markup {
    let asset = |name: &str| format!("{}/link/assets/{name}", site.public_path);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="strict-origin";
                meta name="robots" content="noindex, nofollow";
                meta name="color-scheme" content="light dark";
                @if let Some(next) = head.next {
                    meta http-equiv="refresh" content={ "0; url=" (next) };
                }
                title { (head.title) }
                // A tab without a picture, and without a request for one.
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(asset(&STYLE.name));
                script src=(asset(&SCRIPT.name)) defer {}
            }
            body {
                main data-message=[told.map(|told| &told.message)] data-origins=[told.map(|_| origins(site))] { (content) }
                footer {
                    p { (lock()) "Protected by Tidegate" }
                }
            }
        }
    }
}

fn origins(site: &Site<'_>) -> String {
    serde_json::Value::from(site.told_origins).to_string()
}

/// The picture above a heading: the vendor's initial, and what becomes of the connection.
pub(super) fn emblem(vendor: &str, state: State) -> Markup {
    let initial = vendor.chars().find(|c| c.is_alphanumeric()).unwrap_or('•');
    html! {
        div class="emblem" aria-hidden="true" {
            span class="tile" { (initial) }
            span class={ "join " (state.class()) } {}
            span class={ "tile state " (state.class()) } { (state.picture()) }
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum State {
    Open,
    Joined,
    Broken,
    /// Neither begun nor failed.
    Over,
}

impl State {
    fn class(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Joined => "joined",
            State::Broken => "broken",
            State::Over => "over",
        }
    }

    fn picture(self) -> Markup {
        match self {
            State::Open => picture("M13 3 5 13.5h6L10 21l8-10.5h-6L13 3Z"),
            State::Joined => picture("m5 12.5 4.5 4.5L19 7.5"),
            State::Broken => picture("M12 6v7.5M12 17.5v.5"),
            State::Over => picture("M6 12h12"),
        }
    }
}

fn picture(path: &str) -> Markup {
    html! { svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" { path d=(path) {} } }
}

fn lock() -> Markup {
    html! {
        svg aria-hidden="true" viewBox="0 0 24 24" width="14" height="14" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {
            path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3" {}
        }
    }
}

/// A text of a definition, with its addresses as links.
pub(super) fn with_links(text: &str) -> Markup {
    html! {
        @for (index, word) in text.split_whitespace().enumerate() {
            @if index > 0 { " " }
            @match address(word) {
                Some((before, url, behind)) => { (before) a href=(url) target="_blank" rel="noopener noreferrer" { (url) } (behind) },
                None => (word),
            }
        }
    }
}

/// The web address in a word, and the punctuation around it.
fn address(word: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = word.split_at(word.find("https://")?);
    let url = rest.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '/'));
    let is_punctuation = before.chars().all(|c| c.is_ascii_punctuation());
    (is_punctuation && url.len() > "https://".len()).then(|| (before, url, &rest[url.len()..]))
}

/// What a vendor says, for a page: on one line, not endless, and nothing that shows it otherwise than it is.
pub(crate) fn vendor_words(text: &str) -> String {
    const MAX_CHARACTERS: usize = 300;
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_deceptive(*c)).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
