//! Ways to authenticate: which secrets there are, how they are shown, and to whom.

use serde_json::Value;

use super::difference::{Difference, Weight};
use super::{Change, breaking, harmless};
use crate::integration::Integration;

pub(super) fn compare(before: &Integration, after: &Integration, say: &mut dyn FnMut(Change)) {
    for name in before.credentials.keys().filter(|name| !after.credentials.contains_key(*name)) {
        say(breaking(format!("the way to authenticate `{name}` is gone")));
    }
    for name in after.credentials.keys().filter(|name| !before.credentials.contains_key(*name)) {
        say(harmless(format!("there is a new way to authenticate, `{name}`")));
    }
    for (name, scheme) in &after.credentials {
        let Some(known) = before.credentials.get(name) else { continue };
        let value = |scheme| serde_json::to_value(scheme).unwrap_or_default();
        for difference in Difference::all(&value(known), &value(scheme)) {
            difference.say(&format!("to authenticate by `{name}`:"), weight(&difference), say);
        }
    }
    if let (Some((one, _)), Some((other, _))) = (before.credentials.first(), after.credentials.first())
        && one != other
    {
        say(breaking(format!("accounts authenticate by `{other}` instead of `{one}` where nothing else is said")));
    }
}

fn weight(difference: &Difference) -> Weight {
    let Difference { path, before, after } = difference;
    let (first, last) = (path.split('.').next().unwrap_or_default(), path.rsplit('.').next().unwrap_or_default());
    let is_both = before.is_some() && after.is_some();
    match (first, last) {
        ("label" | "help", _) | ("fields", "label" | "help" | "example") => Weight::Prose,
        // Which read tells whether a credential works; what that read sends is compared with the other methods.
        ("check", _) => Weight::Harmless,
        ("fields", "optional") if *after == Some(Value::Bool(true)) => Weight::Harmless,
        ("fields", "pattern") if after.is_none() => Weight::Harmless,
        _ if path == "oauth2.grant_refused_errors" => Weight::Harmless,
        _ if path.starts_with("oauth2.scopes.") && is_both => Weight::Prose,
        _ if path.starts_with("oauth2.scopes.") && after.is_some() => Weight::Harmless,
        _ => Weight::Breaking,
    }
}
