"""Links and consent by a browser without script: what they leave behind, and that any replica goes on where another began."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

import gateway
from mcp_client import call
from spellings import occurrences

APP = {"client_id": "sandbox-core-client", "client_secret": "sandbox-core-secret"}


@pytest.fixture
def consenting(vendor):
    """The vendor, whose users consent without being asked."""
    vendor.settings(consent="approve")
    yield vendor
    vendor.settings(consent="ask")


@pytest.fixture
def browser():
    with httpx2.Client(timeout=20, follow_redirects=False) as client:
        yield client


def link(server, vendor, **more):
    assert server.api("PUT", "/integration/sendoso/oauth-app", APP).status_code == 200
    body = {"tenant_id": "acme", "integration": "sendoso", "base_url": vendor.url, **more}
    return server.created("/link-token", body)["url"]


def way_back(browser, url):
    """Leaves for the vendor and says where the vendor sends the person."""
    leaving = browser.post(url, data={})
    assert leaving.status_code == 200, leaving.text
    at_vendor = unescape(re.search(r'content="0; url=([^"]+)"', leaving.text)[1])
    answer = httpx2.get(at_vendor, follow_redirects=False)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["location"]


def accounts(server):
    return server.api("GET", "/integrated-account").json()["result"]


def connected(server, browser, callback):
    back = browser.get(callback)
    assert back.status_code == 303, back.text
    [account] = accounts(server)
    assert account["status"] == "active"
    return account["id"]


def ended(server, browser, callback):
    """The status of the page that a way back leads on to when nothing was connected."""
    back = browser.get(callback)
    assert back.status_code == 303 and back.headers["location"].startswith("/link/ended?"), back.headers
    return browser.get(server.url + back.headers["location"]).status_code


def exercise(server, vendor, browser):
    """Consents rightly and wrongly, and returns every secret by name."""
    url = link(server, vendor)
    callback = way_back(browser, url)
    brought = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    [cookie] = [value for name, value in browser.cookies.items() if "consent" in name]
    assert ended(server, httpx2, callback) == 400
    assert ended(server, browser, callback.replace("code=", "error=x&no=")) == 502
    callback = way_back(browser, url)
    second = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    [second_cookie] = [value for name, value in browser.cookies.items() if "consent" in name]
    connected(server, browser, callback)
    assert ended(server, browser, callback) == 400
    assert browser.get(url).status_code == 410
    return {
        "link token": url.rsplit("/", 1)[1],
        "state": brought["state"],
        "code": brought["code"],
        "browser": cookie.split(".")[0],
        "second state": second["state"],
        "second code": second["code"],
        "second browser": second_cookie.split(".")[0],
        "app": APP["client_secret"],
    }


def test_nothing_of_a_consent_is_in_the_database_files_or_the_logs(serve, consenting, browser, tmp_path):
    server = serve(log="trace")
    secrets = exercise(server, consenting, browser)
    places = {str(path): path.read_bytes() for path in gateway.files_below(tmp_path)}
    server.process.stop()
    places |= {f"{path} at rest": path.read_bytes() for path in gateway.files_below(tmp_path)}
    assert any("tidegate.db" in place for place in places) and len(server.process.log()) > 0
    assert occurrences(secrets, places) == []


def test_nothing_of_a_consent_is_in_a_postgres_dump(serve, cluster, consenting, browser):
    server = serve(database_url=cluster.url, log="trace")
    secrets = exercise(server, consenting, browser)
    dump = cluster.dump().encode()
    assert b"link_token" in dump
    assert occurrences(secrets, {"dump": dump, "log": server.process.log().encode()}) == []


def test_what_begins_at_one_replica_ends_at_another(serve, cluster, consenting, browser):
    one = serve("one", database_url=cluster.url)
    two = serve("two", database_url=cluster.url, public_url=one.url)
    url = link(one, consenting)
    callback = way_back(browser, url)
    account = connected(two, browser, callback.replace(one.url, two.url))
    assert browser.get(url).status_code == 410
    for server in (one, two):
        tools = server.create_server(account)
        answer = call(tools["url"].replace(one.url, server.url), "list_all_sendoso_me").json()
        assert answer["result"]["isError"] is False
