//! Reports in CSV.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::required::{posted_without, with};
use crate::gladly::support::Gladly;

fn report() -> Value {
    json!({"metricSet": "ContactSummaryReport", "timezone": "America/Los_Angeles", "startAt": "2026-06-01", "endAt": "2026-06-07",
           "aggregationLevel": "daily", "filters": {"channel": "allChannels"}})
}

#[tokio::test]
async fn a_report_is_a_csv_file_with_a_row_for_each_period() {
    let api = Gladly::start_with_limits().await;
    let answer = api.post("/reports", report()).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &"text/csv".parse().unwrap()));
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=ContactSummaryReport-20260601-20260607-Daily.csv");
    assert_eq!(answer.text.lines().count(), 8);
    for (level, rows) in [("halfHourly", 7 * 48), ("weekly", 1), ("monthly", 1), ("quarterly", 1)] {
        let answer = api.post("/reports", with(&report(), "/aggregationLevel", json!(level))).await;
        assert_eq!(answer.text.lines().count(), rows + 1, "{level}");
    }
}

#[tokio::test]
async fn a_report_counts_what_there_is() {
    let api = Gladly::start().await;
    let (first, last) = (api.in_days(-30).await, api.in_days(1).await);
    let all = with(&with(&report(), "/startAt", json!(first[..10])), "/endAt", json!(last[..10]));
    let conversations = api.state("conversations").await.as_array().unwrap().clone();
    assert_eq!(column(&api.post("/reports", all.clone()).await.text, "conversations_created"), conversations.len());
    let of_inbox = conversations.iter().filter(|conversation| conversation["inboxId"] == "inb_support").count();
    let only = with(&all, "/filters", json!({"inboxes": ["inb_support"], "teams": []}));
    assert_eq!(column(&api.post("/reports", with(&only, "/filters/teams", Value::Null)).await.text, "conversations_created"), of_inbox);
    assert_eq!(column(&api.post("/reports", only).await.text, "conversations_created"), 0);
    let voice = with(&all, "/filters/channel", json!("voice"));
    let (calls, contacts) =
        (column(&api.post("/reports", voice).await.text, "contacts"), column(&api.post("/reports", all).await.text, "contacts"));
    assert!(0 < calls && calls < contacts, "{calls} of {contacts}");
}

/// The sum of a column.
fn column(csv: &str, name: &str) -> usize {
    let place = csv.lines().next().unwrap().split(',').position(|column| column == name).unwrap();
    csv.lines().skip(1).map(|row| row.split(',').nth(place).unwrap().parse::<usize>().unwrap()).sum()
}

#[tokio::test]
async fn reports_are_refused_as_documented() {
    let api = Gladly::start().await;
    api.set("reports_per_minute", json!(0)).await;
    assert_snapshot!(posted_without(&api, "/reports", &report(), &["/metricSet", "/startAt", "/endAt"]).await, @r#"
    400 {"errors":[{"attr":"metricSet","code":"blank","detail":"metricSet must be specified"}]}
    400 {"errors":[{"attr":"startAt","code":"blank","detail":"startAt cannot be blank"}]}
    400 {"errors":[{"attr":"endAt","code":"blank","detail":"endAt cannot be blank"}]}
    "#);
    let mut refusals = Vec::new();
    for (field, value) in [
        ("/filters/inboxes", json!(["none"])),
        ("/aggregationLevel", json!("yearly")),
        ("/filters/phoneNumber", json!("+14155550000")),
        ("/filters/channel", json!("fax")),
        ("/filters/teams", json!(["none"])),
        ("/metricSet", json!("WeatherReport")),
        ("/metricSet", json!("IvrEndStatesReportV2")),
        ("/startAt", json!("2026-06-08")),
        ("/startAt", json!("June")),
        ("/endAt", json!("2027-06-02")),
        ("/timezone", json!("here")),
    ] {
        refusals.push(api.post("/reports", with(&report(), field, value)).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"filters.inboxes","code":"present","detail":"the requested inbox does not exist"}]}
    400 {"errors":[{"attr":"aggregationLevel","code":"invalid","detail":"the specified value is not a valid aggregation level"}]}
    400 {"errors":[{"attr":"filters.phoneNumber","code":"invalid","detail":"the phoneNumber filter cannot be applied to the ContactSummaryReport metricSet"}]}
    400 {"errors":[{"attr":"filters.channel","code":"invalid","detail":"the specified value is not a valid channel"}]}
    400 {"errors":[{"attr":"filters.teams","code":"present","detail":"the requested team does not exist"}]}
    400 {"errors":[{"attr":"metricSet","code":"invalid","detail":"the specified value is not a valid metric set"}]}
    400 {"errors":[{"attr":"filters.phoneNumber","code":"blank","detail":"filters.phoneNumber cannot be blank"}]}
    400 {"errors":[{"attr":"startAt","code":"invalid","detail":"endAt must occur after startAt"}]}
    400 {"errors":[{"attr":"startAt","code":"invalid","detail":"startAt must be written as YYYY-MM-DD"}]}
    400 {"errors":[{"attr":"endAt","code":"invalid","detail":"a report cannot cover more than 366 days"}]}
    400 {"errors":[{"attr":"timezone","code":"invalid","detail":"Timezone is invalid"}]}
    "#);
    let ivr = with(&with(&report(), "/metricSet", json!("IvrEndStatesReportV2")), "/filters/phoneNumber", json!("+14155550000"));
    assert_eq!(api.post("/reports", ivr).await.status, 200);
}

