"""The official conformance suite, against an ordinary server with the fixture's definition."""

import pytest

from official_suite import SUITES, reasons, run, shortcomings


@pytest.fixture(scope="session")
def runs(fixture_url, tmp_path_factory):
    """Each suite's run, made when it is first asked for."""
    return Runs(fixture_url, tmp_path_factory.mktemp("suite"))


class Runs:
    def __init__(self, url, folder):
        self.url, self.folder, self.made = url, folder, {}

    def __getitem__(self, name):
        if name not in self.made:
            self.made[name] = run(SUITES[name], self.url, self.folder / name)
        return self.made[name]


@pytest.mark.parametrize("name", SUITES)
def test_everything_that_applies_passes_and_nothing_is_excused_without_need(runs, name):
    assert shortcomings(runs[name]) == []


@pytest.mark.parametrize("name", SUITES)
def test_the_suite_itself_is_content_with_its_expected_failures(runs, name):
    assert runs[name].exit_code == 0, runs[name].log[-3000:]


def test_every_reason_is_about_something_that_the_suites_run(runs):
    scenarios = {scenario for name in SUITES for scenario in runs[name].scenarios}
    checks = {f"{scenario}:{check.id}" for name in SUITES for scenario, found in runs[name].scenarios.items() for check in found}
    for reason in reasons():
        assert reason.scenarios | reason.passing <= scenarios
        assert reason.checks <= checks
