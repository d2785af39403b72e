//! When the organization is open: one primary set of hours and others. A change names the version it was made from, so
//! that two people cannot overwrite each other.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, Problem, blank, invalid, invalid_state, not_exist, too_long};
use crate::gladly::success::{found, no_content};
use crate::gladly::time_zone;
use crate::kit::reply::Reply;

const LONGEST_NAME: usize = 200;
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BusinessHours {
    id: String,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    name: String,
    primary: bool,
    office_hours: Map<String, Value>,
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("GET", ["business-hours"]) => Some(Ok(found(&call.organization.business_hours))),
        ("GET", ["business-hours", id]) => Some(get(call, id)),
        ("POST", ["business-hours"]) => Some(create(call)),
        ("PUT", ["business-hours", id]) => Some(update(call, id)),
        ("DELETE", ["business-hours", id]) => Some(delete(call, id)),
        _ => None,
    }
}

pub(super) fn seed(now: Timestamp) -> Vec<BusinessHours> {
    let hours = |id: &str, name: &str, primary: bool, office_hours: Value| BusinessHours {
        id: id.to_owned(),
        version: 1,
        created_at: now,
        updated_at: now,
        name: name.to_owned(),
        primary,
        office_hours: office_hours.as_object().cloned().unwrap_or_default(),
    };
    let day = json!([{"start": "08:00", "stop": "18:00"}]);
    let weekend = json!([{"start": "10:00", "stop": "16:00"}]);
    vec![
        hours(
            "bh_support",
            "Support",
            true,
            json!({
                "timezone": "America/Los_Angeles",
                "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day, "saturday": weekend,
                "exceptions": [{"name": "Independence Day", "start": "2026-07-04T07:00:00Z", "stop": "2026-07-05T07:00:00Z",
                                "scheduleBlocks": []}],
            }),
        ),
        hours("bh_phone", "Phone", false, json!({"timezone": "America/Los_Angeles", "monday": day, "wednesday": day, "friday": day})),
    ]
}

fn get(call: &Call<'_>, id: &str) -> Answer {
    let hours = call.organization.business_hours.iter().find(|hours| hours.id == id);
    hours.map(found).ok_or_else(not_exist)
}

fn create(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let hours = BusinessHours {
        name: name(&fields)?,
        office_hours: office_hours(&fields)?,
        primary: fields.boolean("primary")?.unwrap_or(false),
        id: call.organization.ids.next(),
        version: 1,
        created_at: call.now,
        updated_at: call.now,
    };
    let reply = Reply::json(201, &json!(hours));
    make_way_for_primary(call, &hours);
    call.organization.business_hours.push(hours);
    Ok(reply)
}

fn update(call: &mut Call<'_>, id: &str) -> Answer {
    let Some(known) = call.organization.business_hours.iter().find(|hours| hours.id == id).cloned() else {
        return Err(not_exist());
    };
    let fields = Fields::of(call.request)?;
    let version = fields.value("version").ok_or_else(|| blank("version"))?;
    let version = version.as_i64().ok_or_else(|| Problem::new("not_a_number", "version must be a number").at("version").refused(400))?;
    let (name, office_hours) = (name(&fields)?, office_hours(&fields)?);
    // Assumed: there is always one primary set, so the way to unset it is to set another.
    let primary = known.primary || fields.boolean("primary")?.unwrap_or(false);
    if version != known.version {
        return Err(Problem::new("version_outdated", "the version provided is outdated").refused(409));
    }
    let hours = BusinessHours { version: version + 1, updated_at: call.now, name, primary, office_hours, ..known };
    make_way_for_primary(call, &hours);
    let reply = found(&hours);
    if let Some(place) = call.organization.business_hours.iter_mut().find(|place| place.id == id) {
        *place = hours;
    }
    Ok(reply)
}

fn delete(call: &mut Call<'_>, id: &str) -> Answer {
    let hours = call.organization.business_hours.iter().find(|hours| hours.id == id).ok_or_else(not_exist)?;
    if hours.primary {
        // The vendor publishes the text without its code.
        return Err(invalid_state("cannot delete primary business hours"));
    }
    call.organization.business_hours.retain(|hours| hours.id != id);
    Ok(no_content())
}

/// Assumed: what becomes primary takes that from the others.
fn make_way_for_primary(call: &mut Call<'_>, new: &BusinessHours) {
    if new.primary {
        for hours in call.organization.business_hours.iter_mut().filter(|hours| hours.id != new.id) {
            hours.primary = false;
        }
    }
}

/// A blank name has the code `invalid` here and nowhere else; the text is assumed.
fn name(fields: &Fields) -> Result<String, Reply> {
    match fields.text("name")? {
        Some(name) if name.chars().count() > LONGEST_NAME => Err(too_long("name", LONGEST_NAME)),
        Some(name) if !name.trim().is_empty() => Ok(name),
        _ => Err(invalid("name", "name cannot be blank")),
    }
}

fn office_hours(fields: &Fields) -> Result<Map<String, Value>, Reply> {
    let hours = fields.object("officeHours")?.ok_or_else(|| blank("officeHours"))?;
    let timezone = hours.text("timezone")?.filter(|name| !name.trim().is_empty());
    let timezone = timezone.ok_or_else(|| Problem::new("blank", "Timezone is required").at("officeHours.timezone").refused(400))?;
    if !time_zone::is_known(&timezone) {
        return Err(invalid("officeHours.timezone", "Timezone is invalid"));
    }
    for day in DAYS {
        demand_blocks(&hours, day)?;
    }
    for exception in hours.objects("exceptions")?.unwrap_or_default() {
        exception.required_text("name")?;
        let (start, stop) = (exception.required_moment("start")?, exception.required_moment("stop")?);
        if stop <= start {
            return Err(invalid(&exception.attr("stop"), "stop must occur after start"));
        }
        demand_blocks(&exception, "scheduleBlocks")?;
    }
    Ok(hours.into_values())
}

/// Blocks of a day: each with a start and a later stop. The wording is assumed.
fn demand_blocks(fields: &Fields, name: &str) -> Result<(), Reply> {
    for block in fields.objects(name)?.unwrap_or_default() {
        let (start, stop) = (block.required_text("start")?, block.required_text("stop")?);
        for (field, time) in [("start", &start), ("stop", &stop)] {
            if !is_time_of_day(time) {
                return Err(invalid(&block.attr(field), &format!("{} must be written as HH:MM", block.attr(field))));
            }
        }
        if stop <= start {
            return Err(invalid(&block.attr("stop"), "stop must occur after start"));
        }
    }
    Ok(())
}

/// `HH:MM`, up to `24:00`.
fn is_time_of_day(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else {
        return false;
    };
    let number = |digits: &str| (digits.len() == 2).then(|| digits.parse::<u8>().ok()).flatten();
    matches!((number(hours), number(minutes)), (Some(0..=23), Some(0..=59)) | (Some(24), Some(0)))
}
