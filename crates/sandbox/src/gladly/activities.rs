//! Items that other systems put beside the conversations of a customer: activities, and tasks in an old way.

use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::contact::Contact;
use crate::gladly::customers::{Absence, moved_owner, unknown};
use crate::gladly::fields::Fields;
use crate::gladly::ids::wished_id;
use crate::gladly::items::Item;
use crate::gladly::refusal::{Answer, Problem, blank, invalid, taken};
use crate::gladly::success::found;
use crate::gladly::tasks::{self, NewTask};
use crate::kit::reply::Reply;

const ACTIVITY_TYPES: &[&str] = &["EMAIL", "ISSUE", "SMS", "SURVEY"];
const LONGEST_TITLE: usize = 100;
const LONGEST_BODY: usize = 25_000;
const LONGEST_SOURCE_NAME: usize = 50;
const LONGEST_LINK_TEXT: usize = 50;

/// The content of an item to create.
enum NewContent {
    Activity(Value),
    /// Deprecated by the vendor; the task is one like any other.
    Task(NewTask),
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("POST", ["conversation-items"]) => create_for_contact(call),
        ("POST", ["customers", id, "conversation-items"]) => create(call, id),
        _ => return None,
    })
}

fn create_for_contact(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let contact = Contact::read(&fields)?;
    let (wished, content) = (free_id(call, &fields)?, NewContent::read(call, &fields)?);
    let customer_id = call.customer_of(contact);
    Ok(place(call, wished, &customer_id, content))
}

/// The one place where the vendor documents 301 with a `Location` for a merged customer.
fn create(call: &mut Call<'_>, customer_id: &str) -> Answer {
    match call.organization.customers.find(customer_id) {
        Ok(_) => {}
        Err(Absence::Unknown) => return Err(unknown(customer_id)),
        Err(Absence::Merged { into }) => {
            let host = call.request.header("host").unwrap_or("acme.gladly.com");
            let location = format!("https://{host}/api/v1/customers/{into}/conversation-items");
            return Err(moved_owner(customer_id, &into).refused(301).with_header("location", location));
        }
    }
    let fields = Fields::of(call.request)?;
    let (wished, content) = (free_id(call, &fields)?, NewContent::read(call, &fields)?);
    Ok(place(call, wished, customer_id, content))
}

fn free_id(call: &Call<'_>, fields: &Fields) -> Result<Option<String>, Reply> {
    let wished = wished_id(fields)?;
    let is_used = wished.as_deref().is_some_and(|id| call.organization.item(id).is_some() || tasks::known(call, id).is_ok());
    match is_used {
        true => Err(taken("newConversationItems", "conversation item already exists")),
        false => Ok(wished),
    }
}

impl NewContent {
    fn read(call: &Call<'_>, body: &Fields) -> Result<NewContent, Reply> {
        let content = body.object("content")?.ok_or_else(|| blank("content"))?;
        match content.required_text("type")?.as_str() {
            "CUSTOMER_ACTIVITY" => activity(call, &content).map(NewContent::Activity),
            "TASK" => NewTask::read(call, &content).map(NewContent::Task),
            other => Err(Problem::new("invalid", &format!("type [{other}] is not supported")).at("content.type").refused(400)),
        }
    }
}

/// Fields that were not sent are absent, as in the vendor's examples.
fn activity(call: &Call<'_>, fields: &Fields) -> Result<Value, Reply> {
    let title = fields.text_up_to("title", LONGEST_TITLE)?;
    let body = fields.text_up_to("body", LONGEST_BODY)?;
    let activity_type = fields.required_word("activityType", ACTIVITY_TYPES)?;
    let source_name = fields.text_up_to("sourceName", LONGEST_SOURCE_NAME)?;
    let link = match fields.object("link")? {
        Some(link) => Some(json!({"url": web_address(&link)?, "text": link.text_up_to("text", LONGEST_LINK_TEXT)?})),
        None => None,
    };
    let occurred_at = fields.moment("occurredAt")?.unwrap_or(call.now);
    let mut content = json!({"type": "CUSTOMER_ACTIVITY", "activityType": activity_type,
                             "expandByDefault": fields.boolean("expandByDefault")?.unwrap_or(false),
                             "occurredAt": occurred_at, "receivedAt": call.now});
    let optional =
        [("title", title.map(Value::from)), ("body", body.map(Value::from)), ("sourceName", source_name.map(Value::from)), ("link", link)];
    for (name, value) in optional {
        if let Some(value) = value {
            content[name] = value;
        }
    }
    Ok(content)
}

fn web_address(link: &Fields) -> Result<String, Reply> {
    let url = link.required_text("url")?;
    match url.starts_with("https://") || url.starts_with("http://") {
        true => Ok(url),
        false => Err(invalid(&link.attr("url"), &format!("{} is not a web address", link.attr("url")))),
    }
}

/// Files it and answers it whole, unlike most creates.
fn place(call: &mut Call<'_>, wished: Option<String>, customer_id: &str, content: NewContent) -> Reply {
    let id = wished.unwrap_or_else(|| call.organization.ids.next());
    let content = match content {
        NewContent::Activity(content) => content,
        NewContent::Task(new) => {
            let content = json!({"type": "TASK", "assignee": new.assignee, "body": new.body, "dueAt": new.due_at});
            tasks::file(call, id.clone(), customer_id, new);
            content
        }
    };
    let (customer_id, initiator) = (customer_id.to_owned(), call.author());
    let item = Item { id, customer_id, conversation_id: None, timestamp: call.now, initiator, responder: None, content };
    let reply = found(&item);
    call.organization.items.push(item);
    reply
}
