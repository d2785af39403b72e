//! How it ended.

use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Purpose;
use super::fill::quoted;
use super::layout::{Head, Site, State, Told, emblem, page};

/// The page after an account was connected.
pub(crate) struct Done<'a> {
    pub site: Site<'a>,
    pub purpose: Purpose<'a>,
    /// The vendor's name.
    pub label: &'a str,
    pub integrated_account_id: &'a str,
    /// Who the vendor says the account belongs to.
    pub identity: Option<&'a str>,
    /// What was asked for and not granted, in words.
    pub lacking: &'a [&'a str],
    pub trial: Trial,
}

/// Whether the vendor has taken what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trial {
    Taken,
    /// The definition does not say how to ask.
    NotAsked,
}

/// The page that says what went wrong and what to do.
pub(crate) struct Problem<'a> {
    pub site: Site<'a>,
    /// The vendor's name, where it is known.
    pub label: Option<&'a str>,
    /// For programs, e.g. `access_denied`.
    pub reason: &'a str,
    /// A few words, e.g. `This link has expired`.
    pub title: &'a str,
    pub mood: Mood,
    /// What happened, in whole sentences.
    pub what: &'a str,
    /// What the person can do, in whole sentences.
    pub remedy: &'a str,
    /// What the vendor said, if it said anything.
    pub vendor_said: Option<&'a str>,
    /// Where another try begins, as an address relative to this page or absolute.
    pub retry: Option<&'a str>,
    /// The address at whoever sent the person here that is told of it.
    pub back: Option<&'a str>,
}

/// Whether something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mood {
    Bad,
    /// There is only nothing left to do.
    Neutral,
}

pub(crate) fn done(view: &Done<'_>) -> Markup {
    let again = match (view.trial, view.purpose) {
        (Trial::NotAsked, _) => "saved",
        (Trial::Taken, Purpose::Connect) => "connected",
        (Trial::Taken, Purpose::Reconnect { .. }) => "connected again",
    };
    let message = json!({ "type": "tidegate:connected", "integrated_account_id": view.integrated_account_id });
    let content = html! {
        (emblem(view.label, State::Joined))
        h1 { (view.label) " is " (again) }
        @if view.trial == Trial::NotAsked {
            p class="lead" { "What you gave is saved; " (view.label) " has not been asked whether it is right." }
        }
        @if let Some(identity) = view.identity {
            p class="lead" { "The account is that of " strong { (identity) } "." }
        }
        @if !view.lacking.is_empty() {
            p { (view.label) " did not give all the access that was asked for. Agents will have to do without:" }
            ul { @for permits in view.lacking { li { (permits) } } }
        }
        p {
            @match view.site.asker {
                Some(asker) => { "You can close this window and go back to " (asker) "." },
                None => "You can close this window and go back to where you came from.",
            }
        }
    };
    let head = Head { title: &format!("{} is {again}", view.label), next: None };
    page(&view.site, &head, Some(&Told { message: message.to_string() }), &content)
}

pub(crate) fn problem(view: &Problem<'_>) -> Markup {
    let message = json!({ "type": "tidegate:failed", "reason": view.reason });
    let vendor = view.label.unwrap_or("The service");
    let state = match view.mood {
        Mood::Bad => State::Broken,
        Mood::Neutral => State::Over,
    };
    let content = html! {
        (emblem(view.label.unwrap_or("?"), state))
        h1 { (view.title) }
        p class="lead" { (view.what) }
        @if let Some(said) = view.vendor_said { (quoted(vendor, said)) }
        p { (view.remedy) }
        @if let Some(retry) = view.retry { p { a class="button" href=(retry) { "Try again" } } }
        @if let Some(back) = view.back { p { a href=(back) { "Back to the app" } } }
    };
    page(&view.site, &Head { title: view.title, next: None }, Some(&Told { message: message.to_string() }), &content)
}
