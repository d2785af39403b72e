"""SIGKILL at every point of a refresh: what a server finds that is started after it."""

import contextlib
import signal

import pytest

from open_call import open_call
from poll import until
from refreshing import ME, TOKEN, Connected, is_leased, let_the_lease_end


# Each brings a call to one point of its refresh, and stays there as long as the block lasts.


@contextlib.contextmanager
def before_the_lease_is_claimed(account, database):
    with database.locked(), calling(account) as call:
        until(call.was_read, what="the server has read the call")
        yield
    assert not is_leased(database)


@contextlib.contextmanager
def after_the_lease_was_claimed(account, database):
    with account.relay.out_of_reach(), calling(account):
        until(lambda: is_leased(database), what="a lease")
        yield
    assert not account.relay.asked(TOKEN)


@contextlib.contextmanager
def on_the_way_to_the_vendor(account, database):
    with account.relay.holding("request", TOKEN) as gate, calling(account):
        assert gate.reached.wait(10)
        yield
        gate.drop()
    assert is_leased(database) and not account.refreshes()


@contextlib.contextmanager
def on_the_way_back(account, database):
    with account.relay.holding("answer", TOKEN) as gate, calling(account):
        assert gate.reached.wait(10)
        yield
    assert is_leased(database)


@contextlib.contextmanager
def before_the_answer_is_committed(account, database):
    with account.relay.holding("answer", TOKEN) as gate, calling(account):
        assert gate.reached.wait(10)
        with database.locked():
            gate.open()
            until(lambda: account.relay.was_read(TOKEN), what="the server has read the vendor's answer")
            yield
    assert is_leased(database)


@contextlib.contextmanager
def before_the_new_token_is_used(account, database):
    with account.relay.holding("request", ME) as gate, calling(account):
        assert gate.reached.wait(10)
        yield
        gate.drop()
    assert not is_leased(database)


def calling(account):
    return open_call(account.url, "list_all_sendoso_me")


# With what status the vendor answers the refreshes that reach it, before the kill and after.
POINTS = {
    before_the_lease_is_claimed: ([], [200]),
    after_the_lease_was_claimed: ([], [200]),
    on_the_way_to_the_vendor: ([], [200]),
    on_the_way_back: ([200], [400]),
    before_the_answer_is_committed: ([200], [400]),
    before_the_new_token_is_used: ([200], []),
}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.__name__)
def test_a_kill_costs_an_account_at_most_a_reconnect_and_only_where_the_vendor_had_used_the_token_up(
    serve, database, vendor, relay, point
):
    server = serve(database_url=database.url)
    account = Connected(server, vendor, relay)
    with point(account, database):
        server.process.process.kill()
        assert server.process.process.wait(10) == -signal.SIGKILL
    before, after = POINTS[point]
    assert [status for status, _ in account.refreshes()] == before

    let_the_lease_end(database)
    account.server = serve(database_url=database.url)
    told = [account.call() for _ in range(3)]
    assert [status for status, _ in account.refreshes()] == before + after, "once, whatever comes of it"
    lost = 400 in after
    if lost:
        assert [error["code"] for error in told] == ["needs_reauth"] * 3, told
        assert "reconnect" in told[0]["hint"]
    else:
        assert told == [None] * 3
    shown = account.shown()
    assert shown["status"] == ("needs_reauth" if lost else "active") and bool(shown["last_error"]) == lost, shown
    assert not is_leased(database)

    if lost:
        account.give()
        assert account.call() is None
        assert account.shown()["status"] == "active"
