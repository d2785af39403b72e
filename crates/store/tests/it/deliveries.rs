//! Events that are queued for webhooks, and their way out.

use jiff::SignedDuration;
use serde_json::json;
use store::{
    Account, AccountChange, AccountState, AccountStatus, Attempt, ClaimedDelivery, Content, Delivery, DeliveryStatus, EnvironmentId,
    EventId, EventType, Outcome, Page, RefreshClaim, RefreshFailure, RefreshSaved, SecretFields, Store, StoreError, ToSend, WebhookChange,
    WebhookId,
};

use crate::database::{TestDatabase, at, environment, first_page, new_account, object, on_both};
use crate::webhooks::{new_webhook, webhook};

on_both!(
    every_change_of_an_account_is_queued_with_the_account_as_it_was_then,
    a_refresh_that_changes_the_status_is_queued_and_one_that_does_not_is_not,
    a_webhook_gets_what_it_asked_for_and_nothing_while_it_is_disabled,
    a_change_that_fails_queues_nothing,
    of_two_senders_one_claims_a_delivery_and_the_other_gets_the_rest,
    a_delivery_whose_sender_died_is_claimed_again_when_its_lease_has_run_out,
    what_was_sent_before_is_sent_again_byte_by_byte_and_stored_sealed,
    a_late_sender_changes_nothing,
    a_delivery_ends_or_comes_again_as_its_attempts_say,
    a_receiver_that_is_gone_disables_its_webhook,
    a_late_answer_of_a_receiver_that_is_gone_disables_nothing,
    what_the_url_before_is_gone_for_goes_to_the_present_one,
    a_delivery_that_cannot_be_read_fails_and_holds_up_no_other,
    a_delivery_is_replayed_unless_it_is_being_sent_or_its_webhook_is_disabled,
    the_log_comes_in_pages_and_by_status_for_its_environment_only,
    old_deliveries_are_forgotten_and_pending_ones_never,
);

async fn claim(store: &Store, environment: EnvironmentId, webhook: WebhookId, now: i64) -> Vec<ClaimedDelivery> {
    store.deliveries().claim(environment, webhook, at(now), at(now + 45), 100).await.unwrap()
}

async fn kinds(store: &Store, environment: EnvironmentId, webhook: WebhookId) -> Vec<String> {
    let listed = store.deliveries().list(environment, webhook, None, first_page()).await.unwrap();
    let mut kinds: Vec<String> = listed.items.into_iter().map(|delivery| delivery.kind).collect();
    kinds.reverse();
    kinds
}

fn content(claimed: &ClaimedDelivery) -> Content {
    match &claimed.what {
        ToSend::Content(content) => Content::clone(content),
        ToSend::Body(_) => panic!("it has a body already"),
    }
}

async fn delivery(store: &Store, environment: EnvironmentId, webhook: WebhookId, id: EventId) -> Delivery {
    let listed = store.deliveries().list(environment, webhook, None, first_page()).await.unwrap();
    listed.items.into_iter().find(|delivery| delivery.id == id).unwrap()
}

fn gone() -> Outcome {
    Outcome::Disabled { url: "https://example.com/hooks".to_owned(), reason: "410 Gone".to_owned() }
}

fn attempt(now: i64, status: u16) -> Attempt {
    Attempt { at: at(now), status_code: Some(status), error: None, duration_ms: 7 }
}

async fn account(store: &Store, environment: EnvironmentId, seconds: i64) -> Account {
    store.accounts().create(environment, new_account("t"), at(seconds)).await.unwrap()
}

async fn status(store: &Store, account: &Account, status: AccountStatus, now: i64) -> Account {
    let change = AccountChange { status: Some(status), ..AccountChange::default() };
    store.accounts().update(account.environment_id, account.id, change, at(now)).await.unwrap().unwrap()
}

