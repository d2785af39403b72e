//! The report of an import as one screen; all of it is in its JSON.

use catalog::destinations::{Destination, Kind, destinations};
use catalog::import::{Import, Inference, Note, Report, Skipped};

use crate::cli::output::plain;

/// Most lines of one kind.
const MAX_LINES: usize = 15;
/// Longest line, in characters.
const MAX_WIDTH: usize = 240;

/// Where a definition was written to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written<'p> {
    Nowhere,
    File(&'p str),
    /// A file of the folder that the server reads.
    InCatalog(&'p str),
}

/// What became of a description, for people.
pub(super) fn report(Import { integration, report }: &Import, written: Written<'_>) -> String {
    let Report { source, version, operations, tools, left_out, skipped, inferences, notes, written: _ } = report;
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&shortened(&line));
        text.push('\n');
    };
    line(format!("{} ({}) from {source}, {version}", integration.label, integration.name));
    let others = if *left_out == 0 { String::new() } else { format!(", {left_out} left out by `--only`") };
    line(format!("{}: {}, {} skipped{others}", counted(*operations, "operation"), counted(*tools, "tool"), skipped.len()));
    line(format!("requests go to {}", integration.base_url));
    for Destination { kind, url, is_foreign } in destinations(integration) {
        let what = match kind {
            Kind::Server { methods, .. } => format!("those of {} go to", counted(methods, "operation")),
            Kind::Consent { credential } => format!("people give their consent for {credential} at"),
            Kind::Token { credential } => format!("tokens and the client's secret of {credential} go to"),
            Kind::Revocation { credential } => format!("tokens of {credential} are given back at"),
        };
        let warning = if is_foreign { "  (warning: another domain, check that it is the vendor's)" } else { "" };
        line(format!("  {what} {url}{warning}"));
    }
    for (title, lines) in [
        ("skipped", grouped(skipped.iter().map(|Skipped { operation, reason, .. }| (reason.as_str(), operation.as_str())))),
        ("concluded", grouped(inferences.iter().map(|Inference { at, what, .. }| (what.as_str(), at.as_str())))),
        ("left out or read in another way", grouped(notes.iter().map(|Note { at, message }| (message.as_str(), at.as_str())))),
    ] as [(&str, Vec<String>); 3]
    {
        if lines.is_empty() {
            continue;
        }
        line(format!("\n{title}:"));
        for shown in lines.iter().take(MAX_LINES) {
            line(format!("  {shown}"));
        }
        if let Some(more @ 1..) = lines.len().checked_sub(MAX_LINES) {
            line(format!("  … and {more} more; `--json` or `--report FILE` has all"));
        }
    }
    line(match written {
        Written::InCatalog(file) => {
            format!("\nwritten to {file}, where a server with this catalog folder has it; next: `tidegate catalog lint {file}`")
        }
        Written::File(file) => format!(
            "\nwritten to {file}; next: `tidegate catalog lint {file}`, then put it into the folder that `TIDEGATE_CATALOG_DIR` names"
        ),
        Written::Nowhere => {
            "\nnext: write it to a file with `-o`, and put that into the folder that `TIDEGATE_CATALOG_DIR` names".to_owned()
        }
    });
    text
}

/// What is said of several places once, the most frequent first.
fn grouped<'r>(said: impl Iterator<Item = (&'r str, &'r str)>) -> Vec<String> {
    let mut groups: indexmap::IndexMap<&str, (usize, &str)> = indexmap::IndexMap::new();
    for (what, at) in said {
        groups.entry(what).or_insert((0, at)).0 += 1;
    }
    groups.sort_by(|_, (left, _), _, (right, _)| right.cmp(left));
    let line = |(what, (count, at)): (&str, (usize, &str))| match (count, at) {
        (1, "") => what.to_owned(),
        (1, at) => format!("{at}: {what}"),
        (count, at) => format!("{what} ({count} times, e.g. {at})"),
    };
    groups.into_iter().map(line).collect()
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// One line of bounded length that cannot steer the terminal: the words are a vendor's. Leading line breaks are ours.
fn shortened(text: &str) -> String {
    let (breaks, text) = match text.strip_prefix('\n') {
        Some(text) => ("\n", text),
        None => ("", text),
    };
    let safe = plain(text).replace(['\n', '\t'], " ");
    match safe.char_indices().nth(MAX_WIDTH) {
        Some((end, _)) => format!("{breaks}{}…", &safe[..end]),
        None => format!("{breaks}{safe}"),
    }
}
