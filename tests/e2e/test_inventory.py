"""Every operation that the vendors publish is a tool: for the command, and for the MCP servers of the demo."""

import json
from pathlib import Path

import pytest

import gateway
from mcp_client import listed

PUBLISHED = Path(__file__).resolve().parents[2] / "crates" / "catalog" / "tests" / "inventory"


@pytest.mark.parametrize(("vendor", "count"), [("edesk", 40), ("gladly", 89), ("sendoso", 20)])
def test_every_published_operation_is_a_tool(binary, shared_demo, tmp_path, vendor, count):
    lines = (PUBLISHED / f"{vendor}.txt").read_text().splitlines()
    published = sorted(line.split()[0] for line in lines if not line.startswith("#"))
    printed = json.loads(gateway.run(binary, "catalog", "tools", vendor, "--json", folder=tmp_path).stdout)
    assert len(printed) == count
    assert sorted(tool["name"] for tool in printed) == published
    assert sorted(listed(shared_demo.line["mcp_servers"][vendor]["url"])) == published
