//! The form: what is needed to connect, what agents will be able to do, and what was wrong with the last try.

use catalog::connect_form::{Abilities, Field, FieldProblem, Form};
use catalog::integration::CredentialKind;
use catalog::scopes::NeededScope;
use maud::{Markup, html};

use super::layout::{Head, Site, State, Window, emblem, page, vendor_words, with_links};
use super::{Purpose, choose, words};

/// The page with the form. It is posted to where it was opened.
pub(crate) struct Fill<'a> {
    pub site: Site<'a>,
    pub purpose: Purpose<'a>,
    /// The definition's name.
    pub integration: &'a str,
    /// The vendor's name.
    pub label: &'a str,
    pub form: &'a Form,
    /// Where the credential is sent, if that is known already, e.g. `acme.example.com`.
    pub host: Option<&'a str>,
    pub abilities: &'a Abilities,
    /// What the vendor will ask consent for.
    pub scopes: Option<&'a [NeededScope<'a>]>,
    /// What was submitted, as pairs of name and value. Secrets are not shown again.
    pub submitted: &'a [(String, String)],
    pub problems: &'a [FieldProblem],
    /// Why the last try failed, where no field is to blame.
    pub failure: Option<Failure<'a>>,
    pub back: Back,
    /// The address at whoever sent the person here that is told that they would rather not.
    pub cancel: Option<&'a str>,
}

