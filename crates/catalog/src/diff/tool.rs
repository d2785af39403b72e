//! One tool before and after.

use serde_json::Value;

use super::difference::{Difference, Weight};
use super::{At, Change, arguments, breaking, harmless, sent};
use crate::integration::{Method, Refusal};
use crate::tool::Tool;

/// `before` and `after` are where the tools stand in their definitions.
pub(super) fn compare(one: (&Tool, &At<'_>), other: (&Tool, &At<'_>), say: &mut dyn FnMut(Change)) {
    let ((before, old), (after, new)) = (one, other);
    if before.name != after.name {
        say(breaking(format!("renamed from `{}`", before.name)));
    }
    if (&before.resource, &before.method) != (&after.resource, &after.method) {
        // Filters name methods.
        say(breaking(format!("is `{}.{}` instead of `{}.{}`", after.resource, after.method, before.resource, before.method)));
    }
    sent::compare(old, new, say);
    arguments::compare(before, after, say);
    refused(&old.method.refuse, &new.method.refuse, say);
    for tag in before.tags.iter().filter(|tag| !after.tags.contains(tag)) {
        say(breaking(format!("the tag `{tag}` is gone: servers that are filtered by it lose the tool")));
    }
    for tag in after.tags.iter().filter(|tag| !before.tags.contains(tag)) {
        say(harmless(format!("has the new tag `{tag}`")));
    }
    for scope in after.scopes.iter().filter(|scope| !before.scopes.contains(scope)) {
        say(breaking(format!("needs the scope `{scope}`: accounts must be connected anew")));
    }
    for scope in before.scopes.iter().filter(|scope| !after.scopes.contains(scope)) {
        say(harmless(format!("does not need the scope `{scope}` any more")));
    }
    annotations(before, after, say);
    answer(old.method, new.method, say);
    let value = |tool: &Tool| serde_json::to_value(tool.rate_limit()).unwrap_or_default();
    if value(before) != value(after) {
        say(harmless("the vendor's limits are read otherwise"));
    }
    let rules = |method: &Method| serde_json::to_value(&method.errors).unwrap_or_default();
    if rules(old.method) != rules(new.method) {
        say(harmless("its own refusals are explained otherwise"));
    }
    if before.description != after.description {
        say(harmless("the description has changed"));
    }
}

fn annotations(before: &Tool, after: &Tool, say: &mut dyn FnMut(Change)) {
    let (one, other) = (&before.annotations, &after.annotations);
    // A tool that is renamed is entitled anew.
    if one.title != other.title && before.name == after.name {
        say(harmless(format!("has the title `{}`", other.title)));
    }
    match (one.read_only_hint, other.read_only_hint) {
        (true, false) => return say(breaking("changes things; it only read before")),
        (false, true) => return say(harmless("only reads; it changed things before")),
        _ => {}
    }
    match (one.destructive_hint, other.destructive_hint) {
        (false, true) if !one.read_only_hint => say(breaking("can destroy what is there")),
        (true, false) if !one.read_only_hint => say(harmless("only adds; it could destroy before")),
        (one, other) if one == other && before.kind == after.kind => {}
        _ => say(harmless("is another kind of tool")),
    }
    if (one.idempotent_hint, one.open_world_hint) != (other.idempotent_hint, other.open_world_hint) {
        say(harmless("other hints for clients"));
    }
}

/// Combinations of arguments that are not sent.
fn refused(before: &[Refusal], after: &[Refusal], say: &mut dyn FnMut(Change)) {
    let is_same = |one: &Refusal, other: &Refusal| one.when == other.when && one.argument == other.argument;
    for refusal in after.iter().filter(|refusal| !before.iter().any(|known| is_same(known, refusal))) {
        say(breaking(format!("is refused where `{}`: {}", refusal.when, refusal.message)));
    }
    for refusal in before.iter().filter(|refusal| !after.iter().any(|known| is_same(known, refusal))) {
        say(harmless(format!("is not refused any more where `{}`", refusal.when)));
    }
}

fn answer(before: &Method, after: &Method, say: &mut dyn FnMut(Change)) {
    let value = |method: &Method| serde_json::to_value(&method.response).unwrap_or_default();
    for difference in Difference::all(&value(before), &value(after)) {
        let weight = match difference.path.as_str() {
            "notes" => {
                say(harmless("notes on its answers have changed"));
                continue;
            }
            "max_characters" => match (&difference.before, &difference.after) {
                (Some(one), Some(other)) if one.as_u64() < other.as_u64() => Weight::Harmless,
                _ => Weight::Breaking,
            },
            _ => Weight::Breaking,
        };
        let Difference { path, before, after } = difference;
        let none = || Some(Value::from("not said"));
        let difference = Difference { path, before: before.or_else(none), after: after.or_else(none) };
        difference.say("of its answers", weight, say);
    }
}