async fn every_change_of_an_account_is_queued_with_the_account_as_it_was_then(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    let created = account(&store, environment, 1).await;
    let changed = status(&store, &created, AccountStatus::ValidationError, 2).await;
    let state =
        AccountState { status: AccountStatus::NeedsReauth, last_error: Some("gone".to_owned()), identity: None, of_credential: None };
    for now in [3, 4] {
        store.accounts().tell(environment, created.id, state.clone(), at(now)).await.unwrap();
    }
    let told = store.accounts().get(environment, created.id).await.unwrap().unwrap();
    let change = AccountChange { name: Some(None), ..AccountChange::default() };
    let renamed = store.accounts().update(environment, created.id, change, at(5)).await.unwrap().unwrap();
    assert!(store.accounts().delete(environment, created.id, at(6)).await.unwrap());

    let queued: Vec<_> = claim(&store, environment, webhook.id, 7).await;
    let seen: Vec<_> = queued.iter().map(|claimed| (claimed.kind.as_str(), claimed.at, content(claimed))).collect();
    let accounts: Vec<_> = seen.iter().map(|(.., content)| content.account.clone().unwrap()).collect();
    assert_eq!(accounts, [created, changed, told, renamed]);
    let before: Vec<_> = seen.iter().map(|(.., content)| content.previous_status).collect();
    assert_eq!(before, [None, Some(AccountStatus::Active), Some(AccountStatus::ValidationError), None]);
    let kinds: Vec<_> = seen.iter().map(|(kind, at, _)| (*kind, *at)).collect();
    assert_eq!(
        kinds,
        [
            ("integrated_account.created", at(1)),
            ("integrated_account.status_changed", at(2)),
            ("integrated_account.status_changed", at(3)),
            ("integrated_account.deleted", at(6)),
        ]
    );
}

async fn a_refresh_that_changes_the_status_is_queued_and_one_that_does_not_is_not(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let account = account(&store, environment, 1).await;
    let (webhook, _) = webhook(&store, environment).await;
    let fresh = || SecretFields::from(object(json!({"access_token": "fresh"})));
    let lease = async |now: i64| match store.refreshes().claim(environment, account.id, at(now), at(now + 90)).await.unwrap() {
        RefreshClaim::Mine(lease) => lease,
        _ => panic!("the lease is not free"),
    };
    assert_eq!(store.refreshes().save(lease(2).await, fresh(), at(2)).await.unwrap(), RefreshSaved::Saved);
    assert!(kinds(&store, environment, webhook.id).await.is_empty());
    store.refreshes().fail(lease(3).await, RefreshFailure::Refused { asked_at: at(3) }, "refused".to_owned(), at(3)).await.unwrap();
    assert_eq!(store.refreshes().save(lease(4).await, fresh(), at(4)).await.unwrap(), RefreshSaved::Saved);
    assert_eq!(kinds(&store, environment, webhook.id).await, ["integrated_account.status_changed"; 2]);
}

async fn a_webhook_gets_what_it_asked_for_and_nothing_while_it_is_disabled(database: TestDatabase) {
    let store = database.open().await;
    let ours = environment(&store).await.id;
    let theirs = store.environments().create("theirs", at(0)).await.unwrap().id;
    let (all, _) = webhook(&store, ours).await;
    let only = new_webhook(Some(vec![EventType::AccountDeleted]));
    let (deletions, _) = store.webhooks().create(ours, only, 20, at(0)).await.unwrap();
    let (elsewhere, _) = webhook(&store, theirs).await;
    let first = account(&store, ours, 1).await;
    let disable = WebhookChange { enabled: Some(false), ..WebhookChange::default() };
    store.webhooks().update(ours, all.id, disable, at(2)).await.unwrap().unwrap();
    store.accounts().delete(ours, first.id, at(3)).await.unwrap();
    assert_eq!(kinds(&store, ours, all.id).await, ["integrated_account.created"]);
    assert_eq!(kinds(&store, ours, deletions.id).await, ["integrated_account.deleted"]);
    assert!(kinds(&store, theirs, elsewhere.id).await.is_empty());
}

async fn a_change_that_fails_queues_nothing(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let created = account(&store, environment, 1).await;
    let (webhook, _) = webhook(&store, environment).await;
    let stale = AccountChange { version: Some(7), status: Some(AccountStatus::NeedsReauth), ..AccountChange::default() };
    assert!(matches!(store.accounts().update(environment, created.id, stale, at(2)).await, Err(StoreError::Conflict(_))));
    assert!(kinds(&store, environment, webhook.id).await.is_empty());
    assert!(store.deliveries().due().await.unwrap().is_empty());
}

async fn of_two_senders_one_claims_a_delivery_and_the_other_gets_the_rest(database: TestDatabase) {
    let [one, other] = [database.open().await, database.open().await];
    let environment = environment(&one).await.id;
    let (webhook, _) = webhook(&one, environment).await;
    for now in 0..10 {
        account(&one, environment, now).await;
    }
    assert_eq!(one.deliveries().due().await.unwrap().len(), 1);
    let [first, second] = [(&one, 4), (&other, 100)]
        .map(async |(store, most)| store.deliveries().claim(environment, webhook.id, at(20), at(65), most).await.unwrap());
    let (first, second) = tokio::join!(first, second);
    let mut ids: Vec<_> = first.iter().chain(&second).map(|claimed| claimed.lease.event.to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), first.len() + second.len(), "one was claimed twice");
    let rest = claim(&one, environment, webhook.id, 20).await;
    assert_eq!(ids.len() + rest.len(), 10);
}

