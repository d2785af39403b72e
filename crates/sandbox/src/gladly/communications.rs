//! Messages to a customer that answer none: SMS and e-mail. The customer is created if nobody has the number or address.

use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::contact::{Contact, Email, Phone};
use crate::gladly::conversations::Status;
use crate::gladly::events;
use crate::gladly::fields::Fields;
use crate::gladly::items::Item;
use crate::gladly::phone;
use crate::gladly::refusal::{Answer, blank, invalid};
use crate::gladly::seed::COMPANY_NUMBER;
use crate::gladly::success::found;
use crate::kit::reply::Reply;

/// The addresses that the organization has set up to write from.
const ADDRESSES: &[&str] = &["help@acme.example", "orders@acme.example"];
const LONGEST_SUBJECT: usize = 999;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("POST", ["communications", "sms"]) => Some(send_sms(call)),
        ("POST", ["communications", "email"]) => Some(send_email(call)),
        _ => None,
    }
}

/// Assumed: texts come from a number of the organization only.
fn send_sms(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let customer = fields.object("customer")?.ok_or_else(|| blank("customer"))?;
    let to = number(&customer, "mobileNumber")?;
    let from = number(&fields, "from")?;
    if from != COMPANY_NUMBER {
        return Err(invalid("from", "from is not a configured phone number"));
    }
    let body = fields.required_text("body")?;
    let content = json!({"type": "SMS", "from": from, "to": to, "content": body});
    Ok(send(call, Contact::Mobile(Phone::mobile(&to)), content))
}

fn send_email(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let to = fields.objects("to")?.filter(|list| !list.is_empty()).ok_or_else(|| blank("to"))?;
    let [to] = to.as_slice() else {
        return Err(invalid("to", "to must have exactly one entry"));
    };
    let to = Email::checked(&to.required_text("email")?, &to.attr("email"))?;
    let from = fields.required_text("from")?;
    if !ADDRESSES.iter().any(|address| address.eq_ignore_ascii_case(&from)) {
        return Err(invalid("from", "from is not a configured email address"));
    }
    let subject = fields.required_text_up_to("subject", LONGEST_SUBJECT)?;
    let body = fields.object("body")?.ok_or_else(|| blank("body"))?;
    let content = match (body.text("html")?, body.text("text")?) {
        (Some(body), _) | (None, Some(body)) if !body.trim().is_empty() => body,
        _ => return Err(blank("body")),
    };
    let content = json!({"type": "EMAIL", "from": from, "to": [to.original], "cc": [], "bcc": [], "subject": subject, "content": content});
    Ok(send(call, Contact::Email(to), content))
}

fn number(fields: &Fields, name: &str) -> Result<String, Reply> {
    let number = fields.required_text(name)?;
    match phone::is_e164(&number) {
        true => Ok(number),
        false => Err(invalid(&fields.attr(name), &format!("{} must be in E.164 format", fields.attr(name)))),
    }
}

/// Assumed: the message is in the customer's open conversation if there is one, and otherwise in none.
fn send(call: &mut Call<'_>, contact: Contact, content: Value) -> Reply {
    let customer_id = call.customer_of(contact);
    let mut conversations = call.organization.conversations.iter();
    let open = conversations.find(|conversation| conversation.customer_id == customer_id && conversation.status != Status::Closed);
    let item = Item {
        conversation_id: open.map(|conversation| conversation.id.clone()),
        id: call.organization.ids.next(),
        customer_id,
        timestamp: call.now,
        initiator: call.author(),
        responder: None,
        content,
    };
    let sent = json!({"customerId": item.customer_id, "conversationItemId": item.id});
    events::sent(call, &item);
    call.organization.items.push(item);
    found(&sent)
}
