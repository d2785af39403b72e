//! `GET /link/{token}`: the page that comes next. Looking changes nothing.

use std::sync::{Arc, LazyLock};

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use catalog::connect_form::{FieldProblem, Form};
use catalog::target::Target;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use super::audience::Audience;
use super::connect::lead_on;
use super::cookie;
use super::opening::{Goal, Link, Opening, open};
use super::page::{self, Choose, ChooseMethod, Failure, Fill, Purpose};
use super::scopes;
use super::step::{Choice, Chosen, Step, next};
use super::words::Trouble;
use crate::app::App;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let link = match opened(&app, &headers, &token).await {
        Ok(link) => link,
        Err(refusal) => return *refusal,
    };
    let shown = match next(&app, &link, &Chosen::read(query.as_deref())).await {
        Ok(Step::Vendor(integrations)) => {
            let search = Chosen::read(query.as_deref()).search;
            let view = Choose { site: link.audience.site(&app), integrations: &integrations, search: &search };
            Ok(link.audience.answer(StatusCode::OK, page::choose(&view)))
        }
        Ok(Step::Method { definition, methods, back }) => {
            let integration = &definition.integration;
            let (site, label) = (link.audience.site(&app), &integration.label);
            let view = ChooseMethod { site, integration: &integration.name, label, methods: &methods, back };
            Ok(link.audience.answer(StatusCode::OK, page::choose_method(&view)))
        }
        Ok(Step::Fill(choice)) => form(&app, &link, &choice, StatusCode::OK, &Attempt::default()).await,
        Err(trouble) => Err(trouble),
    };
    let mut response = shown.unwrap_or_else(|trouble| trouble.answer(&app, &link.audience));
    if let Some(header) = link.browser.is_none().then(|| cookie::set_browser(&app)).flatten() {
        response.headers_mut().append(SET_COOKIE, header);
    }
    response
}

/// A link that is open.
///
/// # Errors
/// The page that says why it is not, or leads on whoever has used it.
pub(super) async fn opened(app: &App, headers: &HeaderMap, token: &str) -> Result<Link, Box<Response>> {
    match open(app, headers, token, app.clock.now()).await {
        Ok(Opening::Open(link)) => Ok(*link),
        Ok(Opening::Ended(destination, audience)) => Err(Box::new(lead_on(app, &audience, &destination))),
        Ok(Opening::Closed(closed, audience)) => Err(Box::new(Trouble::from(closed).answer(app, &audience))),
        Err(error) => Err(Box::new(Trouble::from(error).answer(app, &Audience::nobody(headers)))),
    }
}

/// What came of the last try.
#[derive(Default)]
pub(super) struct Attempt<'a> {
    pub submitted: &'a [(String, String)],
    pub problems: &'a [FieldProblem],
    pub failure: Option<Failure<'a>>,
}

store::lacks!(Attempt<'_>: std::fmt::Debug, std::fmt::Display, serde::Serialize);

/// The page with the form.
pub(super) async fn form(app: &App, link: &Link, choice: &Choice, status: StatusCode, attempt: &Attempt<'_>) -> Result<Response, Trouble> {
    let Choice { definition, method, back, .. } = choice;
    let asked = form_of(link, choice)?;
    let purpose = scopes::of_link(app, link, app.clock.now()).await?;
    let scopes = purpose.scopes(definition, method);
    let host = host(link, choice, &asked);
    let cancel = link.audience.back("cancelled");
    let view = Fill {
        site: link.audience.site(app),
        purpose: match &link.goal {
            Goal::Connect(_) => Purpose::Connect,
            Goal::Reconnect { account, .. } => Purpose::Reconnect { account: account.name.as_deref() },
        },
        integration: &definition.integration.name,
        label: &definition.integration.label,
        form: &asked,
        host: host.as_deref(),
        abilities: &purpose.abilities(definition, method),
        scopes: scopes.as_deref(),
        submitted: attempt.submitted,
        problems: attempt.problems,
        failure: attempt.failure,
        back: *back,
        cancel: cancel.as_deref(),
    };
    Ok(link.audience.answer(status, page::fill(&view)))
}

/// Where the credential is sent, if nothing that is still asked for decides it.
fn host(link: &Link, choice: &Choice, asked: &Form) -> Option<String> {
    let url = match link.base_url() {
        Some(own) => Url::parse(own).ok()?,
        None if asked.fields.iter().any(|field| field.name.starts_with("context.")) => return None,
        None => Target::new(&choice.definition.integration, None, given(link)).ok()?.base_url().clone(),
    };
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// What is known of the account's context.
fn given(link: &Link) -> &Map<String, Value> {
    static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    match &link.goal {
        Goal::Connect(connect) if connect.integration.is_some() => &connect.context,
        Goal::Connect(_) => &NOTHING,
        Goal::Reconnect { account, .. } => &account.context,
    }
}

/// What is asked for.
pub(super) fn form_of(link: &Link, choice: &Choice) -> Result<Form, Trouble> {
    let form = Form::new(&choice.definition, &choice.method, link.base_url(), given(link));
    form.ok_or_else(|| super::step::blocked(&choice.definition, super::way::Obstacle::UnknownMethod))
}
