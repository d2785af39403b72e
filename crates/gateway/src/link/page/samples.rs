//! Every page in every state, for tests.

use catalog::connect_form::{Form, MethodChoice, abilities};
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::scopes::needed_scopes;
use serde_json::{Map, Value, json};

use super::*;

/// Name and HTML of each sample. `text` stands wherever a visitor, a vendor or a definition has words.
pub(super) fn samples(text: &str) -> Vec<(&'static str, String)> {
    let definition = definition(text);
    let told = ["https://app.acme.test".to_owned(), text.to_owned()];
    let own = Site { public_path: "/gate", asker: Some(text), window: Window::Own, told_origins: &told };
    let framed = Site { window: Window::Framed, ..own };
    let mut samples = choices(own, text);
    samples.extend(forms(&definition, own, framed, text));
    samples.extend(endings(own, text));
    samples.into_iter().map(|(name, page)| (name, page.into_string())).collect()
}

type Sample = (&'static str, maud::Markup);

fn choices(site: Site<'_>, text: &str) -> Vec<Sample> {
    let choice = |name: &str, label: &str| IntegrationChoice {
        name: name.to_owned(),
        label: label.to_owned(),
        description: format!("What it is for: {text}"),
    };
    let few = [choice("acme", "Acme"), choice(text, text)];
    let many: Vec<_> = (1..=9).map(|number| choice(&format!("acme_{number}"), &format!("Acme {number}"))).collect();
    let methods = [("key", "Private key", Some(text)), (text, text, None)].map(|(name, label, help)| MethodChoice {
        name: name.to_owned(),
        label: label.to_owned(),
        help: help.map(str::to_owned),
    });
    vec![
        ("choose", choose(&Choose { site, integrations: &few, search: "" })),
        ("choose_many", choose(&Choose { site, integrations: &many, search: "acme 7" })),
        ("choose_none", choose(&Choose { site, integrations: &many, search: &format!("no such {text}") })),
        ("choose_method", choose_method(&ChooseMethod { site, integration: text, label: text, methods: &methods, back: Back::ToVendors })),
    ]
}

fn forms(definition: &Definition, own: Site<'_>, framed: Site<'_>, text: &str) -> Vec<Sample> {
    let given: Map<String, Value> = [("shop".to_owned(), json!(text))].into_iter().collect();
    let form = |method, given: &Map<String, Value>| Form::new(definition, method, None, given).unwrap();
    let basic = form("basic", &Map::new());
    let key = form("key", &given);
    let consent = form("oauth2", &given);
    let submitted = [("context.shop", text), ("context.region", "us"), ("credentials.username", text), ("credentials.password", "s3cret")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let problems = basic.read(&[("context.shop".to_owned(), "a b".to_owned())]).err().unwrap();
    let abilities = abilities(definition, "basic", &Filter::default());
    let scopes = needed_scopes(definition, "oauth2", &Filter::default());
    let blank = Fill {
        site: own,
        purpose: Purpose::Connect,
        integration: "acme",
        label: text,
        form: &basic,
        host: Some(text),
        abilities: &abilities,
        scopes: None,
        submitted: &[],
        problems: &[],
        failure: None,
        back: Back::Nowhere,
        cancel: None,
    };
    let unknown = Fill { site: Site { asker: None, ..own }, ..blank };
    let again = Purpose::Reconnect { account: Some(text) };
    vec![
        ("fill_basic", fill(&blank)),
        ("fill_problems", fill(&Fill { submitted: &submitted, problems: &problems, ..blank })),
        (
            "fill_refused",
            fill(&Fill { form: &key, submitted: &submitted, failure: Some(Failure::Refused(text)), back: Back::ToMethods, ..blank }),
        ),
        ("fill_unclear", fill(&Fill { form: &key, purpose: again, failure: Some(Failure::Unclear(Some(text))), ..blank })),
        ("fill_consent", fill(&Fill { form: &consent, scopes: scopes.as_deref(), ..unknown })),
        (
            "fill_consent_framed",
            fill(&Fill {
                form: &consent,
                scopes: scopes.as_deref(),
                site: framed,
                cancel: Some("https://app.acme.test/?status=failed&reason=cancelled"),
                ..blank
            }),
        ),
        ("leaving", leaving(&Leaving { site: own, label: text, url: "https://acme.test/authorize?a=1&b=2" })),
    ]
}

fn endings(site: Site<'_>, text: &str) -> Vec<Sample> {
    let id = "0198c0de-0000-7000-8000-000000000001";
    let lacking = ["Read parts", text];
    let connected = Done {
        site,
        purpose: Purpose::Connect,
        label: text,
        integrated_account_id: id,
        identity: Some(text),
        lacking: &[],
        trial: Trial::Taken,
    };
    let denied = Problem {
        site,
        label: Some(text),
        reason: "access_denied",
        mood: Mood::Bad,
        title: "Access was not allowed",
        what: "You did not allow the access, so nothing was connected.",
        remedy: "If that was a slip, start again.",
        vendor_said: Some(text),
        retry: Some("/gate/link/again"),
        back: Some("https://app.acme.test/?status=failed&reason=access_denied"),
    };
    let expired = Problem {
        label: None,
        reason: "link_expired",
        mood: Mood::Neutral,
        title: "This link has expired",
        what: "It was made more than an hour ago.",
        remedy: "Ask for a new one where you found it.",
        vendor_said: None,
        retry: None,
        back: None,
        ..denied
    };
    vec![
        ("done", done(&connected)),
        (
            "returning",
            returning(&Returning { site, host: text, url: "https://app.acme.test/back?status=connected&integrated_account_id=1" }),
        ),
        ("done_again", done(&Done { purpose: Purpose::Reconnect { account: None }, identity: None, lacking: &lacking, ..connected })),
        ("done_unasked", done(&Done { identity: None, trial: Trial::NotAsked, ..connected })),
        ("problem_denied", problem(&denied)),
        ("problem_expired", problem(&expired)),
    ]
}

fn definition(text: &str) -> Definition {
    let method = |request: &str| json!({ "request": request, "documentation": { "description": "d" } });
    let integration = serde_json::from_value(json!({
        "version": 1, "name": "acme", "label": "Acme", "description": text, "base_url": "https://{shop}.acme.test",
        "variables": {
            "shop": { "label": "Shop address", "description": text, "example": text },
            "region": { "description": "Where the shop's data are.", "options": { "eu": "Europe", "us": text }, "default": "eu" },
        },
        "headers": { "x-region": "{region}" },
        "credentials": {
            "basic": { "kind": "basic", "fields": { "password": { "label": text, "help": text, "optional": true } } },
            "key": { "kind": "api_key", "help": text },
            "oauth2": { "kind": "oauth2", "oauth2": {
                "authorize_url": "https://acme.test/authorize", "token_url": "https://acme.test/token",
                "scopes": { "parts.read": "Read parts", "orders.write": text },
            } },
        },
        "resources": {
            "parts": { "scopes": ["parts.read"], "methods": { "list": method("GET /parts"), "delete": method("DELETE /parts/{id}") } },
            "orders": { "scopes": ["orders.write"], "methods": { "create": method("POST /orders") } },
        },
    }));
    let mut integration: catalog::integration::Integration = integration.unwrap();
    for name in ["parts", "orders"] {
        let resource = integration.resources.get_mut(name).unwrap();
        for method in resource.methods.values_mut() {
            method.annotations.title = Some(format!("Do something with {name}: {text}"));
        }
    }
    for method in integration.resources.get_mut("parts").unwrap().methods.values_mut() {
        if method.request.contains("{id}") {
            method.parameters =
                serde_json::from_value(json!({ "id": { "in": "path", "schema": { "type": "string", "description": "d" } } })).unwrap();
        }
    }
    Definition::compile(integration).unwrap()
}
