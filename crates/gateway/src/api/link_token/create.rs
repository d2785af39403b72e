//! `POST /link-token`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::target::{Target, TargetError, check_values};
use http::StatusCode;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{AccountId, Connect, EnvironmentId, LinkConfig, LinkPurpose, LinkTokenId, NewLinkToken};
use url::{Host, Url};
use utoipa::ToSchema;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, checked_text};
use crate::api::integrated_account::check_known;
use crate::api::output::Time;
use crate::app::App;
use crate::link;

/// How long a link lives, in seconds.
const SHORTEST_LIFE: u64 = 60;
const LONGEST_LIFE: u64 = 7 * 24 * 3600;
const USUAL_LIFE: u64 = 3600;
/// In bytes.
const LONGEST_REDIRECT_URI: usize = 2048;

/// What a person is to connect: a new account of a customer of yours, or an account again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLinkToken)]
pub(super) struct NewLink {
    /// Your customer's id, for a new account.
    tenant_id: Option<String>,
    /// An account that is to be connected again; it keeps its id and its MCP servers. Instead of everything about a new one.
    #[schema(value_type = Option<String>)]
    integrated_account_id: Option<AccountId>,
    /// Absent = the person chooses.
    #[schema(example = "sendoso")]
    integration: Option<String>,
    /// One of the integration's credential kinds; absent = the person chooses, if there is a choice.
    authentication_method: Option<String>,
    /// The new account's name.
    name: Option<String>,
    /// Values that complete the vendor's address, as far as you know them. The person cannot change them.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Map<String, Value>,
    /// Replaces the vendor's own address, e.g. for its sandbox. The integration or this server's operator must know the host.
    base_url: Option<String>,
    #[serde(default)]
    config: NewLinkConfig,
    /// Where the person goes in the end, with `status=connected` and `integrated_account_id` added, or `status=failed` and `reason`: https, or
    /// http on this machine. Absent = a page that says so.
    redirect_uri: Option<String>,
    /// Seconds until the link stops working, 60 to 604800; absent = 3600.
    expires_in: Option<u64>,
}

/// What the account will be used for, as for an MCP server: the person is asked for no more than that needs.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct NewLinkConfig {
    /// `read`, `write`, `custom` or names of methods; empty = all.
    methods: Vec<String>,
    /// Empty = all.
    tags: Vec<String>,
}

/// A link. It cannot be read again.
#[derive(Serialize, ToSchema)]
pub(super) struct LinkTokenSecret {
    /// With it the link can be taken back.
    #[schema(value_type = String)]
    id: LinkTokenId,
    link_token: String,
    /// Where to send the person, or what to show in a frame.
    url: String,
    expires_at: Time,
}

store::lacks!(LinkTokenSecret: std::fmt::Debug, std::fmt::Display, Clone);

/// Create a link token
///
/// A link under which a person connects one account, in a browser and without an account here. It works until an account is connected by it.
#[utoipa::path(post, path = "/link-token", tag = "Link tokens", request_body = NewLink,
    responses((status = 201, body = LinkTokenSecret), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, description = "An OAuth app is missing", body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Body(new): Body<NewLink>,
) -> Result<(StatusCode, Json<LinkTokenSecret>), ApiError> {
    let now = app.clock.now();
    let redirect_uri = new.redirect_uri.as_deref().map(checked_redirect_uri).transpose()?;
    let life = checked_life(new.expires_in)?;
    let config = LinkConfig { methods: new.config.methods.clone(), tags: new.config.tags.clone() };
    let purpose = match new.integrated_account_id {
        Some(id) => reconnect(&app, caller.environment, id, &new).await?,
        None => connect(&app, caller.environment, new).await?,
    };
    let expires_at = now.checked_add(life).map_err(|_| ApiError::bad_request("`expires_in` is beyond all calendars"))?;
    let (link, secret) = app
        .store
        .link_tokens()
        .create(caller.environment, NewLinkToken { purpose, config, redirect_uri, expires_at, created_by: caller.api_token }, now)
        .await?;
    tracing::info!(link_token.id = %link.id, created_by = %caller.api_token, expires_at = %link.expires_at, "link token created");
    let link_token = secret.expose_secret().to_owned();
    let url = format!("{}/link/{link_token}", app.public_url);
    Ok((StatusCode::CREATED, Json(LinkTokenSecret { id: link.id, link_token, url, expires_at: Time(link.expires_at) })))
}

