//! `POST /integrated-account`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::definition::Definition;
use catalog::nearest::{nearest, remedy};
use catalog::target::{Target, TargetError};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{Account, AccountStatus, EnvironmentId, NewAccount, SecretFields};
use upstream::Credential;
use utoipa::ToSchema;

use super::validate::unclear;
use super::view::AccountView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, checked_text};
use crate::app::App;
use crate::validation::{self, Verdict};

/// A customer's account at a vendor, with the credentials that open it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIntegratedAccount {
    #[schema(example = "sendoso")]
    pub integration: String,
    /// Your customer's id.
    pub tenant_id: String,
    pub name: Option<String>,
    /// One of the integration's credential kinds; absent = its first.
    pub authentication_method: Option<String>,
    /// What that kind needs, e.g. `{"access_token": "…"}`. Stored sealed, never shown. Absent = a person gives them, at the account's
    /// `reconnect_url`; until then the account is `connecting`.
    #[schema(value_type = Option<Object>)]
    pub credentials: Option<SecretFields>,
    /// Whether to ask the vendor first, and to connect nothing that it does not accept.
    #[serde(default)]
    pub validate: bool,
    /// Values that complete the vendor's address, e.g. a subdomain.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub context: Map<String, Value>,
    /// Replaces the vendor's own address, e.g. for its sandbox. The integration or this server's operator must know the host.
    pub base_url: Option<String>,
}

store::lacks!(NewIntegratedAccount: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Connect an account
#[utoipa::path(post, path = "/integrated-account", tag = "Integrated accounts",
    request_body = NewIntegratedAccount,
    responses((status = 201, body = AccountView), (status = 400, body = ErrorBody),
        (status = 502, description = "`validate` was asked for, and the vendor did not say", body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Body(new): Body<NewIntegratedAccount>,
) -> Result<(StatusCode, Json<AccountView>), ApiError> {
    let account = create_account(&app, caller.environment, new).await?;
    Ok((StatusCode::CREATED, Json(AccountView::of(&app, account))))
}

/// Connects an account after checking everything that can be checked without asking the vendor, and asking the vendor if the caller wants that.
pub(crate) async fn create_account(app: &App, environment: EnvironmentId, mut new: NewIntegratedAccount) -> Result<Account, ApiError> {
    let definition = app.definition(&new.integration)?;
    let authentication_method = chosen_method(&definition, new.authentication_method.take())?;
    let tenant_id = checked_text("tenant_id", new.tenant_id)?;
    let name = new.name.map(|name| checked_text("name", name)).transpose()?;
    let base_url = new.base_url.as_deref();
    let (status, credentials, identity) = match new.credentials {
        Some(credentials) => {
            check_credentials(&definition, &authentication_method, &credentials)?;
            checked_target(app, &definition, base_url, &new.context)?;
            let (credentials, identity) = match new.validate {
                true => validated(app, &definition, &authentication_method, base_url, &new.context, credentials).await?,
                false => (credentials, None),
            };
            (AccountStatus::Active, credentials, identity)
        }
        None if new.validate => return Err(nothing_to_validate()),
        None => {
            checked_start(app, &definition, base_url, &new.context)?;
            (AccountStatus::Connecting, SecretFields::default(), None)
        }
    };
    let new = NewAccount {
        integration: new.integration,
        tenant_id,
        name,
        authentication_method,
        status,
        credentials,
        context: new.context,
        base_url: new.base_url,
        identity,
    };
    let account = app.store.accounts().create(environment, new, app.clock.now()).await?;
    tracing::info!(account.id = %account.id, integration = account.integration, status = account.status.as_str(), "account created");
    Ok(account)
}

/// The credential as it is to be stored, and who the vendor says the account belongs to, if the vendor accepts it.
pub(super) async fn validated(
    app: &App,
    definition: &Arc<Definition>,
    method: &str,
    base_url: Option<&str>,
    context: &Map<String, Value>,
    credentials: SecretFields,
) -> Result<(SecretFields, Option<String>), ApiError> {
    let (verdict, credentials) = validation::validate(app, definition, method, base_url, context, credentials).await;
    match verdict {
        Verdict::Accepted { identity } => Ok((credentials, identity)),
        Verdict::Refused { message } => {
            Err(ApiError::bad_request(format!("`credentials`: the vendor does not accept them, and nothing was stored: {message}")))
        }
        Verdict::Unclear { message, .. } => Err(unclear(&message)),
        Verdict::NotOffered => {
            let name = &definition.integration.name;
            Err(ApiError::bad_request(format!("`validate`: the integration `{name}` names no `check` for `{method}`; leave it out")))
        }
    }
}

pub(super) fn nothing_to_validate() -> ApiError {
    ApiError::bad_request("`validate`: there are no `credentials` to validate")
}

fn chosen_method(definition: &Definition, chosen: Option<String>) -> Result<String, ApiError> {
    let schemes = &definition.integration.credentials;
    let known = || schemes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    match chosen {
        Some(method) if schemes.contains_key(&method) => Ok(method),
        Some(method) => Err(ApiError::bad_request(format!("`authentication_method`: `{method}` is not one of {}", known()))),
        None => schemes
            .keys()
            .next()
            .cloned()
            .ok_or_else(|| ApiError::bad_request("this integration defines no credentials, so no account can be connected")),
    }
}

pub(super) fn check_credentials(definition: &Definition, method: &str, credentials: &Map<String, Value>) -> Result<(), ApiError> {
    let scheme = definition
        .integration
        .credentials
        .get(method)
        .ok_or_else(|| ApiError::bad_request(format!("the integration has no authentication method `{method}`")))?;
    Credential::check(scheme, credentials).map_err(|error| ApiError::bad_request(format!("`credentials`: {error}")))
}

/// The same for an account whose person may still have to say where its vendor is.
pub(super) fn checked_start(
    app: &App,
    definition: &Definition,
    base_url: Option<&str>,
    context: &Map<String, Value>,
) -> Result<(), ApiError> {
    check_known(definition, context)?;
    match Target::new(&definition.integration, base_url, context) {
        Err(TargetError::MissingVariable { .. }) => Ok(()),
        _ => checked_target(app, definition, base_url, context).map(drop),
    }
}

/// Where the account's requests will go, if they may go there.
pub(crate) fn checked_target(
    app: &App,
    definition: &Definition,
    base_url: Option<&str>,
    context: &Map<String, Value>,
) -> Result<Target, ApiError> {
    check_known(definition, context)?;
    let target = Target::new(&definition.integration, base_url, context).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let known = app.upstream.check_base_url(&definition.integration, base_url, &target);
    known.map(|()| target).map_err(|error| ApiError::bad_request(error.to_string()))
}

/// A misspelt name would be missed later, or never.
pub(crate) fn check_known(definition: &Definition, context: &Map<String, Value>) -> Result<(), ApiError> {
    let variables = &definition.integration.variables;
    if let Some(unknown) = context.keys().find(|name| !variables.contains_key(*name)) {
        let known: Vec<&str> = variables.keys().map(String::as_str).collect();
        let all = if known.is_empty() { "this integration takes none".to_owned() } else { format!("known: {}", known.join(", ")) };
        let remedy = remedy(&nearest(unknown, known, 3), &all);
        return Err(ApiError::bad_request(format!("`context`: unknown value `{unknown}`; {remedy}")));
    }
    Ok(())
}
