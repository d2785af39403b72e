"""Refreshes that somebody gets in the way of: who calls, hangs up, stops, stalls, or changes the account meanwhile."""

import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

import gateway
from conftest import MASTER_KEY
from foreign import reply_json
from mcp_client import post
from open_call import OpenRequest, open_call
from poll import until
from refreshing import APP, ME, TOKEN, Connected, is_leased, let_the_lease_end
from relay import Relay


@pytest.fixture
def two(serve, postgres):
    return [serve(folder, database_url=postgres.url) for folder in ("server", "second")]


def bearers(vendor):
    """The access tokens that calls have shown to the vendor, with the status of the answer."""
    return [(entry["headers"]["authorization"].removeprefix("Bearer "), entry["status"]) for entry in vendor.journal() if entry["path"] == ME]


def calling(account, server=None):
    return open_call(account.url if server is None else account.url.replace(account.server.url, server.url), "list_all_sendoso_me")


def went_well(answer):
    return answer[0] == 200 and json.loads(answer[1])["result"]["isError"] is False


# Fifty calls at once.


@pytest.mark.parametrize("servers", [1, 2])
@pytest.mark.parametrize("ended", ["by our clock", "by the vendor's word"])
def test_fifty_calls_at_once_make_one_refresh(serve, postgres, vendor, relay, servers, ended):
    gateways = [serve(f"server{number}", database_url=postgres.url) for number in range(servers)]
    if ended == "by our clock":
        account = Connected(gateways[0], vendor, relay)
        refused = 0
    else:
        # Nobody has said when it ends, and every server has used it already.
        account = Connected(gateways[0], vendor, relay, expires_at=None)
        account.give(**{**vendor.tokens(expires_in=60), "expires_at": None})
        assert [account.call(server) for server in gateways] == [None] * servers
        vendor.control("POST", "/clock", {"advance_seconds": 61})
        refused = 50
    vendor.control("DELETE", "/journal")
    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(lambda number: account.call(gateways[number % servers]), range(50)))
    assert told == [None] * 50
    assert [status for status, _ in account.refreshes()] == [200]
    statuses = [status for _, status in bearers(vendor)]
    assert statuses.count(200) == 50 and statuses.count(401) <= refused and len(statuses) <= 50 + refused


def test_a_server_that_calls_with_the_token_that_another_has_just_replaced_takes_the_new_one(two, vendor, relay):
    first, second = two
    account = Connected(first, vendor, relay, expires_at=None)
    account.give(**{**vendor.tokens(expires_in=60), "expires_at": None})
    assert account.call(second) is None
    with relay.holding("request", ME) as gate, calling(account, second) as late:
        assert gate.reached.wait(10)
        vendor.control("POST", "/clock", {"advance_seconds": 61})
        assert account.call(first) is None
        gate.open()
        assert went_well(late.answer())
    assert [status for status, _ in account.refreshes()] == [200]
    assert [status for _, status in bearers(vendor)] == [200, 401, 200, 401, 200]


# A client that goes, and a server that is told to.


def test_a_client_that_hangs_up_does_not_take_the_refresh_with_it(serve, database, vendor, relay):
    account = Connected(serve(database_url=database.url), vendor, relay)
    with relay.holding("answer", TOKEN) as gate:
        with calling(account):
            assert gate.reached.wait(10)
        # The server has seen that the client is gone: nothing of this call will ever reach the vendor.
        assert account.shown()["status"] == "active"
        gate.open()
        until(lambda: not is_leased(database), what="a saved refresh")
    assert bearers(vendor) == []
    assert account.call() is None
    assert [status for status, _ in account.refreshes()] == [200]


@pytest.mark.parametrize("client", ["waits", "has hung up"])
def test_a_server_that_is_told_to_stop_saves_the_refresh_under_way(serve, database, vendor, relay, client):
    server = serve(database_url=database.url)
    account = Connected(server, vendor, relay)
    with relay.holding("answer", TOKEN) as gate:
        call = calling(account)
        assert gate.reached.wait(10)
        if client == "has hung up":
            call.hang_up()
        server.process.process.send_signal(signal.SIGTERM)
        until(lambda: is_closed(server), what="a server that takes no more calls")
        assert server.process.process.poll() is None
        gate.open()
        if client == "waits":
            assert went_well(call.answer())
        assert server.process.process.wait(20) == 0
    assert not is_leased(database)
    account.server = serve(database_url=database.url)
    assert account.call() is None
    assert [status for status, _ in account.refreshes()] == [200]


def is_closed(server):
    try:
        post(server.url + "/mcp/none", "ping")
    except httpx2.TransportError:
        return True
    return False


# Two servers, of which one is late.


