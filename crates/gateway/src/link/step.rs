//! What a person does next: choose a vendor, choose how to sign in there, or fill in the form.

use std::sync::Arc;

use catalog::connect_form::{MethodChoice, methods};
use catalog::definition::Definition;
use http::StatusCode;
use store::OAuthApp;

use super::opening::{Goal, Link};
use super::page::{Back, IntegrationChoice};
use super::way::{Obstacle, Way, way};
use super::words::Trouble;
use crate::app::App;

pub(super) enum Step {
    Vendor(Vec<IntegrationChoice>),
    Method { definition: Arc<Definition>, methods: Vec<MethodChoice>, back: Back },
    Fill(Choice),
}

/// What is to be connected, and how.
pub(super) struct Choice {
    pub definition: Arc<Definition>,
    pub method: String,
    pub way: Way,
    pub back: Back,
}

/// What has been chosen so far, as the page's address says.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub integration: Option<String>,
    pub method: Option<String>,
    /// What is searched for.
    pub search: String,
}

impl Chosen {
    /// Reads `integration`, `method` and `q`; nothing else is looked at.
    pub(super) fn read(query: Option<&str>) -> Self {
        let mut chosen = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "integration" => chosen.integration = Some(value.into_owned()),
                "method" => chosen.method = Some(value.into_owned()),
                "q" => chosen.search = value.into_owned(),
                _ => {}
            }
        }
        chosen
    }
}

/// What comes next for a link. A choice that the link has made already cannot be made otherwise.
pub(super) async fn next(app: &App, link: &Link, chosen: &Chosen) -> Result<Step, Trouble> {
    let apps = app.store.oauth_apps().list(link.environment).await?;
    let (fixed_integration, fixed_method) = match &link.goal {
        Goal::Connect(connect) => (connect.integration.as_deref(), connect.authentication_method.as_deref()),
        Goal::Reconnect { account, .. } => (Some(account.integration.as_str()), Some(account.authentication_method.as_str())),
    };
    let Some(name) = fixed_integration.or(chosen.integration.as_deref()) else {
        return Ok(Step::Vendor(vendors(app, &apps)));
    };
    let back = if fixed_integration.is_some() { Back::Nowhere } else { Back::ToVendors };
    let catalog = app.catalog.current();
    let Some(definition) = catalog.get(name).ok().flatten() else {
        return match fixed_integration {
            Some(_) => Err(gone(name)),
            None => Ok(Step::Vendor(vendors(app, &apps))),
        };
    };
    if let Some(method) = fixed_method {
        return match way(definition, method, &apps) {
            Ok(way) => Ok(fill(definition, method, way, back)),
            Err(obstacle) => Err(blocked(definition, obstacle)),
        };
    }
    let mut open = open_ways(definition, &apps);
    match (open.len(), open.iter().position(|(choice, _)| Some(&choice.name) == chosen.method.as_ref())) {
        (0, _) => Err(blocked(definition, first_obstacle(definition, &apps))),
        (1, _) => Ok(fill(definition, &open[0].0.name, open[0].1, back)),
        (_, Some(index)) => {
            let (choice, way) = open.swap_remove(index);
            Ok(fill(definition, &choice.name, way, Back::ToMethods))
        }
        (_, None) => {
            let methods = open.into_iter().map(|(choice, _)| choice).collect();
            Ok(Step::Method { definition: Arc::clone(definition), methods, back })
        }
    }
}

fn fill(definition: &Arc<Definition>, method: &str, way: Way, back: Back) -> Step {
    Step::Fill(Choice { definition: Arc::clone(definition), method: method.to_owned(), way, back })
}

/// Those of which an account can be connected here.
fn vendors(app: &App, apps: &[OAuthApp]) -> Vec<IntegrationChoice> {
    let catalog = app.catalog.current();
    let usable = catalog.iter().filter_map(|entry| entry.definition().ok()).filter(|definition| !open_ways(definition, apps).is_empty());
    let mut choices: Vec<IntegrationChoice> = usable
        .map(|definition| IntegrationChoice {
            name: definition.integration.name.clone(),
            label: definition.integration.label.clone(),
            description: definition.integration.description.clone(),
        })
        .collect();
    choices.sort_by_key(|choice| choice.label.to_lowercase());
    choices
}

fn open_ways(definition: &Definition, apps: &[OAuthApp]) -> Vec<(MethodChoice, Way)> {
    let all = methods(definition).into_iter();
    all.filter_map(|choice| way(definition, &choice.name, apps).ok().map(|way| (choice, way))).collect()
}

fn first_obstacle(definition: &Definition, apps: &[OAuthApp]) -> Obstacle {
    let obstacles = definition.integration.credentials.keys().filter_map(|method| way(definition, method, apps).err());
    obstacles.into_iter().next().unwrap_or(Obstacle::UnknownMethod)
}

fn gone(name: &str) -> Trouble {
    let what = format!("It is for `{name}`, which is no longer offered here.");
    Trouble::new(StatusCode::CONFLICT, "integration_gone", "This link cannot be used now", what).for_others()
}

pub(super) fn blocked(definition: &Definition, obstacle: Obstacle) -> Trouble {
    let label = &definition.integration.label;
    let what = match obstacle {
        Obstacle::NoApp => format!("The app that sent you here is not registered with {label} yet."),
        Obstacle::NoConsentPage => format!("{label} has no page on which you could allow the access."),
        Obstacle::UnknownMethod => format!("The way to sign in at {label} that it is for is no longer offered here."),
    };
    Trouble::new(StatusCode::CONFLICT, "not_set_up", "This link cannot be used now", what).for_others().at(label)
}
