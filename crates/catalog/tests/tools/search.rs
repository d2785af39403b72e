//! What a search over tools finds: questions as agents ask them, and what must hold for every query.

use std::sync::{Arc, LazyLock};

use catalog::catalog::Catalog;
use catalog::parse::parse;
use catalog::search::Index;
use catalog::tool::Tool;
use proptest::prelude::*;

/// How far down an agent looks.
const LOOKED_AT: usize = 3;

static SENDOSO: LazyLock<Vec<Arc<Tool>>> = LazyLock::new(|| built_in("sendoso"));

static EDESK: LazyLock<Vec<Arc<Tool>>> = LazyLock::new(|| built_in("edesk"));

fn built_in(name: &str) -> Vec<Arc<Tool>> {
    Catalog::built_in().get(name).unwrap().unwrap().tools.clone()
}

/// A made-up business suite: 61 nouns with five methods each, and some that fit no pattern.
static SUITE: LazyLock<Vec<Arc<Tool>>> = LazyLock::new(suite);

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(&SUITE));

const NOUNS: &[(&str, &str, &str)] = &[
    // resource, tag, what it is
    ("tickets", "support", "questions of customers, with status, priority and assignee"),
    ("ticket_comments", "support", "replies and internal notes on a ticket"),
    ("ticket_tags", "support", "labels of tickets"),
    ("macros", "support", "canned replies of agents"),
    ("sla_policies", "support", "promised times to answer"),
    ("agents", "support", "people who answer customers"),
    ("agent_schedules", "support", "working hours of agents"),
    ("satisfaction_ratings", "support", "how customers rated an answer"),
    ("knowledge_articles", "support", "help pages that customers read"),
    ("article_translations", "support", "help pages in other languages"),
    ("contacts", "crm", "people at companies, with email and phone"),
    ("companies", "crm", "organizations that buy"),
    ("deals", "crm", "sales opportunities with amount and stage"),
    ("deal_stages", "crm", "steps of the sales pipeline"),
    ("leads", "crm", "people who may buy one day"),
    ("activities", "crm", "calls, meetings and emails with contacts"),
    ("notes", "crm", "free texts about contacts and deals"),
    ("sales_quotas", "crm", "targets of sales people"),
    ("invoices", "billing", "bills with line items, due date and balance"),
    ("credit_notes", "billing", "money given back against an invoice"),
    ("payments", "billing", "money received, by card or transfer"),
    ("payment_methods", "billing", "stored cards and bank accounts"),
    ("refunds", "billing", "payments sent back to customers"),
    ("subscriptions", "billing", "recurring plans of customers"),
    ("price_lists", "billing", "prices by currency and market"),
    ("coupons", "billing", "discount codes"),
    ("tax_rates", "billing", "value added and sales taxes by country"),
    ("products", "shop", "what is sold, with variants and images"),
    ("product_images", "shop", "pictures of products"),
    ("collections", "shop", "groups of products"),
    ("orders", "shop", "what customers bought, with items and shipping address"),
    ("draft_orders", "shop", "orders that nobody has paid yet"),
    ("returns", "shop", "goods that customers send back"),
    ("carts", "shop", "what customers are about to buy"),
    ("gift_cards", "shop", "vouchers with a balance"),
    ("warehouses", "logistics", "places where stock is kept"),
    ("stock_levels", "logistics", "how many of a product are in a warehouse"),
    ("shipments", "logistics", "parcels with carrier and tracking number"),
    ("carriers", "logistics", "companies that deliver parcels"),
    ("purchase_orders", "logistics", "what was ordered from suppliers"),
    ("suppliers", "logistics", "companies that we buy from"),
    ("employees", "hr", "staff with job title, manager and start date"),
    ("departments", "hr", "parts of the organization"),
    ("time_off_requests", "hr", "vacation and sick days"),
    ("payroll_runs", "hr", "monthly salary payments"),
    ("job_openings", "hr", "positions that are advertised"),
    ("candidates", "hr", "people who applied for a position"),
    ("interviews", "hr", "appointments with candidates"),
    ("projects", "work", "work with a goal, members and a deadline"),
    ("tasks", "work", "things to do, with assignee and due date"),
    ("time_entries", "work", "hours worked on tasks"),
    ("calendars", "work", "calendars of people and rooms"),
    ("calendar_events", "work", "meetings with time, place and attendees"),
    ("documents", "work", "files in folders"),
    ("folders", "work", "places for documents"),
    ("email_campaigns", "marketing", "newsletters to many recipients"),
    ("mailing_lists", "marketing", "recipients of newsletters"),
    ("landing_pages", "marketing", "web pages of a campaign"),
    ("forms", "marketing", "questions on web pages"),
    ("webhooks", "admin", "addresses that are told of events"),
    ("audit_events", "admin", "who changed what and when"),
];