def test_an_answer_that_comes_after_its_lease_is_kept_while_nobody_has_a_newer_one(two, postgres, vendor, relay):
    stalled, other = two
    account = Connected(stalled, vendor, relay)
    with relay.holding("answer", TOKEN) as gate, calling(account) as late:
        assert gate.reached.wait(10)
        with stalled.process.held_up():
            gate.open()
            until(lambda: relay.answered, what="the answer is on its way")
            let_the_lease_end(postgres)
            # The vendor knows the refresh token as used.
            assert account.call(other)["code"] == "needs_reauth"
        assert went_well(late.answer())
    assert [status for status, _ in account.refreshes()] == [200, 400]
    assert [account.call(server) for server in two] == [None, None]
    assert account.shown(other)["status"] == "active" and account.shown()["last_error"] is None
    assert [status for status, _ in account.refreshes()] == [200, 400]


def test_a_refusal_that_comes_after_another_server_was_given_tokens_changes_nothing(two, postgres, vendor, relay):
    slow, other = two
    account = Connected(slow, vendor, relay)
    with relay.holding("request", TOKEN) as gate, calling(account) as late:
        assert gate.reached.wait(10)
        let_the_lease_end(postgres)
        assert account.call(other) is None
        gate.open()
        assert went_well(late.answer())
    assert [status for status, _ in account.refreshes()] == [200, 400]
    assert account.shown()["status"] == "active" and account.shown()["last_error"] is None
    assert [account.call(server) for server in two] == [None, None]
    assert len(account.refreshes()) == 2


def test_a_refusal_that_comes_after_its_lease_says_nothing_while_another_server_is_asking(two, postgres, vendor, relay):
    slow, other = two
    account = Connected(slow, vendor, relay)
    with relay.holding("request", TOKEN) as gate, calling(account) as late:
        assert gate.reached.wait(10)
        let_the_lease_end(postgres)
        with relay.holding("answer", TOKEN) as second, calling(account, other) as call:
            assert second.reached.wait(10)
            gate.open()
            error = json.loads(late.answer()[1])["result"]["structuredContent"]["error"]
            assert (error["code"], error["retry_after"]) == ("unreachable", 5), error
            assert account.shown()["status"] == "active"
            second.open()
            assert went_well(call.answer())
    assert [status for status, _ in account.refreshes()] == [200, 400]
    assert [account.call(server) for server in two] == [None, None]


# A token that is still good.


def test_no_call_waits_for_a_slow_vendor_while_its_token_is_good(serve, database, vendor, relay):
    server = serve(database_url=database.url)
    account = Connected(server, vendor, relay, expires_at=int(time.time()) + 50)
    with relay.holding("answer", TOKEN) as gate:
        assert account.call() is None
        assert gate.reached.is_set()
        gate.open()
        until(lambda: not is_leased(database), what="a saved refresh")
    assert account.call() is None
    (before, _), (after, _) = bearers(vendor)
    assert before != after
    assert [status for status, _ in account.refreshes()] == [200]


def test_no_call_waits_for_a_server_that_died_while_its_token_is_good(serve, postgres, vendor, relay):
    server = serve(database_url=postgres.url)
    account = Connected(server, vendor, relay, expires_at=int(time.time()) + 50)
    postgres.run(f"UPDATE credential SET refresh_holder = 'gone', refresh_until = {int(time.time()) + 90}000")
    assert account.call() is None
    assert account.refreshes() == []
    # Nor does a server that is to stop.
    assert server.process.stop(within=8) == 0


# What people change meanwhile.


@pytest.mark.parametrize("vendor_says", [200, 400])
def test_a_credential_that_is_given_during_a_refresh_is_the_one_that_counts(serve, database, vendor, relay, vendor_says):
    account = Connected(serve(database_url=database.url), vendor, relay)
    if vendor_says == 400:
        account.give(**{**vendor.tokens(), "expires_at": 1, "refresh_token": "made-up"})
    given = vendor.tokens()
    with relay.holding("answer", TOKEN) as gate, calling(account) as call:
        assert gate.reached.wait(10)
        account.give(**given)
        gate.open()
        assert went_well(call.answer())
    assert account.call() is None
    assert bearers(vendor) == [(given["access_token"], 200)] * 2
    assert [status for status, _ in account.refreshes()] == [vendor_says]
    assert account.shown()["status"] == "active" and account.shown()["last_error"] is None


@pytest.mark.parametrize("vendor_says", [200, 400])
def test_a_call_that_was_planned_for_one_host_is_not_sent_there_with_the_credential_of_another(
    serve, start, database, vendor, relay, vendor_says
):
    account = Connected(serve(database_url=database.url), vendor, relay)
    if vendor_says == 400:
        account.give(**{**vendor.tokens(), "expires_at": 1, "refresh_token": "made-up"})
    elsewhere = start(Relay, vendor.url)
    with relay.holding("answer", TOKEN) as gate, calling(account) as call:
        assert gate.reached.wait(10)
        moved = {"base_url": elsewhere.origin, "credentials": vendor.tokens()}
        assert account.server.api("PATCH", f"/integrated-account/{account.id}", moved).is_success
        gate.open()
        error = json.loads(call.answer()[1])["result"]["structuredContent"]["error"]
    assert error["code"] == "conflict" and "changed" in error["message"], error
    assert relay.asked(ME) == [] == elsewhere.asked(ME)
    assert account.call() is None
    assert relay.asked(ME) == [] and len(elsewhere.asked(ME)) == 1


