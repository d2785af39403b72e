//! Export schedules, jobs and files.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, ids};

#[tokio::test]
async fn a_completed_job_has_four_files_in_json_lines() {
    let api = Gladly::start_with_limits().await;
    let schedules = api.get("/export/schedules").await.json();
    assert_eq!((&schedules[0]["frequency"], &schedules[0]["type"]), (&json!("DAILY"), &json!("CONVERSATIONS")));
    let jobs = api.get("/export/jobs?status=COMPLETED").await.json();
    assert_eq!(ids(&jobs), ["job_last_week", "job_done"]);
    assert_eq!(jobs[1]["files"], json!(["agents.jsonl", "conversation_items.jsonl", "customers.jsonl", "topics.jsonl"]));
    assert_eq!(api.get("/export/jobs/job_done").await.json(), jobs[1]);
    for (name, collection) in [("agents", "agents"), ("conversation_items", "items"), ("customers", "customers"), ("topics", "topics")] {
        let file = api.get(&format!("/export/jobs/job_done/files/{name}.jsonl")).await;
        assert_eq!((file.status, &file.headers["content-type"]), (200, &"application/x-ndjson".parse().unwrap()));
        let lines: Vec<Value> = file.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(Value::from(lines), api.state(collection).await, "{name}");
    }
}

#[tokio::test]
async fn jobs_are_found_by_status_and_time() {
    let api = Gladly::start().await;
    assert_eq!(ids(&api.get("/export/jobs").await.json()), ["job_last_week", "job_failed", "job_done", "job_running", "job_waiting"]);
    assert_eq!(ids(&api.get("/export/jobs?status=FAILED").await.json()), ["job_failed"]);
    let (start, end) = (api.in_days(-4).await, api.in_days(-2).await);
    assert_eq!(ids(&api.get(&format!("/export/jobs?startAt={start}&endAt={end}")).await.json()), ["job_failed"]);
    let too_early = api.in_days(-15).await;
    let mut refusals = Vec::new();
    for query in ["status=DONE", "startAt=yesterday", &format!("startAt={too_early}"), &format!("startAt={end}&endAt={start}")] {
        refusals.push(api.get(&format!("/export/jobs?{query}")).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"status","code":"invalid","detail":"status must be one of PENDING, IN_PROGRESS, COMPLETED, FAILED"}]}
    400 {"errors":[{"attr":"startAt","code":"invalid","detail":"startAt must be an RFC 3339 date and time"}]}
    400 {"errors":[{"attr":"startAt","code":"invalid","detail":"startAt must be within the last 14 days"}]}
    400 {"errors":[{"attr":"startAt","code":"invalid","detail":"endAt must occur after startAt"}]}
    "#);
}

#[tokio::test]
async fn only_a_finished_job_is_deleted() {
    let api = Gladly::start().await;
    assert_snapshot!(api.delete("/export/jobs/job_running").await.line(), @r#"400 [{"attr":"status","code":"temporary_failure","detail":"unable to delete job with status [IN_PROGRESS]. Please try again after it has finished"}]"#);
    assert_snapshot!(api.delete("/export/jobs/job_waiting").await.line(), @r#"400 [{"attr":"status","code":"temporary_failure","detail":"unable to delete job with status [PENDING]. Please try again after it has finished"}]"#);
    assert_snapshot!(api.delete("/export/jobs/job_done").await.line(), @"204 ");
    assert_snapshot!(api.get("/export/jobs/job_done").await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    assert_eq!(api.get("/export/jobs/job_done/files/agents.jsonl").await.status, 404);
    assert_eq!(api.get("/export/jobs/job_last_week/files/secrets.jsonl").await.status, 404);
    assert_eq!(api.get("/export/jobs/job_failed/files/agents.jsonl").await.status, 404);
}

#[tokio::test]
async fn the_schedule_starts_jobs_which_end_and_are_forgotten() {
    let api = Gladly::start().await;
    api.control("clock", json!({"advance_seconds": 3_700})).await;
    assert_eq!(api.get("/export/jobs/job_running").await.json()["status"], "COMPLETED");
    let events = api.state("events").await;
    let ended = events.as_array().unwrap().iter().filter(|event| event["type"] == "EXPORT_JOB/COMPLETED");
    assert_eq!(ended.map(|event| event["content"]["jobId"].as_str().unwrap()).collect::<Vec<_>>(), ["job_running", "job_waiting"]);

    let next = api.get("/export/schedules").await.json()[0]["nextStartAt"].clone();
    api.control("clock", json!({"advance_seconds": 18 * 3_600})).await;
    let jobs = api.get("/export/jobs").await.json();
    let new = jobs.as_array().unwrap().last().unwrap();
    assert_eq!((&new["parameters"]["endAt"], &new["status"], &new["scheduleId"]), (&next, &json!("COMPLETED"), &json!("sched_daily")));

    api.control("clock", json!({"advance_seconds": 12 * 86_400})).await;
    assert_eq!(api.get("/export/jobs/job_done").await.status, 200);
    api.control("clock", json!({"advance_seconds": 86_400})).await;
    assert_eq!(api.get("/export/jobs/job_done").await.status, 404);
}

#[tokio::test]
async fn a_jump_over_years_leaves_the_jobs_of_the_last_fortnight() {
    let api = Gladly::start().await;
    api.control("clock", json!({"advance_seconds": 40 * 365 * 86_400_i64})).await;
    let jobs = api.get("/export/jobs").await.json();
    assert!((13..=15).contains(&jobs.as_array().unwrap().len()), "{jobs}");
    // To the end of time.
    for _ in 0..80 {
        api.control("clock", json!({"advance_seconds": 3_162_240_000_u32})).await;
    }
    assert_eq!(api.get("/export/schedules").await.status, 200);
}
