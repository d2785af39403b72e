use store::StoreError;

use crate::database::{TestDatabase, at, on_both};

on_both!(the_first_environment_is_the_oldest, two_environments_cannot_have_one_name,);

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
