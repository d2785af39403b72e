use store::StoreError;

use crate::database::{TestDatabase, at, on_both};

on_both!(
    the_first_environment_is_the_oldest,
    two_environments_cannot_have_one_name,
    processes_that_start_at_once_share_the_first_environment,
);

async fn the_first_environment_is_the_oldest(database: TestDatabase) {
    let store = database.open().await;
    assert_eq!(store.environments().first().await.unwrap(), None);
    store.environments().create("later", at(10)).await.unwrap();
    let older = store.environments().create("older", at(5)).await.unwrap();
    assert_eq!(store.environments().first().await.unwrap(), Some(older));
}

async fn two_environments_cannot_have_one_name(database: TestDatabase) {
    let store = database.open().await;
    store.environments().create("default", at(0)).await.unwrap();
    let second = store.environments().create("default", at(1)).await;
    assert!(matches!(second, Err(StoreError::Conflict(_))), "{second:?}");
}

async fn processes_that_start_at_once_share_the_first_environment(database: TestDatabase) {
    let stores = [(); 8].map(|()| database.open());
    let mut tasks = tokio::task::JoinSet::new();
    for (store, second) in stores.into_iter().zip(1..) {
        let store = store.await;
        tasks.spawn(async move { store.environments().ensure("default", at(second)).await.unwrap() });
    }
    let environments = tasks.join_all().await;
    let store = database.open().await;
    assert!(environments.iter().all(|environment| *environment == environments[0]), "{environments:?}");
    assert_eq!(environments[0].name, "default");
    assert_eq!(store.environments().ensure("another name", at(0)).await.unwrap(), environments[0]);
}