async fn a_delivery_whose_sender_died_is_claimed_again_when_its_lease_has_run_out(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    account(&store, environment, 1).await;
    let first = claim(&store, environment, webhook.id, 2).await;
    store.close().await;

    let store = database.open().await;
    assert!(claim(&store, environment, webhook.id, 46).await.is_empty());
    let again = claim(&store, environment, webhook.id, 47).await;
    assert_eq!(again[0].lease.event, first[0].lease.event);
    let listed = store.deliveries().list(environment, webhook.id, None, first_page()).await.unwrap();
    assert_eq!((listed.items[0].status, listed.items[0].next_attempt_at), (DeliveryStatus::Pending, None));
}

async fn what_was_sent_before_is_sent_again_byte_by_byte_and_stored_sealed(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    account(&store, environment, 1).await;
    let body = b"a body with a link: /link/tr_sentinel";
    let first = claim(&store, environment, webhook.id, 2).await.remove(0);
    assert_eq!(content(&first).account.unwrap().tenant_id, "t");
    assert!(store.deliveries().keep_body(&first.lease, body).await.unwrap());
    store.deliveries().finish(first, attempt(2, 500), Outcome::RetryAt(at(7)), at(3)).await.unwrap();
    let again = claim(&store, environment, webhook.id, 7).await.remove(0);
    assert!(matches!(&again.what, ToSend::Body(sent) if sent.as_slice() == body));
    assert_eq!(again.tries, 1);
    if database.folder.is_some() {
        assert_eq!(database.found(&[b"tr_sentinel".to_vec()]), 0);
    }
}

async fn a_late_sender_changes_nothing(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    account(&store, environment, 1).await;
    let late = claim(&store, environment, webhook.id, 2).await.remove(0);
    let second = claim(&store, environment, webhook.id, 50).await.remove(0);
    assert!(!store.deliveries().keep_body(&late.lease, b"other").await.unwrap());
    assert_eq!(store.deliveries().finish(late, attempt(51, 500), Outcome::Failed, at(51)).await.unwrap(), None);
    let finished = store.deliveries().finish(second, attempt(51, 200), Outcome::Delivered, at(51)).await.unwrap();
    assert_eq!(finished, Some(Outcome::Delivered));
    let listed = store.deliveries().list(environment, webhook.id, None, first_page()).await.unwrap();
    assert_eq!((listed.items[0].status, &listed.items[0].attempts), (DeliveryStatus::Delivered, &vec![attempt(51, 200)]));
}

async fn a_delivery_ends_or_comes_again_as_its_attempts_say(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    account(&store, environment, 1).await;
    let first = claim(&store, environment, webhook.id, 1).await.remove(0);
    let id = first.lease.event;
    store.deliveries().finish(first, attempt(1, 500), Outcome::RetryAt(at(6)), at(2)).await.unwrap();
    assert_eq!(store.deliveries().due().await.unwrap()[0].at, at(6));
    assert_eq!(store.deliveries().due_for(environment, webhook.id).await.unwrap(), Some(at(6)));
    assert!(claim(&store, environment, webhook.id, 5).await.is_empty());
    let second = claim(&store, environment, webhook.id, 6).await.remove(0);
    store.deliveries().finish(second, attempt(6, 204), Outcome::Delivered, at(7)).await.unwrap();
    assert!(store.deliveries().due().await.unwrap().is_empty());
    assert_eq!(store.deliveries().due_for(environment, webhook.id).await.unwrap(), None);
    let delivery = delivery(&store, environment, webhook.id, id).await;
    assert_eq!((delivery.status, delivery.next_attempt_at), (DeliveryStatus::Delivered, None));
    assert_eq!(delivery.attempts, [attempt(1, 500), attempt(6, 204)]);
}

