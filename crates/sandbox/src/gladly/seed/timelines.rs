//! The seeded conversations with their items, oldest first.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::gladly::conversations::{AttributeValue, Conversation, Status};
use crate::gladly::event_log::Actor;
use crate::gladly::items::Item;
use crate::gladly::media::{Attachment, Transcript};
use crate::gladly::seed::transcripts::{address_change, complaint, transcript, voicemail};
use crate::gladly::seed::{COMPANY_NUMBER, DAY, HOUR, MINUTE, ago};

const MISSING_ITEM: &str = "Z_Oto7j-Sy2DlQdnZBDdDw";

pub(in crate::gladly) struct Timelines {
    pub(in crate::gladly) conversations: Vec<Conversation>,
    pub(in crate::gladly) items: Vec<Item>,
    pub(in crate::gladly) transcripts: Vec<Transcript>,
    pub(in crate::gladly) attachments: Vec<Attachment>,
}

pub(in crate::gladly) fn timelines(now: Timestamp) -> Timelines {
    let mut seed = Timelines { conversations: Vec::new(), items: Vec::new(), transcripts: Vec::new(), attachments: Vec::new() };
    seed.missing_item(now);
    seed.audited_call(now);
    seed.refund(now);
    seed.others(now);
    seed
}

impl Timelines {
    /// Dana Poe misses the same item for the second time.
    fn missing_item(&mut self, now: Timestamp) {
        let (customer, phone) = (Actor::customer("cus_123"), "+15555550198");
        let at = |minutes: i64| ago(now, 21 * DAY - minutes * MINUTE);
        self.conversation("con_1", "cus_123", at(0)).is_closed(at(90)).has_topics(&[MISSING_ITEM]);
        self.item("it_11", customer.clone(), at(0), sms_in(phone, "Hi, my box came without item X."));
        self.item("it_12", Actor::agent("agt_ana"), at(12), sms_out(phone, "So sorry! Item X is on its way to you."));
        self.item("it_13", customer.clone(), at(15), sms_in(phone, "Thank you"));
        self.item("it_14", Actor::agent("agt_ana"), at(60), sms_out(phone, "It ships today. Anything else?"));
        self.item("it_15", Actor::agent("agt_ana"), at(90), json!({"type": "CONVERSATION_STATUS_CHANGE", "status": "CLOSED"}));

        self.conversation("con_2", "cus_123", ago(now, 20 * MINUTE));
        self.item("it_1", customer.clone(), ago(now, 20 * MINUTE), sms_in(phone, "My box was missing item X again"));
        self.item("it_2", customer, ago(now, 18 * MINUTE), chat("ses_7", "Hi, I just texted you about it, order 7710."));
        self.outside("act_1", "cus_123", ago(now, 22 * DAY), "Order 7710 delivered");
    }

    /// Marcus Hale changes his address by phone and is not asked for his PIN.
    fn audited_call(&mut self, now: Timestamp) {
        let at = ago(now, 2 * DAY);
        self.conversation("con_77", "cus_456", at).is_closed(ago(now, 2 * DAY - HOUR)).is_with("inb_support", "agt_ben");
        self.item("it_900", Actor::customer("cus_456"), at, call("it_900", "+15555550456", at));
        let note = "Customer asked for a new delivery address, changed it.";
        self.item("it_902", Actor::agent("agt_ben"), ago(now, 2 * DAY - 9 * MINUTE), json!({"type": "CONVERSATION_NOTE", "body": note}));
        self.transcripts.push(transcript("it_900", "cus_456", address_change(), at));
    }

    /// Elena Rossi waits for a refund: an angry call, then a chat.
    fn refund(&mut self, now: Timestamp) {
        let customer = Actor::customer("cus_892834");
        let called = ago(now, 9 * DAY);
        self.conversation("con_9911", "cus_892834", called).is_closed(ago(now, 8 * DAY)).has_topics(&["top_refund"]);
        self.item("item_772", customer.clone(), called, call("item_772", "+15555550834", called));
        self.transcripts.push(transcript("item_772", "cus_892834", complaint(), called));

        let at = |minutes: i64| ago(now, 3 * HOUR - minutes * MINUTE);
        let order = AttributeValue { id: "cat_order".to_owned(), value: "8812".to_owned() };
        let conversation = self.conversation("con_9912", "cus_892834", at(0));
        conversation.is_with("inb_support", "agt_ben").has_topics(&["top_refund"]).custom_attributes = vec![order];
        self.item("item_773", customer.clone(), at(0), chat("ses_1", "Where is my refund for order 8812?"));
        self.item("item_774", Actor::agent("agt_ben"), at(2), chat("ses_1", "Hello Elena, I am looking into it."));
        let note = "Refund was requested twice, billing has not answered.";
        self.item("item_775", Actor::agent("agt_ben"), at(6), json!({"type": "CONVERSATION_NOTE", "body": note}));
        self.item("item_776", customer.clone(), at(8), chat("ses_1", "I was promised it by last Friday."));
        self.item("item_777", Actor::agent("agt_ben"), at(11), chat("ses_1", "You are right, I will have billing review it today."));
        let topics = json!({"type": "TOPIC_CHANGE", "addedTopicIds": ["top_refund"], "removedTopicIds": []});
        self.item("item_778", Actor::agent("agt_ben"), at(12), topics);
        // A kind that the API does not show.
        self.item("item_779", Actor::agent("agt_ben"), at(13), json!({"type": "PAYMENT_REQUEST", "amount": "0.00"}));
        // The call agent Ben is on.
        let ringing = json!({"type": "PHONE_CALL", "from": "+15555550834", "to": COMPANY_NUMBER,
                             "startedAt": ago(now, 2 * MINUTE), "answeredAt": ago(now, 2 * MINUTE - 8)});
        self.item("item_780", customer, ago(now, 2 * MINUTE), ringing);
    }