/// Why an attempt to connect failed, though the form was filled in well.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure<'a> {
    /// The vendor does not take the credential; its words, which seldom say why.
    Refused(&'a str),
    /// Nobody knows whether the credential is good; what the vendor said instead of that.
    Unclear(Option<&'a str>),
    /// Whatever else; whole sentences of ours.
    Other(&'a str),
}

/// Where a person can go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Back {
    Nowhere,
    ToVendors,
    ToMethods,
}

pub(crate) fn fill(view: &Fill<'_>) -> Markup {
    let verb = match view.purpose {
        Purpose::Connect => "Connect",
        Purpose::Reconnect { .. } => "Reconnect",
    };
    let has_failed = view.failure.is_some() || !view.problems.is_empty();
    let state = if has_failed { State::Broken } else { State::Open };
    let heading = match view.site.asker {
        Some(asker) => format!("{verb} {} to {asker}", view.label),
        None => format!("{verb} {}", view.label),
    };
    let title = if has_failed { format!("Not connected yet: {heading}") } else { heading.clone() };
    let content = html! {
        (back_link(view.back, view.integration))
        (emblem(view.label, state))
        h1 { (heading) }
        (lead(view))
        (summary(view))
        form method="post" novalidate rel=[opens_window(view).then_some("opener")] data-form {
            @if let Some(help) = &view.form.help { p class="help" { (with_links(help)) } }
            @if !view.form.fixed.is_empty() {
                dl class="fixed" {
                    @for fixed in &view.form.fixed { div { dt { (fixed.label) } dd { (fixed.value) } } }
                }
            }
            @for field in &view.form.fields { (input(view, field)) }
            (permissions(view))
            (submit(view, verb))
            @if let Some(cancel) = view.cancel { p { a href=(cancel) { "Cancel" } } }
        }
        (elsewhere(view))
    };
    page(&view.site, &Head { title: &title, next: None }, None, &content)
}

fn lead(view: &Fill<'_>) -> Markup {
    html! {
        @match view.purpose {
            Purpose::Connect => p class="lead" {
                (view.site.whoever_asks()) " asks for access to your " (view.label) " account, so that its AI agents can work in it."
            },
            Purpose::Reconnect { account } => p class="lead" {
                (view.site.whoever_asks()) " asks you to connect "
                @match account {
                    Some(name) => strong { (name) },
                    None => { "your " (view.label) " account" },
                }
                " again. Everything that uses it goes on working afterwards."
            },
        }
    }
}

/// All that was wrong, before the form and with the way to each field.
fn summary(view: &Fill<'_>) -> Markup {
    if view.failure.is_none() && view.problems.is_empty() {
        return html! {};
    }
    html! {
        div class="problem" role="alert" tabindex="-1" autofocus aria-labelledby="problem" {
            h2 id="problem" { (heading(view)) }
            @match view.failure {
                Some(Failure::Refused(said)) => {
                    p { "Nothing was saved. Check " (words::listed(&labels(view))) ": something in it is wrong, incomplete or no longer valid." }
                    (quoted(view.label, said))
                },
                Some(Failure::Unclear(said)) => {
                    @if let Some(said) = said { (quoted(view.label, said)) }
                    p { "Nothing was saved. Try again in a minute." }
                },
                Some(Failure::Other(what)) => p { (what) },
                None => {},
            }
            @if !view.problems.is_empty() {
                ul { @for problem in view.problems { li { a href={ "#" (id(&problem.field)) } { (problem.message) } } } }
            }
        }
    }
}

/// What was filled in, each label in quotes.
fn labels(view: &Fill<'_>) -> Vec<String> {
    view.form.fields.iter().map(|field| format!("“{}”", field.label)).collect()
}

fn heading(view: &Fill<'_>) -> String {
    match view.failure {
        Some(Failure::Refused(_)) => format!("{} does not accept this", view.label),
        Some(Failure::Unclear(_)) => format!("{} could not be asked", view.label),
        Some(Failure::Other(_)) => "That did not work".to_owned(),
        None => format!("{} to correct", words::counted(view.problems.len(), "thing", "things")),
    }
}

/// What a vendor says, told apart from what we say.
pub(super) fn quoted(vendor: &str, said: &str) -> Markup {
    let said = vendor_words(said);
    html! { @if !said.is_empty() { p { (vendor) " says: " q { (said) } } } }
}

fn permissions(view: &Fill<'_>) -> Markup {
    let Abilities { read, write, delete, tools } = view.abilities;
    // What is deleted is gone, so that is never folded away.
    let lines = [("Read", read, SHOWN), ("Create and change", write, SHOWN), ("Delete", delete, usize::MAX)];
    let scopes = view.scopes.unwrap_or_default();
    html! {
        @if !tools.is_empty() {
            section class="abilities" aria-labelledby="abilities" {
                h2 id="abilities" { "What the agents will be able to do" }
                dl {
                    @for (verb, things, most) in lines.iter().filter(|(_, things, _)| !things.is_empty()) {
                        div { dt { (verb) } dd { (things_of(things, *most)) } }
                    }
                }
                details {
                    summary { "All " (words::counted(tools.len(), "action", "actions")) }
                    ul { @for tool in tools { li { (tool) } } }
                }
            }
        }
        @if !scopes.is_empty() {
            section class="scopes" aria-labelledby="scopes" {
                h2 id="scopes" { (view.label) " will ask you to allow" }
                ul { @for scope in scopes { li { (scope.permits) } } }
            }
        }
    }
}

/// Most things that stand there without being asked for.
const SHOWN: usize = 6;

/// All of them; most of a long list is shown when asked for.
fn things_of(things: &[String], most: usize) -> Markup {
    html! {
        @match things {
            [first, second, rest @ ..] if things.len() > most => details {
                summary { (first) ", " (second) " and " (rest.len()) " more" }
                (words::listed(rest))
            },
            _ => (words::listed(things)),
        }
    }
}

fn input(view: &Fill<'_>, field: &Field) -> Markup {
    let id = id(&field.name);
    let problem = view.problems.iter().find(|problem| problem.field == field.name);
    let submitted = view.submitted.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.as_str());
    let value = submitted.filter(|_| !field.is_secret).or(field.default.as_deref()).unwrap_or_default();
    // Not where the help gives it, too.
    let example = field.example.as_ref().filter(|example| !field.help.as_ref().is_some_and(|help| help.contains(*example)));
    let described: Vec<String> = [
        field.help.as_ref().map(|_| format!("{id}-help")),
        example.map(|_| format!("{id}-example")),
        problem.map(|_| format!("{id}-problem")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = problem.map(|_| "true");
    html! {
        div class={ "field" @if problem.is_some() { " wrong" } } {
            label for=(id) { (field.label) @if !field.is_required && field.default.is_none() { " " span class="optional" { "(optional)" } } }
            @if let Some(help) = &field.help { p class="help" id={ (id) "-help" } { (with_links(help)) } }
            @if let Some(example) = example { p class="help" id={ (id) "-example" } { "For example " code { (example) } } }
            @if let Some(problem) = problem { p class="message" id={ (id) "-problem" } { (problem.message) } }
            @if field.options.is_empty() {
                input id=(id) name=(field.name) type=(if field.is_secret { "password" } else { "text" }) value=(value)
                    required[field.is_required] aria-describedby=[described] aria-invalid=[invalid]
                    autocomplete=(field.autocomplete) autocapitalize="none" autocorrect="off" spellcheck="false";
            } @else {
                select id=(id) name=(field.name) required[field.is_required] aria-describedby=[described] aria-invalid=[invalid] {
                    @if field.default.is_none() { option value="" { "Choose…" } }
                    @for (option, label) in &field.options { option value=(option) selected[option == value] { (label) } }
                }
            }
        }
    }
}

fn submit(view: &Fill<'_>, verb: &str) -> Markup {
    let is_consent = view.form.kind == CredentialKind::OAuth2;
    let busy = if is_consent { format!("Going to {}…", view.label) } else { format!("Connecting {}…", view.label) };
    let window = opens_window(view).then_some("tidegate-consent");
    html! {
        button type="submit" formtarget=[window] data-busy=(busy) {
            @if is_consent { "Continue to " (view.label) } @else { (verb) " " (view.label) }
            @if window.is_some() { span class="aside" { " (opens a new window)" } }
        }
        p class="fine" {
            @if is_consent {
                "You sign in at " (view.label) " itself; your password is not seen here."
            } @else {
                "Stored encrypted, and sent to " (view.label) " alone"
                @if let Some(host) = view.host { ", at " code { (host) } }
                "."
            }
        }
    }
}

/// What takes the place of the form while, and after, the vendor's window is open. Only the script shows it.
fn elsewhere(view: &Fill<'_>) -> Markup {
    html! {
        @if opens_window(view) {
            p class="elsewhere" role="status" data-while-away hidden { "Go on in the window that has opened. If none has, allow this page to open windows and try again." }
            p class="elsewhere" role="status" data-when-back hidden { (view.label) " is connected." }
        }
    }
}

fn opens_window(view: &Fill<'_>) -> bool {
    view.form.kind == CredentialKind::OAuth2 && view.site.window == Window::Framed
}

pub(super) fn back_link(back: Back, integration: &str) -> Markup {
    let target = match back {
        Back::Nowhere => return html! {},
        Back::ToVendors => "?".to_owned(),
        Back::ToMethods => choose::query(&[("integration", integration)]),
    };
    html! { p class="back" { a href=(target) { "Back" } } }
}

/// The id of a field's input.
fn id(name: &str) -> String {
    name.replace('.', "-")
}