#[tokio::test]
async fn work_sessions_are_listed_with_the_documented_columns() {
    let api = Gladly::start().await;
    let (start, end) = (api.in_days(-30).await, api.in_days(1).await);
    let body = json!({"startAtTime": start, "endAtTime": end.replace('Z', "+00:00")});
    let answer = api.post("/reports/work-session-events", body.clone()).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &"text/csv".parse().unwrap()));
    let mut rows = answer.text.lines();
    assert_snapshot!(rows.next().unwrap(), @"id,contact_session_id,contact_session_created_at,customer_id,conversation_id,inbox_id,channel,direction,agent_accepted_at,contact_session_routed_at,agent_id,sla_fulfilled_at,contact_session_ended_at,status,within_sla,work_session_handle_time_sec,work_session_after_contact_time_sec,work_session_unknown_time_sec,accepted_inbox_id");
    let row: Vec<&str> = rows.find(|row| row.starts_with("ws_con_77,")).unwrap().split(',').collect();
    assert_eq!(row.len(), 19);
    assert_eq!((row[3], row[5], row[6], row[10]), ("cus_456", "inb_support", "voice", "agt_ben"));
    let fields = ["/startAtTime", "/endAtTime"];
    assert_snapshot!(posted_without(&api, "/reports/work-session-events", &body, &fields).await, @r#"
    400 {"errors":[{"attr":"startAtTime","code":"blank","detail":"startAtTime cannot be blank"}]}
    400 {"errors":[{"attr":"endAtTime","code":"blank","detail":"endAtTime cannot be blank"}]}
    "#);
    assert_snapshot!(api.post("/reports/work-session-events", json!({"startAtTime": end, "endAtTime": start})).await.line(), @r#"400 {"errors":[{"attr":"startAtTime","code":"invalid","detail":"endAtTime must occur after startAtTime"}]}"#);
}

#[tokio::test]
async fn the_eleventh_report_of_a_minute_is_too_many() {
    let api = Gladly::start().await;
    let sessions = json!({"startAtTime": api.in_days(-1).await, "endAtTime": api.in_days(0).await});
    for _ in 0..9 {
        assert_eq!(api.post("/reports", report()).await.status, 200);
    }
    assert_eq!(api.post("/reports/work-session-events", sessions).await.status, 200);
    assert_snapshot!(api.post("/reports", report()).await.line(), @r#"429 {"message":"API rate limit exceeded"}"#);
    assert_eq!(api.post("/answers", json!({"name": "Other requests go on"})).await.status, 200);
    api.control("clock", json!({"advance_seconds": 60})).await;
    assert_eq!(api.post("/reports", report()).await.status, 200);
}
