"""`tidegate import` as a person meets it: from a file, standard input or a URL; what is refused before, while and after it is fetched."""

import gzip
import json
import subprocess
import threading

import pytest

import gateway
from pages import Pages
from test_command_line import assert_told

ORDERS = {
    "openapi": "3.0.3",
    "info": {"title": "Acme", "version": "1"},
    "servers": [{"url": "https://api.acme.example/v1"}],
    "paths": {
        "/orders": {
            "get": {
                "summary": "List orders",
                "parameters": [{"name": "state", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"description": "ok"}},
            }
        },
        "/items": {"$ref": "parts/items.yaml"},
    },
}
ITEMS = "get:\n  summary: List items\n  responses:\n    200: {description: ok}\n"


def plain_description():
    """One that needs no other file."""
    order = {"summary": "Get order", "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]}
    answers = {"responses": {"200": {"description": "ok"}}}
    return {**ORDERS, "paths": {"/orders": ORDERS["paths"]["/orders"], "/orders/{id}": {"get": {**order, **answers}}}}


@pytest.fixture
def run(binary, tmp_path):
    def run(*arguments, **settings):
        return gateway.run(binary, "import", *arguments, folder=tmp_path, **settings)

    return run


@pytest.fixture
def site(start):
    return start(Pages)


@pytest.fixture
def local(run):
    """The command, allowed to fetch from this machine."""
    return lambda *arguments, **settings: run("--allow-private-upstreams", *arguments, **settings)


def tools(binary, folder, name):
    done = gateway.run(binary, "catalog", "tools", name, "--catalog-dir", str(folder), "--json", folder=folder)
    assert done.returncode == 0, done
    return {tool["name"] for tool in json.loads(done.stdout)}


def test_a_file_with_others_beside_it_becomes_a_definition_that_works(run, binary, tmp_path):
    (tmp_path / "api" / "parts").mkdir(parents=True)
    (tmp_path / "api" / "openapi.json").write_text(json.dumps(ORDERS))
    (tmp_path / "api" / "parts" / "items.yaml").write_text(ITEMS)
    done = run("api/openapi.json", "-o", "acme.yaml")
    assert done.returncode == 0 and done.stdout == "", done
    assert "2 operations: 2 tools, 0 skipped" in done.stderr
    assert "catalog lint acme.yaml" in done.stderr
    lint = gateway.run(binary, "catalog", "lint", "acme.yaml", folder=tmp_path)
    assert lint.returncode == 0, lint
    (tmp_path / "catalog").mkdir()
    (tmp_path / "acme.yaml").rename(tmp_path / "catalog" / "acme.yaml")
    assert len(tools(binary, tmp_path / "catalog", "acme")) == 2


def test_the_same_comes_from_a_url_of_this_machine_where_that_is_allowed(local, site):
    site.pages["/api/openapi.json"] = json.dumps(ORDERS).encode()
    site.pages["/api/parts/items.yaml"] = ITEMS.encode()
    done = local(f"{site.origin}/api/openapi.json")
    assert done.returncode == 0, done
    assert done.stdout.startswith("version: 1\n")
    assert "2 operations: 2 tools, 0 skipped" in done.stderr
    assert site.asked == ["/api/openapi.json", "/api/parts/items.yaml"]


def test_without_permission_nothing_is_asked_of_this_machine(run, site):
    site.pages["/openapi.json"] = json.dumps(ORDERS).encode()
    for url in (f"{site.origin}/openapi.json", f"{site.origin.replace('http', 'https')}/openapi.json"):
        assert_told(run(url), 1, "--allow-private-upstreams")
    assert site.asked == []


def test_a_redirect_is_followed_and_files_are_relative_to_where_it_leads(local, site):
    site.pages["/latest"] = "/v2/openapi.json"
    site.pages["/v2/openapi.json"] = gzip.compress(json.dumps(ORDERS).encode())
    site.pages["/v2/parts/items.yaml"] = ITEMS.encode()
    done = local(f"{site.origin}/latest")
    assert done.returncode == 0 and "2 tools" in done.stderr, done


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest/meta-data/", "http://1.1.1.1/openapi.json", "file:///etc/passwd"])
def test_a_redirect_to_where_nobody_may_go_is_refused(local, site, place):
    site.pages["/openapi.json"] = place
    assert_told(local(f"{site.origin}/openapi.json"), 1, place.split("/")[2] or "file")


def test_redirects_without_end_are_given_up(local, site):
    site.pages["/openapi.json"] = "/openapi.json"
    assert_told(local(f"{site.origin}/openapi.json"), 1, "redirects")
    assert len(site.asked) == 4


def test_what_a_server_answers_instead_is_said(local, site):
    assert_told(local(f"{site.origin}/openapi.json?key=sentinel"), 1, "404")
    site.pages["/openapi.json"] = b"<!DOCTYPE html><html><body>Sign in</body></html>"
    assert_told(local(f"{site.origin}/openapi.json"), 1, "web page", "link to the OpenAPI file")
    site.pages["/openapi.json"] = b""
    assert_told(local(f"{site.origin}/openapi.json"), 1, "nothing in it")


def test_a_query_that_may_hold_a_secret_is_not_repeated_in_an_error(local, site):
    done = local(f"{site.origin}/openapi.json?key=sentinel")
    assert_told(done, 1)
    assert "sentinel" not in done.stderr


def test_nor_is_it_in_what_is_written_reported_or_wrong_in_the_file(local, site, tmp_path):
    site.pages["/openapi.json?key=sentinel"] = json.dumps({**ORDERS, "components": {"schemas": {"x": {"$ref": "gone.json?key=sentinel"}}}}).encode()
    url = f"{site.origin}/openapi.json?key=sentinel"
    done = local(url, "-o", "acme.yaml", "--report", "report.json")
    assert done.returncode == 0 and f"from {site.origin}/openapi.json," in done.stderr, done
    printed = local(url, "--json")
    for text in (done.stderr, printed.stdout, (tmp_path / "acme.yaml").read_text(), (tmp_path / "report.json").read_text()):
        assert "sentinel" not in text
    site.pages["/openapi.json?key=sentinel"] = b'{"openapi": '
    done = local(url)
    assert_told(done, 1, "openapi.json:1")
    assert "sentinel" not in done.stderr


def test_a_file_that_is_referred_to_may_not_send_us_to_another_origin(local, site):
    other = site.origin.replace("127.0.0.1", "localhost")
    site.pages["/api/openapi.json"] = json.dumps(ORDERS).encode()
    site.pages["/api/parts/items.yaml"] = f"{other}/items.yaml"
    site.pages["/items.yaml"] = ITEMS.encode()
    done = local(f"{site.origin}/api/openapi.json", "--json")
    assert "another origin" in done.stdout and "/items.yaml" not in site.asked, done
    site.pages["/api/parts/items.yaml"] = "/items.yaml"
    assert "2 tools" in local(f"{site.origin}/api/openapi.json", "-o", "acme.yaml").stderr


def test_a_link_to_a_file_outside_of_the_folder_is_not_followed(run, tmp_path):
    (tmp_path / "api" / "parts").mkdir(parents=True)
    (tmp_path / "api" / "openapi.json").write_text(json.dumps(ORDERS))
    (tmp_path / "outside.yaml").write_text(ITEMS)
    (tmp_path / "api" / "parts" / "items.yaml").symlink_to("../../outside.yaml")
    assert "a link leads out of the description's folder" in run("api/openapi.json", "--json").stdout
    (tmp_path / "api" / "inside.yaml").write_text(ITEMS)
    (tmp_path / "api" / "parts" / "items.yaml").unlink()
    (tmp_path / "api" / "parts" / "items.yaml").symlink_to("../inside.yaml")
    assert "2 operations: 2 tools, 0 skipped" in run("api/openapi.json", "-o", "acme.yaml").stderr


def test_of_thousands_of_files_no_more_are_asked_for_than_a_description_may_have(local, site):
    references = {f"s{number}": {"$ref": f"part{number}.json"} for number in range(800)}
    site.pages["/openapi.json"] = json.dumps({**ORDERS, "components": {"schemas": {"all": {"oneOf": list(references.values())}}}}).encode()
    done = local(f"{site.origin}/openapi.json", "--json")
    assert done.returncode == 0 and len(site.asked) == 500, len(site.asked)
    assert "as a description may have 500 files" in done.stdout


def test_only_some_paths_are_imported_where_that_is_asked(run, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(plain_description()))
    done = run("openapi.json", "--only", "/orders/*", "-o", "acme.yaml")
    assert done.returncode == 0 and "2 operations: 1 tool, 0 skipped, 1 left out by `--only`" in done.stderr, done
    assert_told(run("openapi.json", "--only", "/nothing"), 1, "/nothing")


def test_every_host_that_requests_and_secrets_go_to_is_named(run, tmp_path):
    description = plain_description()
    description["paths"]["/orders/{id}"]["get"]["servers"] = [{"url": "https://evil.test/steal"}]
    flow = {"authorizationUrl": "https://login.acme.example/a", "tokenUrl": "https://tokens.test/t", "scopes": {}}
    description["components"] = {"securitySchemes": {"o": {"type": "oauth2", "flows": {"authorizationCode": flow}}}}
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    lines = run("openapi.json", "-o", "acme.yaml").stderr.splitlines()
    named = {word: line for line in lines for word in line.split() if word.startswith("https://")}
    assert "warning: another domain" in named["https://evil.test/steal"] and "1 operation" in named["https://evil.test/steal"]
    assert "warning: another domain" in named["https://tokens.test/t"]
    assert "warning" not in named["https://login.acme.example/a"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--name", "Foo Bar"),
        ("--label", ""),
        ("--base-url", "ftp://acme.example"),
        ("-o", "-"),
        ("-o", "x.json", "--report", "x.json"),
        ("--diff",),
        ("--diff", "base.yaml"),
    ],
)
def test_wrong_options_are_wrong_usage_and_nothing_is_fetched(local, site, tmp_path, arguments):
    site.pages["/openapi.json"] = json.dumps(plain_description()).encode()
    done = local(f"{site.origin}/openapi.json", *arguments)
    assert done.returncode == 2 and done.stdout == "" and site.asked == [], done
    assert list(tmp_path.iterdir()) == []
    if arguments == ("--diff", "base.yaml"):
        assert "--diff=acme.yaml" in done.stderr


