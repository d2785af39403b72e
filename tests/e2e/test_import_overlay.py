"""A new edition of a description: own changes are kept in an overlay, and what changes for users of the tools is shown before it is written."""

import copy
import json

import pytest

import gateway

FIRST = {
    "openapi": "3.1.0",
    "info": {"title": "Acme", "version": "1"},
    "servers": [{"url": "https://api.acme.example"}],
    "paths": {
        "/v1/orders": {
            "get": {
                "summary": "List the orders.",
                "parameters": [{"name": "status", "in": "query", "schema": {"type": "string", "enum": ["open", "paid"]}}],
                "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "array"}}}}},
            }
        },
        "/admin/keys": {"delete": {"summary": "Delete all keys.", "responses": {"204": {"description": "ok"}}}},
    },
}


def second():
    edition = copy.deepcopy(FIRST)
    edition["paths"]["/v1/orders"]["get"]["parameters"][0]["schema"]["enum"] = ["paid", "void"]
    edition["paths"]["/v1/refunds"] = copy.deepcopy(FIRST["paths"]["/v1/orders"])
    return edition


@pytest.fixture
def run(binary, tmp_path):
    def run(*arguments):
        return gateway.run(binary, "import", *arguments, folder=tmp_path)

    (tmp_path / "first.json").write_text(json.dumps(FIRST))
    (tmp_path / "second.json").write_text(json.dumps(second()))
    assert run("first.json", "-o", "acme.yaml").returncode == 0
    return run


def test_a_new_edition_is_a_diff_to_review_and_nothing_is_written(run, tmp_path):
    before = (tmp_path / "acme.yaml").read_text()
    same = run("first.json", "--diff", "-o", "acme.yaml")
    assert (same.returncode, same.stdout) == (0, "nothing changes\n")
    other = run("second.json", "--diff", "-o", "acme.yaml")
    assert other.returncode == 1
    assert "  + list_all_acme_refunds  GET /v1/refunds\n" in other.stdout
    assert "!     argument `status` cannot be `open` any more\n" in other.stdout
    told = json.loads(run("second.json", "--diff=acme.yaml", "--json").stdout)
    assert told["breaking"] and told["diff"]["added"] == [{"tool": "list_all_acme_refunds", "request": "GET /v1/refunds"}]
    assert (tmp_path / "acme.yaml").read_text() == before


def test_own_changes_are_made_to_every_edition(run, tmp_path):
    (tmp_path / "own.yaml").write_text("methods:\n  GET /v1/orders: { resource: purchases }\n  /admin/*: { hidden: true }\n")
    for edition in ["first.json", "second.json"]:
        assert run(edition, "--overlay", "own.yaml", "-o", "acme.yaml", "--force").returncode == 0
        again = run(edition, "--overlay", "own.yaml", "--diff", "-o", "acme.yaml")
        assert (again.returncode, again.stdout) == (0, "nothing changes\n")
    without = run("second.json", "--diff", "-o", "acme.yaml")
    assert "renamed from `list_all_acme_purchases`" in without.stdout
    assert "  + acme_admin_keys_delete_all  DELETE /admin/keys\n" in without.stdout


def test_a_change_of_what_is_not_there_any_more_is_an_error_that_names_the_nearest(run, tmp_path):
    (tmp_path / "own.yaml").write_text("methods: { GET /v1/order: { hidden: true } }\n")
    refused = run("second.json", "--overlay", "own.yaml", "-o", "acme.yaml", "--force")
    assert refused.returncode == 1
    assert "own.yaml:1: methods.GET /v1/order: the definition has no such operation" in refused.stderr
    assert "GET /v1/orders" in refused.stderr


def test_another_label_names_every_tool(run, tmp_path):
    """A thing of which there is one has a name of its own, without an id."""
    edition = second()
    edition["paths"]["/v1/profile"] = {
        "get": {"summary": "Gives the profile.", "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}}
    }
    (tmp_path / "third.json").write_text(json.dumps(edition))
    for change, prefix in [("label: Foo Shop", "foo_shop"), ("tool_prefix: foo", "foo")]:
        (tmp_path / "own.yaml").write_text(f"integration: {{ {change} }}\n")
        made = run("third.json", "--overlay", "own.yaml", "--diff", "-o", "acme.yaml", "--json")
        added = [tool["tool"] for tool in json.loads(made.stdout)["diff"]["added"]]
        changed = [tool["tool"] for tool in json.loads(made.stdout)["diff"]["changed"]]
        assert len(added + changed) == 4
        assert all(prefix in name and "acme" not in name for name in added + changed), (added, changed)
        assert any(name.endswith(f"_{prefix}_profile") for name in added), added


def test_what_a_server_would_refuse_is_not_written(run, tmp_path):
    before = (tmp_path / "acme.yaml").read_text()
    for change, place in [
        ('integration: { name: "Foo Bar" }', "own.yaml:1: integration.name: "),
        ("integration: { base_url: http://evil.example }", "own.yaml:1: integration.base_url: "),
        ('methods: { GET /v1/orders: { tool_name: "a b!" } }', "own.yaml:1: methods.GET /v1/orders.tool_name: "),
        ('methods: { GET /v1/orders: { method: "Foo Bar" } }', "own.yaml:1: methods.GET /v1/orders: "),
    ]:
        (tmp_path / "own.yaml").write_text(change)
        for arguments in [["-o", "acme.yaml", "--force"], ["-o", "acme.yaml", "--diff"]]:
            refused = run("first.json", "--overlay", "own.yaml", *arguments)
            assert refused.returncode == 1 and refused.stdout == "", refused
            assert f"error: {place}" in refused.stderr, refused.stderr
    assert (tmp_path / "acme.yaml").read_text() == before


def test_a_path_with_a_query_is_named_as_the_description_has_it(run, tmp_path):
    edition = second()
    edition["paths"]["/v1/orders?archived"] = copy.deepcopy(edition["paths"]["/v1/orders"])
    (tmp_path / "third.json").write_text(json.dumps(edition))
    (tmp_path / "own.yaml").write_text("methods: { 'GET /v1/orders?archived': { tool_name: acme_old_orders } }\n")
    made = json.loads(run("third.json", "--overlay", "own.yaml", "--json").stdout)["definition"]
    methods = [method for resource in made["resources"].values() for method in resource["methods"].values()]
    assert [method["query"] for method in methods if method.get("tool_name") == "acme_old_orders"] == [{"archived": ""}]


def test_credentials_that_would_go_elsewhere_are_breaking(run, tmp_path):
    edition = copy.deepcopy(FIRST)
    edition["paths"]["/v1/orders"]["get"]["servers"] = [{"url": "https://elsewhere.example"}]
    (tmp_path / "moved.json").write_text(json.dumps(edition))
    moved = run("moved.json", "--diff", "-o", "acme.yaml")
    assert moved.returncode == 1
    assert "!     goes to https://elsewhere.example instead of https://api.acme.example\n" in moved.stdout


def test_what_cannot_be_compared_says_nothing_on_standard_output(run):
    for arguments in [["nofile.json", "--diff=acme.yaml"], ["first.json", "--diff=nofile.yaml"]]:
        failed = run(*arguments)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert failed.stderr.startswith("error: ")
