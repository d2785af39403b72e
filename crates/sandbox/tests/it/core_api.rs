//! Reading: shapes, envelopes, paging, and what lists leave out.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Api, send};

fn keys(value: &Value) -> String {
    value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_current_user_is_a_bare_object() {
    let api = Api::start().await;
    let me = api.get("/api/v3/me").await;
    assert_snapshot!(me.line(), @r#"200 {"id":501,"first_name":"Dana","last_name":"Whitfield","email":"dana.whitfield@company.com","role":"manager","balance":"578.0","team_balance":1303}"#);
}

#[tokio::test]
async fn every_list_has_its_own_name_for_the_total() {
    let api = Api::start().await;
    let mut found = Vec::new();
    for list in ["users", "groups", "touches", "send"] {
        found.push(keys(&api.get(&format!("/api/v3/{list}")).await.json()));
    }
    assert_snapshot!(found.join("\n"), @r"
    current_page per_page total_users users
    current_page per_page total_groups groups
    current_page per_page total_posts touches
    current_page per_page total_count sends
    ");
}

#[tokio::test]
async fn the_items_of_every_list_have_the_documented_fields() {
    let api = Api::start().await;
    let mut found = Vec::new();
    for (list, key) in [("users", "users"), ("groups", "groups"), ("touches", "touches"), ("send", "sends")] {
        found.push(keys(&api.get(&format!("/api/v3/{list}")).await.json()[key][0]));
    }
    found.push(keys(&api.get("/api/v3/groups/1234/members").await.json()[0]));
    assert_snapshot!(found.join("\n"), @r"
    id first_name last_name email team_group_id
    id name budget monthly_budget one_time_budget rollover team_id created_at updated_at
    id name start_date end_date description created_at user_id gift_id starting_egift_price ending_egift_price status is_default_price delivery_type hubspot_key ship_to_countries currency
    id send_gid type subtype currency current_total_cost status created_at touch recipient sender sent_via status_updates tracking_code tracking_url
    id first_name last_name email balance sandbox team_group_id team_id key
    ");
}

#[tokio::test]
async fn types_of_money_and_dates_vary_as_documented() {
    let api = Api::start().await;
    let group = api.get("/api/v3/groups").await.json()["groups"][0].clone();
    assert!(group["budget"].is_i64() && group["monthly_budget"].is_string() && group["one_time_budget"].is_i64());
    assert_eq!(group["created_at"].as_str().unwrap().len(), "2023-10-25T00:00:00.000-07:00".len());
    let send = api.newest_send().await;
    assert_eq!(send["current_total_cost"], "120.0");
    assert_eq!(send["created_at"].as_str().unwrap().len(), "2022-09-12T12:08:27-07:00".len());
    let campaign = api.get("/api/v3/touches/4711").await.json();
    assert!(campaign["touch"]["starting_egift_price"].is_null());
    assert!(campaign["touch"]["start_date"].as_str().unwrap().ends_with("T00:00:00.000-08:00"));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let api = Api::start().await;
    let mut walked = Vec::new();
    for page in 1..=4 {
        let answer = api.get(&format!("/api/v3/send?page={page}&per_page=17")).await.json();
        assert_eq!((&answer["current_page"], &answer["total_count"]), (&json!(page), &json!(60)));
        walked.extend(ids(&answer["sends"]));
    }
    assert_eq!(walked, (8_941..=9_000).rev().collect::<Vec<_>>());
    assert_eq!(api.get("/api/v3/send?page=5&per_page=17").await.json()["sends"], json!([]));
}

#[tokio::test]
async fn a_page_has_25_items_unless_asked_and_never_more_than_100() {
    let api = Api::start().await;
    for (query, per_page) in [("", 25), ("?per_page=7", 7), ("?per_page=500", 100), ("?per_page=0", 25), ("?per_page=x", 25)] {
        assert_eq!(api.get(&format!("/api/v3/send{query}")).await.json()["per_page"], per_page, "{query}");
    }
    for query in ["?page=0", "?page=-1", "?page=x", "?page="] {
        assert_eq!(api.get(&format!("/api/v3/send{query}")).await.json()["current_page"], 1, "{query}");
    }
    let far = api.get("/api/v3/send?page=18446744073709551615&per_page=100").await;
    assert_eq!((far.status, &far.json()["sends"]), (200, &json!([])));
}

#[tokio::test]
async fn a_single_campaign_is_wrapped() {
    let api = Api::start().await;
    let answer = api.get("/api/v3/touches/4711").await.json();
    assert_eq!(keys(&answer), "success touch");
    assert_eq!((&answer["success"], &answer["touch"]["id"]), (&json!(true), &json!(4711)));
}

#[tokio::test]
async fn group_members_are_a_bare_list_of_all() {
    let api = Api::start().await;
    let members = api.get("/api/v3/groups/1234/members?per_page=1").await.json();
    assert_eq!(ids(&members), [501, 502, 503, 504]);
    assert_eq!(members[0]["key"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn deactivated_campaigns_groups_and_users_are_not_listed() {
    let api = Api::start().await;
    let campaigns = api.get("/api/v3/touches?per_page=100").await.json();
    assert!(!ids(&campaigns["touches"]).contains(&4_500));
    assert_eq!(api.get("/api/v3/touches/4500").await.status, 404);
    let groups = api.get("/api/v3/groups?per_page=100").await.json();
    assert!(!ids(&groups["groups"]).contains(&1_238));
    let users = api.get("/api/v3/users?per_page=100").await.json();
    assert!(!ids(&users["users"]).contains(&514));
    assert_eq!(users["total_users"], 13);
}

#[tokio::test]
async fn campaigns_can_be_filtered_by_delivery_type() {
    let api = Api::start().await;
    for delivery in ["mail", "email"] {
        let answer = api.get(&format!("/api/v3/touches?delivery_type={delivery}")).await.json();
        let touches = answer["touches"].as_array().unwrap();
        assert!(!touches.is_empty() && touches.iter().all(|touch| touch["delivery_type"] == delivery));
    }
}

#[tokio::test]
async fn an_invited_user_is_not_listed() {
    let api = Api::start().await;
    let user = json!({"first_name": "A", "last_name": "B", "email": "a@b.c", "role": "manager", "team_group_id": 1235});
    assert_eq!(api.post("/api/v3/users", json!({"user": user})).await.status, 201);
    assert_eq!(api.get("/api/v3/users").await.json()["total_users"], 13);
    assert_eq!(api.state().await["invitations"][0]["email"], "a@b.c");
}

#[tokio::test]
async fn tracking_in_the_send_list_can_be_switched_off() {
    let api = Api::start().await;
    assert!(api.newest_send().await["tracking_url"].is_string());
    api.control("settings", json!({"tracking_in_sends": false})).await;
    let send = api.newest_send().await;
    assert!(send.get("tracking_code").is_none() && send.get("tracking_url").is_none());
}

#[tokio::test]
async fn missing_and_unknown_tokens_are_refused_in_either_documented_form() {
    let api = Api::start().await;
    let aged = api.control("tokens", json!({"expires_in": 0})).await["access_token"].as_str().unwrap().to_owned();
    let attempts = || {
        [
            api.request("GET", "/api/v3/me"),
            api.request("GET", "/api/v3/me").bearer_auth("nobody"),
            api.request("GET", "/api/v3/me").bearer_auth(&aged),
        ]
    };
    for attempt in attempts() {
        assert_eq!(send(attempt).await.line(), r#"401 {"success":false,"message":"The access token is invalid"}"#);
    }
    api.control("settings", json!({"unauthorized_body": "description"})).await;
    let mut lines = Vec::new();
    for attempt in attempts() {
        lines.push(send(attempt).await.line());
    }
    assert_snapshot!(lines.join("\n"), @r#"
    401 {"success":false,"description":"The access token is invalid","expired":false}
    401 {"success":false,"description":"The access token is invalid","expired":false}
    401 {"success":false,"description":"The access token is invalid","expired":true}
    "#);
}

#[tokio::test]
async fn scopes_decide_who_may_write() {
    let mut api = Api::start().await;
    let invitation = json!({"user": {"first_name": "A", "last_name": "B", "email": "a@b.c", "role": "regular", "team_group_id": 1234}});
    api.take_token(json!({"scopes": ["public"]})).await;
    assert_eq!(api.get("/api/v3/send").await.status, 200);
    let refused = api.post("/api/v3/send", crate::support::egift()).await;
    assert_snapshot!(refused.line(), @r#"403 {"success":false,"message":"Insufficient scope"}"#);
    assert_eq!(api.post("/api/v3/users", invitation.clone()).await.status, 403);
    api.take_token(json!({"scopes": ["update"]})).await;
    assert_eq!(api.post("/api/v3/users", invitation).await.status, 201);
    assert_eq!(api.post("/api/v3/send", crate::support::egift()).await.status, 403);
    api.take_token(json!({"scopes": ["write"]})).await;
    assert_eq!(api.post("/api/v3/send", crate::support::egift()).await.status, 200);
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let api = Api::start().await;
    for path in ["/api/v3/me", "/nowhere"] {
        let answer = api.get(path).await;
        assert_eq!(answer.headers["x-request-id"].len(), 32);
    }
}
