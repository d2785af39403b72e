//! How values are written outside of bodies: every style, with and without `explode`, everywhere.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::requests::{act, definition, plan};

/// What a parameter `color` becomes: the path segment, the query, the header or the cookies; nothing where nothing is sent.
fn written(location: &str, style: &str, explode: bool, value: Value) -> String {
    let request = if location == "path" { "GET /{color}" } else { "GET /" };
    let parameter = json!({"in": location, "style": style, "explode": explode, "schema": {}});
    let answer = act(json!({"request": request, "parameters": {"color": parameter}}), json!({ "color": value }));
    let Some(request) = answer.strip_prefix("GET https://acme.test/v1/") else {
        return format!("refused: {answer}");
    };
    match (location, request.split_once('\n')) {
        ("path", None) => request.to_owned(),
        ("query", None) => request.trim_start_matches('?').to_owned(),
        (_, None) => String::new(),
        (_, Some((_, header))) => header.split_once(": ").unwrap().1.to_owned(),
    }
}

/// The table of OpenAPI 3.1.1, "Style Examples", which is that of RFC 6570, with `R=100, G=200` for an object. `refused` stands where nothing could be
/// sent but a path without the value. Rows that OpenAPI leaves open (n/a) are told apart by a `*`; docs/definitions.md says what holds there.
const TABLE: &str = "
path   matrix         false | refused | ;color=blue | ;color=blue,black | ;color=R,100,G,200
path   matrix         true  | refused | ;color=blue | ;color=blue;color=black | ;R=100;G=200
path   label          false | refused | .blue | .blue,black | .R,100,G,200
path   label          true  | refused | .blue | .blue.black | .R=100.G=200
path   simple         false | refused | blue | blue,black | R,100,G,200
path   simple         true  | refused | blue | blue,black | R=100,G=200
header simple         false |  | blue | blue,black | R,100,G,200
header simple         true  |  | blue | blue,black | R=100,G=200
query  form           false | color= | color=blue | color=blue,black | color=R,100,G,200
query  form           true  | color= | color=blue | color=blue&color=black | R=100&G=200
query  spaceDelimited false | *color= | *color=blue | color=blue%20black | color=R%20100%20G%20200
query  spaceDelimited true  | *color= | *color=blue | *color=blue&color=black | *R=100&G=200
query  pipeDelimited  false | *color= | *color=blue | color=blue%7Cblack | color=R%7C100%7CG%7C200
query  pipeDelimited  true  | *color= | *color=blue | *color=blue&color=black | *R=100&G=200
query  deepObject     false | *color= | *color=blue | *color%5B%5D=blue&color%5B%5D=black | *color%5BR%5D=100&color%5BG%5D=200
query  deepObject     true  | *color= | *color=blue | *color%5B%5D=blue&color%5B%5D=black | color%5BR%5D=100&color%5BG%5D=200
cookie form           false | color= | color=blue | color=blue%2Cblack | color=R%2C100%2CG%2C200
cookie form           true  | color= | color=blue | *color=blue; color=black | *color=R%2C100%2CG%2C200
path   json           false | %22%22 | %22blue%22 | %5B%22blue%22%2C%22black%22%5D | %7B%22R%22%3A100%2C%22G%22%3A200%7D
query  json           false | color=%22%22 | color=%22blue%22 | color=%5B%22blue%22%2C%22black%22%5D | color=%7B%22R%22%3A100%2C%22G%22%3A200%7D
header json           false | \"\" | \"blue\" | [\"blue\",\"black\"] | {\"R\":100,\"G\":200}
cookie json           false | color=%22%22 | color=%22blue%22 | color=%5B%22blue%22%2C%22black%22%5D | color=%7B%22R%22%3A100%2C%22G%22%3A200%7D
";

#[test]
fn case_c4_every_style_and_explode_in_every_place() {
    let values = [json!(""), json!("blue"), json!(["blue", "black"]), json!({"R": 100, "G": 200})];
    let rows: Vec<&str> = TABLE.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), 22);
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [location, style, explode] = cells[0].split_whitespace().collect::<Vec<_>>()[..] else { panic!("{row}") };
        for (value, expected) in values.iter().zip(&cells[1..]) {
            let written = written(location, style, explode == "true", value.clone());
            match *expected {
                "refused" => assert!(written.starts_with("refused: /color: must not be empty"), "{row} {value}: {written}"),
                expected => assert_eq!(written, expected.trim_start_matches('*'), "{row} {value}"),
            }
        }
    }
}

#[test]
fn case_c4_what_is_empty_is_left_out_but_for_an_empty_text() {
    for (location, style) in
        [("query", "form"), ("query", "pipeDelimited"), ("query", "deepObject"), ("header", "simple"), ("cookie", "form")]
    {
        for explode in [true, false] {
            for empty in [json!([]), json!({}), json!(null), json!([null])] {
                assert_eq!(written(location, style, explode, empty.clone()), "", "{location} {style} {empty}");
            }
        }
    }
    for style in ["simple", "label", "matrix"] {
        for empty in [json!([]), json!({}), json!(null)] {
            assert!(written("path", style, true, empty).starts_with("refused: /color: must not be empty"));
        }
    }
}

#[test]
fn case_c4_the_defaults_are_those_of_openapi() {
    for (location, style, explode) in
        [("path", "simple", false), ("query", "form", true), ("header", "simple", false), ("cookie", "form", true)]
    {
        let request = if location == "path" { "GET /{color}" } else { "GET /" };
        let call = |parameter: Value| {
            act(json!({"request": request, "parameters": {"color": parameter}}), json!({"color": {"R": ["a", "b"], "G": 1}}))
        };
        let spelt_out = call(json!({"in": location, "style": style, "explode": explode, "schema": {}}));
        assert_eq!(call(json!({"in": location, "schema": {}})), spelt_out);
    }
    for style in ["spaceDelimited", "pipeDelimited"] {
        let unsaid =
            act(json!({"request": "GET /", "parameters": {"c": {"in": "query", "style": style, "schema": {}}}}), json!({"c": [1, 2]}));
        assert!(unsaid.contains("c=1%"), "{unsaid}");
    }
}

proptest! {
    /// Read back as RFC 6570 has it, each value is what was given: nothing in a value is taken for a delimiter.
    #[test]
    fn case_c4_no_value_passes_for_a_delimiter(items in prop::collection::vec("[a-z,;.=&|%/ ]{1,6}", 1..4)) {
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let query = |style: &str, explode: bool| {
            let parameter = json!({"in": "query", "style": style, "explode": explode, "schema": {}});
            let definition = definition("act", json!({"request": "GET /", "parameters": {"c": parameter}}), json!({}));
            let plan = plan(&definition, json!({ "c": items })).unwrap();
            plan.url.query().unwrap().to_owned()
        };
        let exploded: Vec<String> = query("form", true).split('&').map(|pair| decoded(pair.strip_prefix("c=").unwrap())).collect();
        prop_assert_eq!(&exploded, &items);
        let joined = query("form", false);
        let joined: Vec<String> = joined.strip_prefix("c=").unwrap().split(',').map(decoded).collect();
        prop_assert_eq!(&joined, &items);
        let json: Vec<String> = serde_json::from_str(&decoded(query("json", false).strip_prefix("c=").unwrap())).unwrap();
        prop_assert_eq!(&json, &items);
    }
}
