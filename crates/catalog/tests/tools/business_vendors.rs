//! Requests of the built-in definitions for sales, service and finance, beside what the vendors document.

use catalog::catalog::Catalog;
use catalog::page::{Continuation, Reply};
use catalog::plan::Plan;
use catalog::target::Target;
use insta::assert_snapshot;
use serde_json::{Map, Value, json};

/// The plan of a call of a built-in tool.
fn plan(integration: &str, tool: &str, arguments: Value) -> Result<Plan, String> {
    let catalog = Catalog::built_in();
    let definition = catalog.get(integration).unwrap().unwrap();
    let context = match integration {
        "zendesk" => json!({"subdomain": "acme"}),
        "salesforce" => json!({"instance": "acme"}),
        "shopify" => json!({"shop": "acme"}),
        "netsuite" => json!({"account": "1234567-sb1"}),
        _ => json!({}),
    };
    let target = Target::new(&definition.integration, None, context.as_object().unwrap()).unwrap();
    let found = definition.tools.iter().find(|known| known.name == tool).unwrap_or_else(|| panic!("there is no tool {tool}"));
    let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
    found.plan(&target, arguments).map_err(|error| error.to_string())
}

/// Verb and URL, headers but for `Accept: application/json` and the body's type, and the body; `%5B` and `%5D` as brackets.
fn request(integration: &str, tool: &str, arguments: Value) -> String {
    let plan = match plan(integration, tool, arguments) {
        Ok(plan) => plan,
        Err(error) => return error,
    };
    let mut text = format!("{} {}", plan.verb.as_str(), plan.url);
    for (name, value) in plan.headers.iter().filter(|(name, value)| name != "Content-Type" && value != "application/json") {
        text.push_str(&format!("\n{name}: {value}"));
    }
    if let Some(body) = &plan.body {
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(body));
    }
    text.replace("%5B", "[").replace("%5D", "]").trim_end().to_owned()
}

/// The query of the page after an answer with this body, or `end`.
fn next_query(integration: &str, tool: &str, arguments: Value, records: usize, continuation: &Answered<'_>) -> String {
    let asked = plan(integration, tool, arguments.clone()).unwrap();
    let continuation = match continuation {
        Answered::Body(body) => Continuation::Body { body, headers: &[], url: &asked.url },
        Answered::Cursor(cursor) => Continuation::Cursor(cursor),
        Answered::Link(link) => Continuation::Link(link),
        Answered::Nothing => Continuation::Absent,
    };
    let reply = Reply { records, given: records, total: None, continuation };
    let Some(cursor) = asked.page.as_ref().unwrap().next(&reply).unwrap() else { return "end".to_owned() };
    let mut arguments = arguments;
    arguments["next_cursor"] = json!(cursor);
    let next = plan(integration, tool, arguments).unwrap();
    next.url.query().unwrap_or_default().replace("%5B", "[").replace("%5D", "]")
}

