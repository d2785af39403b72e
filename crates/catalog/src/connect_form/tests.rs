use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::catalog::Catalog;
use crate::filter::Filter;

/// An API at `https://{shop}.acme.test` with one method.
fn acme(variables: Value, credentials: Value) -> Definition {
    let integration = json!({
        "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": "https://{shop}.acme.test",
        "variables": variables, "credentials": credentials,
        "resources": { "parts": { "methods": { "list": { "request": "GET /parts", "documentation": { "description": "d" } } } } },
    });
    Definition::compile(serde_json::from_value(integration).unwrap()).unwrap()
}

fn shop() -> Value {
    json!({ "shop": { "description": "The first part of the address." } })
}

fn form(definition: &Definition, method: &str) -> Form {
    Form::new(definition, method, None, &Map::new()).unwrap()
}

/// A line for each field.
fn described(form: &Form) -> String {
    let fixed = form.fixed.iter().map(|fixed| format!("{} is {}", fixed.label, fixed.value));
    let fields = form.fields.iter().map(|field| {
        let Field { name, label, help, is_secret, is_required, default, options, autocomplete, .. } = field;
        let secret = if *is_secret { " secret" } else { "" };
        let required = if *is_required { " required" } else { "" };
        let more = [default.as_ref().map(|default| format!(" default {default}")), help.as_ref().map(|help| format!(": {help}"))];
        let options: Vec<&str> = options.iter().map(|(value, _)| value.as_str()).collect();
        let options = if options.is_empty() { String::new() } else { format!(" {options:?}") };
        format!("{name} “{label}”{secret}{required}{options} {autocomplete}{}", more.into_iter().flatten().collect::<String>())
    });
    let lines: Vec<String> = std::iter::once(form.label.clone()).chain(fixed).chain(fields).collect();
    lines.join("\n")
}