async fn a_receiver_that_is_gone_disables_its_webhook(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    account(&store, environment, 1).await;
    let claimed = claim(&store, environment, webhook.id, 2).await.remove(0);
    store.deliveries().finish(claimed, attempt(2, 410), gone(), at(3)).await.unwrap();
    let told = store.webhooks().get(environment, webhook.id).await.unwrap().unwrap();
    assert_eq!((told.disabled_at, told.disabled_reason.as_deref()), (Some(at(3)), Some("410 Gone")));
    let failed = store.deliveries().list(environment, webhook.id, Some(DeliveryStatus::Failed), first_page()).await.unwrap();
    assert_eq!(failed.items.len(), 1);
    let enable = WebhookChange { enabled: Some(true), ..WebhookChange::default() };
    let enabled = store.webhooks().update(environment, webhook.id, enable, at(4)).await.unwrap().unwrap();
    assert_eq!((enabled.disabled_at, enabled.disabled_reason), (None, None));
}

async fn a_delivery_is_replayed_unless_it_is_being_sent_or_its_webhook_is_disabled(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    let queued = store.deliveries().test(environment, webhook.id, at(1)).await.unwrap().unwrap();
    assert_eq!(queued.kind, "webhook.test");
    let claimed = claim(&store, environment, webhook.id, 2).await.remove(0);
    let busy = store.deliveries().replay(environment, webhook.id, queued.id, at(3)).await;
    assert!(matches!(busy, Err(StoreError::Conflict(_))), "{busy:?}");
    store.deliveries().finish(claimed, attempt(2, 500), Outcome::Failed, at(3)).await.unwrap();

    let replayed = store.deliveries().replay(environment, webhook.id, queued.id, at(4)).await.unwrap().unwrap();
    assert_eq!((replayed.status, replayed.next_attempt_at), (DeliveryStatus::Pending, Some(at(4))));
    let again = claim(&store, environment, webhook.id, 4).await.remove(0);
    assert_eq!((again.lease.event, again.tries), (queued.id, 0));
    store.deliveries().finish(again, attempt(4, 200), Outcome::Delivered, at(5)).await.unwrap();
    let delivery = delivery(&store, environment, webhook.id, queued.id).await;
    assert_eq!(delivery.attempts, [attempt(2, 500), attempt(4, 200)]);

    let unknown = "evt_0197b2c8f3b27c11a6a1c0f4f5d0a1b2".parse().unwrap();
    assert_eq!(store.deliveries().replay(environment, webhook.id, unknown, at(6)).await.unwrap(), None);
    let disable = WebhookChange { enabled: Some(false), ..WebhookChange::default() };
    store.webhooks().update(environment, webhook.id, disable, at(6)).await.unwrap().unwrap();
    for refused in [
        store.deliveries().replay(environment, webhook.id, queued.id, at(7)).await,
        store.deliveries().test(environment, webhook.id, at(7)).await,
    ] {
        assert!(matches!(&refused, Err(StoreError::Conflict(text)) if text.contains("enable it first")), "{refused:?}");
    }
}

async fn the_log_comes_in_pages_and_by_status_for_its_environment_only(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let theirs = store.environments().create("theirs", at(0)).await.unwrap().id;
    let (webhook, _) = webhook(&store, environment).await;
    for now in 1..=5 {
        store.deliveries().test(environment, webhook.id, at(now)).await.unwrap().unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = Page { limit: 2, after };
        let listed = store.deliveries().list(environment, webhook.id, Some(DeliveryStatus::Pending), page).await.unwrap();
        seen.extend(listed.items.iter().map(|delivery| delivery.created_at));
        let Some(next) = listed.next else { break };
        after = Some(next.parse().unwrap());
    }
    assert_eq!(seen, [5, 4, 3, 2, 1].map(at));
    assert!(store.deliveries().list(environment, webhook.id, Some(DeliveryStatus::Failed), first_page()).await.unwrap().items.is_empty());
    assert!(store.deliveries().list(theirs, webhook.id, None, first_page()).await.unwrap().items.is_empty());
    assert_eq!(store.deliveries().test(theirs, webhook.id, at(9)).await.unwrap(), None);
}

async fn old_deliveries_are_forgotten_and_pending_ones_never(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    for (now, outcome) in [(1, Outcome::Delivered), (2, Outcome::Failed), (30, Outcome::Delivered), (31, Outcome::Failed)] {
        store.deliveries().test(environment, webhook.id, at(now)).await.unwrap().unwrap();
        let claimed = claim(&store, environment, webhook.id, now).await.remove(0);
        store.deliveries().finish(claimed, attempt(now, 200), outcome, at(now)).await.unwrap();
    }
    store.deliveries().test(environment, webhook.id, at(0)).await.unwrap().unwrap();
    let count = async || store.deliveries().list(environment, webhook.id, None, first_page()).await.unwrap().items.len();
    assert_eq!(store.deliveries().purge(at(1), at(2)).await.unwrap(), 0);
    assert_eq!(store.deliveries().purge(at(10), at(2)).await.unwrap(), 1);
    assert_eq!((store.deliveries().purge(at(10), at(10)).await.unwrap(), count().await), (1, 3));
    let later = at(0) + SignedDuration::from_hours(1000);
    assert_eq!((store.deliveries().purge(later, later).await.unwrap(), count().await), (2, 1));
}