async fn reconnect(app: &App, environment: EnvironmentId, id: AccountId, new: &NewLink) -> Result<LinkPurpose, ApiError> {
    let given = [
        ("tenant_id", new.tenant_id.is_some()),
        ("integration", new.integration.is_some()),
        ("authentication_method", new.authentication_method.is_some()),
        ("name", new.name.is_some()),
        ("context", !new.context.is_empty()),
        ("base_url", new.base_url.is_some()),
    ];
    if let Some((field, _)) = given.into_iter().find(|(_, is_given)| *is_given) {
        return Err(ApiError::bad_request(format!(
            "`{field}` is about a new account; leave it out beside `integrated_account_id`, or change the account itself"
        )));
    }
    let account = app.store.accounts().get(environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let definition = app.definition_of(&account)?;
    check_config(&definition, &new.config)?;
    let (method, apps) = (&account.authentication_method, app.store.oauth_apps().list(environment).await?);
    link::way(&definition, method, &apps).map_err(|obstacle| link::refused(app, &definition, method, obstacle))?;
    Ok(LinkPurpose::Reconnect { account_id: id })
}

async fn connect(app: &App, environment: EnvironmentId, new: NewLink) -> Result<LinkPurpose, ApiError> {
    let tenant_id = new.tenant_id.ok_or_else(|| {
        ApiError::bad_request("`tenant_id` is missing: give your customer's id, or `integrated_account_id` to connect an account again")
    })?;
    match &new.integration {
        Some(name) => {
            let definition = app.definition(name)?;
            check_config(&definition, &new.config)?;
            check_address(app, &definition, new.base_url.as_deref(), &new.context)?;
            check_ways(app, environment, &definition, new.authentication_method.as_deref()).await?;
        }
        None => {
            let given = [
                ("authentication_method", new.authentication_method.is_some()),
                ("context", !new.context.is_empty()),
                ("base_url", new.base_url.is_some()),
                ("config", !new.config.methods.is_empty() || !new.config.tags.is_empty()),
            ];
            if let Some((field, _)) = given.into_iter().find(|(_, is_given)| *is_given) {
                return Err(ApiError::bad_request(format!("`{field}` says nothing without `integration`; give that too")));
            }
        }
    }
    Ok(LinkPurpose::Connect(Connect {
        tenant_id: checked_text("tenant_id", tenant_id)?,
        integration: new.integration,
        authentication_method: new.authentication_method,
        name: new.name.map(|name| checked_text("name", name)).transpose()?,
        context: new.context,
        base_url: new.base_url,
    }))
}

fn check_config(definition: &Definition, config: &NewLinkConfig) -> Result<(), ApiError> {
    let filter = Filter { methods: config.methods.clone(), tags: config.tags.clone() };
    filter.check(definition).map_err(|error| ApiError::bad_request(format!("`config`: {error}")))
}

/// What can be said of an address of which the person may still give a part. The rest is checked when they have.
fn check_address(app: &App, definition: &Definition, base_url: Option<&str>, context: &Map<String, Value>) -> Result<(), ApiError> {
    let integration = &definition.integration;
    check_known(definition, context)?;
    check_values(integration, context).map_err(|error| ApiError::bad_request(error.to_string()))?;
    match Target::new(integration, base_url, context) {
        Ok(target) => app.upstream.check_base_url(integration, base_url, &target).map_err(|error| ApiError::bad_request(error.to_string())),
        Err(TargetError::MissingVariable { .. }) => Ok(()),
        Err(error) => Err(ApiError::bad_request(error.to_string())),
    }
}

/// At least one way must lead to an account, and the one that is named.
async fn check_ways(app: &App, environment: EnvironmentId, definition: &Definition, chosen: Option<&str>) -> Result<(), ApiError> {
    let schemes = &definition.integration.credentials;
    if let Some(method) = chosen.filter(|method| !schemes.contains_key(*method)) {
        let known = schemes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(ApiError::bad_request(format!("`authentication_method`: `{method}` is not one of {known}")));
    }
    let apps = app.store.oauth_apps().list(environment).await?;
    let methods = schemes.keys().filter(|method| chosen.is_none_or(|chosen| chosen == method.as_str()));
    let mut obstacles = Vec::new();
    for method in methods {
        match link::way(definition, method, &apps) {
            Ok(_) => return Ok(()),
            Err(obstacle) => obstacles.push((method, obstacle)),
        }
    }
    match obstacles.first() {
        Some((method, obstacle)) => Err(link::refused(app, definition, method, *obstacle)),
        None => Err(ApiError::bad_request("this integration defines no credentials, so no account can be connected")),
    }
}

fn checked_life(seconds: Option<u64>) -> Result<Duration, ApiError> {
    match seconds.unwrap_or(USUAL_LIFE) {
        seconds @ SHORTEST_LIFE..=LONGEST_LIFE => Ok(Duration::from_secs(seconds)),
        _ => Err(ApiError::bad_request(format!("`expires_in` must be {SHORTEST_LIFE} to {LONGEST_LIFE} seconds"))),
    }
}

fn checked_redirect_uri(text: &str) -> Result<String, ApiError> {
    let bad = |reason: &str| ApiError::bad_request(format!("`redirect_uri`: {reason}"));
    if text.len() > LONGEST_REDIRECT_URI {
        return Err(bad(&format!("it is longer than {LONGEST_REDIRECT_URI} bytes")));
    }
    let url = Url::parse(text).map_err(|error| bad(&format!("it is no URL: {error}")))?;
    let is_on_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_on_this_machine => {}
        _ => return Err(bad("it must start with https://, or with http:// on this machine")),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(bad("leave out user name, password and fragment"));
    }
    Ok(url.into())
}
