"""`tidegate catalog add`: a vendor of the index becomes tools, from a description that is served on loopback."""

import json

import pytest

import gateway
from pages import Pages

DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Some service", "version": "1"},
    "paths": {
        "/users": {
            "get": {
                "summary": "Lists the people of the organization.",
                "responses": {"200": {"description": "People.", "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}},
            }
        },
        "/users/{user_id}": {
            "get": {
                "summary": "Reads one person.",
                "parameters": [{"name": "user_id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "A person.", "content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        },
    },
}
FILE = "/openapi.json"


@pytest.fixture
def site(start):
    """Has the description."""
    return start(Pages, {FILE: json.dumps(DESCRIPTION).encode()})


@pytest.fixture
def run(binary, tmp_path):
    def run(*arguments, **settings):
        return gateway.run(binary, "catalog", *arguments, folder=tmp_path, **settings)

    return run


def test_a_vendor_of_the_index_is_added_to_the_catalog_folder(run, site, tmp_path):
    done = run("add", "zulip", "--url", site.origin + FILE, "--allow-private-upstreams", "--catalog-dir", ".")
    assert done.returncode == 0, done
    assert site.asked == [FILE] and done.stdout == ""
    assert "2 tools" in done.stderr and "zulip.yaml" in done.stderr
    tools = {tool["name"] for tool in json.loads(run("tools", "zulip", "--json", "--catalog-dir", ".").stdout)}
    assert tools == {"list_all_zulip_users", "get_single_zulip_user_by_id"}
    # What the description does not say is what the index knows.
    integration = json.loads(run("show", "zulip", "--json", "--catalog-dir", ".").stdout)
    assert integration["base_url"] == "https://{org}.zulipchat.com/api/v1" and "org" in integration["variables"]
    assert integration["credentials"]["basic"]["kind"] == "basic"
    assert integration["label"] == "Zulip"
    plan = run("plan", "zulip", "get_single_zulip_user_by_id", '{"id": 7}', "--context", '{"org": "acme"}', "--catalog-dir", ".")
    assert plan.stdout.startswith("GET https://acme.zulipchat.com/api/v1/users/7\n")


def test_a_file_that_is_there_is_kept_unless_forced(run, site, tmp_path):
    (tmp_path / "zulip.yaml").write_text("# mine\n")
    arguments = ["add", "zulip", "--url", site.origin + FILE, "--allow-private-upstreams", "-o", "zulip.yaml"]
    done = run(*arguments)
    assert done.returncode == 1 and "zulip.yaml" in done.stderr and "--force" in done.stderr
    assert (tmp_path / "zulip.yaml").read_text() == "# mine\n" and site.asked == []
    done = run(*arguments, "--force", "--json")
    assert done.returncode == 0, done
    told = json.loads(done.stdout)
    assert told["file"] == "zulip.yaml" and told["report"]["tools"] == 2
    assert any("index" in one["because"] for one in told["report"]["inferences"])
    assert "list_all_zulip_users" in run("tools", "zulip.yaml").stdout


def test_a_name_that_the_index_does_not_have_is_told_with_those_it_is_like(run):
    done = run("add", "zuilp", "-o", "x.yaml")
    assert done.returncode == 1 and "zuilp" in done.stderr and "zulip" in done.stderr.split("hint: ")[1]
    done = run("add", "twilio_sms", "-o", "x.yaml")
    assert "twilio" in done.stderr.split("hint: ")[1]


def test_without_a_folder_or_a_file_nothing_is_fetched(run, site):
    done = run("add", "zulip", "--url", site.origin + FILE, "--allow-private-upstreams")
    assert done.returncode == 2 and "--catalog-dir" in done.stderr and site.asked == []


def test_an_address_of_this_machine_is_not_fetched_unasked(run, site, tmp_path):
    done = run("add", "zulip", "--url", site.origin + FILE, "-o", "zulip.yaml")
    assert done.returncode == 1 and site.asked == [] and not (tmp_path / "zulip.yaml").exists()


def test_a_web_page_instead_of_a_description_is_refused(run, site, tmp_path):
    site.pages[FILE] = b"<!doctype html><html><body>Sign in</body></html>"
    done = run("add", "zulip", "--url", site.origin + FILE, "--allow-private-upstreams", "-o", "zulip.yaml")
    assert done.returncode == 1 and "error: " in done.stderr and not (tmp_path / "zulip.yaml").exists()


def test_the_index_has_at_least_150_apis_and_says_where_each_comes_from(run):
    entries = json.loads(run("list", "--importable", "--json").stdout)
    assert len(entries) >= 150
    assert all(entry["description_url"].startswith("https://") and entry["checked"] for entry in entries)
    assert "zulip" in run("list", "--importable").stdout
    assert "more can be added" in run("list").stdout


def test_an_api_of_the_index_is_shown_with_its_facts(run):
    shown = run("show", "figma")
    assert shown.returncode == 0
    for fact in ("https://raw.githubusercontent.com/figma/rest-api-spec/HEAD/openapi/openapi.yaml", "X-Figma-Token", "catalog add figma"):
        assert fact in shown.stdout
    assert json.loads(run("show", "figma", "--json").stdout)["vendors_own"] is True


def test_own_changes_are_made_to_what_is_added_and_a_new_edition_is_compared(run, site, tmp_path):
    (tmp_path / "own.yaml").write_text("methods:\n  GET /users: { add_tags: [mine] }\n")
    arguments = ["add", "zulip", "--url", site.origin + FILE, "--allow-private-upstreams", "--catalog-dir", ".", "--overlay", "own.yaml"]
    done = run(*arguments, "--report", "report.json")
    assert done.returncode == 0 and "where a server with this catalog folder has it" in done.stderr, done
    assert json.loads((tmp_path / "report.json").read_text())["tools"] == 2
    assert "mine" in (tmp_path / "zulip.yaml").read_text()
    done = run(*arguments, "--diff")
    assert done.returncode == 0 and "nothing changes" in done.stdout, done
    (tmp_path / "own.yaml").write_text("methods:\n  GET /users: { hidden: true }\n")
    done = run(*arguments, "--diff")
    assert done.returncode != 0 and "list_all_zulip_users" in done.stdout, done


def test_nothing_of_an_addition_leads_to_where_the_description_was_fetched(run, site, tmp_path):
    flow = {"authorizationUrl": "/authorize", "tokenUrl": "/token", "scopes": {}}
    schemes = {"securitySchemes": {"o": {"type": "oauth2", "flows": {"authorizationCode": flow}}}}
    site.pages[FILE] = json.dumps({**DESCRIPTION, "components": schemes}).encode()
    done = run("add", "figma", "--url", site.origin + FILE, "--allow-private-upstreams", "--catalog-dir", ".")
    written = (tmp_path / "figma.yaml").read_text().split("\n", 1)[1]
    assert done.returncode == 0 and "127.0.0.1" not in written, written
    only = run("add", "figma", "--url", site.origin + FILE, "--allow-private-upstreams", "-o", "part.yaml", "--only", "/users")
    assert "1 left out by `--only`" in only.stderr, only


def test_an_api_of_the_index_that_is_not_there_is_told_how_to_add(run):
    done = run("tools", "figma")
    assert done.returncode == 1 and "tidegate catalog add figma" in done.stderr, done