const ODD: &str = r"
  tickets_admin:
    tags: [support]
    methods:
      merge_into: {request: 'POST /tickets/{id}/merge', parameters: {id: {in: path, required: true, schema: {type: integer}}}, documentation: {description: Merges one ticket into another and closes it.}}
      escalate: {request: 'POST /tickets/{id}/escalate', parameters: {id: {in: path, required: true, schema: {type: integer}}}, documentation: {description: Hands a ticket to the next support level.}}
  exchange_rates:
    tags: [billing]
    methods:
      convert: {request: GET /rates/convert, parameters: {from_currency: {in: query, schema: {type: string}}, to_currency: {in: query, schema: {type: string}}}, documentation: {description: Converts an amount from one currency into another.}}
  sms:
    tags: [marketing]
    methods:
      send: {request: POST /sms, body: {schema: {type: object, properties: {phone_number: {type: string}, text: {type: string}}}}, documentation: {description: Sends a text message to a mobile phone.}}
";

fn suite() -> Vec<Arc<Tool>> {
    let mut text = "version: 1\nname: suite\nlabel: Suite\ndescription: A made-up business suite.\nbase_url: https://suite.example\n\
                    credentials: {token: {kind: bearer}}\nresources:\n"
        .to_owned();
    for (resource, tag, what) in NOUNS {
        let one = "parameters: {id: {in: path, required: true, schema: {type: integer}}}";
        let body = "body: {schema: {type: object, properties: {name: {type: string}, status: {type: string}}}}";
        text += &format!(
            "  {resource}:\n    tags: [{tag}]\n    methods:\n\
             \x20     list: {{request: GET /{resource}, documentation: {{description: \"Lists {what}.\"}}}}\n\
             \x20     get: {{request: 'GET /{resource}/{{id}}', {one}, documentation: {{description: \"Shows one of {what}.\"}}}}\n\
             \x20     create: {{request: POST /{resource}, {body}, documentation: {{description: \"Creates one of {what}.\"}}}}\n\
             \x20     update: {{request: 'PATCH /{resource}/{{id}}', {one}, {body}, documentation: {{description: \"Changes one of {what}.\"}}}}\n\
             \x20     delete: {{request: 'DELETE /{resource}/{{id}}', {one}, documentation: {{description: \"Deletes one of {what}.\"}}}}\n",
        );
    }
    parse("suite.yaml", &(text + ODD)).unwrap().tools
}

fn found<'t>(tools: &'t [Arc<Tool>], query: &str, limit: usize) -> Vec<&'t str> {
    Index::new(tools).search(query, limit).positions.iter().map(|position| tools[*position].name.as_str()).collect()
}

/// Every query whose tool is not among the first ones, with what is.
fn missed(tools: &[Arc<Tool>], expected: &[(&str, &str)]) -> Vec<String> {
    let missed = expected.iter().filter_map(|(query, wanted)| {
        assert!(tools.iter().any(|tool| tool.name == *wanted), "there is no {wanted}");
        let first = found(tools, query, LOOKED_AT);
        (!first.contains(wanted)).then(|| format!("{query}: {wanted} is not in {first:?}"))
    });
    missed.collect()
}

