//! On the way to the vendor: a page rather than a redirect, because a form's target may not redirect elsewhere under our policy.

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
