//! A definition as a page for people: `docs/integrations/<name>.md`.
//!
//! Everything on it comes from the definition and the tools that it yields; nothing is written by hand.

use crate::definition::Definition;
use markdown::{Links, paragraph};

mod account;
mod arguments;
mod limits;
mod markdown;
mod prompts;
mod quirks;
mod refusals;
mod tags;
mod tools;

/// The page in GitHub's Markdown, ending with a line break.
pub fn page(definition: &Definition) -> String {
    let links = Links::to_tools_of(definition);
    let sections = [
        head(definition, &links),
        account::section(definition),
        quirks::section(definition, &links),
        tags::section(definition),
        limits::section(definition),
        prompts::section(definition, &links),
        refusals::section(definition, &links),
        tools::sections(definition, &links),
    ];
    let written: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    format!("{}\n", written.join("\n\n"))
}

fn head(definition: &Definition, links: &Links) -> String {
    let integration = &definition.integration;
    let mut counts = vec![counted(definition.tools.len(), "tool")];
    if !definition.prompts.is_empty() {
        counts.push(counted(definition.prompts.len(), "prompt"));
    }
    let origin = match &integration.documentation_url {
        Some(url) => format!(" The vendor documents its API at {}.", markdown::address(url)),
        None => String::new(),
    };
    let name = &integration.name;
    format!(
        "# {}\n\n{}\n\n{}.{origin} This page is what `tidegate catalog docs {name}` prints.",
        paragraph(&integration.label, &Links::default()),
        paragraph(&integration.description, links),
        counts.join(", "),
    )
}

/// `1 tool`, `20 tools`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    const ACME: &str = r#"
version: 1
name: acme
label: Acme
description: Orders of a shop, e.g. <b>parts</b>.
documentation_url: https://acme.test/docs
quirks: ["Orders last a day; list_all_acme_orders forgets them <later>."]
base_url: https://{shop}.acme.test
variables:
  shop: { description: First part of the shop's address., pattern: "^(a|b)$" }
credentials:
  key: { kind: api_key, attach: { header: X-Key } }
  app:
    kind: oauth2
    oauth2: { authorize_url: "https://acme.test/a", token_url: "https://acme.test/t", scopes: { read: Read orders } }
rate_limit: { limit_header: X-Limit, reset_header: X-Reset, when_limited: { limit: 5, reset: 60 } }
errors:
  rules:
    - when: status == 404 and body.of == "a|b"
      code: not_found
      extract: { order: body.id }
      hint: "{{ body.id }} is none; ids come from list_all_acme_orders."
resources:
  orders:
    tags: [orders]
    scopes: [read]
    methods:
      list:
        request: GET /orders
        request_when: [{ when: q, request: GET /orders/search }]
        parameters:
          q: { in: query, schema: { type: string, description: Text to look for. } }
        response: { notes: [{ when: 'headers["x-cut"]', text: "Only {{ headers['x-cut'] }} are here." }] }
        documentation: { description: Lists orders., source: "https://acme.test/docs/orders" }
      create:
        request: POST /orders
        tags: [sales]
        rate_limit: { when_limited: { limit: 1 } }
        body:
          schema:
            type: object
            additionalProperties: false
            required: [lines, payment]
            properties:
              lines:
                type: array
                minItems: 1
                description: What is bought
                items:
                  type: object
                  required: [part]
                  properties:
                    part: { type: integer, minimum: 1, description: Id of a part. }
                    color: { type: string, enum: [red, "blue|green"] }
              payment:
                description: How it is paid.
                oneOf:
                  - type: object
                    required: [type, iban]
                    properties: { type: { type: string, const: BANK }, iban: { type: string, maxLength: 34 }, note: { type: string } }
                  - type: object
                    required: [type]
                    properties: { type: { type: string, const: CASH }, note: { type: string } }
        refuse:
          - { when: not lines, argument: lines, message: an order has lines }
        documentation:
          description: Orders parts.
          examples:
            - description: Order a part.
              arguments: { lines: [{ part: 7 }], payment: { type: CASH } }
  invoices:
    methods:
      get:
        request: GET /invoices/{invoice_id}
        parameters:
          invoice_id: { in: path, schema: { type: string, description: Id of an invoice. } }
        response: { redirect: location }
        documentation: { description: Gives a link to an invoice. }
prompts:
  reorder:
    description: Orders again.
    tools: [create_a_acme_order]
    arguments: { what: { description: Which part., required: true, values: [wheel] } }
    messages: [{ text: "Order {{ what }}." }]
"#;

    #[test]
    fn a_page_tells_all_that_the_definition_does() {
        insta::assert_snapshot!(page(&parse("acme.yaml", ACME).unwrap()));
    }
}
