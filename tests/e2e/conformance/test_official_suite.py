"""The official conformance suite, against an ordinary server with the fixture's definition."""

import re

import pytest

from official_suite import SUITES, WIRE_SCHEMA, reasons, run, shortcomings, unlisted

# What looks for the fixture's tools and prompts. That it is looked at, and that all messages are well-formed, holds without them.
NEEDS_FIXTURE = re.compile(
    f"(tools-call-|prompts-get-|completion-|json-schema-)[^:]*: (?!{WIRE_SCHEMA} |nothing was checked)"
    "|server-stateless: sep-2575-(http-server-no-independent-requests|server-no-log|server-sends-(tools|prompts)-list)"
)


@pytest.mark.parametrize("name", SUITES)
def test_everything_that_applies_passes_and_nothing_is_excused_without_need(runs, name):
    found = shortcomings(runs(name))
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize("name", SUITES)
def test_the_suite_itself_is_content_with_its_expected_failures(runs, name):
    exit_code, log = runs(name).exit_code, runs(name).log
    assert exit_code == 0, log.partition("=== SUMMARY ===")[2] or log


def test_every_reason_is_about_something_that_the_suites_run(runs):
    found = {name: runs(name).scenarios for name in SUITES}
    scenarios = {scenario for run in found.values() for scenario in run}
    checks = {f"{scenario}:{check.id}" for run in found.values() for scenario in run for check in run[scenario]}
    for reason in reasons():
        assert reason.scenarios | reason.passing <= scenarios
        assert reason.checks <= checks


@pytest.mark.parametrize("name", ["2025-11-25", "2026-07-28"])
def test_a_customer_s_url_keeps_the_protocol_too(quick_demo, tmp_path, name):
    url = quick_demo.line["mcp_servers"]["sendoso"]["url"]
    scenarios = run(SUITES[name], url, tmp_path / "suite").scenarios
    found = [line for scenario, checks in scenarios.items() for line in unlisted(scenario, checks)]
    found = [line for line in found if not NEEDS_FIXTURE.match(line)]
    assert not found, "\n".join(["", *found])
