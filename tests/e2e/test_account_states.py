"""What a vendor's refusal of a credential leads to: on the account, in the log, and for the agent."""

import re

import pytest

from mcp_client import call
from poll import until

LINK = re.compile(r"/link/(tr_[A-Za-z0-9_-]{86})$")


@pytest.fixture
def fresh(vendor):
    """The vendor as if new, before and after."""
    vendor.reset()
    yield vendor
    vendor.reset()


def refused(server, vendor):
    """An account whose owner is known. The vendor does not accept any credential of the core API any more, for the next few requests."""
    account = server.connect_account(vendor.url, vendor.tokens(), validate=True)
    vendor.will_fail(kind="status", status=401, path_prefix="/api/v3", times=4)
    return account


def error_of(url):
    result = call(url, "list_all_sendoso_campaigns").json()["result"]
    assert result["isError"], result
    return result["structuredContent"]["error"]


def test_a_refused_credential_is_told_on_the_account_in_the_log_and_to_the_agent(serve, fresh):
    server = serve()
    account = refused(server, fresh)
    url = server.create_server(account)["url"]
    assert error_of(url)["code"] == "needs_reauth"

    def told():
        shown = server.api("GET", f"/integrated-account/{account}").json()
        return shown["status"] == "needs_reauth" and shown

    shown = until(told, what="the account needs to be connected again")
    assert shown["last_error"]
    tickets = [LINK.search(link)[1] for link in (shown["reconnect_url"], error_of(url)["reconnect_url"])]
    assert shown["reconnect_url"].startswith(server.url + "/link/tr_")

    log = server.process.log()
    warnings = [line for line in log.splitlines() if "WARN" in line and account in line]
    assert len(warnings) == 1, log
    for secret in [*tickets, *(ticket[3:] for ticket in tickets)]:
        assert secret not in log


def test_the_state_of_an_account_and_its_links_survive_a_restart(serve, fresh):
    server = serve()
    account = refused(server, fresh)
    assert server.api("POST", f"/integrated-account/{account}/validate").json()["status"] == "needs_reauth"
    server.process.end()
    again = serve()
    shown = again.api("GET", f"/integrated-account/{account}").json()
    assert shown["status"] == "needs_reauth" and LINK.search(shown["reconnect_url"])
    fresh.reset()
    shown = again.api("POST", f"/integrated-account/{account}/validate").json()
    assert (shown["status"], shown["last_error"], shown["reconnect_url"]) == ("active", None, None)
    assert "@" in shown["identity"]


def test_a_status_that_one_server_found_out_is_known_to_the_other(serve, cluster, fresh):
    first, second = (serve(folder, database_url=cluster.url) for folder in ("server", "second"))
    account = refused(first, fresh)
    path = first.create_server(account)["url"].removeprefix(first.url)
    assert first.api("POST", f"/integrated-account/{account}/validate").json()["status"] == "needs_reauth"
    assert "/link/tr_" in error_of(second.url + path)["reconnect_url"]
    fresh.reset()
    assert not call(second.url + path, "list_all_sendoso_campaigns").json()["result"]["isError"]
    assert first.api("GET", f"/integrated-account/{account}").json()["status"] == "active"