#[test]
fn questions_about_gifts_find_their_tool() {
    let expected = [
        ("send a coffee gift card by email", "create_a_sendoso_egift"),
        ("email an e-gift to a prospect", "create_a_sendoso_egift"),
        ("eGift", "create_a_sendoso_egift"),
        ("create a link that someone can redeem", "create_a_sendoso_egift_link"),
        ("redemption links for several recipients", "create_a_sendoso_egift_link"),
        ("ship a package to a street address", "create_a_sendoso_physical_gift"),
        ("mail a physical gift", "create_a_sendoso_physical_gift"),
        ("I don't know the recipient's address", "create_a_sendoso_physical_gift_address_collection"),
        ("ask the recipient for their shipping address", "create_a_sendoso_physical_gift_address_collection"),
        ("show the connected user", "list_all_sendoso_me"),
        ("current user and my balance", "list_all_sendoso_me"),
        ("invite a new colleague", "create_a_sendoso_user"),
        ("add a user to a team", "create_a_sendoso_user"),
        ("list users", "list_all_sendoso_users"),
        ("people in the organization", "list_all_sendoso_users"),
        ("how much budget does the team have left", "list_all_sendoso_groups"),
        ("team groups", "list_all_sendoso_groups"),
        ("members of a group", "list_all_sendoso_team_group_users"),
        ("find campaign touch_id", "list_all_sendoso_campaigns"),
        ("active campaigns", "list_all_sendoso_campaigns"),
        ("details of one campaign", "get_single_sendoso_campaign_by_id"),
        ("latest sends and their cost", "list_all_sendoso_sends"),
        ("track the status of a send", "list_all_sendoso_sends"),
        ("browse products in the marketplace", "list_all_sendoso_marketplace_products"),
        ("buy a marketplace product for someone", "create_a_sendoso_marketplace_send"),
        ("recommend a present for a person", "list_all_sendoso_recommendations"),
        ("let Sendoso choose a gift within a price", "create_a_sendoso_recommendation_send"),
        ("SCIM provisioning: create user", "create_a_sendoso_scim_user"),
        ("revoke a user's access", "update_a_sendoso_scim_user_by_id"),
        ("change a user's role", "update_a_sendoso_scim_user_by_id"),
    ];
    assert_eq!(missed(&SENDOSO, &expected), Vec::<String>::new());
}

#[test]
fn questions_about_a_help_desk_find_their_tool() {
    let expected = [
        ("reply to the customer", "create_a_e_desk_message"),
        ("urgent open tickets with little time left to reply", "list_all_e_desk_tickets"),
        ("read the whole ticket with its custom fields", "get_single_e_desk_ticket_by_id"),
        ("read the customer's complaint", "get_single_e_desk_message_by_id"),
        ("mark the ticket as resolved", "update_a_e_desk_ticket_by_id"),
        ("close a ticket", "update_a_e_desk_ticket_by_id"),
        ("assign a ticket to a colleague", "update_a_e_desk_ticket_by_id"),
        ("where is my order: tracking code", "get_single_e_desk_sales_order_by_id"),
        ("find an order by its number at the marketplace", "list_all_e_desk_sales_orders"),
        ("leave an internal note for the warehouse", "create_a_e_desk_order_note"),
        ("upload a file to an order note", "create_a_e_desk_order_note_attachment"),
        ("tag a ticket as damaged goods", "update_a_e_desk_ticket_by_id"),
        ("canned responses", "list_all_e_desk_templates"),
        ("find a customer by email", "list_all_e_desk_contacts"),
        ("which shops are connected", "list_all_e_desk_channels"),
        ("who am I connected as", "list_all_e_desk_whoami"),
    ];
    assert_eq!(missed(&EDESK, &expected), Vec::<String>::new());
}

#[test]
fn questions_about_a_whole_business_find_their_tool() {
    assert_eq!(SUITE.len(), 309);
    let expected = [
        ("open a support ticket", "create_a_suite_ticket"),
        ("reply to a ticket", "create_a_suite_ticket_comment"),
        ("change the status of a ticket", "update_a_suite_ticket_by_id"),
        ("merge two tickets", "suite_tickets_admin_merge_into"),
        ("escalate a ticket to the next level", "suite_tickets_admin_escalate"),
        ("refund a payment", "create_a_suite_refund"),
        ("unpaid invoices", "list_all_suite_invoices"),
        ("show one invoice", "get_single_suite_invoice_by_id"),
        ("cancel a subscription", "delete_a_suite_subscription_by_id"),
        ("convert dollars into another currency", "suite_exchange_rates_convert"),
        ("discount code", "create_a_suite_coupon"),
        ("where is my parcel: tracking number", "list_all_suite_shipments"),
        ("how many are in stock", "list_all_suite_stock_levels"),
        ("new order", "create_a_suite_order"),
        ("vacation request", "create_a_suite_time_off_request"),
        ("hire: candidates who applied", "list_all_suite_candidates"),
        ("schedule an interview", "create_a_suite_interview"),
        ("book a meeting in the calendar", "create_a_suite_calendar_event"),
        ("log hours on a task", "create_a_suite_time_entry"),
        ("remove a webhook", "delete_a_suite_webhook_by_id"),
        ("who changed something: audit", "list_all_suite_audit_events"),
        ("send a text message to a phone", "suite_sms_send"),
        ("edit a contact's email", "update_a_suite_contact_by_id"),
        ("sales pipeline stages", "list_all_suite_deal_stages"),
        ("add a company", "create_a_suite_company"),
        ("newsletter recipients", "list_all_suite_mailing_lists"),
        ("salary payments this month", "list_all_suite_payroll_runs"),
    ];
    assert_eq!(missed(&SUITE, &expected), Vec::<String>::new());
}

