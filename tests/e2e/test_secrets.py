"""Secrets used during a run occur nowhere they could be read later."""

import base64

import gateway
from conftest import API_TOKEN, MASTER_KEY
from mcp_client import call, listed, post
from spellings import occurrences


def exercise(server, vendor):
    """Uses every kind of secret, rightly and wrongly, and returns them by name."""
    tokens = vendor.tokens()
    account = server.connect_account(vendor.url, tokens)
    open_server = server.create_server(account)
    guarded = server.create_server(account, require_api_token_auth=True)
    second = server.created("/api-token", {"name": "second"})
    second_secret = next(value for value in second.values() if str(value).startswith("tgk_"))

    assert len(listed(open_server["url"])) == 20
    assert call(open_server["url"], "list_all_sendoso_me").json()["result"]["isError"] is False
    assert len(listed(guarded["url"], bearer=second_secret)) == 20
    # Refusals and failures are where secrets tend to be quoted.
    post(guarded["url"], "tools/list")
    post(guarded["url"], "tools/list", bearer=second_secret + "x")
    call(open_server["url"], "create_a_sendoso_egift", touch_id="x")
    vendor.will_fail(kind="close_before_answer", times=3)
    call(open_server["url"], "list_all_sendoso_groups")
    vendor.reset()
    rotated = server.api("POST", f"/integrated-account/{account}/mcp/{open_server['id']}/rotate").json()
    post(open_server["url"], "tools/list")
    listed(rotated["url"])
    server.api("POST", "/integrated-account", {"integration": "sendoso", "credentials": tokens, "nonsense": 1})
    server.api("DELETE", f"/api-token/{second['id']}")
    post(guarded["url"], "tools/list", bearer=second_secret)
    return {
        "master key": MASTER_KEY,
        "master key bytes": base64.b64decode(MASTER_KEY),
        "API token": API_TOKEN,
        "second API token": second_secret,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "MCP token": open_server["token"],
        "guarded MCP token": guarded["token"],
        "rotated MCP token": rotated["token"],
    }


def test_no_secret_is_in_the_database_files_the_logs_or_the_metrics(serve, vendor, tmp_path):
    server = serve(log="trace")
    secrets = exercise(server, vendor)
    metrics = server.metrics()
    # While it runs there is a write-ahead log, afterwards there may be none: both are looked at.
    places = {str(path): path.read_bytes() for path in gateway.files_below(tmp_path)}
    server.process.stop()
    places |= {f"{path} at rest": path.read_bytes() for path in gateway.files_below(tmp_path)}
    places["/metrics"] = metrics.encode()

    assert any("tidegate.db" in place for place in places)
    assert len(server.process.log()) > 0
    assert "tidegate" in metrics
    assert occurrences(secrets, places) == []


def test_no_secret_is_in_a_postgres_dump_the_logs_or_the_metrics(serve, cluster, vendor, tmp_path):
    server = serve(database_url=cluster.url, log="trace")
    secrets = exercise(server, vendor)
    dump = cluster.dump().encode()
    places = {"dump": dump, "/metrics": server.metrics().encode()}
    server.process.stop()
    places["log"] = server.process.log().encode()
    assert b"mcp_server" in dump
    assert occurrences(secrets, places) == []
