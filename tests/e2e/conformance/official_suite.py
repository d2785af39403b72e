"""The official conformance suite of MCP: runs it, reads what it found, and holds that against not_applicable.toml."""

import json
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import node

# The suite checks every message against the revision's schema under this id, whatever else a scenario is about.
WIRE_SCHEMA = "wire-schema-valid"


@dataclass(frozen=True)
class Suite:
    """One way to run it. `arguments` say which scenarios, `excuses` what its expected failures name."""

    title: str
    package: str
    arguments: tuple[str, ...] = ()
    excuses: Literal["checks", "scenarios"] = "checks"

    @property
    def version(self):
        return node.version(self.package)


SUITES = {
    "2025-11-25": Suite(
        "Revision 2025-11-25", "@modelcontextprotocol/conformance", ("--requirements", "2025-11-25")
    ),
    "2026-07-28": Suite(
        "Revision 2026-07-28", "@modelcontextprotocol/conformance", ("--requirements", "2026-07-28")
    ),
    "latest": Suite("The suite's last release, up to revision 2025-11-25", "conformance-latest", excuses="scenarios"),
}


@dataclass(frozen=True)
class Check:
    id: str
    status: str
    message: str

    @property
    def is_scored(self):
        """Whether it can be passed or failed at all."""
        return self.status != "INFO"

    @property
    def fell_short(self):
        """Whether it says less than that all is well. What a server may leave out is reported as INFO."""
        return self.status not in ("SUCCESS", "INFO")


@dataclass(frozen=True)
class Run:
    """What one run of a suite found: checks by scenario, in the order in which they ran."""

    suite: Suite
    scenarios: dict[str, list[Check]]
    exit_code: int
    log: str


@dataclass(frozen=True)
class Reason:
    """Why something does not apply to Tidegate, or is not met. `checks` are written `scenario:check`."""

    title: str
    why: str
    scenarios: frozenset[str]
    checks: frozenset[str]
    # Scenarios that pass only because what they are about does not exist here.
    passing: frozenset[str]
    # What applies, and was decided otherwise: the decision's file name without its ending.
    decision: str | None


def reasons():
    """What not_applicable.toml lists."""
    listed = tomllib.loads(Path(__file__).with_name("not_applicable.toml").read_text())["reason"]
    return [reason(**entry) for entry in listed]


def reason(title, why, scenarios=(), checks=(), passing=(), decision=None):
    return Reason(title, " ".join(why.split()), frozenset(scenarios), frozenset(checks), frozenset(passing), decision)


def run(suite, url, folder):
    """Runs a suite against an MCP URL; its own files go to `folder`."""
    folder.mkdir(parents=True)
    baseline = folder / "expected-failures.yml"
    # JSON is YAML.
    baseline.write_text(json.dumps({"server": expected_failures(suite)}))
    command = [node.node(), node.program(suite.package), "server", "--url", url, "--output-dir", folder / "results"]
    command += [*suite.arguments, "--expected-failures", baseline]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    log = re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)
    # The order of the run; folders are named by scenario and time.
    names = re.findall(r"^=== Running scenario: (\S+) ===$", log, re.MULTILINE)
    assert names, f"the suite did not run:\n{log[-3000:]}"
    return Run(suite, {name: checks(folder / "results", name) for name in names}, done.returncode, log)


def expected_failures(suite):
    """What the suite is told may fail, in its own notation."""
    entries = {entry for reason in reasons() for entry in reason.scenarios | reason.checks}
    if suite.excuses == "scenarios":
        entries = {entry.partition(":")[0] for entry in entries}
    return sorted(entries)


def checks(results, scenario):
    files = [
        path
        for path in results.glob(f"server-{scenario}-*/checks.json")
        if re.fullmatch(rf"server-{re.escape(scenario)}-[\dT-]+Z", path.parent.name)
    ]
    assert len(files) == 1, f"{scenario} left {len(files)} results"
    return [
        Check(check["id"], check["status"], check.get("errorMessage") or "") for check in json.loads(files[0].read_text())
    ]


def shortcomings(found):
    """Why a run is no good, a line each: what fails and is not listed, what is listed and does not fail, and what nothing was held against."""
    lines = []
    for scenario, checks in found.scenarios.items():
        lines += unlisted(scenario, checks)
    return lines + without_wire_schema(found) + stale(found)


def unlisted(scenario, checks):
    """What fell short in a scenario, or was not looked at, and has no reason to."""
    listed = reasons()
    if not any(check.is_scored for check in checks) and not any(scenario in reason.passing for reason in listed):
        return [f"{scenario}: nothing was checked"]
    if any(scenario in reason.scenarios for reason in listed):
        # Even what is not offered has to be refused in well-formed messages.
        checks = [check for check in checks if check.id == WIRE_SCHEMA]
    excused = {entry for reason in listed for entry in reason.checks}
    return [
        f"{scenario}: {check.id} is {check.status}: {check.message}"
        for check in checks
        if check.fell_short and f"{scenario}:{check.id}" not in excused
    ]


def without_wire_schema(found):
    """Listed scenarios that are held to nothing at all, in a suite that checks messages against the schema."""
    checked = {scenario for scenario, checks in found.scenarios.items() if any(check.id == WIRE_SCHEMA for check in checks)}
    listed = {scenario for reason in reasons() for scenario in reason.scenarios} & found.scenarios.keys()
    return [f"{scenario}: {WIRE_SCHEMA} was not checked" for scenario in sorted(listed - checked) if checked]


def stale(found):
    """Entries of the list that this run proves wrong."""
    lines = []
    for scenario, checks in found.scenarios.items():
        fell_short = {f"{scenario}:{check.id}" for check in checks if check.fell_short}
        known = {f"{scenario}:{check.id}" for check in checks}
        for reason in reasons():
            if scenario in reason.scenarios and not fell_short:
                lines.append(f"{scenario} is listed under {reason.title!r}, and passes")
            if scenario in reason.passing and fell_short:
                lines.append(f"{scenario} is listed under {reason.title!r} as passing, and does not")
            lines += [f"{entry} is listed under {reason.title!r}, and passes" for entry in reason.checks & known - fell_short]
    return lines
