"""Commands that end by themselves."""

from pathlib import Path

import gateway
from conftest import ROOT

SENDOSO = ROOT / "integrations" / "sendoso.yaml"


def test_lint_accepts_the_shipped_definition(binary, tmp_path):
    done = gateway.run(binary, "catalog", "lint", str(SENDOSO), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_lint_of_a_broken_definition_fails_and_names_the_line(binary, tmp_path):
    broken = Path(tmp_path) / "broken.yaml"
    lines = SENDOSO.read_text().splitlines()
    line = next(number for number, text in enumerate(lines) if "default_size: 25" in text)
    lines[line] = lines[line].replace("default_size", "defualt_size")
    broken.write_text("\n".join(lines) + "\n")
    done = gateway.run(binary, "catalog", "lint", str(broken), folder=tmp_path)
    assert done.returncode == 1
    assert f"broken.yaml:{line + 1}" in done.stdout + done.stderr
    assert "defualt_size" in done.stdout + done.stderr


def test_a_wrong_command_is_wrong_usage(binary, tmp_path):
    assert gateway.run(binary, "catalogue", folder=tmp_path).returncode == 2


def test_catalog_tools_names_the_twenty_tools(binary, tmp_path):
    done = gateway.run(binary, "catalog", "tools", "sendoso", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "create_a_sendoso_physical_gift_address_collection" in done.stdout
