//! What was found, for people and for machines.

use std::fmt::Write;

use serde_json::{Value, json};

use super::clients::Verdict;
use super::finding::{Finding, Outcome};

/// Columns for a check's or client's name.
const NAME_WIDTH: usize = 32;

/// One check, as soon as it is made.
pub(super) fn line(name: &str, finding: &Finding) -> String {
    let mut text = format!("  {}  {name:<NAME_WIDTH$}{}", mark(finding.outcome), finding.seen);
    if let Some(remedy) = &finding.remedy {
        let indent = NAME_WIDTH + 8;
        let _ = write!(text, "\n{:indent$}→ {remedy}", "");
    }
    text
}

/// A line for each client, and the sum.
pub(super) fn summary(verdicts: &[Verdict], findings: &[(&'static str, Finding)]) -> String {
    let mut text = String::new();
    if let Some(common) = common_reason(verdicts) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\nNo client would work: {common}");
    } else if !verdicts.is_empty() {
        text.push_str("\nClients\n");
        for verdict in verdicts {
            let (mark, word) = match verdict.outcome {
                Outcome::Ok => ("yes ", "works".to_owned()),
                Outcome::Skip => ("?   ", verdict.reasons.join("; ")),
                Outcome::Warn => ("yes?", format!("works, but {}", verdict.reasons.join("; "))),
                Outcome::Fail => ("no  ", format!("would fail: {}", verdict.reasons.join("; "))),
            };
            let _ = writeln!(text, "  {mark}  {:<NAME_WIDTH$}{word}", verdict.client);
        }
    }
    let count = |outcome, one: &str, several: &str| {
        let count = findings.iter().filter(|(_, finding)| finding.outcome == outcome).count();
        format!("{count} {}", if count == 1 { one } else { several })
    };
    let counts = [
        count(Outcome::Ok, "ok", "ok"),
        count(Outcome::Warn, "warning", "warnings"),
        count(Outcome::Fail, "failure", "failures"),
        count(Outcome::Skip, "skipped", "skipped"),
    ];
    let _ = write!(text, "\n{}", counts.join(", "));
    text
}

/// Why all clients fail, where they do so for the same reason.
fn common_reason(verdicts: &[Verdict]) -> Option<&str> {
    let (first, others) = verdicts.split_first()?;
    let is_common = |reason: &&String| others.iter().all(|verdict| verdict.outcome == Outcome::Fail && verdict.reasons.contains(reason));
    first.reasons.iter().filter(|_| first.outcome == Outcome::Fail).find(is_common).map(String::as_str)
}

/// All of it.
pub(super) fn json(subject: &str, verdicts: &[Verdict], findings: &[(&'static str, Finding)]) -> Value {
    let check = |(name, finding): &(&'static str, Finding)| json!({"name": name, "result": finding.outcome, "seen": finding.seen, "remedy": finding.remedy});
    json!({
        "subject": subject,
        "ok": findings.iter().all(|(_, finding)| finding.outcome != Outcome::Fail),
        "checks": findings.iter().map(check).collect::<Vec<_>>(),
        "clients": verdicts,
    })
}

fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok  ",
        Outcome::Warn => "warn",
        Outcome::Fail => "FAIL",
        Outcome::Skip => "skip",
    }
}
