//! Transcripts, recordings, attachments.

use serde_json::json;

use crate::gladly::support::Gladly;
use crate::support::send;

#[tokio::test]
async fn a_transcript_is_one_object_of_a_call_or_voicemail() {
    let api = Gladly::start().await;
    for (id, customer, speakers) in [("it_900", "cus_456", 2), ("item_772", "cus_892834", 2), ("it_401", "rVamfZHvQuORFnsk-3mNuw", 1)] {
        let transcript = api.get(&format!("/conversation-items/{id}/voice-transcript")).await.json();
        assert_eq!((&transcript["customerId"], &transcript["numberOfSpeakers"]), (&json!(customer), &json!(speakers)), "{id}");
        let paragraphs = transcript["paragraphs"].as_array().unwrap();
        assert!(paragraphs.iter().all(|paragraph| paragraph["startTime"].as_f64() < paragraph["endTime"].as_f64()));
    }
    // A message, a call that goes on, nothing.
    for id in ["it_1", "item_780", "none"] {
        assert_eq!(
            api.get(&format!("/conversation-items/{id}/voice-transcript")).await.line(),
            r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#
        );
    }
}

#[tokio::test]
async fn a_recording_is_mpeg_audio() {
    let api = Gladly::start().await;
    let path = "/api/v1/conversation-items/it_900/media/recording";
    let response = api.request("GET", path).basic_auth(&api.username, Some(&api.password)).send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"audio/mpeg".parse().unwrap()));
    let bytes = response.bytes().await.unwrap();
    // Every frame starts with eleven bits set.
    assert!(bytes.len().is_multiple_of(417) && bytes.chunks(417).all(|frame| frame[0] == 0xff && frame[1] >= 0xe0));
    for id in ["it_1", "item_780", "none"] {
        assert_eq!(api.get(&format!("/conversation-items/{id}/media/recording")).await.status, 404, "{id}");
    }
    assert_eq!(send(api.request("GET", path)).await.status, 401);
}

#[tokio::test]
async fn an_attachment_is_elsewhere() {
    let api = Gladly::start().await;
    let answer = api.get("/conversation-items/it_301/attachments/att_1").await;
    assert_eq!((answer.status, answer.text.as_str()), (303, ""));
    assert!(answer.headers["location"].to_str().unwrap().starts_with("https://files.gladly.example/att_1/jacket.jpg?"));
    for path in ["/conversation-items/it_1/attachments/att_1", "/conversation-items/it_301/attachments/att_2"] {
        assert_eq!(api.get(path).await.line(), r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    }
}
