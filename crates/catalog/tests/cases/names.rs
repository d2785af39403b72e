//! Whose the names are that values write for their members.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::requests::{act, called, definition, posting};

fn listing(parameters: Value, keys: Value, arguments: Value) -> String {
    let pagination = json!({"style": "page", "page": "page[number]", "size": "page[size]", "default_size": 10, "max_size": 20});
    let method = json!({"request": "GET /a", "query": {"filter[kind]": "a"}, "pagination": pagination, "parameters": parameters});
    called(&definition("list", method, keys), arguments)
}

#[test]
fn no_member_of_a_parameter_sets_what_is_fixed_paged_the_credential_s_or_another_s() {
    let deep = || json!({"in": "query", "style": "deepObject", "schema": {}});
    let spread = || json!({"in": "query", "schema": {}});
    let keys = || json!({"query": {"v[x]": "2"}, "credentials": {"key": {"kind": "api_key", "attach": {"query": "api[key]"}}}});
    let parameters = || json!({"page": deep(), "filter": deep(), "api": deep(), "v": deep(), "one": spread(), "two": spread()});
    let call = |arguments: Value| listing(parameters(), keys(), arguments);
    assert_snapshot!(call(json!({"page": {"number": "7", "size": "999"}})), @"
    /page/number: `page[number]` is a query parameter of its own; leave this member out
    /page/size: `page[size]` is a query parameter of its own; leave this member out
    ");
    for refused in [
        json!({"filter": {"kind": "b"}}),
        json!({"filter": {"kind": {"x": "b"}}}),
        json!({"filter": {"kind": ["b"]}}),
        json!({"api": {"key": "x"}}),
        json!({"v": {"x": "x"}}),
        json!({"one": {"a": 1}, "two": {"a": 2}}),
        json!({"one": {"page[size]": 999}}),
        json!({"one": {"page[size][]": 999}}),
        json!({"one": {"page": 1}}),
        json!({"one": {"filter[color]": 1}}),
    ] {
        let answer = call(refused.clone());
        assert!(answer.contains("is a query parameter of its own; leave this member out"), "{refused}: {answer}");
    }
    let free = call(json!({"one": {"a": 1}, "two": {"b": 2}, "filter": {"color": "red"}, "page": {"of": {"size": 3}}}));
    assert_snapshot!(free.replace("%5B", "[").replace("%5D", "]"), @"GET https://acme.test/v1/a?filter[kind]=a&page[number]=1&page[size]=10&page[of][size]=3&filter[color]=red&a=1&b=2&v[x]=2");
}

#[test]
fn no_member_of_a_form_sets_what_is_fixed_paged_or_another_s() {
    for format in ["form", "multipart"] {
        for wrap in [json!(null), json!("order")] {
            let form = |fixed: Value, additional: Value| {
                posting(json!({
                    "format": format,
                    "wrap": wrap,
                    "fixed": fixed,
                    "encoding": {"spread": {"style": "form", "explode": true}, "other": {"style": "form", "explode": true}},
                    "schema": {
                        "type": "object",
                        "properties": {"payment": {}, "card[number]": {}, "card": {}, "spread": {"type": "object"}, "other": {"type": "object"}},
                        "additionalProperties": additional,
                    },
                }))
            };
            let closed = |arguments: Value| act(form(json!({"payment[type]": "card", "made": {"by": "us"}}), json!(false)), arguments);
            let open = |arguments: Value| act(form(json!({"made": {"by": "us"}}), json!(true)), arguments);
            for refused in [
                closed(json!({"spread": {"payment": 1}})),
                closed(json!({"spread": {"made": 1}})),
                closed(json!({"spread": {"a": 1}, "other": {"a": 2}})),
                open(json!({"spread": {"x": 1}, "x": 2})),
            ] {
                assert!(refused.contains("of its own; leave this one out"), "{format} {wrap}: {refused}");
            }
            // Within a wrapper, names with brackets of their own are written as `order[payment[type]]`, which is another name.
            let bracketed = [
                closed(json!({"payment": {"type": "cash"}})),
                closed(json!({"payment": {"type": {"x": "cash"}}})),
                closed(json!({"card": {"number": 1}})),
                closed(json!({"spread": {"payment[type]": 1}})),
                closed(json!({"spread": {"made[by]": 1}})),
                open(json!({"made[by]": "me"})),
                open(json!({"made[by][x]": "me"})),
                open(json!({"payment": {"type": "cash"}, "payment[type]": "card"})),
            ];
            for refused in bracketed.iter().filter(|_| wrap.is_null()) {
                assert!(refused.contains("of its own; leave this one out"), "{format} {wrap}: {refused}");
            }
            for sent in [
                closed(json!({"payment": {"color": "red", "lines": [{"type": 1}, {"type": 2}]}})),
                closed(json!({"card_number": 1, "card": "x"})),
                closed(json!({"spread": {"a": 1}, "other": {"b": 2}})),
                open(json!({"payment": {"type": "cash"}, "payments[type]": "card"})),
            ] {
                assert!(sent.starts_with("POST "), "{format} {wrap}: {sent}");
            }
        }
    }
}

#[test]
fn a_member_of_a_form_stays_within_the_wrapper() {
    let form = posting(json!({
        "format": "form",
        "wrap": "order",
        "encoding": {"meta": {"style": "form", "explode": true}},
        "schema": {"type": "object", "properties": {"meta": {"type": "object"}, "text": {}, "lines": {"type": "array"}}},
    }));
    let sent = act(form, json!({"meta": {"a": 1}, "text": "x", "lines": [{"x": 1, "y": 2}, {"x": 3}]}));
    assert_snapshot!(sent.replace("%5B", "[").replace("%5D", "]"), @"
    POST https://acme.test/v1/a
    Content-Type: application/x-www-form-urlencoded

    order[a]=1&order[text]=x&order[lines][0][x]=1&order[lines][0][y]=2&order[lines][1][x]=3
    ");
}

#[test]
fn what_cannot_be_sent_empty_is_refused_where_it_is_needed() {
    let needed = |location: &str, style: &str| json!({"in": location, "style": style, "required": true, "schema": {}});
    for (location, style) in
        [("query", "form"), ("query", "pipeDelimited"), ("query", "deepObject"), ("header", "simple"), ("cookie", "form")]
    {
        for empty in [json!([]), json!({}), json!(null), json!([null])] {
            let answer = act(json!({"request": "GET /a", "parameters": {"c": needed(location, style)}}), json!({ "c": empty }));
            assert_eq!(
                answer, "/c: must not be empty: nothing of it could be sent, and the request needs it",
                "{location} {style} {empty}"
            );
        }
    }
    for format in ["form", "multipart"] {
        let form = |empty: Value| {
            let encoding = json!({"parts": {"style": "deepObject"}});
            let schema = json!({"type": "object", "required": ["needed"], "properties": {"needed": {}, "tags": {}, "parts": {}}});
            act(posting(json!({"format": format, "encoding": encoding, "schema": schema})), empty)
        };
        for (place, arguments) in [
            ("/needed", json!({"needed": null})),
            ("/tags", json!({"needed": 1, "tags": []})),
            ("/tags", json!({"needed": 1, "tags": {"a": []}})),
            ("/parts", json!({"needed": 1, "parts": {}})),
        ] {
            assert_eq!(form(arguments), format!("{place}: cannot be sent empty in a form; leave it out, or give it a value"));
        }
        assert!(form(json!({"needed": "", "tags": null})).starts_with("POST "));
    }
    let json_body = posting(json!({"schema": {"type": "object", "required": ["tags"], "properties": {"tags": {}, "meta": {}}}}));
    assert!(act(json_body, json!({"tags": [], "meta": {}})).ends_with(r#"{"tags":[],"meta":{}}"#));
}
