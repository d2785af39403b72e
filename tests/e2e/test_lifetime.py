"""When a secret URL stops working: at its expiry, when it is rotated, when it is deleted."""

import sqlite3
import time
from contextlib import closing

import pytest

from conftest import seconds_ahead
from mcp_client import post
from poll import until


def status(url):
    return post(url, "tools/list").status_code


@pytest.mark.slow
def test_an_url_answers_until_its_expiry_and_not_after(serve, vendor, tmp_path):
    gateway = serve(database_url=f"sqlite://{tmp_path}/server/data/tidegate.db")
    account = gateway.connect_account(vendor.url, vendor.tokens())
    expires_at, moment = seconds_ahead(61)
    server = gateway.create_server(account, expires_at=expires_at)
    assert server["expires_at"] == expires_at

    def rows():
        with closing(sqlite3.connect(f"file:{tmp_path}/server/data/tidegate.db?mode=ro", uri=True)) as database:
            return database.execute("select count(*) from mcp_server").fetchone()[0]

    assert rows() == 1

    until(lambda: time.time() >= moment - 1.05, within=70, every=0.005)
    last_good = status(server["url"])
    assert time.time() < moment, "the machine was too slow to ask in time"
    assert last_good == 200

    until(lambda: time.time() >= moment + 0.05, within=5, every=0.001)
    assert status(server["url"]) == 404
    assert gateway.api("GET", f"/integrated-account/{account}/mcp/{server['id']}").status_code == 404
    until(lambda: rows() == 0, within=moment + 5 - time.time(), what="the row is gone")


def test_an_expiry_less_than_a_minute_ahead_is_refused(demo):
    expires_at, _ = seconds_ahead(30)
    body = {"name": "x", "expires_at": expires_at}
    response = demo.api("POST", f"/integrated-account/{demo.account}/mcp", body)
    assert response.status_code == 400 and "60 seconds" in response.text


def test_a_rotated_url_is_replaced_at_once(demo):
    server = demo.create_server(demo.account)
    assert status(server["url"]) == 200
    rotated = demo.api("POST", f"/integrated-account/{demo.account}/mcp/{server['id']}/rotate")
    assert rotated.is_success
    assert status(server["url"]) == 404
    assert status(rotated.json()["url"]) == 200
    assert rotated.json()["id"] == server["id"]


def test_a_deleted_url_is_gone_on_the_next_request(demo):
    server = demo.create_server(demo.account)
    assert status(server["url"]) == 200
    path = f"/integrated-account/{demo.account}/mcp/{server['id']}"
    assert demo.api("DELETE", path).is_success
    assert status(server["url"]) == 404
    assert demo.api("GET", path).status_code == 404


def test_a_narrowed_server_is_narrow_on_the_next_request(demo):
    server = demo.create_server(demo.account, tags=["users"])
    tools = post(server["url"], "tools/list").json()["result"]["tools"]
    path = f"/integrated-account/{demo.account}/mcp/{server['id']}"
    changed = demo.api("PATCH", path, {"config": {"methods": ["read"]}})
    assert changed.status_code == 200, changed.text
    assert changed.json()["config"]["tags"] == ["users"]
    fewer = post(server["url"], "tools/list").json()["result"]["tools"]
    assert (len(tools), len(fewer)) == (3, 2)


def test_the_secret_is_shown_once(demo):
    server = demo.create_server(demo.account)
    path = f"/integrated-account/{demo.account}/mcp"
    assert server["token"] not in demo.api("GET", f"{path}/{server['id']}").text
    assert server["token"] not in demo.api("GET", f"{path}?limit=100").text
