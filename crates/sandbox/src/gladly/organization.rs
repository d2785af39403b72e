//! Everything one Gladly customer has. Its fields, by name, are what the control endpoint shows as state.

use jiff::Timestamp;
use serde::Serialize;

use crate::gladly::automation::{self, Automation};
use crate::gladly::business_hours::{self, BusinessHours};
use crate::gladly::campaigns::{self, Campaigns};
use crate::gladly::conversations::{Conversation, Status};
use crate::gladly::custom_attributes::CustomAttribute;
use crate::gladly::custom_channels::{self, CustomChannels};
use crate::gladly::customers::Customers;
use crate::gladly::directory::Directory;
use crate::gladly::event_log::EventLog;
use crate::gladly::events;
use crate::gladly::exports::{self, Exports};
use crate::gladly::ids::Ids;
use crate::gladly::items::Item;
use crate::gladly::knowledge::{self, Knowledge};
use crate::gladly::media::{Attachment, Transcript};
use crate::gladly::reports::ReportLimit;
use crate::gladly::seed;
use crate::gladly::task_comments::TaskComment;
use crate::gladly::tasks::Task;
use crate::gladly::topics::{self, Topic};
use crate::gladly::webhooks::{self, Webhook};

#[derive(Debug, Serialize)]
pub(super) struct Organization {
    #[serde(flatten)]
    pub(super) directory: Directory,
    #[serde(flatten)]
    pub(super) customers: Customers,
    pub(super) conversations: Vec<Conversation>,
    pub(super) items: Vec<Item>,
    pub(super) transcripts: Vec<Transcript>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) custom_attributes: Vec<CustomAttribute>,
    pub(super) tasks: Vec<Task>,
    pub(super) comments: Vec<TaskComment>,
    pub(super) topics: Vec<Topic>,
    pub(super) business_hours: Vec<BusinessHours>,
    #[serde(flatten)]
    pub(super) knowledge: Knowledge,
    #[serde(flatten)]
    pub(super) exports: Exports,
    pub(super) webhooks: Vec<Webhook>,
    #[serde(flatten)]
    pub(super) campaigns: Campaigns,
    #[serde(flatten)]
    pub(super) custom_channels: CustomChannels,
    #[serde(flatten)]
    pub(super) automation: Automation,
    pub(super) events: EventLog,
    #[serde(skip)]
    pub(super) report_limit: ReportLimit,
    /// Of what is created later.
    #[serde(skip)]
    pub(super) ids: Ids,
}

impl Organization {
    /// The data at the start, dated relative to `now`.
    pub(super) fn seeded(now: Timestamp) -> Organization {
        let seed::Timelines { conversations, items, transcripts, attachments } = seed::timelines(now);
        Organization {
            directory: seed::directory(),
            customers: seed::customers(now),
            events: events::seed(&conversations, &items, now),
            conversations,
            items,
            transcripts,
            attachments,
            custom_attributes: seed::custom_attributes(now),
            tasks: seed::tasks(now),
            comments: seed::comments(now),
            topics: topics::seed(),
            business_hours: business_hours::seed(now),
            knowledge: knowledge::seed(now),
            exports: exports::seed(now),
            webhooks: webhooks::seed(now),
            campaigns: campaigns::seed(),
            custom_channels: custom_channels::seed(now),
            automation: automation::seed(now),
            report_limit: ReportLimit::new(),
            ids: Ids::from_seed(1),
        }
    }

    pub(super) fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.conversations.iter().find(|conversation| conversation.id == id)
    }

    pub(super) fn conversation_mut(&mut self, id: &str) -> Option<&mut Conversation> {
        self.conversations.iter_mut().find(|conversation| conversation.id == id)
    }

    pub(super) fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    pub(super) fn item_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == id)
    }

    pub(super) fn items_of_kind(&self, kind: &str) -> Vec<&Item> {
        self.items.iter().filter(|item| item.kind() == kind).collect()
    }

    /// Removes a customer and all that belongs to one.
    pub(super) fn forget_customer(&mut self, id: &str) {
        self.customers.forget(id);
        self.conversations.retain(|conversation| conversation.customer_id != id);
        self.items.retain(|item| item.customer_id != id);
        self.transcripts.retain(|transcript| transcript.customer_id != id);
        let (items, tasks) = (&self.items, &mut self.tasks);
        self.attachments.retain(|attachment| items.iter().any(|item| item.id == attachment.item_id));
        tasks.retain(|task| task.customer_id != id);
        self.comments.retain(|comment| tasks.iter().any(|task| task.id == comment.task_id));
    }

    /// Merges profiles, each old one into the new one beside it, and hands over what belongs to the old ones. All or
    /// none; the error is a sentence for whoever set up the sandbox.
    pub(super) fn merge_customers<'a>(&mut self, merges: impl Iterator<Item = (&'a String, &'a String)> + Clone) -> Result<(), String> {
        let mut customers = self.customers.clone();
        for (old, new) in merges.clone() {
            customers.merge(old, new)?;
        }
        self.customers = customers;
        for (old, new) in merges {
            self.hand_over(old, new);
        }
        Ok(())
    }

    fn hand_over(&mut self, old: &str, new: &str) {
        let is_open = |conversation: &Conversation, of: &str| conversation.customer_id == of && conversation.status != Status::Closed;
        // Assumed: of two open conversations the successor's stays open.
        if self.conversations.iter().any(|conversation| is_open(conversation, new)) {
            for conversation in self.conversations.iter_mut().filter(|conversation| is_open(conversation, old)) {
                conversation.status = Status::Closed;
            }
        }
        let conversations = self.conversations.iter_mut().map(|conversation| &mut conversation.customer_id);
        let items = self.items.iter_mut().map(|item| &mut item.customer_id);
        let transcripts = self.transcripts.iter_mut().map(|transcript| &mut transcript.customer_id);
        let tasks = self.tasks.iter_mut().map(|task| &mut task.customer_id);
        for owner in conversations.chain(items).chain(transcripts).chain(tasks).filter(|owner| *owner == old) {
            new.clone_into(owner);
        }
    }
}