async fn a_late_answer_of_a_receiver_that_is_gone_disables_nothing(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    account(&store, environment, 1).await;
    let late = claim(&store, environment, webhook.id, 2).await.remove(0);
    claim(&store, environment, webhook.id, 50).await.remove(0);
    assert_eq!(store.deliveries().finish(late, attempt(51, 410), gone(), at(51)).await.unwrap(), None);
    assert_eq!(store.webhooks().get(environment, webhook.id).await.unwrap().unwrap().disabled_at, None);
}

async fn what_the_url_before_is_gone_for_goes_to_the_present_one(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    account(&store, environment, 1).await;
    let claimed = claim(&store, environment, webhook.id, 2).await.remove(0);
    let change = WebhookChange { url: Some("https://example.com/new".to_owned()), ..WebhookChange::default() };
    store.webhooks().update(environment, webhook.id, change, at(3)).await.unwrap().unwrap();
    let finished = store.deliveries().finish(claimed, attempt(2, 410), gone(), at(4)).await.unwrap();
    assert_eq!(finished, Some(Outcome::RetryAt(at(4))));
    assert_eq!(store.webhooks().get(environment, webhook.id).await.unwrap().unwrap().disabled_at, None);
    assert_eq!(claim(&store, environment, webhook.id, 4).await.len(), 1);
}

async fn a_delivery_that_cannot_be_read_fails_and_holds_up_no_other(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    let mut queued = Vec::new();
    for now in 1..=5 {
        queued.push(store.deliveries().test(environment, webhook.id, at(now)).await.unwrap().unwrap().id);
        let claimed = claim(&store, environment, webhook.id, now).await.remove(0);
        store.deliveries().keep_body(&claimed.lease, b"body").await.unwrap();
        store.deliveries().finish(claimed, attempt(now, 500), Outcome::RetryAt(at(10)), at(now)).await.unwrap();
    }
    let [fine, moved, log, time, content] = *queued else { panic!("five were queued") };
    let body = format!("(SELECT d.body FROM webhook_delivery d WHERE d.id = '{fine}')");
    for (changed, column, value) in [
        (moved, "body", body.as_str()),
        (log, "attempts", "'[7]'"),
        (time, "created_at", "9000000000000000000"),
        (content, "body = NULL, content", "'{\"account\": 7}'"),
    ] {
        database.sql(&format!("UPDATE webhook_delivery SET {column} = {value} WHERE id = '{changed}'")).await;
    }
    let claimed: Vec<EventId> = claim(&store, environment, webhook.id, 10).await.iter().map(|claimed| claimed.lease.event).collect();
    assert_eq!(claimed, [fine]);
    database.sql("UPDATE webhook_delivery SET created_at = 1 WHERE created_at > 8000000000000000000").await;
    for (id, attempts) in [(moved, 2), (log, 1), (time, 2), (content, 2)] {
        let failed = delivery(&store, environment, webhook.id, id).await;
        assert_eq!((failed.status, failed.attempts.len()), (DeliveryStatus::Failed, attempts));
        assert_eq!(failed.attempts.last().unwrap().error.as_deref(), Some("what was to be sent is unreadable"));
    }
    assert!(claim(&store, environment, webhook.id, 11).await.is_empty());
}

/// A webhook that is being deleted must not fail, nor hold up, the change that it would be told of.
#[tokio::test]
async fn on_postgresql_a_change_goes_through_while_a_webhook_is_deleted() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (webhook, _) = webhook(&store, environment).await;
    let mut deleting = database.session().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("BEGIN; DELETE FROM webhook WHERE id = '{}'", webhook.id)))
        .execute(&mut deleting)
        .await
        .unwrap();
    let create = tokio::spawn({
        let store = store.clone();
        async move { store.accounts().create(environment, new_account("t"), at(1)).await }
    });
    while database.sql("SELECT 1 FROM pg_locks WHERE NOT granted").await.is_empty() {
        tokio::task::yield_now().await;
    }
    sqlx::raw_sql("COMMIT").execute(&mut deleting).await.unwrap();
    create.await.unwrap().unwrap();
    database.remove().await;
}
