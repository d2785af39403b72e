//! Topics on conversations. What topics there are is `topics`.

use serde_json::json;

use crate::gladly::call::Call;
use crate::gladly::conversations::{Conversation, known, note_in_timeline};
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, blank, invalid, not_exist};
use crate::gladly::success::no_content;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("POST", ["conversations", id, "topics"]) => add(call, id),
        ("DELETE", ["conversations", id, "topics", topic_id]) => remove(call, id, topic_id),
        _ => return None,
    })
}

/// Those that are there already are ignored. How an unknown one is refused is assumed.
fn add(call: &mut Call<'_>, id: &str) -> Answer {
    let conversation = known(call, id)?.clone();
    let wanted = Fields::of(call.request)?.texts("topicIds")?.filter(|ids| !ids.is_empty()).ok_or_else(|| blank("topicIds"))?;
    if let Some(unknown) = wanted.iter().find(|id| !call.organization.topics.iter().any(|topic| topic.id == **id)) {
        return Err(invalid("topicIds", &format!("conversation topic [{unknown}] does not exist")));
    }
    let mut added: Vec<String> = Vec::new();
    for topic_id in wanted {
        if !conversation.topic_ids.contains(&topic_id) && !added.contains(&topic_id) {
            added.push(topic_id);
        }
    }
    change(call, &conversation, &added, &[]);
    Ok(no_content())
}

fn remove(call: &mut Call<'_>, id: &str, topic_id: &str) -> Answer {
    let conversation = known(call, id)?.clone();
    if !conversation.topic_ids.iter().any(|topic| topic == topic_id) {
        return Err(not_exist());
    }
    change(call, &conversation, &[], &[topic_id.to_owned()]);
    Ok(no_content())
}

fn change(call: &mut Call<'_>, before: &Conversation, added: &[String], removed: &[String]) {
    if added.is_empty() && removed.is_empty() {
        return;
    }
    if let Some(conversation) = call.organization.conversation_mut(&before.id) {
        conversation.topic_ids.retain(|topic_id| !removed.contains(topic_id));
        conversation.topic_ids.extend_from_slice(added);
    }
    note_in_timeline(call, before, json!({"type": "TOPIC_CHANGE", "addedTopicIds": added, "removedTopicIds": removed}));
    let mut happened = |kind, topic_id: &String| {
        call.record(kind, json!({"customerId": before.customer_id, "conversationId": before.id, "topicId": topic_id}));
    };
    added.iter().for_each(|topic_id| happened("CONVERSATION/TOPIC_ADDED", topic_id));
    removed.iter().for_each(|topic_id| happened("CONVERSATION/TOPIC_REMOVED", topic_id));
}
