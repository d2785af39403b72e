//! `POST /link/{token}`: the form. What was pasted is tried at the vendor and stored; where the vendor gives tokens, the person is sent there.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::connect_form::Filled;
use http::{HeaderMap, StatusCode};
use secrecy::zeroize::Zeroize;
use store::SecretFields;
use url::form_urlencoded;

use super::audience::Audience;
use super::connect::{NotConnected, Offer, connect, destination, lead_on};
use super::consent;
use super::opening::{Closed, Link};
use super::page::Failure;
use super::same_origin::is_from_our_page;
use super::step::{Choice, Chosen, Step, next};
use super::tries::Try;
use super::visit::{Attempt, form, form_of, opened};
use super::way::Way;
use super::words::Trouble;
use crate::api::checked_target;
use crate::app::App;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let nobody = Audience::nobody(&headers);
    if !is_from_our_page(&headers, &app.public_url) {
        let what = "The form was sent by another page, and so nothing was done.";
        return Trouble::new(StatusCode::FORBIDDEN, "foreign_page", "This was not sent from here", what)
            .remedy("Open the link itself and fill in the form there.")
            .answer(&app, &nobody);
    }
    let submitted = match fields(request, &app).await {
        Ok(fields) => fields,
        Err(trouble) => return trouble.answer(&app, &nobody),
    };
    let link = match opened(&app, &headers, &token).await {
        Ok(link) => link,
        Err(refusal) => return *refusal,
    };
    match next(&app, &link, &Chosen::read(query.as_deref())).await {
        Ok(Step::Fill(choice)) => {
            let audience = link.audience.clone();
            // In a task of its own: a person who leaves must not leave a vendor asked and its answer unsaved.
            let working = app.tasks.spawn({
                let app = Arc::clone(&app);
                async move { submit(&app, &link, &choice, &submitted.0).await }
            });
            match working.await {
                Ok(answer) => answer.unwrap_or_else(|trouble| trouble.answer(&app, &audience)),
                Err(_) => Trouble::unfinished().answer(&app, &audience),
            }
        }
        // Nothing to fill in yet: the page that comes first.
        Ok(_) => Redirect::to(&link.url(&app)).into_response(),
        Err(trouble) => trouble.answer(&app, &link.audience),
    }
}

async fn submit(app: &Arc<App>, link: &Link, choice: &Choice, submitted: &[(String, String)]) -> Result<Response, Trouble> {
    let again = async |problems: &[_], failure| {
        form(app, link, choice, StatusCode::UNPROCESSABLE_ENTITY, &Attempt { submitted, problems, failure }).await
    };
    let filled = match form_of(link, choice)?.read(submitted) {
        Ok(filled) => filled,
        Err(problems) => return again(&problems, None).await,
    };
    let Filled { credentials, context } = filled;
    let credentials = SecretFields::from(credentials);
    if let Err(error) = checked_target(app, &choice.definition, link.base_url(), &context) {
        tracing::warn!(integration = choice.definition.integration.name, message = error.message(), "an address cannot be used");
        let what = "This address cannot be used here. Nothing was saved. Check it, or tell whoever sent you here.";
        return again(&[], Some(Failure::Other(what))).await;
    }
    if choice.way == Way::Consent {
        return consent::leave(app, link, choice, context).await;
    }
    let offer = Offer { definition: Arc::clone(&choice.definition), method: choice.method.clone(), context, credentials };
    let attempt = Try::begin(app, link.hash, app.clock.now())?;
    match connect(app, link, offer).await {
        Ok(account) => {
            attempt.succeeded();
            Ok(lead_on(app, &link.audience, &destination(app, &link.ended(&account))))
        }
        Err(NotConnected::Refused(said)) => again(&[], Some(Failure::Refused(&said))).await,
        Err(NotConnected::Unclear(said)) => again(&[], Some(Failure::Unclear(said.as_deref()))).await,
        Err(NotConnected::Unreachable) => match form_of(link, choice)?.nothing_at(&choice.definition.integration.label, submitted) {
            Some(problem) => again(&[problem], None).await,
            None => again(&[], Some(Failure::Unclear(None))).await,
        },
        Err(NotConnected::OtherAccount(has)) => again(&[], Some(Failure::Other(&other_account(has.as_deref())))).await,
        Err(NotConnected::Moved) => Err(moved().begin_again_at(link.url(app))),
        // Its page says why.
        Err(NotConnected::Closed) => Ok(Redirect::to(&link.url(app)).into_response()),
        Err(NotConnected::AccountGone) => Err(Closed::AccountGone.into()),
        Err(NotConnected::Store(error)) => Err(Trouble::while_storing(error)),
    }
}

/// What is told of a credential that is somebody else's. Whose the connection is, is not said: whoever holds the link reads this.
pub(super) fn other_account(has: Option<&str>) -> String {
    let what = match has {
        Some(has) => format!("You signed in as {has}, and this connection belongs to somebody else there."),
        None => "It cannot be told whether this connection is of the same account there.".to_owned(),
    };
    format!("{what} Nothing was changed. Sign in with the account that was connected before.")
}

/// What is told of an account that was changed while its new credential was tried.
pub(super) fn moved() -> Trouble {
    let what = "The connection was changed meanwhile and leads elsewhere now, so what you gave was not saved.";
    Trouble::new(StatusCode::CONFLICT, "account_changed", "This was changed meanwhile", what).passing("Begin again.")
}

/// What was typed. May hold secrets, and is overwritten when it is let go.
struct Submitted(Vec<(String, String)>);

store::lacks!(Submitted: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);
store::lacks!(Filled: std::fmt::Debug, std::fmt::Display, serde::Serialize);

impl Drop for Submitted {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

async fn fields(request: Request, app: &Arc<App>) -> Result<Submitted, Trouble> {
    let bytes = Bytes::from_request(request, app).await.map_err(|rejection| {
        let what = "What was sent is too long for this form, or did not arrive whole.";
        Trouble::new(rejection.status(), "unreadable_form", "The form could not be read", what)
            .remedy("Open the link again and fill in the form.")
    })?;
    let submitted = Submitted(form_urlencoded::parse(&bytes).into_owned().collect());
    // What the connection still shares with the body is not ours to overwrite.
    if let Ok(mut own) = bytes.try_into_mut() {
        own.zeroize();
    }
    Ok(submitted)
}