    fn others(&mut self, now: Timestamp) {
        let at = ago(now, 26 * HOUR);
        self.conversation("con_301", "cus_2671", at).is_with("inb_support", "agt_ana").status = Status::Waiting;
        let email = json!({"type": "EMAIL", "from": "priya.raman@example.com", "to": ["help@acme.example"], "cc": [], "bcc": [],
                           "subject": "Jacket is too small", "content": "<p>Could I exchange it for an L? Photo attached.</p>"});
        self.item("it_301", Actor::customer("cus_2671"), at, email);
        self.attachments.push(Attachment { id: "att_1", item_id: "it_301".to_owned(), file_name: "jacket.jpg" });

        let at = ago(now, 30 * HOUR);
        self.conversation("con_401", "rVamfZHvQuORFnsk-3mNuw", at);
        let voicemail_content = json!({"type": "VOICEMAIL", "startedAt": at, "recordingStatus": "AVAILABLE", "recordingUrl": url_of("it_401"),
                                       "recordingDuration": 7, "recordingSummary": {"status": "PENDING"}});
        self.item("it_401", Actor::customer("rVamfZHvQuORFnsk-3mNuw"), at, voicemail_content);
        self.transcripts.push(transcript("it_401", "rVamfZHvQuORFnsk-3mNuw", voicemail(), at));
        // The same question everywhere else.
        let text = "Is anybody reading this?";
        for (minutes, id, content) in [
            (1, "it_402", json!({"type": "FACEBOOK_MESSAGE", "pageId": "acme", "userId": "jordan.lee", "content": text})),
            (2, "it_403", json!({"type": "INSTAGRAM_DIRECT", "content": text})),
            (3, "it_404", json!({"type": "TWITTER", "content": text})),
            (4, "it_405", json!({"type": "WHATSAPP", "content": text})),
        ] {
            self.item(id, Actor::customer("rVamfZHvQuORFnsk-3mNuw"), ago(now, 30 * HOUR - minutes * MINUTE), content);
        }
    }

    /// Opens one; the items that follow are in it.
    fn conversation(&mut self, id: &str, customer_id: &str, created_at: Timestamp) -> &mut Conversation {
        self.conversations.push_mut(Conversation {
            id: id.to_owned(),
            customer_id: customer_id.to_owned(),
            agent_id: None,
            inbox_id: "inb_support".to_owned(),
            custom_attributes: Vec::new(),
            topic_ids: Vec::new(),
            created_at,
            closed_at: None,
            status: Status::Open,
        })
    }

    fn item(&mut self, id: &str, initiator: Actor, timestamp: Timestamp, content: Value) {
        let conversation = self.conversations.last();
        self.items.push(Item {
            id: id.to_owned(),
            customer_id: conversation.map(|conversation| conversation.customer_id.clone()).unwrap_or_default(),
            conversation_id: conversation.map(|conversation| conversation.id.clone()),
            timestamp,
            initiator,
            responder: None,
            content,
        });
    }

    /// An activity that another system told of.
    fn outside(&mut self, id: &str, customer_id: &str, timestamp: Timestamp, title: &str) {
        let content = json!({"type": "CUSTOMER_ACTIVITY", "title": title, "activityType": "ISSUE", "sourceName": "Acme Shop",
                             "expandByDefault": false, "occurredAt": timestamp, "receivedAt": timestamp});
        self.items.push(Item {
            id: id.to_owned(),
            customer_id: customer_id.to_owned(),
            conversation_id: None,
            timestamp,
            initiator: Actor::api("agt_api"),
            responder: None,
            content,
        });
    }
}

impl Conversation {
    fn is_closed(&mut self, at: Timestamp) -> &mut Conversation {
        self.status = Status::Closed;
        self.closed_at = Some(at);
        self
    }

    fn is_with(&mut self, inbox_id: &str, agent_id: &str) -> &mut Conversation {
        self.inbox_id = inbox_id.to_owned();
        self.agent_id = Some(agent_id.to_owned());
        self
    }

    fn has_topics(&mut self, ids: &[&str]) -> &mut Conversation {
        self.topic_ids = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }
}

fn sms_in(phone: &str, text: &str) -> Value {
    json!({"type": "SMS", "from": phone, "to": COMPANY_NUMBER, "content": text})
}

fn sms_out(phone: &str, text: &str) -> Value {
    json!({"type": "SMS", "from": COMPANY_NUMBER, "to": phone, "content": text})
}

fn chat(session: &str, text: &str) -> Value {
    json!({"type": "CHAT_MESSAGE", "messageType": "TEXT", "sessionId": session, "content": text})
}

/// A finished call with its recording.
fn call(item_id: &str, from: &str, at: Timestamp) -> Value {
    let after = |seconds: i64| ago(at, -seconds);
    json!({"type": "PHONE_CALL", "from": from, "to": COMPANY_NUMBER, "startedAt": at, "answeredAt": after(6), "completedAt": after(32),
           "recordingStatus": "AVAILABLE", "recordingUrl": url_of(item_id), "recordingDuration": 26,
           "recordingSummary": {"status": "READY", "summary": "The customer called about an order.", "language": "en"}})
}

fn url_of(item_id: &str) -> String {
    format!("https://acme.gladly.com/api/v1/conversation-items/{item_id}/media/recording")
}