/// What an answer says about the next page.
enum Answered<'a> {
    Body(Value),
    Cursor(&'a str),
    Link(&'a str),
    Nothing,
}

#[test]
fn zendesk_wraps_tickets_and_pages_by_cursor() {
    let planned = |tool, arguments| request("zendesk", tool, arguments);
    assert_snapshot!(planned("create_a_zendesk_ticket", json!({"subject": "Fire", "comment": {"body": "Smoke"}, "idempotency_key": "k1"})), @r#"
    POST https://acme.zendesk.com/api/v2/tickets
    Idempotency-Key: k1
    {"ticket":{"subject":"Fire","comment":{"body":"Smoke"}}}
    "#);
    assert_snapshot!(planned("update_a_zendesk_ticket_by_id", json!({"id": 7, "status": "solved", "comment": {"body": "Done", "public": false}})), @r#"
    PUT https://acme.zendesk.com/api/v2/tickets/7
    {"ticket":{"comment":{"body":"Done","public":false},"status":"solved"}}
    "#);
    assert_snapshot!(planned("zendesk_ticket_tags_remove", json!({"ticket_id": 7, "tags": ["vip"]})), @r#"
    DELETE https://acme.zendesk.com/api/v2/tickets/7/tags
    {"tags":["vip"]}
    "#);
    assert_snapshot!(planned("list_all_zendesk_ticket_comments", json!({"ticket_id": 7, "limit": 100})), @"GET https://acme.zendesk.com/api/v2/tickets/7/comments?page[size]=100");
    assert_snapshot!(planned("list_all_zendesk_search_results", json!({"query": "type:ticket status<solved"})), @"GET https://acme.zendesk.com/api/v2/search?page=1&per_page=25&query=type%3Aticket%20status%3Csolved");
    assert_snapshot!(planned("update_a_zendesk_user_by_id", json!({"id": 9, "phone": "+15550100"})), @r#"
    PUT https://acme.zendesk.com/api/v2/users/9
    {"user":{"phone":"+15550100"}}
    "#);
    let answer = |more: bool| Answered::Body(json!({"meta": {"has_more": more, "after_cursor": "abc="}}));
    let next = |more| next_query("zendesk", "list_all_zendesk_tickets", json!({}), 25, &answer(more));
    assert_snapshot!(next(true), @"page[after]=abc%3D&page[size]=25");
    assert_snapshot!(next(false), @"end");
}

#[test]
fn hubspot_puts_values_under_properties_and_asks_for_properties_by_name() {
    let planned = |tool, arguments| request("hubspot", tool, arguments);
    assert_snapshot!(planned("create_a_hubspot_contact", json!({"email": "a@b.example", "shoe_size": "42"})), @r#"
    POST https://api.hubapi.com/crm/v3/objects/contacts
    {"properties":{"email":"a@b.example","shoe_size":"42"}}
    "#);
    assert_snapshot!(planned("get_single_hubspot_deal_by_id", json!({"id": "9", "properties": ["amount", "dealstage"], "associations": ["companies"]})), @"GET https://api.hubapi.com/crm/v3/objects/deals/9?properties=amount,dealstage&associations=companies");
    assert_snapshot!(planned("list_all_hubspot_records", json!({"objectType": "deals", "query": "acme", "limit": 5})), @r#"
    POST https://api.hubapi.com/crm/v3/objects/deals/search
    {"query":"acme","limit":5}
    "#);
    assert_snapshot!(planned("update_a_hubspot_task_by_id", json!({"id": "4", "hs_task_status": "COMPLETED"})), @r#"
    PATCH https://api.hubapi.com/crm/v3/objects/tasks/4
    {"properties":{"hs_task_status":"COMPLETED"}}
    "#);
    assert_snapshot!(planned("create_a_hubspot_association", json!({"fromObjectType": "notes", "fromObjectId": "1", "toObjectType": "contacts", "toObjectId": "2"})), @"PUT https://api.hubapi.com/crm/v4/objects/notes/1/associations/default/contacts/2");
    assert_snapshot!(planned("list_all_hubspot_pipelines", json!({"objectType": "tickets"})), @"GET https://api.hubapi.com/crm/v3/pipelines/tickets");
    let next = next_query("hubspot", "list_all_hubspot_contacts", json!({"properties": ["email"]}), 25, &Answered::Cursor("NTI1"));
    assert_snapshot!(next, @"after=NTI1&limit=25&properties=email");
}

#[test]
fn stripe_takes_forms_with_brackets_and_its_cursor_is_the_last_id() {
    let planned = |tool, arguments| request("stripe", tool, arguments);
    assert_snapshot!(planned("create_a_stripe_refund", json!({"payment_intent": "pi_1", "amount": 1000, "metadata": {"ticket": "7"}, "idempotency_key": "r-7"})), @"
    POST https://api.stripe.com/v1/refunds
    Stripe-Version: 2024-06-20
    Idempotency-Key: r-7
    payment_intent=pi_1&amount=1000&metadata[ticket]=7
    ");
    assert_snapshot!(planned("list_all_stripe_charges", json!({"customer": "cus_1", "created": {"gte": 1700000000}, "limit": 3})), @"
    GET https://api.stripe.com/v1/charges?limit=3&customer=cus_1&created[gte]=1700000000
    Stripe-Version: 2024-06-20
    ");
    assert_snapshot!(planned("update_a_stripe_subscription_by_id", json!({"id": "sub_1", "items_0_id": "si_1", "items_0_price": "price_2"})), @"
    POST https://api.stripe.com/v1/subscriptions/sub_1
    Stripe-Version: 2024-06-20
    items[0][id]=si_1&items[0][price]=price_2
    ");
    assert_snapshot!(planned("update_a_stripe_subscription_by_id", json!({"id": "sub_1", "items_0_price": "price_2"})), @"/items_0_id: which item changes has to be said by its id; without it the vendor would add a second item");
    assert_snapshot!(planned("create_a_stripe_price", json!({"product": "prod_1", "currency": "eur", "unit_amount": 1900, "recurring": {"interval": "month"}})), @"
    POST https://api.stripe.com/v1/prices
    Stripe-Version: 2024-06-20
    product=prod_1&currency=eur&unit_amount=1900&recurring[interval]=month
    ");
    assert_snapshot!(planned("get_single_stripe_invoice_by_id", json!({"id": "in_1", "expand": ["customer", "charge"]})), @"
    GET https://api.stripe.com/v1/invoices/in_1?expand[]=customer&expand[]=charge
    Stripe-Version: 2024-06-20
    ");
    assert_snapshot!(planned("stripe_invoices_send", json!({"invoice": "in_1"})), @"
    POST https://api.stripe.com/v1/invoices/in_1/send
    Stripe-Version: 2024-06-20
    ");
    let answer = |more: bool| Answered::Body(json!({"data": [{"id": "cus_1"}, {"id": "cus_2"}], "has_more": more}));
    let next = |more| next_query("stripe", "list_all_stripe_customers", json!({"limit": 2}), 2, &answer(more));
    assert_snapshot!(next(true), @"starting_after=cus_2&limit=2");
    assert_snapshot!(next(false), @"end");
}

#[test]
fn intercom_says_who_acts_and_what_a_part_is() {
    let planned = |tool, arguments| request("intercom", tool, arguments);
    assert_snapshot!(planned("intercom_conversations_note", json!({"conversation_id": "5", "admin_id": "9", "body": "Check"})), @r#"
    POST https://api.intercom.io/conversations/5/reply
    Intercom-Version: 2.14
    {"admin_id":"9","body":"Check","type":"admin","message_type":"note"}
    "#);
    assert_snapshot!(planned("intercom_conversations_close", json!({"conversation_id": "5", "admin_id": "9"})), @r#"
    POST https://api.intercom.io/conversations/5/parts
    Intercom-Version: 2.14
    {"admin_id":"9","message_type":"close","type":"admin"}
    "#);
    assert_snapshot!(planned("intercom_conversations_assign", json!({"conversation_id": "5", "admin_id": "9", "type": "team", "assignee_id": "3"})), @r#"
    POST https://api.intercom.io/conversations/5/parts
    Intercom-Version: 2.14
    {"type":"team","admin_id":"9","assignee_id":"3","message_type":"assignment"}
    "#);
    assert_snapshot!(planned("list_all_intercom_companies", json!({})), @"
    POST https://api.intercom.io/companies/list?page=1&per_page=15
    Intercom-Version: 2.14
    ");
    assert_snapshot!(planned("create_a_intercom_contact", json!({"name": "Nobody"})), @"/email: the vendor needs at least one of email, external_id and role");
    assert_snapshot!(planned("update_a_intercom_contact_by_id", json!({"id": "c1", "custom_attributes": {"plan": "pro"}})), @r#"
    PUT https://api.intercom.io/contacts/c1
    Intercom-Version: 2.14
    {"custom_attributes":{"plan":"pro"}}
    "#);
    let next = next_query("intercom", "list_all_intercom_contacts", json!({}), 20, &Answered::Cursor("WzE2"));
    assert_snapshot!(next, @"starting_after=WzE2&per_page=20");
}

#[test]
fn salesforce_queries_searches_and_writes_any_object() {
    let planned = |tool, arguments| request("salesforce", tool, arguments);
    assert_snapshot!(planned("salesforce_records_query", json!({"q": "SELECT Id FROM Account"})), @"
    GET https://acme.my.salesforce.com/services/data/v62.0/query?q=SELECT%20Id%20FROM%20Account
    Sforce-Query-Options: batchSize=200
    ");
    assert_snapshot!(planned("salesforce_records_query_more", json!({"locator": "01gD0000002HU6KIAW-200"})), @"
    GET https://acme.my.salesforce.com/services/data/v62.0/query/01gD0000002HU6KIAW-200
    Sforce-Query-Options: batchSize=200
    ");
    assert_snapshot!(planned("list_all_salesforce_search_results", json!({"q": "Poe", "sobject": ["Lead", "Contact"], "fields": ["Id", "Name"]})), @"GET https://acme.my.salesforce.com/services/data/v62.0/parameterizedSearch?q=Poe&sobject=Lead&sobject=Contact&fields=Id,Name");
    assert_snapshot!(planned("create_a_salesforce_record", json!({"object": "Shoe__c", "body": {"Size__c": 42}})), @r#"
    POST https://acme.my.salesforce.com/services/data/v62.0/sobjects/Shoe__c
    Sforce-Auto-Assign: FALSE
    {"Size__c":42}
    "#);
    assert_snapshot!(planned("update_a_salesforce_case_by_id", json!({"id": "500x", "Status": "Closed", "Shoe__c": null})), @r#"
    PATCH https://acme.my.salesforce.com/services/data/v62.0/sobjects/Case/500x
    Sforce-Auto-Assign: FALSE
    {"Status":"Closed","Shoe__c":null}
    "#);
    assert_snapshot!(planned("delete_a_salesforce_record_by_id", json!({"object": "Task", "id": "00Tx"})), @"DELETE https://acme.my.salesforce.com/services/data/v62.0/sobjects/Task/00Tx");
}

#[test]
fn stripe_invoices_are_collected_or_written_off() {
    let planned = |tool, arguments| request("stripe", tool, arguments);
    assert_snapshot!(planned("stripe_invoices_pay", json!({"invoice": "in_1", "paid_out_of_band": true, "idempotency_key": "k1"})), @"
    POST https://api.stripe.com/v1/invoices/in_1/pay
    Stripe-Version: 2024-06-20
    Idempotency-Key: k1
    paid_out_of_band=true
    ");
    assert_snapshot!(planned("stripe_invoices_pay", json!({"invoice": "in_1", "paid_out_of_band": true, "payment_method": "pm_1"})), @"/payment_method: nothing is charged where paid_out_of_band is true, so no payment method is used");
    assert_snapshot!(planned("stripe_invoices_mark_uncollectible", json!({"invoice": "in_1"})), @"
    POST https://api.stripe.com/v1/invoices/in_1/mark_uncollectible
    Stripe-Version: 2024-06-20
    ");
}

#[test]
fn a_hubspot_record_is_archived_and_an_amount_may_be_a_number() {
    let planned = |tool, arguments| request("hubspot", tool, arguments);
    assert_snapshot!(planned("delete_a_hubspot_record_by_id", json!({"objectType": "deals", "id": "9"})), @"DELETE https://api.hubapi.com/crm/v3/objects/deals/9");
    assert_snapshot!(planned("update_a_hubspot_deal_by_id", json!({"id": "9", "amount": 15})), @r#"
    PATCH https://api.hubapi.com/crm/v3/objects/deals/9
    {"properties":{"amount":15}}
    "#);
}

#[test]
fn a_zendesk_reply_goes_to_people_in_copy_too() {
    let arguments =
        json!({"id": 5, "comment": {"body": "Sent."}, "email_ccs": [{"user_email": "a@b.example"}, {"user_id": 7, "action": "delete"}]});
    assert_snapshot!(request("zendesk", "update_a_zendesk_ticket_by_id", arguments), @r#"
    PUT https://acme.zendesk.com/api/v2/tickets/5
    {"ticket":{"comment":{"body":"Sent."},"email_ccs":[{"user_email":"a@b.example"},{"user_id":7,"action":"delete"}]}}
    "#);
}

#[test]
fn an_intercom_message_has_a_sender_and_an_email_a_subject() {
    let ends = |value: Value| {
        let ends = json!({"body": "Hello", "from": {"type": "admin", "id": 9}, "to": {"type": "user", "id": "c1"}});
        Value::Object(ends.as_object().unwrap().clone().into_iter().chain(value.as_object().unwrap().clone()).collect())
    };
    let planned = |arguments| request("intercom", "create_a_intercom_message", ends(arguments));
    assert_snapshot!(planned(json!({"message_type": "in_app"})), @r#"
    POST https://api.intercom.io/messages
    Intercom-Version: 2.14
    {"message_type":"in_app","body":"Hello","from":{"type":"admin","id":9},"to":{"type":"user","id":"c1"}}
    "#);
    assert_snapshot!(planned(json!({"message_type": "email", "subject": "Your order"})), @"/subject: the vendor needs subject and template for an email");
}

#[test]
fn salesforce_is_told_not_to_assign_what_agents_write_to_others() {
    let catalog = Catalog::built_in();
    let definition = catalog.get("salesforce").unwrap().unwrap();
    let mut told = Vec::new();
    for (name, resource) in &definition.integration.resources {
        for (method, value) in &resource.methods {
            if value.headers.get("Sforce-Auto-Assign").is_some() {
                told.push(format!("{name}.{method}"));
            }
        }
    }
    assert_eq!(
        told.join(" "),
        "records.create records.update accounts.create accounts.update leads.create leads.update cases.create cases.update"
    );
}

#[test]
fn shopify_pages_by_links_that_hold_the_filters() {
    let planned = |tool, arguments| request("shopify", tool, arguments);
    assert_snapshot!(planned("get_single_shopify_order_by_id", json!({"id": 450789469, "fields": ["id", "name"]})), @"GET https://acme.myshopify.com/admin/api/2026-04/orders/450789469.json?fields=id,name");
    assert_snapshot!(planned("shopify_fulfillments_update_tracking", json!({"fulfillment_id": 3, "tracking_info": {"number": "1Z"}, "notify_customer": true})), @r#"
    POST https://acme.myshopify.com/admin/api/2026-04/fulfillments/3/update_tracking.json
    {"fulfillment":{"tracking_info":{"number":"1Z"},"notify_customer":true}}
    "#);
    assert_snapshot!(planned("shopify_draft_orders_complete", json!({"draft_order_id": 4, "payment_pending": true})), @"PUT https://acme.myshopify.com/admin/api/2026-04/draft_orders/4/complete.json?payment_pending=true");
    assert_snapshot!(planned("shopify_draft_orders_send_invoice", json!({"draft_order_id": 4, "custom_message": "Thanks"})), @r#"
    POST https://acme.myshopify.com/admin/api/2026-04/draft_orders/4/send_invoice.json
    {"draft_order_invoice":{"custom_message":"Thanks"}}
    "#);
    assert_snapshot!(planned("update_a_shopify_customer_by_id", json!({"id": 5, "tags": "vip"})), @r#"
    PUT https://acme.myshopify.com/admin/api/2026-04/customers/5.json
    {"customer":{"tags":"vip"}}
    "#);
    let link = "<https://acme.myshopify.com/admin/api/2026-04/orders.json?limit=25&page_info=abc>; rel=\"next\"";
    let next = next_query("shopify", "list_all_shopify_orders", json!({}), 25, &Answered::Link(link));
    assert_snapshot!(next, @"limit=25&page_info=abc");
    assert_snapshot!(next_query("shopify", "list_all_shopify_orders", json!({}), 25, &Answered::Nothing), @"end");
    let refused = planned("list_all_shopify_orders", json!({"next_cursor": "x", "status": "any"}));
    assert!(refused.contains("/next_cursor: "), "{refused}");
}

#[test]
fn netsuite_pages_queries_and_transforms_records() {
    let planned = |tool, arguments| request("netsuite", tool, arguments);
    assert_snapshot!(planned("list_all_netsuite_query_results", json!({"q": "SELECT id FROM customer ORDER BY id", "limit": 10})), @r#"
    POST https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/query/v1/suiteql?offset=0&limit=10
    Prefer: transient
    {"q":"SELECT id FROM customer ORDER BY id"}
    "#);
    assert_snapshot!(planned("netsuite_records_transform", json!({"record_type": "salesOrder", "record_id": "3", "target_type": "invoice", "body": {}})), @r#"
    POST https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/salesOrder/3/!transform/invoice
    {}
    "#);
    assert_snapshot!(planned("get_single_netsuite_customer_by_id", json!({"id": "107", "expandSubResources": true})), @"GET https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer/107?expandSubResources=true");
    assert_snapshot!(planned("update_a_netsuite_record_by_id", json!({"record_type": "customer", "id": "107", "body": {"email": null}})), @r#"
    PATCH https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer/107
    {"email":null}
    "#);
    assert_snapshot!(planned("get_single_netsuite_record_type_by_id", json!({"id": "customer"})), @"
    GET https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/metadata-catalog/customer
    Accept: application/schema+json
    ");
    let arguments = json!({"q": "SELECT id FROM customer ORDER BY id", "limit": 10});
    assert_snapshot!(next_query("netsuite", "list_all_netsuite_query_results", arguments, 10, &Answered::Nothing), @"offset=10&limit=10");
}