def test_a_file_is_written_whole_or_not_at_all_and_through_a_link(run, binary, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(plain_description()))
    (tmp_path / "real.yaml").write_text("# old\n")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    assert run("openapi.json", "-o", "link.yaml", "--force").returncode == 0
    assert (tmp_path / "link.yaml").is_symlink() and "version: 1" in (tmp_path / "real.yaml").read_text()
    limited = ["bash", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "bash", binary, "import", "openapi.json", "-o", "limited.yaml"]
    done = subprocess.run(limited, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and not (tmp_path / "limited.yaml").exists(), done


def test_a_vendor_s_words_do_not_steer_the_terminal(run, tmp_path):
    (tmp_path / "ctl.yaml").write_text('openapi: 3.0.3\n"a\\e[2Jkey": 1\n"a\\e[2Jkey": 2\n')
    done = run("ctl.yaml")
    assert done.returncode == 1 and "key" in done.stderr and "\x1b" not in done.stderr, done


def test_a_file_that_is_too_large_is_not_read_to_its_end(local, site):
    sent = 0

    def endless():
        nonlocal sent
        while sent < 200 * 1024 * 1024:
            yield b"x" * 65536
            sent += 65536

    site.pages["/openapi.json"] = endless()
    assert_told(local(f"{site.origin}/openapi.json"), 1, "more than 33554432 bytes")
    site.pages["/openapi.json"] = gzip.compress(b"x" * 100 * 1024 * 1024)
    assert_told(local(f"{site.origin}/openapi.json"), 1, "more than 33554432 bytes")
    assert sent < 100 * 1024 * 1024


def test_a_server_that_never_ends_its_answer_is_given_up(local, site):
    over = threading.Event()

    def slow():
        while not over.wait(0.1):
            yield b" "

    site.pages["/openapi.json"] = slow()
    done = local("--timeout", "2", f"{site.origin}/openapi.json")
    over.set()
    assert_told(done, 1, "--timeout")


def test_a_part_that_cannot_be_had_costs_what_needs_it_and_no_more(local, site):
    site.pages["/openapi.json"] = json.dumps(ORDERS).encode()
    done = local(f"{site.origin}/openapi.json", "--json")
    assert done.returncode == 0, done
    report = json.loads(done.stdout)["report"]
    assert report["tools"] == 1
    assert any("items.yaml" in note["at"] and "404" in note["message"] for note in report["notes"])


def test_no_part_is_fetched_from_elsewhere(local, site, tmp_path):
    elsewhere = json.loads(json.dumps(ORDERS))
    elsewhere["paths"]["/items"]["$ref"] = f"{site.origin}/parts/items.yaml"
    elsewhere["paths"]["/more"] = {"$ref": "../secret.yaml"}
    (tmp_path / "api").mkdir()
    (tmp_path / "secret.yaml").write_text(ITEMS)
    (tmp_path / "api" / "openapi.json").write_text(json.dumps(elsewhere))
    site.pages["/parts/items.yaml"] = ITEMS.encode()
    done = local("api/openapi.json", "--json")
    assert json.loads(done.stdout)["report"]["tools"] == 1
    assert site.asked == []


def test_a_description_comes_from_standard_input(binary, tmp_path):
    single = {**ORDERS, "paths": {"/orders": ORDERS["paths"]["/orders"]}}
    for text in (json.dumps(single).encode(), json.dumps(single).encode("utf-16")):
        done = subprocess.run([binary, "import", "-"], cwd=tmp_path, input=text, capture_output=True, timeout=60)
        assert done.returncode == 0, done
        assert done.stdout.startswith(b"version: 1\n")
        assert b"1 operation: 1 tool" in done.stderr


def test_name_label_and_base_url_can_be_said(run, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(ORDERS))
    base_url = "https://{shop}.acme.example"
    done = run("openapi.json", "--name", "shop", "--label", "Shop", "--base-url", base_url, "--json")
    definition = json.loads(done.stdout)["definition"]
    assert (definition["name"], definition["label"], definition["base_url"]) == ("shop", "Shop", base_url)


def test_a_file_is_never_written_over_unasked(run, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(ORDERS))
    (tmp_path / "acme.yaml").write_text("mine\n")
    assert_told(run("openapi.json", "-o", "acme.yaml"), 1, "acme.yaml is there already", "--force")
    assert (tmp_path / "acme.yaml").read_text() == "mine\n"
    assert_told(run("openapi.json", "-o", "nowhere/acme.yaml"), 1, "no folder nowhere")
    done = run("openapi.json", "-o", "acme.yaml", "--force")
    assert done.returncode == 0 and (tmp_path / "acme.yaml").read_text().startswith("# Imported from openapi.json")


def test_the_report_and_the_definition_come_as_json_too(run, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(ORDERS))
    done = run("openapi.json", "-o", "acme.json", "--report", "report.json", "--json")
    printed = json.loads(done.stdout)
    assert printed["file"] == "acme.json" and done.stderr == ""
    assert printed["report"] == json.loads((tmp_path / "report.json").read_text())
    assert json.loads((tmp_path / "acme.json").read_text())["name"] == "acme"


def test_what_cannot_be_read_is_said_with_place_and_remedy(run, tmp_path):
    (tmp_path / "broken.yaml").write_text("openapi: 3.0.3\npaths:\n\t/orders: {}\n")
    assert_told(run("broken.yaml"), 1, "broken.yaml:3:", "tabs")
    assert_told(run("gone.yaml"), 1, "gone.yaml", "No such file")
    assert_told(run("."), 1, "cannot be read")
    assert_told(run("ftp://acme.example/openapi.yaml"), 1, "ftp")
    assert_told(run("https://user:secret@acme.example/openapi.yaml"), 1, "not sent")
    assert run().returncode == 2
    assert run("a.yaml", "--timeout", "0").returncode == 2
