//! Prepared texts. They can be listed but not searched, and are replaced as a whole.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;

use crate::edesk::answer::{confirmation, data, list};
use crate::edesk::attachments::{self, Attachment};
use crate::edesk::call::Call;
use crate::edesk::fields::{Fields, body};
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::moment::Moment;
use crate::edesk::refusal::{Answer, ErrorCode, not_found};
use crate::edesk::value::{boolean, id_in, integer, list_of, one_of, set_of, text};
use crate::edesk::vocabulary::{
    AI_CLASSIFICATION, ORDER_FULFILMENT, ORDER_STATUS, TEMPLATE_DELIVERY_DATE, TEMPLATE_QUERY_TYPE, TEMPLATE_TYPE, TEMPLATE_USAGE,
};
use crate::kit::reply::Reply;

const LONGEST_ATTACHMENT_NAME: usize = 100;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Template {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) subject: Option<String>,
    pub(super) body_text: String,
    pub(super) channels: Option<BTreeSet<u64>>,
    pub(super) template_usage: &'static str,
    pub(super) template_type: Vec<&'static str>,
    pub(super) query_type: Option<Vec<&'static str>>,
    pub(super) order_status: Option<Vec<&'static str>>,
    pub(super) delivery_date: Option<&'static str>,
    pub(super) active: bool,
    pub(super) order_fulfilment: Option<Vec<&'static str>>,
    pub(super) created_at: Moment,
    pub(super) message_subject: Option<String>,
    pub(super) invoice_attached: bool,
    pub(super) only_use_if_no_replies_yet: bool,
    pub(super) ai_classification: Option<AiClassification>,
    pub(super) attachments: Vec<Attachment>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct AiClassification {
    pub(super) classification: Option<&'static str>,
    pub(super) quick_reply: bool,
}

/// A body, and what it says of files.
struct Written {
    template: Template,
    new_files: Vec<String>,
    dropped_files: Vec<i64>,
}

pub(super) fn list_all(call: &mut Call<'_>) -> Answer {
    let templates: Vec<&Template> = call.helpdesk.templates.iter().collect();
    list(call.request, &templates, |template| json!(template))
}

pub(super) fn get(call: &mut Call<'_>, id: u64) -> Answer {
    data(call.helpdesk.templates.get(id).ok_or_else(not_found)?)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let Written { template, new_files, .. } = read(call, None)?;
    let attachments = call.helpdesk.attach(new_files);
    let id = call.helpdesk.templates.add(|id| Template { id, attachments, ..template });
    get(call, id)
}

/// Replaces all but the files: those stay unless they are to be deleted. Assumed from the verb and `delete_attachments`.
pub(super) fn update(call: &mut Call<'_>, id: u64) -> Answer {
    let present = call.helpdesk.templates.get(id).ok_or_else(not_found)?.clone();
    let Written { template, new_files, dropped_files } = read(call, Some(&present))?;
    let mut attachments = present.attachments;
    attachments.retain(|file| !dropped_files.iter().any(|&dropped| i64::try_from(file.id) == Ok(dropped)));
    attachments.extend(call.helpdesk.attach(new_files));
    if let Some(stored) = call.helpdesk.templates.get_mut(id) {
        *stored = Template { id, attachments, created_at: present.created_at, ..template };
    }
    get(call, id)
}

pub(super) fn delete(call: &mut Call<'_>, id: u64) -> Answer {
    call.helpdesk.templates.remove(id).ok_or_else(not_found)?;
    confirmation("Template deleted")
}

fn read(call: &Call<'_>, present: Option<&Template>) -> Result<Written, Reply> {
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let template = template(&mut fields, call.helpdesk, call.moment());
    let new_files = attachments::read(&mut fields, LONGEST_ATTACHMENT_NAME);
    let dropped_files = fields.optional("delete_attachments", list_of(integer)).unwrap_or_default();
    let has = |id: i64| present.is_some_and(|template| template.attachments.iter().any(|file| i64::try_from(file.id) == Ok(id)));
    if !dropped_files.iter().all(|&id| has(id)) {
        fields.refuse("delete_attachments", ErrorCode::UnknownObject);
    }
    if present.is_none() && call.helpdesk.templates.len() >= call.settings.max_templates {
        // Which field carries it is assumed.
        fields.refuse("name", ErrorCode::TooManyTemplates);
    }
    fields.finish()?;
    Ok(Written { template, new_files, dropped_files })
}

fn template(fields: &mut Fields<'_>, helpdesk: &Helpdesk, now: Moment) -> Template {
    Template {
        id: 0,
        name: fields.required("name", text),
        subject: fields.optional("subject", text),
        body_text: fields.required("body_text", text),
        channels: fields.optional("channels", set_of(id_in(&helpdesk.channels))),
        template_usage: fields.required("template_usage", one_of(TEMPLATE_USAGE)),
        template_type: fields.required("template_type", list_of(one_of(TEMPLATE_TYPE))),
        query_type: fields.optional("query_type", list_of(one_of(TEMPLATE_QUERY_TYPE))),
        order_status: fields.optional("order_status", list_of(one_of(ORDER_STATUS))),
        delivery_date: fields.optional("delivery_date", one_of(TEMPLATE_DELIVERY_DATE)),
        active: fields.required("active", boolean),
        order_fulfilment: fields.optional("order_fulfilment", list_of(one_of(ORDER_FULFILMENT))),
        created_at: now,
        message_subject: fields.optional("message_subject", text),
        invoice_attached: fields.optional("invoice_attached", boolean).unwrap_or_default(),
        only_use_if_no_replies_yet: fields.optional("only_use_if_no_replies_yet", boolean).unwrap_or_default(),
        ai_classification: fields.object("ai_classification", |ai| AiClassification {
            classification: ai.optional("classification", one_of(AI_CLASSIFICATION)),
            quick_reply: ai.optional("quick_reply", boolean).unwrap_or_default(),
        }),
        attachments: Vec::new(),
    }
}
