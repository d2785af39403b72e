//! The vendor's workflows, request by request, and the mistakes its documentation warns of.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Api, address_collection, egift, physical, send};

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|item| item["name"] == name).unwrap()
}

fn is_hex(value: &Value, length: usize) -> bool {
    let text = value.as_str().unwrap();
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[tokio::test]
async fn an_account_executive_sends_a_hamper_without_knowing_the_address() {
    let api = Api::start_with_limits().await;

    let campaigns = api.get("/api/v3/touches?page=1&per_page=100&delivery_type=mail").await.json();
    assert_eq!(campaigns["current_page"], 1);
    assert_eq!(campaigns["per_page"], 100);
    assert_eq!(campaigns["total_posts"], campaigns["touches"].as_array().unwrap().len());
    let hamper = named(&campaigns["touches"], "Executive Celebration Hamper");
    assert_eq!((&hamper["id"], &hamper["delivery_type"], &hamper["status"]), (&json!(4711), &json!("mail"), &json!("Active")));

    let result = api.post("/api/v3/send", address_collection()).await;
    assert_eq!(result.status, 200);
    let result = result.json();
    let code = result["tracking_code"].clone();
    assert!(is_hex(&code, 40), "{code}");
    assert_eq!(result, json!({"success": true, "message": "Gift send Successfully", "tracking_code": code}));

    let sends = api.get("/api/v3/send?page=1&per_page=25").await.json();
    assert_eq!((&sends["current_page"], &sends["per_page"], &sends["total_count"]), (&json!(1), &json!(25), &json!(61)));
    let newest = &sends["sends"][0];
    assert_eq!(newest["id"], 9001);
    assert!(newest["send_gid"].as_str().unwrap().starts_with("Z2lk"));
    assert_eq!(newest["status"], "Confirming Address");
    assert_eq!(newest["touch"], json!({"id": 4711, "name": "Executive Celebration Hamper"}));
    assert_eq!(newest["recipient"]["name"], "Michael Scott");
    assert_eq!(newest["recipient"]["email"], "michael.scott@acmecorp.com");
    assert_eq!(newest["tracking_url"], format!("https://app.sendoso.com/track/{}", code.as_str().unwrap()));
}

#[tokio::test]
async fn an_administrator_provisions_a_new_hire_and_sends_a_link() {
    let api = Api::start_with_limits().await;

    let groups = api.get("/api/v3/groups?page=1&per_page=100").await.json();
    assert_eq!(named(&groups["groups"], "SDR Team")["id"], 1234);

    let invitation = api
        .post(
            "/api/v3/users",
            json!({"user": {"first_name": "Emily", "last_name": "Blunt", "email": "emily.blunt@company.com",
                            "role": "regular", "team_group_id": 1234}}),
        )
        .await;
    assert_eq!(invitation.status, 201);
    let invitation = invitation.json();
    let expires_at = invitation["expires_at"].as_str().unwrap();
    assert_eq!(
        invitation,
        json!({"success": true, "message": "Invitation sent successfully", "receiver_email": "emily.blunt@company.com",
               "team_group_id": 1234, "user_role": "regular", "invitation_status": "pending", "expires_at": expires_at})
    );
    assert_eq!((expires_at.len(), &expires_at[23..]), ("2026-06-23T12:18:55.000-08:00".len(), "-08:00"));

    let campaigns = api.get("/api/v3/touches?page=1&per_page=100").await.json();
    let box_ = named(&campaigns["touches"], "New Hire Swag Box");
    assert_eq!((&box_["id"], &box_["delivery_type"]), (&json!(5150), &json!("email")));

    let links = api
        .post(
            "/api/v3/send/generate_egift_links",
            json!({"send": {"touch_id": 5150, "via": "generate_egift_links", "via_from": "IT Onboarding",
                            "recipient_users": [{"email": "emily.blunt@company.com"}]}}),
        )
        .await;
    assert_eq!(links.status, 200);
    let links = links.json();
    let link = links["egift_links"][0]["egift_link"].as_str().unwrap();
    assert_eq!(link.strip_prefix("https://sendo.so/g/").unwrap().len(), 13);
    assert_eq!(
        links,
        json!({"success": true, "message": "Success! Here are your 1 eGift Card links:",
               "egift_links": [{"egift_link": link, "recipient_email_or_phone_number": "emily.blunt@company.com"}],
               "expiration_days": 30})
    );
}

#[tokio::test]
async fn a_coffee_is_found_among_the_egifts_and_sent() {
    let api = Api::start_with_limits().await;
    let campaigns = api.get("/api/v3/touches?delivery_type=email").await.json();
    let coffee = named(&campaigns["touches"], "Prospect Coffee");
    assert_eq!((&coffee["id"], &coffee["starting_egift_price"], &coffee["is_default_price"]), (&json!(77), &json!(50.0), &json!(false)));

    let result = api.post("/api/v3/send", egift()).await.json();
    let code = result["tracking_code"].as_str().unwrap();
    assert!(is_hex(&result["tracking_code"], 40));
    assert_eq!(
        result,
        json!({"success": true, "message": "EGifts send Successfully", "tracking_code": code,
               "tracking_url": format!("https://app.sendoso.com/track/{code}")})
    );
}

#[tokio::test]
async fn a_budget_audit_finds_what_a_group_has_left() {
    let api = Api::start_with_limits().await;
    let groups = api.get("/api/v3/groups").await.json();
    let group = named(&groups["groups"], "Enterprise Sales");
    assert_eq!((&group["id"], &group["budget"], &group["monthly_budget"]), (&json!(1235), &json!(48_250), &json!("50000")));
}

#[tokio::test]
async fn the_wine_box_of_this_week_to_sarah_is_found_by_walking_the_pages() {
    let api = Api::start_with_limits().await;
    let sends = api.get("/api/v3/send?page=1&per_page=100").await.json();
    let found: Vec<&Value> = sends["sends"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|send| send["touch"]["name"] == "Q4 Executive Wine Box" && send["recipient"]["name"] == "Sarah Connor")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["status"], "Shipped");
    assert!(is_hex(&found[0]["tracking_code"], 40));
}

