//! How tools are called: from the integration's label, the resource and the method, so that an agent that knows
//! one integration can guess the names of the next. Names are stable: they depend on nothing else.

use convert_case::{Case, Casing};
use indexmap::IndexMap;

use crate::fnv::{START, fnv1a};
use crate::integration::Integration;
use crate::problem::Problem;
use crate::singular::singular;

/// Longest tool name that every MCP client accepts.
pub(crate) const MAX_TOOL_NAME_CHARACTERS: usize = 64;

/// Digits of the hash at the end of a shortened name.
const HASH_CHARACTERS: usize = 8;

/// Adds to `problems` if clients would refuse the name of `what`, e.g. `a tool`.
pub(crate) fn check_client_name(path: &str, what: &str, name: &str, problems: &mut Vec<Problem>) {
    let is_valid =
        (1..=MAX_TOOL_NAME_CHARACTERS).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if !is_valid {
        let message = format!(
            "the name of {what} is 1 to {MAX_TOOL_NAME_CHARACTERS} letters, digits, underscores and hyphens; clients refuse others"
        );
        problems.push(Problem::error(path, message));
    }
}

/// The first part of an integration's tool names.
pub(crate) fn prefix_of(integration: &Integration) -> String {
    integration.tool_prefix.clone().unwrap_or_else(|| snake_case(&integration.label))
}

/// The name of the tool for one method of a resource.
///
/// `prefix` is the snake_case label or the `tool_prefix` that replaces it; `singular` maps plural words to singular
/// ones where the usual rules are wrong. The result always matches `^[a-zA-Z0-9_-]{1,64}$`: a longer name is cut at
/// a word and ends in a hash of the whole name.
pub(crate) fn tool_name(prefix: &str, resource: &str, method: &str, singular: &IndexMap<String, String>) -> String {
    let one = || singular_of(resource, singular);
    let name = match method {
        "list" => format!("list_all_{prefix}_{resource}"),
        "get" => format!("get_single_{prefix}_{}_by_id", one()),
        "create" => format!("create_a_{prefix}_{}", one()),
        "update" => format!("update_a_{prefix}_{}_by_id", one()),
        "delete" => format!("delete_a_{prefix}_{}_by_id", one()),
        custom => format!("{prefix}_{resource}_{custom}"),
    };
    fitted(name)
}

/// A label as the first part of tool names: words in lower case joined by underscores, a number being a word.
///
/// `myShop` gives `my_shop`, `Shop365` gives `shop_365`, `Shop.example` gives `shop_example`. Letters outside ASCII
/// cannot stand in a tool name and are dropped, so such a label needs a `tool_prefix`.
pub(crate) fn snake_case(label: &str) -> String {
    let words: String =
        label.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<String> = words.split_whitespace().map(|word| word.to_case(Case::Snake)).collect();
    words.join("_")
}

/// `resource` with only its last word made singular: `sales_orders` gives `sales_order`.
pub(crate) fn singular_of(resource: &str, exceptions: &IndexMap<String, String>) -> String {
    let (head, word) = match resource.rfind('_') {
        Some(at) => resource.split_at(at + 1),
        None => ("", resource),
    };
    match exceptions.get(word) {
        Some(singular) => format!("{head}{singular}"),
        None => format!("{head}{}", singular(word)),
    }
}

/// `name` if clients accept it, else its readable beginning and a hash of all of it.
fn fitted(name: String) -> String {
    let valid: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' }).collect();
    if valid == name && valid.len() <= MAX_TOOL_NAME_CHARACTERS {
        return valid;
    }
    let room = MAX_TOOL_NAME_CHARACTERS - HASH_CHARACTERS - 1;
    let cut = &valid[..valid.len().min(room)];
    // A half word reads worse than a missing one, unless words are so long that little would be left.
    let head = match cut.rfind('_') {
        Some(at) if valid.len() > room && at > room / 2 => &cut[..at],
        _ => cut,
    };
    format!("{head}_{:08x}", hash(&name))
}

