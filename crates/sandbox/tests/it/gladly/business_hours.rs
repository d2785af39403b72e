//! Business hours and their versions.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::required::{posted_without, with, without};
use crate::gladly::support::{Gladly, by_id};

fn hours() -> Value {
    json!({
        "name": "Holidays",
        "officeHours": {
            "timezone": "Europe/Paris",
            "monday": [{"start": "09:00", "stop": "12:00"}, {"start": "13:00", "stop": "24:00"}],
            "exceptions": [{"name": "Eve", "start": "2026-12-24T00:00:00Z", "stop": "2026-12-25T00:00:00Z",
                            "scheduleBlocks": [{"start": "09:00", "stop": "11:00"}]}],
        },
    })
}

#[tokio::test]
async fn hours_are_created_with_a_body_and_changed_by_their_version() {
    let api = Gladly::start().await;
    let created = api.post("/business-hours", hours()).await;
    assert_eq!(created.status, 201);
    let created = created.json();
    assert_eq!((&created["version"], &created["primary"]), (&json!(1), &json!(false)));
    assert_eq!(created["officeHours"], hours()["officeHours"]);
    let path = format!("/business-hours/{}", created["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.json(), created);

    let changed = api.put(&path, with(&with(&hours(), "/version", json!(1)), "/name", json!("Winter"))).await;
    assert_eq!((changed.status, &changed.json()["version"], &changed.json()["name"]), (200, &json!(2), &json!("Winter")));
    assert_snapshot!(api.put(&path, with(&hours(), "/version", json!(1))).await.line(), @r#"409 {"errors":[{"code":"version_outdated","detail":"the version provided is outdated"}]}"#);
    assert_snapshot!(api.delete(&path).await.line(), @"204 ");
    assert_snapshot!(api.get(&path).await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
}

#[tokio::test]
async fn exactly_one_set_of_hours_is_primary() {
    let api = Gladly::start().await;
    assert_snapshot!(api.delete("/business-hours/bh_support").await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"cannot delete primary business hours"}]}"#);
    let new = api.post("/business-hours", with(&hours(), "/primary", json!(true))).await.json();
    let listed = api.get("/business-hours").await.json();
    let primary: Vec<&Value> = listed.as_array().unwrap().iter().filter(|hours| hours["primary"] == true).collect();
    assert_eq!(primary, [&new]);
    assert_eq!(by_id(&listed, "bh_support")["primary"], false);
    assert_eq!(api.delete("/business-hours/bh_support").await.status, 204);
}

#[tokio::test]
async fn hours_without_a_required_field_are_refused() {
    let api = Gladly::start().await;
    let fields = ["/name", "/officeHours", "/officeHours/timezone"];
    assert_snapshot!(posted_without(&api, "/business-hours", &hours(), &fields).await, @r#"
    400 {"errors":[{"attr":"name","code":"invalid","detail":"name cannot be blank"}]}
    400 {"errors":[{"attr":"officeHours","code":"blank","detail":"officeHours cannot be blank"}]}
    400 {"errors":[{"attr":"officeHours.timezone","code":"blank","detail":"Timezone is required"}]}
    "#);
    let change = with(&hours(), "/version", json!(1));
    let mut refusals = Vec::new();
    for field in ["/version", "/name", "/officeHours"] {
        refusals.push(api.put("/business-hours/bh_phone", without(&change, field)).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"version","code":"blank","detail":"version cannot be blank"}]}
    400 {"errors":[{"attr":"name","code":"invalid","detail":"name cannot be blank"}]}
    400 {"errors":[{"attr":"officeHours","code":"blank","detail":"officeHours cannot be blank"}]}
    "#);
}

#[tokio::test]
async fn hours_that_make_no_sense_are_refused() {
    let api = Gladly::start().await;
    let mut refusals = Vec::new();
    for (field, value) in [
        ("/officeHours/timezone", json!("Mars/Olympus")),
        ("/officeHours/monday", json!([{"start": "9:00", "stop": "12:00"}])),
        ("/officeHours/monday", json!([{"start": "12:00", "stop": "09:00"}])),
        ("/officeHours/exceptions", json!([{"name": "Eve", "start": "2026-12-24T00:00:00Z"}])),
        ("/name", json!("x".repeat(201))),
    ] {
        refusals.push(api.post("/business-hours", with(&hours(), field, value)).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"officeHours.timezone","code":"invalid","detail":"Timezone is invalid"}]}
    400 {"errors":[{"attr":"officeHours.monday.start","code":"invalid","detail":"officeHours.monday.start must be written as HH:MM"}]}
    400 {"errors":[{"attr":"officeHours.monday.stop","code":"invalid","detail":"stop must occur after start"}]}
    400 {"errors":[{"attr":"officeHours.exceptions.stop","code":"blank","detail":"officeHours.exceptions.stop cannot be blank"}]}
    400 {"errors":[{"attr":"name","code":"too_long","detail":"name cannot be longer than 200 characters"}]}
    "#);
}