#[test]
fn a_tool_s_name_in_a_sentence_finds_that_tool_first() {
    assert_eq!(found(&SUITE, "the schema of delete_a_suite_order_by_id please", 1), ["delete_a_suite_order_by_id"]);
}

#[test]
fn a_word_that_no_tool_has_finds_nothing() {
    let matches = INDEX.search("zeppelin", 5);
    assert_eq!((matches.positions.len(), matches.total), (0, 0));
    assert_eq!(found(&SUITE, "", 5), Vec::<&str>::new());
    assert_eq!(found(&[], "order", 5), Vec::<&str>::new());
}

#[test]
fn a_word_that_every_question_has_may_be_the_name_of_a_resource() {
    assert_eq!(found(&SENDOSO, "me", 1), ["list_all_sendoso_me"]);
    assert!(!found(&SENDOSO, "show me the campaigns", LOOKED_AT).contains(&"list_all_sendoso_me"));
}

#[test]
fn all_matches_are_counted_and_the_best_ones_given() {
    let matches = INDEX.search("invoice", 2);
    assert_eq!(matches.positions.len(), 2);
    // Five of invoices, five of credit notes.
    assert_eq!(matches.total, 10);
}

#[test]
fn tools_that_fit_equally_well_keep_the_order_of_the_definition() {
    let twins = "version: 1\nname: twins\nlabel: Twins\ndescription: Two alike.\nbase_url: https://twins.example\n\
                 credentials: {token: {kind: bearer}}\nresources:\n\
                 \x20 b: {methods: {x: {tool_name: b_x, request: GET /b, documentation: {description: Does it.}}}}\n\
                 \x20 a: {methods: {x: {tool_name: c_x, request: GET /a, documentation: {description: Does it.}}}}\n";
    let tools = parse("twins.yaml", twins).unwrap().tools;
    assert_eq!(found(&tools, "x", 5), ["b_x", "c_x"]);
}

/// Words of the definition, of people, and of neither.
fn query() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        proptest::sample::select(NOUNS).prop_map(|(resource, _, _)| resource.to_owned()),
        proptest::sample::select(NOUNS).prop_map(|(_, _, what)| what.to_owned()),
        "[a-zA-Z_]{0,12}",
        "\\PC{0,12}",
    ];
    proptest::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn the_same_query_gives_the_same_order(query in query()) {
        // Made from the same tools, but its hash maps are in another order.
        static ANOTHER: LazyLock<Index> = LazyLock::new(|| Index::new(&SUITE));
        prop_assert_eq!(INDEX.search(&query, 20), ANOTHER.search(&query, 20));
    }

    #[test]
    fn a_tool_s_exact_name_finds_it_first(tool in proptest::sample::select(&**SUITE)) {
        for query in [tool.name.clone(), format!(" {}\n", tool.name)] {
            prop_assert_eq!(&SUITE[INDEX.search(&query, 1).positions[0]].name, &tool.name);
        }
    }

    #[test]
    fn a_smaller_limit_gives_the_beginning_of_the_same_list(query in query(), limit in 0_usize..20) {
        let (few, many) = (INDEX.search(&query, limit), INDEX.search(&query, 20));
        prop_assert_eq!(&few.positions[..], &many.positions[..few.positions.len()]);
        prop_assert_eq!(few.positions.len(), limit.min(many.positions.len()));
        prop_assert_eq!(few.total, many.total);
        prop_assert!(many.total >= many.positions.len());
    }
}