/// Folded to 32 bits. The standard library's hasher may change between Rust versions, and names must not.
fn hash(text: &str) -> u32 {
    let full = fnv1a(START, text.as_bytes());
    ((full >> 32) ^ (full & 0xffff_ffff)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(label: &str, resource: &str, method: &str) -> String {
        tool_name(&snake_case(label), resource, method, &IndexMap::new())
    }

    #[test]
    fn a_label_becomes_words_in_lower_case() {
        for (label, expected) in [
            ("Sendoso", "sendoso"),
            ("eDesk", "e_desk"),
            ("Desk365", "desk_365"),
            ("HubSpot", "hub_spot"),
            ("Zoho CRM", "zoho_crm"),
            ("Monday.com", "monday_com"),
            ("XMLHttpRequest", "xml_http_request"),
            ("OAuth2Token", "o_auth_2_token"),
            ("Auth0", "auth_0"),
            ("6sense", "6_sense"),
            ("Chili's -- Grill", "chilis_grill"),
            ("v2", "v_2"),
        ] {
            assert_eq!(snake_case(label), expected, "{label}");
        }
    }

    #[test]
    fn only_the_last_word_becomes_singular() {
        for (resource, expected) in [
            ("users", "user"),
            ("sales_orders", "sales_order"),
            ("ticket_data", "ticket_datum"),
            ("memories", "memory"),
            ("custom_channel_message_statuses", "custom_channel_message_status"),
            ("public_answer_searches", "public_answer_search"),
            ("inboxes", "inbox"),
            ("people", "person"),
            ("criteria", "criterion"),
            ("indices", "index"),
            ("addresses", "address"),
            ("analyses", "analysis"),
            ("apis", "api"),
            ("caches", "cache"),
            ("skus", "sku"),
            ("menus", "menu"),
        ] {
            assert_eq!(singular_of(resource, &IndexMap::new()), expected);
        }
    }

    #[test]
    fn a_word_that_is_already_singular_stays() {
        for word in [
            "me",
            "lens",
            "sms",
            "dns",
            "pos",
            "status",
            "address",
            "species",
            "axis",
            "metadata",
            "analytics",
            "news",
            "series",
            "logistics",
            "organization",
            "whoami",
            "bus",
            "canvas",
            "analysis",
            "process",
            "media",
            "user",
            "memory",
            "datum",
            "order_address",
        ] {
            assert_eq!(singular_of(word, &IndexMap::new()), word);
        }
    }

    #[test]
    fn a_definition_can_correct_a_singular() {
        let exceptions = IndexMap::from([("media".to_owned(), "medium".to_owned())]);
        assert_eq!(singular_of("ad_media", &exceptions), "ad_medium");
    }

    #[test]
    fn tool_names_of_known_vendors_come_out_right() {
        for (label, resource, method, expected) in [
            ("Sendoso", "me", "list", "list_all_sendoso_me"),
            ("Sendoso", "users", "list", "list_all_sendoso_users"),
            ("Sendoso", "users", "create", "create_a_sendoso_user"),
            ("Sendoso", "groups", "list", "list_all_sendoso_groups"),
            ("Sendoso", "team_group_users", "list", "list_all_sendoso_team_group_users"),
            ("Sendoso", "campaigns", "list", "list_all_sendoso_campaigns"),
            ("Sendoso", "campaigns", "get", "get_single_sendoso_campaign_by_id"),
            ("Sendoso", "sends", "list", "list_all_sendoso_sends"),
            ("Sendoso", "physical_gifts", "create", "create_a_sendoso_physical_gift"),
            ("Sendoso", "physical_gift_address_collections", "create", "create_a_sendoso_physical_gift_address_collection"),
            ("Sendoso", "egifts", "create", "create_a_sendoso_egift"),
            ("Sendoso", "egift_links", "create", "create_a_sendoso_egift_link"),
            ("Sendoso", "marketplace_products", "list", "list_all_sendoso_marketplace_products"),
            ("Sendoso", "marketplace_sends", "create", "create_a_sendoso_marketplace_send"),
            ("Sendoso", "recommendations", "list", "list_all_sendoso_recommendations"),
            ("Sendoso", "recommendation_sends", "create", "create_a_sendoso_recommendation_send"),
            ("Sendoso", "scim_users", "list", "list_all_sendoso_scim_users"),
            ("Sendoso", "scim_users", "get", "get_single_sendoso_scim_user_by_id"),
            ("Sendoso", "scim_users", "create", "create_a_sendoso_scim_user"),
            ("Sendoso", "scim_users", "update", "update_a_sendoso_scim_user_by_id"),
            ("eDesk", "ticket_data", "update", "update_a_e_desk_ticket_datum_by_id"),
            ("eDesk", "tickets", "list", "list_all_e_desk_tickets"),
            ("eDesk", "sales_order_tracking_links", "delete", "delete_a_e_desk_sales_order_tracking_link_by_id"),
            ("eDesk", "whoami", "list", "list_all_e_desk_whoami"),
            ("eDesk", "tickets", "add_tags", "e_desk_tickets_add_tags"),
            ("Gladly", "sms", "create", "create_a_gladly_sms"),
            ("Gladly", "replies", "create", "create_a_gladly_reply"),
            ("Gladly", "business_hours", "get", "get_single_gladly_business_hour_by_id"),
            ("Gladly", "organization", "list", "list_all_gladly_organization"),
            ("Gladly", "custom_channel_message_statuses", "update", "update_a_gladly_custom_channel_message_status_by_id"),
        ] {
            assert_eq!(named(label, resource, method), expected);
        }
    }

    #[test]
    fn a_long_name_is_cut_at_a_word_and_keeps_a_hash() {
        let name = named("Gladly", "conversation_custom_attribute_definition_translations", "list");
        insta::assert_snapshot!(name, @"list_all_gladly_conversation_custom_attribute_01c5fe39");
    }

    #[test]
    fn long_names_that_begin_alike_stay_different() {
        let common = "a".repeat(80);
        let first = named("Gladly", &format!("{common}_first"), "list");
        let second = named("Gladly", &format!("{common}_second"), "list");
        assert_ne!(first, second);
    }

    proptest! {
        #[test]
        fn every_name_is_one_that_clients_accept(prefix in ".{0,90}", resource in ".{0,90}", method in ".{0,20}") {
            let name = tool_name(&prefix, &resource, &method, &IndexMap::new());
            prop_assert!((1..=MAX_TOOL_NAME_CHARACTERS).contains(&name.len()), "{}", name);
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')), "{}", name);
            prop_assert_eq!(&name, &tool_name(&prefix, &resource, &method, &IndexMap::new()));
        }

        #[test]
        fn different_methods_of_a_resource_have_different_names(
            resource in "[a-z][a-z_]{0,90}",
            methods in prop::collection::hash_set("[a-z]{1,8}|list|get|create|update|delete", 2..6),
        ) {
            let names: std::collections::HashSet<String> =
                methods.iter().map(|m| tool_name("vendor", &resource, m, &IndexMap::new())).collect();
            prop_assert_eq!(names.len(), methods.len());
        }

        #[test]
        fn different_resources_have_different_lists(
            resources in prop::collection::hash_set("[a-z_]{1,100}", 2..6),
        ) {
            let names: std::collections::HashSet<String> =
                resources.iter().map(|r| tool_name("vendor", r, "list", &IndexMap::new())).collect();
            prop_assert_eq!(names.len(), resources.len());
        }

        #[test]
        fn a_prefix_is_made_of_words_of_letters_and_digits(label in ".{0,40}") {
            let prefix = snake_case(&label);
            prop_assert!(prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{}", prefix);
            prop_assert!(!prefix.starts_with('_') && !prefix.ends_with('_') && !prefix.contains("__"), "{}", prefix);
        }
    }
}
