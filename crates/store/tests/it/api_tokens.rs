use secrecy::{ExposeSecret, SecretString};
use store::{Page, StoreError};

use crate::database::{TestDatabase, at, environment, first_page, on_both};

on_both!(
    a_token_is_found_by_its_secret_only,
    a_deleted_token_is_not_found,
    of_processes_that_start_at_once_one_makes_the_first_token,
    the_first_token_may_be_chosen_elsewhere,
    tokens_are_listed_newest_first_in_pages,
);

async fn a_token_is_found_by_its_secret_only(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await;
    let (token, secret) = store.api_tokens().create(environment.id, "ci", Some(at(9)), at(1)).await.unwrap();
    assert!(secret.expose_secret().starts_with("tgk_"));
    assert_eq!(token.expires_at, Some(at(9)));

    let found = |text: &str| {
        let hash = store.hash_token(text);
        let store = &store;
        async move { store.api_tokens().find_by_hash(&hash).await.unwrap() }
    };
    assert_eq!(found(secret.expose_secret()).await, Some(token));
    assert_eq!(found("tgk_guessed").await, None);
    assert_eq!(found("").await, None);
}

async fn a_deleted_token_is_not_found(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await;
    let (token, secret) = store.api_tokens().create(environment.id, "ci", None, at(1)).await.unwrap();
    assert!(store.api_tokens().delete(environment.id, token.id).await.unwrap());
    assert!(!store.api_tokens().delete(environment.id, token.id).await.unwrap());
    let hash = store.hash_token(secret.expose_secret());
    assert_eq!(store.api_tokens().find_by_hash(&hash).await.unwrap(), None);
}

async fn of_processes_that_start_at_once_one_makes_the_first_token(database: TestDatabase) {
    let environment = environment(&database.open().await).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = database.open().await;
        tasks.spawn(async move { store.api_tokens().create_first(environment.id, "first", None, at(1)).await.unwrap() });
    }
    let made: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let [(token, secret)] = &made[..] else { panic!("{} first tokens", made.len()) };
    let store = database.open().await;
    assert_eq!(store.api_tokens().list(environment.id, first_page()).await.unwrap().items, std::slice::from_ref(token));
    let found = store.api_tokens().find_by_hash(&store.hash_token(secret.expose_secret())).await.unwrap();
    assert_eq!(found.as_ref(), Some(token));
}

async fn the_first_token_may_be_chosen_elsewhere(database: TestDatabase) {
    let store = database.open().await;
    let one = environment(&store).await;
    let other = store.environments().create("other", at(1)).await.unwrap();
    let chosen = || Some(SecretString::from("tgk_from_the_deployment"));
    let (token, secret) = store.api_tokens().create_first(one.id, "bootstrap", chosen(), at(1)).await.unwrap().unwrap();
    assert_eq!(secret.expose_secret(), "tgk_from_the_deployment");
    assert_eq!(store.api_tokens().find_by_hash(&store.hash_token(secret.expose_secret())).await.unwrap(), Some(token));
    assert!(store.api_tokens().create_first(one.id, "bootstrap", chosen(), at(2)).await.unwrap().is_none());
    let refused = store.api_tokens().create_first(other.id, "bootstrap", chosen(), at(2)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
}

async fn tokens_are_listed_newest_first_in_pages(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await;
    for number in 0..5 {
        store.api_tokens().create(environment.id, &number.to_string(), None, at(number)).await.unwrap();
    }
    let mut names = Vec::new();
    let mut page = Page { limit: 2, after: None };
    loop {
        let listed = store.api_tokens().list(environment.id, page).await.unwrap();
        names.push(listed.items.iter().map(|token| token.name.clone()).collect::<String>());
        let Some(next) = listed.next else { break };
        page.after = Some(next.parse().unwrap());
    }
    assert_eq!(names, ["43", "21", "0"]);
}
