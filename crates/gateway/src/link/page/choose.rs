//! Choosing: which vendor, and how to sign in there.

use catalog::connect_form::MethodChoice;
use catalog::sentences::first_sentence;
use maud::{Markup, html};
use url::form_urlencoded::Serializer;

use super::layout::{Head, Site, page};
use super::words;

/// The page on which a vendor is chosen; the choice comes back as `?integration=NAME`.
pub(crate) struct Choose<'a> {
    pub site: Site<'a>,
    /// All there are.
    pub integrations: &'a [IntegrationChoice],
    /// What is searched for (`?q=…`); empty shows all.
    pub search: &'a str,
}

/// One vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IntegrationChoice {
    pub name: String,
    pub label: String,
    pub description: String,
}

/// The page on which a way to authenticate is chosen; the choice comes back as `?integration=NAME&method=NAME`.
pub(crate) struct ChooseMethod<'a> {
    pub site: Site<'a>,
    pub integration: &'a str,
    pub label: &'a str,
    pub methods: &'a [MethodChoice],
    /// Whether the vendor was chosen on the page before, and can be chosen again.
    pub back: super::Back,
}

/// From this many vendors on, they can be searched.
const SEARCHABLE: usize = 8;

/// How much of its description tells a vendor from others.
const DESCRIPTION_CHARACTERS: usize = 180;

pub(crate) fn choose(view: &Choose<'_>) -> Markup {
    let wanted = view.search.trim().to_lowercase();
    let is_wanted = |choice: &&IntegrationChoice| {
        [&choice.label, &choice.name, &choice.description].iter().any(|text| text.to_lowercase().contains(&wanted))
    };
    let found: Vec<&IntegrationChoice> = view.integrations.iter().filter(is_wanted).collect();
    let content = html! {
        h1 { "What do you want to connect?" }
        p class="lead" { "Choose the service that you have an account with. You sign in, or paste a key, on the next page." }
        @if view.integrations.len() >= SEARCHABLE || !wanted.is_empty() {
            form class="search" role="search" method="get" {
                label for="q" { "Search" }
                div class="row" {
                    input id="q" name="q" type="search" value=(view.search) autocomplete="off" spellcheck="false";
                    button class="quiet" type="submit" { "Search" }
                }
            }
            p class="count" role="status" { (words::counted(found.len(), "service", "services")) }
        }
        @if found.is_empty() {
            p { "There is none of that name here. " a href="?" { "Show all" } "." }
        } @else {
            ul class="choices" {
                @for choice in found {
                    li { a href=(query(&[("integration", &choice.name)])) {
                        strong { (choice.label) }
                        span { (first_sentence(&choice.description, DESCRIPTION_CHARACTERS)) }
                    } }
                }
            }
        }
    };
    page(&view.site, &Head { title: "Choose a service to connect", next: None }, None, &content)
}

pub(crate) fn choose_method(view: &ChooseMethod<'_>) -> Markup {
    let content = html! {
        (super::fill::back_link(view.back, view.integration))
        h1 { "How do you want to connect " (view.label) "?" }
        ul class="choices" {
            @for method in view.methods {
                li {
                    a href=(query(&[("integration", view.integration), ("method", &method.name)])) {
                        strong { (method.label) }
                        @if let Some(help) = &method.help { span { (help) } }
                    }
                }
            }
        }
    };
    let title = format!("Choose how to connect {}", view.label);
    page(&view.site, &Head { title: &title, next: None }, None, &content)
}

/// A link to the same address with another query.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    format!("?{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
}
