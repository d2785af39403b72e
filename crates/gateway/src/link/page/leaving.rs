//! On the way to the vendor, and back to the app: a page rather than a redirect, because a form's target may not redirect elsewhere under our
//! policy, nor may wherever that redirects to.

use maud::{Markup, html};

use super::layout::{Head, Site, State, emblem, page};

/// The page that leads to the vendor.
pub(crate) struct Leaving<'a> {
    pub site: Site<'a>,
    /// The vendor's name.
    pub label: &'a str,
    /// The vendor's page of consent.
    pub url: &'a str,
}

store::lacks!(Leaving<'_>: std::fmt::Debug, std::fmt::Display, serde::Serialize);

/// The page that leads back to the app that sent the person.
pub(crate) struct Returning<'a> {
    pub site: Site<'a>,
    /// Where the app is.
    pub host: &'a str,
    /// With what the app is told.
    pub url: &'a str,
}

pub(crate) fn leaving(view: &Leaving<'_>) -> Markup {
    let content = html! {
        (emblem(view.label, State::Open))
        h1 { "On to " (view.label) }
        p class="lead" { "You sign in there and allow the access. Then you come back here." }
        p { a class="button" href=(view.url) rel="noreferrer" { "Continue to " (view.label) } }
    };
    let title = format!("Going to {}", view.label);
    page(&view.site, &Head { title: &title, next: Some(view.url) }, None, &content)
}

pub(crate) fn returning(view: &Returning<'_>) -> Markup {
    let content = html! {
        (emblem(view.host, State::Joined))
        h1 { "Connected" }
        p class="lead" { "You go back to " (view.host) " now." }
        p { a class="button" href=(view.url) rel="noreferrer" { "Continue to " (view.host) } }
    };
    page(&view.site, &Head { title: "Connected", next: Some(view.url) }, None, &content)
}
