//! The figures of reports, counted from what the organization has. Days are those of UTC, whatever time zone was asked
//! for: the sandbox knows no others.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

use crate::gladly::conversations::{Conversation, Status};
use crate::gladly::items::Item;
use crate::gladly::organization::Organization;

const WORK_SESSION_COLUMNS: &str = "id,contact_session_id,contact_session_created_at,customer_id,conversation_id,inbox_id,channel,direction,\
agent_accepted_at,contact_session_routed_at,agent_id,sla_fulfilled_at,contact_session_ended_at,status,within_sla,\
work_session_handle_time_sec,work_session_after_contact_time_sec,work_session_unknown_time_sec,accepted_inbox_id";
/// Assumed: nothing takes an agent longer.
const HANDLE_TIME: SignedDuration = SignedDuration::from_mins(5);

/// How long a row's period is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Level {
    HalfHourly,
    Daily,
    Weekly,
    Monthly,
    Quarterly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    All,
    Of(&'static str),
}

/// What is counted.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) channel: Channel,
    /// All if absent.
    pub(super) inboxes: Option<Vec<String>>,
    /// All if absent.
    pub(super) agents: Option<Vec<&'static str>>,
}

/// One row a period, from the first day to the last, which is included. Assumed for all metric sets alike: the vendor
/// publishes their names but not their columns.
pub(super) fn of_periods(organization: &Organization, filter: &Filter, level: Level, first: Date, last: Date) -> String {
    let mut table = "period_start,period_end,conversations_created,conversations_closed,contacts,tasks_created\n".to_owned();
    let end = last.tomorrow().map_or(Timestamp::MAX, midnight);
    let mut start = midnight(first);
    while start < end {
        let next = level.after(start).min(end);
        let within = |moment: Timestamp| moment >= start && moment < next;
        let conversations = || organization.conversations.iter().filter(|conversation| filter.admits(conversation));
        let created = conversations().filter(|conversation| within(conversation.created_at)).count();
        let closed = conversations().filter(|conversation| conversation.closed_at.is_some_and(within)).count();
        let contacts = organization.items.iter().filter(|item| within(item.timestamp) && filter.admits_contact(organization, item)).count();
        let tasks = organization.tasks.iter().filter(|task| within(task.timestamp) && filter.admits_inbox(&task.assignee.inbox_id)).count();
        table.push_str(&format!("{start},{next},{created},{closed},{contacts},{tasks}\n"));
        start = next;
    }
    table
}

/// One row for each conversation that an agent took up in that time. What the sandbox does not know is left empty.
pub(super) fn of_work_sessions(organization: &Organization, start: Timestamp, end: Timestamp) -> String {
    let mut table = format!("{WORK_SESSION_COLUMNS}\n");
    for conversation in organization.conversations.iter().filter(|conversation| (start..end).contains(&conversation.created_at)) {
        let Some(agent_id) = &conversation.agent_id else {
            continue;
        };
        let Conversation { id, customer_id, inbox_id, created_at, .. } = conversation;
        let first = organization.items.iter().find(|item| item.conversation_id.as_ref() == Some(id));
        let channel = first.and_then(channel_of).unwrap_or_default();
        let ended = conversation.closed_at.map(|moment| moment.to_string()).unwrap_or_default();
        let status = if conversation.status == Status::Closed { "ENDED" } else { "ACTIVE" };
        let handled = HANDLE_TIME.as_secs();
        table.push_str(&format!(
            "ws_{id},cs_{id},{created_at},{customer_id},{id},{inbox_id},{channel},INBOUND,{created_at},{created_at},{agent_id},{created_at},\
             {ended},{status},true,{handled},0,0,{inbox_id}\n"
        ));
    }
    table
}

fn midnight(date: Date) -> Timestamp {
    date.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The name that the channel filter has for the kind of an item; `None` if nobody got in touch by it.
fn channel_of(item: &Item) -> Option<&'static str> {
    Some(match item.kind() {
        "CHAT_MESSAGE" => "chat",
        "EMAIL" => "email",
        "FACEBOOK_MESSAGE" => "fbMessenger",
        "SMS" => "sms",
        "TWITTER" => "twitter",
        "PHONE_CALL" | "VOICEMAIL" => "voice",
        "WHATSAPP" => "whatsapp",
        "INSTAGRAM_DIRECT" => "instagramDirect",
        _ => return None,
    })
}

impl Filter {
    fn admits(&self, conversation: &Conversation) -> bool {
        let agent = conversation.agent_id.as_deref();
        let is_of_agents = self.agents.as_ref().is_none_or(|agents| agents.iter().any(|id| Some(*id) == agent));
        is_of_agents && self.admits_inbox(&conversation.inbox_id)
    }

    fn admits_contact(&self, organization: &Organization, item: &Item) -> bool {
        let conversation = item.conversation_id.as_deref().and_then(|id| organization.conversation(id));
        let is_on_channel =
            channel_of(item).is_some_and(|channel| matches!(self.channel, Channel::All) || self.channel == Channel::Of(channel));
        is_on_channel && conversation.is_some_and(|conversation| self.admits(conversation))
    }

    fn admits_inbox(&self, inbox_id: &str) -> bool {
        self.inboxes.as_ref().is_none_or(|inboxes| inboxes.iter().any(|id| id == inbox_id))
    }
}

impl Channel {
    const NAMES: &'static [&'static str] = &["chat", "email", "fbMessenger", "sms", "twitter", "voice", "whatsapp", "instagramDirect"];

    pub(super) fn of_name(name: &str) -> Option<Channel> {
        if name == "allChannels" {
            return Some(Channel::All);
        }
        Channel::NAMES.iter().find(|known| **known == name).map(|name| Channel::Of(name))
    }
}

impl Level {
    pub(super) fn of_name(name: &str) -> Option<Level> {
        Some(match name {
            "halfHourly" => Level::HalfHourly,
            "daily" => Level::Daily,
            "weekly" => Level::Weekly,
            "monthly" => Level::Monthly,
            "quarterly" => Level::Quarterly,
            _ => return None,
        })
    }

    /// As file names have it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Level::HalfHourly => "HalfHourly",
            Level::Daily => "Daily",
            Level::Weekly => "Weekly",
            Level::Monthly => "Monthly",
            Level::Quarterly => "Quarterly",
        }
    }

    /// Where the period ends that begins at `start`. Assumed: weeks and months are counted from the first day.
    fn after(self, start: Timestamp) -> Timestamp {
        let length: Span = match self {
            Level::HalfHourly => 30.minutes(),
            Level::Daily => 1.day(),
            Level::Weekly => 1.week(),
            Level::Monthly => 1.month(),
            Level::Quarterly => 3.months(),
        };
        start.to_zoned(TimeZone::UTC).checked_add(length).map_or(Timestamp::MAX, |end| end.timestamp())
    }
}