def test_tokens_of_an_account_that_was_deleted_before_they_came_are_ended_at_the_vendor(serve, database, vendor, relay):
    account = Connected(serve(database_url=database.url), vendor, relay)
    with relay.holding("answer", TOKEN) as gate, calling(account) as call:
        assert gate.reached.wait(10)
        # What another server does that has waited long enough.
        for table in ("mcp_server", "credential", "integrated_account"):
            database.run(f"DELETE FROM {table}")
        gate.open()
        error = json.loads(call.answer()[1])["result"]["structuredContent"]["error"]
    assert error["code"] == "needs_reauth" and "gone" in error["message"], error
    assert vendor.state()["grants"][-1]["revoked"]
    assert "access token refreshed" not in account.server.process.log()


def test_an_account_that_is_deleted_during_a_refresh_stays_deleted_and_leaves_no_token_behind(serve, database, vendor, relay):
    account = Connected(serve(database_url=database.url), vendor, relay)
    url = f"{account.server.url}/integrated-account/{account.id}"
    headers = {"authorization": f"Bearer {account.server.api_token}"}
    with relay.holding("answer", TOKEN) as gate, calling(account) as call:
        assert gate.reached.wait(10)
        with OpenRequest("DELETE", url, headers) as deletion:
            until(deletion.was_read, what="the server has read the deletion")
            gate.open()
            assert deletion.answer()[0] == 204
        call.answer()
    assert account.server.api("GET", f"/integrated-account/{account.id}").status_code == 404
    assert database.run("SELECT COUNT(*) FROM credential") == [("0",)]
    [shown] = [token for status, token in account.refreshes() if status == 200]
    [used] = [number for number, grant in enumerate(vendor.state()["grants"]) if grant["refresh_token"] == shown]
    assert vendor.state()["grants"][-1]["revoked"], "the tokens that the refresh has brought"
    assert used < len(vendor.state()["grants"]) - 1


def test_tokens_that_were_asked_for_as_one_app_are_kept_when_the_app_is_another_then(serve, database, vendor, relay):
    account = Connected(serve(database_url=database.url), vendor, relay)
    with relay.holding("answer", TOKEN) as gate, calling(account) as call:
        assert gate.reached.wait(10)
        other = {"client_id": "another", "client_secret": "of-another"}
        assert account.server.api("PUT", "/integration/sendoso/oauth-app", other).is_success
        gate.open()
        assert went_well(call.answer())
    assert account.call() is None
    assert [status for status, _ in account.refreshes()] == [200]
    assert account.server.api("PUT", "/integration/sendoso/oauth-app", APP).is_success


def test_a_refresh_that_the_vendor_refuses_leaves_the_stored_credential_as_it_was(serve, database, vendor, relay):
    account = Connected(serve(database_url=database.url), vendor, relay, refresh_token="revoked-by-the-user")
    before = database.run("SELECT sealed FROM credential")
    for _ in range(3):
        assert account.call()["code"] == "needs_reauth"
    assert database.run("SELECT sealed FROM credential") == before
    assert account.refreshes() == [(400, "revoked-by-the-user")]
    shown = account.shown()
    assert shown["status"] == "needs_reauth" and "revoked-by-the-user" not in json.dumps(shown)


def test_no_refresh_is_lost_while_the_master_key_is_replaced(serve, binary, database, vendor, relay, tmp_path):
    server = serve(database_url=database.url)
    accounts = [Connected(server, vendor, relay) for _ in range(4)]
    # Every token ends within a second.
    relay.change = shortened
    over = threading.Event()

    def calls(account):
        told = [account.call()]
        while not over.is_set():
            told.append(account.call())
        return told + [account.call()]

    with ThreadPoolExecutor(len(accounts)) as pool:
        running = [pool.submit(calls, account) for account in accounts]
        until(lambda: len(relay.asked(TOKEN)) > 8, what="refreshes")
        settings = {"database_url": database.url, "master_key": MASTER_KEY}
        command = ["keys", "rotate", "--new-master-key-file", str(tmp_path / "new.key")]
        rotated = gateway.run(binary, *command, folder=tmp_path, **settings)
        asked = len(relay.asked(TOKEN))
        until(lambda: len(relay.asked(TOKEN)) > asked + 8 or any(work.done() for work in running), what="more refreshes")
        over.set()
        told = [error for work in running for error in work.result()]
    assert rotated.returncode == 0, rotated
    assert told == [None] * len(told)
    refreshes = accounts[0].refreshes()
    assert len(refreshes) == len(relay.asked(TOKEN)) == len({token for _, token in refreshes}) >= 16
    assert {status for status, _ in refreshes} == {200}


def shortened(request, reply):
    if request.path != TOKEN:
        return reply
    return reply_json({**json.loads(reply.body), "expires_in": 1})