fn read(form: &Form, typed: &[(&str, &str)]) -> String {
    let submitted: Vec<_> = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    match form.read(&submitted) {
        Ok(filled) => json!({ "credentials": filled.credentials, "context": filled.context }).to_string(),
        Err(problems) => problems.iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_definition_that_says_nothing_gives_a_usable_form_for_every_kind() {
    let oauth2 = json!({ "authorize_url": "https://acme.test/a", "token_url": "https://acme.test/t" });
    let definition = acme(
        shop(),
        json!({
            "key": { "kind": "api_key" }, "basic": { "kind": "basic" }, "bearer": { "kind": "bearer" },
            "oauth2": { "kind": "oauth2", "oauth2": oauth2 },
            "machine": { "kind": "oauth2_client_credentials", "oauth2": { "token_url": "https://acme.test/t" } },
        }),
    );
    let forms: Vec<String> = methods(&definition).iter().map(|method| described(&form(&definition, &method.name))).collect();
    assert_snapshot!(forms.join("\n\n"));
}

#[test]
fn the_built_in_definitions_ask_in_the_words_of_their_vendors() {
    let catalog = Catalog::built_in();
    let definitions = catalog.iter().map(|entry| catalog.get(&entry.name).unwrap().unwrap());
    let forms =
        definitions.flat_map(|definition| methods(definition).into_iter().map(move |method| described(&form(definition, &method.name))));
    assert_snapshot!(forms.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn what_is_known_is_shown_and_not_asked_for_again() {
    let variables = json!({
        "shop": { "description": "d" }, "region": { "label": "Where", "description": "d", "options": { "eu": "Europe", "us": "America" } },
    });
    let mut definition = acme(variables, json!({ "key": { "kind": "api_key" } }));
    definition.integration.headers.insert("x-region".to_owned(), "{region}".to_owned());
    let given = json!({ "shop": "blue", "region": "eu" }).as_object().unwrap().clone();
    let form = Form::new(&definition, "key", None, &given).unwrap();
    assert_snapshot!(described(&form), @r#"
    API key
    Shop is blue
    Where is Europe
    credentials.api_key “API key” secret required off
    "#);
    assert_snapshot!(
        read(&form, &[("credentials.api_key", "k"), ("context.shop", "other")]),
        @r#"{"credentials":{"api_key":"k"},"context":{"shop":"blue","region":"eu"}}"#
    );
}

#[test]
fn an_account_with_a_base_url_of_its_own_is_asked_only_for_what_that_leaves_open() {
    let variables = json!({ "shop": { "description": "d" }, "realm": { "description": "d" }, "tenant": { "description": "d" } });
    let oauth2 = json!({
        "authorize_url": "https://login.acme.test/{tenant}", "token_url": "https://{shop}.acme.test/{realm}/token",
    });
    let definition = acme(variables, json!({ "oauth2": { "kind": "oauth2", "oauth2": oauth2 } }));
    let names = |base_url| {
        let form = Form::new(&definition, "oauth2", base_url, &Map::new()).unwrap();
        form.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(None), "context.shop context.realm context.tenant");
    assert_eq!(names(Some("https://staging.acme.test")), "context.realm context.tenant");
}

#[test]
fn an_unknown_way_to_authenticate_has_no_form() {
    assert_eq!(Form::new(&acme(shop(), json!({})), "key", None, &Map::new()), None);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_never_what_was_typed() {
    let fields = json!({ "username": { "pattern": "[^@]+@[^@]+", "example": "a@acme.test" }, "password": { "pattern": "[0-9]{6}" } });
    let form = form(&acme(shop(), json!({ "basic": { "kind": "basic", "fields": fields } })), "basic");
    assert_snapshot!(read(&form, &[]), @"
    context.shop: “Shop” is missing.
    credentials.username: “User name” is missing.
    credentials.password: “Password” is missing.
    ");
    assert_snapshot!(read(&form, &[("context.shop", "a b"), ("credentials.username", "joe"), ("credentials.password", "s3cret")]), @"
    context.shop: “Shop” does not look right. Check that it is complete and nothing else.
    credentials.username: “User name” does not look right. It looks like this: a@acme.test
    credentials.password: “Password” does not look right. Check that it is complete and nothing else.
    ");
    let long = "7".repeat(8_193);
    assert_snapshot!(read(&form, &[("context.shop", "blue"), ("credentials.username", "a\n@b"), ("credentials.password", &long)]), @"
    credentials.username: “User name” has a line break or an invisible character in it. Copy the value again, alone.
    credentials.password: “Password” is longer than 8192 characters. Paste the value alone.
    ");
}

#[test]
fn pasted_values_are_understood() {
    let form = form(&acme(shop(), json!({ "key": { "kind": "api_key" } })), "key");
    let shop = |typed: &str| read(&form, &[("context.shop", typed), ("credentials.api_key", " \u{200b}k-1\r\n")]);
    let blue = r#"{"credentials":{"api_key":"k-1"},"context":{"shop":"blue"}}"#;
    for typed in ["blue", " blue\t", "blue.acme.test", "https://Blue.acme.test/orders?x=1", "HTTPS://blue.acme.test:443"] {
        assert_eq!(shop(typed), blue, "{typed}");
    }
    for typed in ["https://blue.evil.test/", "blue.acme.test.evil", "https://a.b.acme.test", ".acme.test"] {
        assert!(shop(typed).contains("does not look right"), "{typed}");
    }
}

#[test]
fn the_address_of_a_vendor_whose_whole_host_is_asked_for_may_be_pasted() {
    let catalog = Catalog::built_in();
    let gladly = catalog.get("gladly").unwrap().unwrap();
    let form = form(gladly, "basic");
    let host =
        |typed: &str| read(&form, &[("context.host", typed), ("credentials.username", "agent@acme.com"), ("credentials.password", "t")]);
    let read = r#"{"credentials":{"username":"agent@acme.com","password":"t"},"context":{"host":"acme.gladly.com"}}"#;
    for typed in ["acme.gladly.com", "https://acme.gladly.com/", "https://acme.gladly.com/customer/1#x"] {
        assert_eq!(host(typed), read, "{typed}");
    }
    for typed in ["acme", "https://acme.gladly.com.evil.test/", "https://acme.gladly.com@evil.test/"] {
        assert!(host(typed).contains("It looks like this: acme.gladly.com"), "{typed}: {}", host(typed));
    }
}

#[test]
fn a_host_that_does_not_answer_is_told_at_the_field_that_names_it() {
    let form = form(&acme(shop(), json!({ "key": { "kind": "api_key" } })), "key");
    let told = |shop: &str| form.nothing_at("Acme", &[("context.shop".to_owned(), shop.to_owned())]).map(|problem| problem.message);
    assert_eq!(told(" blue ").unwrap(), "There is no Acme at blue.acme.test. Check “Shop”.");
    assert_eq!(told("https://blue.acme.test/x").unwrap(), "There is no Acme at blue.acme.test. Check “Shop”.");
    assert_eq!((told("a b"), told("")), (None, None));
    assert_eq!(form.nothing_at("Acme", &[]), None);
}

#[test]
fn a_default_is_not_repeated_and_an_option_is_one_of_the_list() {
    let variables = json!({ "shop": { "description": "d", "options": { "eu": "Europe", "us": "America" }, "default": "eu" } });
    let form = form(&acme(variables, json!({ "basic": { "kind": "basic", "fields": { "password": { "optional": true } } } })), "basic");
    let typed = |shop| read(&form, &[("context.shop", shop), ("credentials.username", "key")]);
    assert_snapshot!(typed(""), @r#"{"credentials":{"username":"key","password":""},"context":{}}"#);
    assert_snapshot!(typed("us"), @r#"{"credentials":{"username":"key","password":""},"context":{"shop":"us"}}"#);
    assert_snapshot!(typed("ru"), @"context.shop: Choose one of the values of “Shop”.");
}

#[test]
fn ways_of_one_kind_are_told_apart() {
    let definition = acme(
        shop(),
        json!({ "old_key": { "kind": "api_key" }, "key": { "kind": "api_key" }, "own": { "kind": "api_key", "label": "Mine" } }),
    );
    let labels: Vec<String> = methods(&definition).into_iter().map(|method| method.label).collect();
    assert_eq!(labels, ["API key (old key)", "API key (key)", "Mine"]);
}

#[test]
fn abilities_are_those_of_the_view_and_within_reach() {
    let catalog = Catalog::built_in();
    let sendoso = catalog.get("sendoso").unwrap().unwrap();
    let read = Filter { methods: vec!["read".to_owned()], tags: Vec::new() };
    let Abilities { read: read_only, write, delete, tools } = abilities(sendoso, "scim", &read);
    assert_eq!((read_only.join(", "), write.len(), delete.len()), ("users".to_owned(), 0, 0));
    assert_eq!(tools.len(), 2);
    let all = abilities(sendoso, "oauth2", &Filter::default());
    assert!(!all.write.is_empty() && !all.tools.iter().any(|tool| tool.contains("SCIM")), "{all:?}");
}

#[test]
fn things_have_the_names_that_their_owner_knows_each_once() {
    let catalog = Catalog::built_in();
    let definitions = catalog.iter().map(|entry| catalog.get(&entry.name).unwrap().unwrap());
    let lists = definitions.map(|definition| {
        let (method, _) = definition.integration.credentials.first().unwrap();
        let Abilities { read, write, delete, .. } = abilities(definition, method, &Filter::default());
        let lists = [("reads", read), ("writes", write), ("deletes", delete)].map(|(verb, things)| format!("{verb} {}", things.join(", ")));
        format!("{}\n{}", definition.integration.name, lists.join("\n"))
    });
    assert_snapshot!(lists.collect::<Vec<_>>().join("\n\n"));
}

proptest! {
    #[test]
    fn whatever_is_typed_is_read_or_refused_and_never_repeated(typed in "(?s).{0,40}", secret in "[!-~]{8,40}") {
        let form = form(&acme(shop(), json!({ "key": { "kind": "api_key", "fields": { "api_key": { "pattern": "[0-9]+" } } } })), "key");
        let answer = read(&form, &[("context.shop", &typed), ("credentials.api_key", &secret)]);
        if !secret.bytes().all(|byte| byte.is_ascii_digit()) {
            prop_assert!(answer.contains("credentials.api_key: “API key” does not look right"));
            prop_assert!(!answer.contains(&secret));
        }
    }
}
