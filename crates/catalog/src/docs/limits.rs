//! What is known of the vendor's rate limits.

use super::markdown::{code, codes};
use crate::definition::Definition;
use crate::integration::{RateLimit, ResetFormat};
use crate::tool::Tool;

pub(super) fn section(definition: &Definition) -> String {
    let mut lines: Vec<(String, Vec<&Tool>)> = Vec::new();
    for tool in &definition.tools {
        let line = words(tool.rate_limit());
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, tools)) => tools.push(tool),
            None => lines.push((line, vec![tool])),
        }
    }
    // What holds for most comes first, the rest as exceptions from it.
    lines.sort_by_key(|(_, tools)| std::cmp::Reverse(tools.len()));
    let mut written = Vec::with_capacity(lines.len());
    for (at, (line, tools)) in lines.iter().enumerate() {
        written.push(match at {
            0 => line.clone(),
            _ => format!("* {}: {line}", codes(tools.iter().map(|tool| &tool.name))),
        });
    }
    let Some((usual, exceptions)) = written.split_first() else { return String::new() };
    let exceptions = if exceptions.is_empty() { String::new() } else { format!("\n\nOther limits:\n\n{}", exceptions.join("\n")) };
    format!(
        "## Rate limits\n\n{usual} A refusal for too many requests is passed on at once, with these figures; nothing is repeated.{exceptions}"
    )
}

/// `The vendor allows 10 requests, counted anew after 1 s.`, as far as it is known.
fn words(limit: Option<&RateLimit>) -> String {
    let unknown = || "No limit is published.".to_owned();
    let Some(limit) = limit else { return unknown() };
    let mut sentences = Vec::new();
    if let Some(known) = limit.when_limited {
        let reset = known.reset.map(|seconds| format!(", counted anew after {seconds} s")).unwrap_or_default();
        let requests = if known.limit == 1 { "request" } else { "requests" };
        sentences.push(format!("The vendor allows {} {requests}{reset}.", known.limit));
    }
    let headers: Vec<String> = [&limit.limit_header, &limit.remaining_header].into_iter().flatten().map(|header| code(header)).collect();
    let reset = limit.reset_header.iter().map(|header| format!("{} ({})", code(header), format_of(limit.reset_format)));
    let headers: Vec<String> = headers.into_iter().chain(reset).collect();
    if !headers.is_empty() {
        sentences.push(format!("Its answers tell in {}.", headers.join(", ")));
    }
    if sentences.is_empty() { unknown() } else { sentences.join(" ") }
}

fn format_of(format: ResetFormat) -> &'static str {
    match format {
        ResetFormat::Seconds => "seconds from now",
        ResetFormat::EpochSeconds => "seconds since 1970",
        ResetFormat::EpochMilliseconds => "milliseconds since 1970",
        ResetFormat::HttpDate => "a date",
    }
}
