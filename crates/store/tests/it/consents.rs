//! Consents: found once, by the browser that left with them.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{Consent, ConsentSecrets, EnvironmentId, Returned, Store};

use crate::database::{TestDatabase, at, environment, object, on_both};

on_both!(
    a_consent_is_found_once_by_state_and_browser,
    another_browser_does_not_find_a_consent_nor_spoil_it,
    a_verifier_follows_from_both_secrets_and_nothing_of_them_is_stored,
    of_many_people_of_one_link_those_who_left_last_come_back,
    expired_consents_are_purged_and_no_others,
);

fn consent(store: &Store, environment_id: EnvironmentId) -> Consent {
    Consent {
        environment_id,
        link: store.hash_token("tl_link"),
        integration: "sendoso".to_owned(),
        authentication_method: "oauth2".to_owned(),
        context: object(json!({"host": "acme"})),
        base_url: Some("https://acme.example".to_owned()),
        scope: "public write".to_owned(),
        expires_at: at(600),
    }
}

fn other() -> SecretString {
    SecretString::from("other")
}

async fn a_consent_is_found_once_by_state_and_browser(database: TestDatabase) {
    let store = database.open().await;
    let consent = consent(&store, environment(&store).await.id);
    let secrets = store.consents().begin(consent.clone()).await.unwrap();
    assert_eq!(store.consents().take(&secrets).await.unwrap(), Returned::Consent(consent.into()));
    assert_eq!(store.consents().take(&secrets).await.unwrap(), Returned::Unknown);
}

async fn another_browser_does_not_find_a_consent_nor_spoil_it(database: TestDatabase) {
    let store = database.open().await;
    let consent = consent(&store, environment(&store).await.id);
    let secrets = store.consents().begin(consent.clone()).await.unwrap();
    let theirs = ConsentSecrets { state: secrets.state.clone(), browser: other() };
    assert_eq!(store.consents().take(&theirs).await.unwrap(), Returned::OtherBrowser);
    let guessed = ConsentSecrets { state: other(), browser: secrets.browser.clone() };
    assert_eq!(store.consents().take(&guessed).await.unwrap(), Returned::Unknown);
    assert_eq!(store.consents().take(&secrets).await.unwrap(), Returned::Consent(consent.into()));
}

async fn of_many_people_of_one_link_those_who_left_last_come_back(database: TestDatabase) {
    let store = database.open().await;
    let one = consent(&store, environment(&store).await.id);
    let other = Consent { link: store.hash_token("tl_other"), expires_at: at(1), ..one.clone() };
    let elsewhere = store.consents().begin(other.clone()).await.unwrap();
    let mut left = Vec::new();
    for second in 0..13 {
        left.push(store.consents().begin(Consent { expires_at: at(600 + second), ..one.clone() }).await.unwrap());
    }
    let mut back = Vec::new();
    for secrets in &left {
        back.push(matches!(store.consents().take(secrets).await.unwrap(), Returned::Consent(_)));
    }
    assert_eq!(back, [vec![false; 3], vec![true; 10]].concat());
    assert_eq!(store.consents().take(&elsewhere).await.unwrap(), Returned::Consent(other.into()));
}

async fn a_verifier_follows_from_both_secrets_and_nothing_of_them_is_stored(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let consents = store.consents();
    let secrets = consents.begin(consent(&store, environment)).await.unwrap();
    let verifier = consents.verifier(&secrets);
    assert_eq!(*verifier, *consents.verifier(&secrets));
    for changed in [
        ConsentSecrets { state: other(), browser: secrets.browser.clone() },
        ConsentSecrets { state: secrets.state.clone(), browser: other() },
    ] {
        assert_ne!(*verifier, *consents.verifier(&changed));
    }
    if database.folder().is_some() {
        let texts = [&secrets.state, &secrets.browser].map(|secret| secret.expose_secret().as_bytes().to_vec());
        assert_eq!(database.found(&[texts[0].clone(), texts[1].clone(), verifier.to_vec()]), 0);
        assert_eq!(database.found(&[b"public write".to_vec()]), 1, "the search finds nothing that is there");
    }
}

async fn expired_consents_are_purged_and_no_others(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let mut begun = Vec::new();
    for expires_at in [at(100), at(200)] {
        let consent = Consent { expires_at, ..consent(&store, environment) };
        begun.push(store.consents().begin(consent).await.unwrap());
    }
    assert_eq!(store.consents().purge(at(100)).await.unwrap(), 0);
    assert_eq!(store.consents().purge(at(200)).await.unwrap(), 1);
    assert_eq!(store.consents().take(&begun[0]).await.unwrap(), Returned::Unknown);
    assert!(matches!(store.consents().take(&begun[1]).await.unwrap(), Returned::Consent(_)));
}
