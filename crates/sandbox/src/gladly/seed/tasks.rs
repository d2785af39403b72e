//! The seeded tasks and comments.

use jiff::{SignedDuration, Timestamp};

use crate::gladly::event_log::Actor;
use crate::gladly::seed::{DAY, HOUR, ago};
use crate::gladly::task_comments::TaskComment;
use crate::gladly::tasks::{Assignee, Status, Task};
use crate::kit::clock::later;

pub(in crate::gladly) fn tasks(now: Timestamp) -> Vec<Task> {
    let task = |id: &str, customer_id: &str, body: &str, inbox_id: &str, agent_id: Option<&str>| Task {
        id: id.to_owned(),
        customer_id: customer_id.to_owned(),
        timestamp: ago(now, 2 * DAY),
        created_by: Actor::agent("agt_ana"),
        assignee: Assignee { inbox_id: inbox_id.to_owned(), agent_id: agent_id.map(str::to_owned) },
        body: body.to_owned(),
        due_at: later(now, SignedDuration::from_secs(3 * DAY)),
        status: Status::Open,
    };
    vec![
        Task {
            timestamp: ago(now, 40 * DAY),
            due_at: ago(now, 35 * DAY),
            status: Status::Closed,
            ..task("tsk_4", "cus_456", "Send the return label again", "inb_support", Some("agt_ben"))
        },
        task("tsk_5", "cus_456", "QA review", "inb_qa", Some("agt_qa")),
        task("tsk_6", "cus_2671", "Call back about the exchange", "inb_support", None),
    ]
}

pub(in crate::gladly) fn comments(now: Timestamp) -> Vec<TaskComment> {
    let comment = |id: &str, agent_id: &str, text: &str, hours_ago: i64| TaskComment {
        id: id.to_owned(),
        agent_id: agent_id.to_owned(),
        comment: text.to_owned(),
        task_id: "tsk_5".to_owned(),
        created_at: ago(now, hours_ago * HOUR),
    };
    vec![
        comment("cmt_51", "agt_ana", "Customer called to change the delivery address.", 47),
        comment("cmt_52", "agt_qa", "Will listen to the call this week.", 26),
    ]
}
