//! Lists: pages, filters, order, and what they ignore.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, ids};
use crate::support::Api;

async fn paginator(api: &Api, path: &str) -> String {
    let list = api.get(path).await.json();
    let count = list["data"].as_array().unwrap().len();
    format!("{count} of {}", list["paginator"])
}

#[tokio::test]
async fn every_list_has_the_same_envelope() {
    let api = edesk().await;
    let mut found = Vec::new();
    for list in ["tickets", "sales-orders", "order-notes", "tags", "tag-groups", "templates", "contacts", "channels", "users"] {
        let answer = api.get(&format!("/v1/{list}")).await.json();
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["data", "paginator"]);
        found.push(format!("{list}: {} of {}", answer["data"].as_array().unwrap().len(), answer["paginator"]["totalItemsCount"]));
    }
    assert_snapshot!(found.join("\n"), @r"
    tickets: 20 of 43
    sales-orders: 20 of 33
    order-notes: 1 of 1
    tags: 20 of 132
    tag-groups: 5 of 5
    templates: 20 of 24
    contacts: 20 of 20
    channels: 6 of 6
    users: 7 of 7
    ");
}

#[tokio::test]
async fn a_page_has_twenty_items_unless_asked_otherwise_and_a_hundred_at_most() {
    let api = edesk().await;
    assert_snapshot!(paginator(&api, "/v1/tags").await, @r#"20 of {"currentPage":1,"itemsPerPage":20,"totalItemsCount":132}"#);
    assert_snapshot!(paginator(&api, "/v1/tags?page=2&itemsPerPage=100").await, @r#"32 of {"currentPage":2,"itemsPerPage":100,"totalItemsCount":132}"#);
    assert_snapshot!(paginator(&api, "/v1/tags?itemsPerPage=1000").await, @r#"100 of {"currentPage":1,"itemsPerPage":100,"totalItemsCount":132}"#);
    // Behind the end.
    assert_snapshot!(paginator(&api, "/v1/tags?page=8").await, @r#"0 of {"currentPage":8,"itemsPerPage":20,"totalItemsCount":132}"#);
    assert_snapshot!(paginator(&api, "/v1/tags?page=18446744073709551615").await, @r#"0 of {"currentPage":18446744073709551615,"itemsPerPage":20,"totalItemsCount":132}"#);
    for odd in ["page=0", "page=-1", "page=x", "itemsPerPage=0", "itemsPerPage="] {
        assert_eq!(ids(&api.get(&format!("/v1/tags?{odd}")).await).len(), 20, "{odd}");
    }
}

#[tokio::test]
async fn the_pages_hold_everything_once() {
    let api = edesk().await;
    let mut found = Vec::new();
    for page in 1..=5 {
        found.extend(ids(&api.get(&format!("/v1/tickets?itemsPerPage=10&page={page}")).await));
    }
    let all = ids(&api.get("/v1/tickets?itemsPerPage=100").await);
    assert_eq!((found.len(), &found), (43, &all));
    assert!(all.is_sorted());
}

#[tokio::test]
async fn parameters_of_other_names_are_ignored() {
    let api = edesk().await;
    let expected = paginator(&api, "/v1/tickets").await;
    for ignored in ["limit=5", "per_page=5", "next_cursor=2", "status=Closed", "filter_subject_equals=x", "items_per_page=3"] {
        assert_eq!(paginator(&api, &format!("/v1/tickets?{ignored}")).await, expected, "{ignored}");
    }
}

#[tokio::test]
async fn tickets_are_filtered_by_each_documented_field() {
    let api = edesk().await;
    let count = async |filter: &str| ids(&api.get(&format!("/v1/tickets?itemsPerPage=100&{filter}")).await).len();
    assert_eq!(count("filter_status_equals=Open").await, 35);
    assert_eq!(count("filter_status_equals=Closed").await, 3);
    assert_eq!(count("filter_contact_id_equals=9001").await, 1);
    assert_eq!(count("filter_type_equals=ShippingQuery").await, 1);
    assert_eq!(count("filter_sales_order_id_equals=11092").await, 1);
    assert_eq!(count("filter_seller_order_id_equals=BW-20917").await, 1);
    assert_eq!(count("filter_seller_order_id_equals=BW").await, 0);
    assert_eq!(count("filter_owner_user_id_equals=42").await, 0);
    assert_eq!(count("filter_status_equals=Open&filter_contact_id_equals=9002&filter_channel_id_equals=43").await, 1);
    assert_eq!(count("filter_status_equals=Open&filter_contact_id_equals=9002&filter_channel_id_equals=42").await, 0);
    assert_eq!(count("filter_status_equals=").await, 43);
}

#[tokio::test]
async fn tickets_are_ordered_as_asked() {
    let api = edesk().await;
    let first = async |query: &str| ids(&api.get(&format!("/v1/tickets?itemsPerPage=1&{query}")).await)[0];
    assert_eq!(first("").await, 70_012);
    assert_eq!(first("order_direction=desc").await, 1_500_040);
    assert_eq!(first("order_by=created_at&order_direction=asc").await, 70_012);
    assert_eq!(first("order_by=id&order_direction=desc").await, 1_500_040);
    api.post("/v1/messages", json!({"ticket_id": 99_421, "type": "Note", "body": "x"})).await;
    assert_eq!(first("order_by=last_updated_at&order_direction=desc").await, 99_421);
}

#[tokio::test]
async fn filters_of_the_wrong_kind_are_refused_together() {
    let api = edesk().await;
    let wrong = api.get("/v1/tickets?filter_status_equals=Resolved&filter_contact_id_equals=x&order_by=urgency").await;
    assert_snapshot!(codes(&wrong), @"filter_contact_id_equals: 4005, filter_status_equals: 4007, order_by: 4007");
}

#[tokio::test]
async fn days_are_whole_and_both_ends_are_included() {
    let api = edesk().await;
    let created = data(&api.get("/v1/tickets/70012").await)["created_at"].as_str().unwrap().to_owned();
    let day = &created[..10];
    let range = format!("filter_created_at_gte={day}&filter_created_at_lte={day}");
    assert!(ids(&api.get(&format!("/v1/tickets?itemsPerPage=100&{range}")).await).contains(&70_012));
    assert_eq!(ids(&api.get("/v1/tickets?filter_created_at_gte=2999-01-01").await), Vec::<u64>::new());
    assert_eq!(ids(&api.get("/v1/tickets?filter_last_updated_at_lte=1999-01-01").await), Vec::<u64>::new());
    // A ticket without messages has no such time.
    let body = json!({"subject": "Silent", "channel_id": 43, "status": "Open"});
    let silent = data(&api.post("/v1/tickets", body).await)["id"].as_u64().unwrap();
    assert!(!ids(&api.get("/v1/tickets?itemsPerPage=100&filter_last_updated_at_gte=2000-01-01").await).contains(&silent));
}

#[tokio::test]
async fn days_are_those_of_the_users_time_zone() {
    let api = edesk().await;
    let body = json!({"subject": "Late", "channel_id": 43, "status": "Open", "created_at": "2026-06-05 23:30:00"});
    let late = data(&api.post("/v1/tickets", body).await)["id"].as_u64().unwrap();
    let path = "/v1/tickets?filter_created_at_gte=2026-06-06&filter_created_at_lte=2026-06-06";
    assert_eq!(ids(&api.get(path).await), Vec::<u64>::new());
    api.control("settings", json!({"user_utc_offset_hours": 2})).await;
    assert_eq!(ids(&api.get(path).await), [late]);
}

#[tokio::test]
async fn an_epoch_in_a_date_filter_makes_the_vendor_fail() {
    let api = edesk().await;
    let failed = api.get("/v1/sales-orders?filter_created_at_gte=1718000000").await;
    assert_snapshot!(failed.line(), @r#"500 {"error":{"httpCode":500,"message":"Internal server error","details":"Failed to parse time string (1718000000 00:00:00) at position 0: Unexpected character"}}"#);
    for path in ["/v1/sales-orders?filter_last_updated_at_lte=2026-06-05T00:00:00Z", "/v1/tickets?filter_created_at_lte=1718000000"] {
        assert_eq!(api.get(path).await.status, 500, "{path}");
    }
}

#[tokio::test]
async fn sales_orders_are_filtered_by_each_documented_field() {
    let api = edesk().await;
    let found = async |filter: &str| ids(&api.get(&format!("/v1/sales-orders?itemsPerPage=100&{filter}")).await);
    assert_eq!(found("filter_seller_order_id_equals=BW-20917").await, [11_092]);
    assert_eq!(found("filter_contact_id_equals=9001").await, [88_310]);
    assert_eq!(found("filter_id_gte=600001&filter_id_lte=600003").await, [600_001, 600_002, 600_003]);
    assert_eq!(found("filter_id_lte=88310&order_by=id&order_direction=desc").await, [88_310, 11_092]);
    assert_eq!(found("filter_channel_id_equals=45").await, Vec::<u64>::new());
    let shipped = api.get("/v1/sales-orders?filter_status_equals=OrderShipped&itemsPerPage=100").await;
    assert!(data(&shipped).as_array().unwrap().iter().all(|order| order["status"] == "OrderShipped"));
    assert_eq!(codes(&api.get("/v1/sales-orders?filter_status_equals=shipped").await), "filter_status_equals: 4007");
}

#[tokio::test]
async fn contacts_are_found_by_any_of_their_texts() {
    let api = edesk().await;
    let found = async |query: &str| ids(&api.get(&format!("/v1/contacts?{query}")).await);
    assert_eq!(found("fsf_query=nguyen").await, [9_002]);
    assert_eq!(found("fsf_query=%2B1212555").await, [9_002]);
    assert_eq!(found("email=walter.nguyen@mail.example").await, [9_002]);
    assert_eq!(found("email=walter").await, Vec::<u64>::new());
    assert_eq!(found("name=Renee").await, [9_003]);
    assert_eq!(found("phone_number=%2B442071838750").await, [9_001]);
    assert_eq!(found("consumer_id=9004").await, [9_004]);
    assert_snapshot!(data(&api.get("/v1/contacts?consumer_id=9001").await)[0], @r#"{"id":9001,"channel_id":42,"client_id":509001,"full_name":"Imogen Clarke","phone_number":"+442071838750","email":"imogen.clarke@mail.example"}"#);
}

#[tokio::test]
async fn channels_users_and_groups_have_the_documented_fields() {
    let api = edesk().await;
    let first = async |list: &str| data(&api.get(&format!("/v1/{list}")).await)[0].clone();
    assert_snapshot!(first("channels").await, @r#"{"id":42,"type":"Amazon","country":"GB","currency":"GBP","name":"Amazon UK"}"#);
    assert_snapshot!(first("tag-groups").await, @r#"{"id":21,"name":"Returns and damage","user_id":11,"entity_type":"Ticket","type":"Ticket","hide":false}"#);
    let users = data(&api.get("/v1/users").await);
    let escalations = users.as_array().unwrap().iter().find(|user| user["id"] == 42).unwrap();
    assert_eq!(escalations["name"], "Escalations");
    // The outlet exists, but not for this user.
    assert!(!ids(&api.get("/v1/channels").await).contains(&49));
    let outlet = api.state().await["channels"].as_array().unwrap().iter().any(|channel: &Value| channel["id"] == 49);
    assert!(outlet);
}