#[tokio::test]
async fn a_gift_goes_to_a_known_address() {
    let api = Api::start_with_limits().await;
    let result = api.post("/api/v3/send", physical()).await;
    assert_eq!(result.status, 200);
    assert_eq!(result.json()["message"], "Gift send Successfully");
    assert_eq!(api.newest_send().await["status"], "Initiated");
}

#[tokio::test]
async fn an_egift_without_a_recipient_is_refused() {
    let api = Api::start_with_limits().await;
    let body = json!({"send": {"touch_id": 77, "via": "single_email_address", "via_from": "x"}});
    assert_snapshot!(api.post("/api/v3/send", body).await.line(), @r#"400 {"success":false,"message":"email can't be blank"}"#);
}

#[tokio::test]
async fn an_unknown_touch_is_not_found() {
    let api = Api::start_with_limits().await;
    let body = json!({"send": {"touch_id": 1, "email": "a@b.c", "via": "single_email_address", "via_from": "x"}});
    assert_snapshot!(api.post("/api/v3/send", body).await.line(), @r#"404 {"success":false,"message":"Touch not found"}"#);
    assert_snapshot!(api.get("/api/v3/touches/1").await.line(), @r#"404 {"success":false,"message":"Touch not found"}"#);
    let body = json!({"send": {"touch_id": 1, "via": "generate_egift_links", "via_from": "x", "recipient_users": [{"email": "a@b.c"}]}});
    let answer = api.post("/api/v3/send/generate_egift_links", body).await;
    assert_snapshot!(answer.line(), @r#"404 {"success":false,"message":"Touch not found"}"#);
}

#[tokio::test]
async fn an_invitation_needs_a_known_role_and_group() {
    let api = Api::start_with_limits().await;
    let user = json!({"first_name": "A", "last_name": "B", "email": "a@b.c", "role": "regular", "team_group_id": 1234});
    let with = |field: &str, value: Value| {
        let mut user = user.clone();
        user[field] = value;
        api.post("/api/v3/users", json!({"user": user}))
    };
    assert_snapshot!(with("role", json!("admin")).await.line(), @r#"400 {"success":false,"message":"Role can be one of these: manager,regular"}"#);
    assert_snapshot!(with("team_group_id", json!(999_999)).await.line(), @r#"400 {"success":false,"message":"Please enter a valid team group"}"#);
    assert_snapshot!(with("last_name", json!("")).await.line(), @r#"400 {"success":false,"message":"last_name can't be blank"}"#);
    assert_eq!(with("team_group_id", json!("1234")).await.status, 201);
}

#[tokio::test]
async fn members_of_an_unknown_group_get_an_error_of_another_shape() {
    let api = Api::start_with_limits().await;
    for id in ["999999", "x", "1238"] {
        let answer = api.get(&format!("/api/v3/groups/{id}/members")).await;
        assert_eq!(answer.line(), r#"404 {"message":"Group not found!"}"#);
    }
}

#[tokio::test]
async fn a_stale_token_is_refused_until_it_is_refreshed() {
    let api = Api::start_with_limits().await;
    let tokens = Value::Object(api.sandbox.issue_credentials());
    api.advance(7_200).await;
    let stale = send(api.request("GET", "/api/v3/me").bearer_auth(tokens["access_token"].as_str().unwrap())).await;
    assert_snapshot!(stale.line(), @r#"401 {"success":false,"message":"The access token is invalid"}"#);

    let app = api.sandbox.vendor().oauth_apps()[0];
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("client_id", app.client_id),
        ("client_secret", app.client_secret),
    ];
    let fresh = send(api.request("POST", "/oauth/token").form(&form)).await.json();
    let access_token = fresh["access_token"].as_str().unwrap();
    let me = send(api.request("GET", "/api/v3/me").bearer_auth(access_token)).await;
    assert_eq!(me.status, 200);
}
