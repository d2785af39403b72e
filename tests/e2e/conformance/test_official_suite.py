"""The official conformance suite, against an ordinary server with the fixture's definition."""

import pytest

from official_suite import SUITES, reasons, shortcomings


@pytest.mark.parametrize("name", SUITES)
def test_everything_that_applies_passes_and_nothing_is_excused_without_need(runs, name):
    found = shortcomings(runs(name))
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize("name", SUITES)
def test_the_suite_itself_is_content_with_its_expected_failures(runs, name):
    found = runs(name)
    assert found.exit_code == 0, found.log.partition("=== SUMMARY ===")[2] or found.log


def test_every_reason_is_about_something_that_the_suites_run(runs):
    found = {name: runs(name).scenarios for name in SUITES}
    scenarios = {scenario for run in found.values() for scenario in run}
    checks = {f"{scenario}:{check.id}" for run in found.values() for scenario in run for check in run[scenario]}
    for reason in reasons():
        assert reason.scenarios | reason.passing <= scenarios
        assert reason.checks <= checks
