//! Reports, as CSV in the body. They have a limit of their own besides that of each verb. The vendor also runs no more
//! than two at a time; a sandbox answers one request after the other, so that limit cannot be reached here.

mod metric_sets;
mod table;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::gladly::call::Call;
use crate::gladly::fields::Fields;
use crate::gladly::moments::required_date;
use crate::gladly::organization::Organization;
use crate::gladly::phone;
use crate::gladly::refusal::{Answer, Problem, blank, invalid, too_many_requests};
use crate::gladly::reports::table::{Channel, Filter, Level};
use crate::gladly::time_zone;
use crate::kit::rate_limiter::SlidingWindow;
use crate::kit::reply::Reply;

/// Assumed, so that no report grows without end.
const MOST_DAYS: i32 = 366;

/// Counts the reports of the last minute.
#[derive(Debug)]
pub(super) struct ReportLimit(SlidingWindow);

impl ReportLimit {
    pub(super) fn new() -> ReportLimit {
        ReportLimit(SlidingWindow::over(SignedDuration::from_secs(60)))
    }
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("POST", ["reports"]) => Some(admit(call).and_then(|()| metrics(call))),
        ("POST", ["reports", "work-session-events"]) => Some(admit(call).and_then(|()| work_sessions(call))),
        _ => None,
    }
}

fn admit(call: &mut Call<'_>) -> Result<(), Reply> {
    let admitted = call.organization.report_limit.0.admit("reports", call.settings.reports_per_minute, call.now);
    admitted.map_err(|_| too_many_requests())
}

fn metrics(call: &Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let metric_set = fields.text("metricSet")?.filter(|name| !name.trim().is_empty());
    let metric_set = metric_set.ok_or_else(|| Problem::new("blank", "metricSet must be specified").at("metricSet").refused(400))?;
    if !metric_sets::is_known(&metric_set) {
        return Err(invalid("metricSet", "the specified value is not a valid metric set"));
    }
    let (start, end) = (required_date(&fields, "startAt")?, required_date(&fields, "endAt")?);
    if end < start {
        return Err(invalid("startAt", "endAt must occur after startAt"));
    }
    if (end - start).get_days() >= MOST_DAYS {
        return Err(invalid("endAt", &format!("a report cannot cover more than {MOST_DAYS} days")));
    }
    if fields.text("timezone")?.is_some_and(|zone| !time_zone::is_known(&zone)) {
        return Err(invalid("timezone", "Timezone is invalid"));
    }
    let level = match fields.value("aggregationLevel") {
        None => Level::Daily,
        Some(level) => level
            .as_str()
            .and_then(Level::of_name)
            .ok_or_else(|| invalid("aggregationLevel", "the specified value is not a valid aggregation level"))?,
    };
    let filter = filter(call.organization, &fields.object_or_empty("filters")?, &metric_set)?;
    let csv = table::of_periods(call.organization, &filter, level, start, end);
    Ok(attachment(&format!("{metric_set}-{}-{}-{}.csv", compact(start), compact(end), level.title()), csv))
}

fn filter(organization: &Organization, filters: &Fields, metric_set: &str) -> Result<Filter, Reply> {
    let channel = match filters.value("channel") {
        None => Channel::All,
        Some(name) => name
            .as_str()
            .and_then(Channel::of_name)
            .ok_or_else(|| invalid("filters.channel", "the specified value is not a valid channel"))?,
    };
    let inboxes = filters.texts("inboxes")?;
    if inboxes.iter().flatten().any(|id| organization.directory.inbox(id).is_none()) {
        return Err(Problem::new("present", "the requested inbox does not exist").at("filters.inboxes").refused(400));
    }
    let teams = filters.texts("teams")?;
    // Assumed: as for inboxes.
    if teams.iter().flatten().any(|id| organization.directory.team(id).is_none()) {
        return Err(Problem::new("present", "the requested team does not exist").at("filters.teams").refused(400));
    }
    let number = filters.text("phoneNumber")?.filter(|number| !number.is_empty());
    match (metric_sets::is_of_ivr(metric_set), number) {
        (true, None) => return Err(blank("filters.phoneNumber")),
        (true, Some(number)) if !phone::is_e164(&number) => {
            return Err(invalid("filters.phoneNumber", "phoneNumber must be in E.164 format"));
        }
        (false, Some(_)) => {
            let detail = format!("the phoneNumber filter cannot be applied to the {metric_set} metricSet");
            return Err(invalid("filters.phoneNumber", &detail));
        }
        _ => {}
    }
    let agents = teams.map(|teams| {
        let teams = teams.iter().filter_map(|id| organization.directory.team(id));
        teams.flat_map(|team| team.agent_ids).copied().collect()
    });
    Ok(Filter { channel, inboxes, agents })
}

fn work_sessions(call: &Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let start = fields.required_moment("startAtTime")?;
    let end = fields.required_moment("endAtTime")?;
    if end <= start {
        return Err(invalid("startAtTime", "endAtTime must occur after startAtTime"));
    }
    // Assumed; the vendor shows the name of the other report only.
    let name = format!("WorkSessionEvents-{}-{}.csv", compact(day(start)), compact(day(end)));
    Ok(attachment(&name, table::of_work_sessions(call.organization, start, end)))
}

fn day(moment: Timestamp) -> Date {
    moment.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// `20260601`
fn compact(date: Date) -> String {
    date.to_string().replace('-', "")
}

fn attachment(name: &str, csv: String) -> Reply {
    Reply::text(200, "text/csv", csv).with_header("content-disposition", format!("attachment; filename={name}"))
}
