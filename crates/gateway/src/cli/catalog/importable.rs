//! What the index says of APIs that are not built in.

use catalog::index::{Importable, importable};
use serde_json::{Value, json};

use super::{output, table};

/// All APIs that `catalog add` takes.
pub(super) fn list(as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::line(Value::Array(importable().iter().map(facts).collect()));
    }
    let mut table = table(["NAME", "LABEL", "CATEGORY", "AUTHENTICATION"]);
    for entry in importable() {
        table.add_row([entry.name, entry.label, entry.category, entry.auth]);
    }
    output::line(table)
}

/// What is known of one.
pub(super) fn show(entry: &Importable, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::line(facts(entry));
    }
    let owner = if entry.is_vendors_own() { "the vendor's own file" } else { "a collection's copy of what the vendor publishes" };
    let mut table = table(["FACT", "WHAT IS KNOWN"]);
    for (what, fact) in [
        ("name", entry.name.to_owned()),
        ("label", entry.label.to_owned()),
        ("category", entry.category.to_owned()),
        ("description", format!("{} ({}, {owner})", entry.description_url, entry.format)),
        ("base URL", entry.base_url.to_owned()),
        ("authentication", entry.auth.to_owned()),
        ("pagination", entry.pagination.to_owned()),
        ("rate limit", entry.rate_limit.to_owned()),
        ("documentation", entry.docs_url.to_owned()),
        ("licence", "the description is the vendor's: its terms hold for what is made of it".to_owned()),
        ("rests on", entry.grounds().join("; ")),
    ] {
        table.add_row([what, &fact]);
    }
    output::line(table)?;
    output::line(format_args!("\nnot in the catalog yet; `tidegate catalog add {}` imports it", entry.name))
}

fn facts(entry: &Importable) -> Value {
    json!({
        "name": entry.name,
        "label": entry.label,
        "category": entry.category,
        "description_url": entry.description_url,
        "format": entry.format,
        "vendors_own": entry.is_vendors_own(),
        "base_url": entry.base_url,
        "auth": entry.auth,
        "pagination": entry.pagination,
        "rate_limit": entry.rate_limit,
        "docs_url": entry.docs_url,
        "checked": entry.grounds(),
    })
}
