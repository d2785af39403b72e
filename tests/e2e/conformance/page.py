"""docs/conformance.md, made from what a run found. Nothing in it depends on when or how fast that was."""

from pathlib import Path

from clients import CLIENTS
from matrix import PLACES
from official_suite import SUITES, WIRE_SCHEMA, reasons, unlisted

PATH = Path(__file__).resolve().parents[3] / "docs/conformance.md"

HEAD = """# Conformance

What the official conformance suite of MCP finds on a Tidegate server, and which clients have been seen to work. This page is
written from a run of `./test conformance`, which fails when the page says anything else.
"""

SUITE = """
## The official suite

`@modelcontextprotocol/conformance`, held against an ordinary `tidegate serve`: a definition in the catalog folder and a small vendor
behind it ([tests/e2e/conformance](../tests/e2e/conformance)) have the tools and prompts that the suite looks for, except for those that would
have to do what stands under [what does not apply](#what-does-not-apply-or-is-not-met-and-why). The binary contains nothing for it.
Scenarios that it runs without scoring are held to the same. Checks are counted as passed / held against the server; where a scenario does not apply,
what passes is that the refusals are well-formed, or what asks nothing of the server.
"""

CLIENT_MATRIX = """
## Clients

Each connects, lists the twenty tools of the Sendoso sandbox and calls one of them, several times: at an MCP URL; at one that demands
an API token as well; and at two servers that share one PostgreSQL, behind a load balancer that gives every single request to
either of them at random.
"""

REASONS = """
## What does not apply or is not met, and why

From [not_applicable.toml](../tests/e2e/conformance/not_applicable.toml), which the suite is given as its expected failures. An entry that passes
after all fails the run.
"""


def page(runs, cells):
    """The whole page. `runs` are by suite name; `cells` say by client title and place whether all was right."""
    parts = [HEAD, SUITE, *(suite_part(runs[name]) for name in SUITES), REASONS, reasons_table(), CLIENT_MATRIX, client_table(cells)]
    return "".join(parts)


def suite_part(run):
    verdicts = {name: verdict(name, checks) for name, checks in run.scenarios.items()}
    applying = [name for name, said in verdicts.items() if not said.startswith("does not apply")]
    rows = [(f"`{name}`", counts(checks), verdicts[name]) for name, checks in run.scenarios.items()]
    heading = f"\n### {run.suite.title} (version {run.suite.version})\n\n"
    unmet = sum(said.startswith("not met") for said in verdicts.values())
    but = f" (of which {unmet} not met, by decision)" if unmet else ""
    summary = f"{len(run.scenarios)} scenarios: {len(applying)} apply{but}, {len(rows) - len(applying)} do not.\n"
    return heading + summary + table(("scenario", "checks", "result"), rows)


def counts(checks):
    held = [check for check in checks if check.is_scored]
    return f"{sum(not check.fell_short for check in held)} / {len(held)}"


def verdict(scenario, checks):
    if unlisted(scenario, checks):
        return "**fails**"
    for reason in reasons():
        if scenario in reason.scenarios:
            return f"does not apply: {reason.title}"
        if scenario in reason.passing:
            return f"passes without being put to the test: {reason.title}"
    held = {check.id for check in checks if check.is_scored} - {WIRE_SCHEMA}
    fell_short = {check.id for check in checks if check.fell_short}
    excused = [(reason, fell_short & ids_in(reason.checks, scenario)) for reason in reasons()]
    excused = [(reason, ids) for reason, ids in excused if ids]
    if held and held == fell_short:
        return "; ".join(f"{ruling(reason)}: {reason.title}" for reason, _ in excused)
    exceptions = [f"{ruling(reason)}: {reason.title} ({', '.join(f'`{id}`' for id in sorted(ids))})" for reason, ids in excused]
    met = [] if any(reason.decision for reason, _ in excused) else ["passes"]
    return "; ".join(met + exceptions)


def ruling(reason):
    if reason.decision is None:
        return "does not apply"
    return f"not met, by [decision {reason.decision.partition('-')[0]}](decisions/{reason.decision}.md)"


def ids_in(entries, scenario):
    """The checks of one scenario among `scenario:check` entries."""
    pairs = (entry.partition(":") for entry in entries)
    return {check for named, _, check in pairs if named == scenario}


def reasons_table():
    return table(("reason", "why"), [(reason.title, reason.why) for reason in reasons()])


def client_table(cells):
    head = ("client", "version", "how", "revision", *PLACES.values())
    rows = [
        (
            client.name,
            client.version,
            client.mode,
            client.revision or "it does not tell",
            *("works" if cells[client.title, place] else "**fails**" for place in PLACES),
        )
        for client in CLIENTS
    ]
    return table(head, rows)


def table(head, rows):
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n" + "".join("| " + " | ".join(line) + " |\n" for line in lines)
