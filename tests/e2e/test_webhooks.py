"""Webhooks as their receivers have them: signed, once for each event, and none lost, whatever becomes of the server."""

import re
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from poll import until
from receiver import Receiver


@pytest.fixture
def receiver(start):
    return start(Receiver)


def webhook(server, receiver, **more):
    return server.created("/webhook", {"url": receiver.url, **more})


def log(server, made):
    response = server.api("GET", f"/webhook/{made['id']}/delivery?limit=100")
    assert response.status_code == 200, response.text
    return response.json()["result"]


def test_the_official_library_takes_what_is_sent_and_nothing_else(serve, vendor, receiver):
    server = serve()
    made = webhook(server, receiver)
    account = server.connect_account(vendor.url, vendor.tokens())
    until(lambda: receiver.received, what="the event")
    headers, body = receiver.received[0]
    event = Webhook(made["secret"]).verify(body, headers)
    assert event["type"] == "integrated_account.created"
    assert event["data"] == {**server.api("GET", f"/integrated-account/{account}").json(), "version": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(body.replace(b"acme", b"evil"), headers)

    rotated = server.api("POST", f"/webhook/{made['id']}/rotate-secret").json()
    server.api("POST", f"/webhook/{made['id']}/test")
    until(lambda: len(receiver.received) == 2, what="the test")
    headers, body = receiver.received[1]
    for secret in (made["secret"], rotated["secret"]):
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"

    # No secret and no body is in the log, whatever was sent.
    text = server.process.log()
    assert "whsec_" not in text and "reconnect_url" not in text


def test_who_loses_an_account_is_told_with_a_link_to_reconnect(serve, vendor, receiver):
    server = serve()
    webhook(server, receiver, events=["integrated_account.status_changed"])
    account = server.connect_account(vendor.url, vendor.tokens())
    credentials = {"access_token": "refused"}
    assert server.api("PATCH", f"/integrated-account/{account}", {"credentials": credentials}).status_code == 200
    assert server.api("POST", f"/integrated-account/{account}/validate").is_success
    until(lambda: receiver.received, what="the event")
    (event,) = receiver.bodies()
    assert event["type"] == "integrated_account.status_changed"
    assert event["data"]["previous_status"] == "active"
    assert event["data"]["status"] != "active" and event["data"]["last_error"]
    assert re.fullmatch(re.escape(server.url) + r"/link/tr_[\w.-]+", event["data"]["reconnect_url"]), event


def test_of_two_servers_on_one_database_one_sends_each_event(serve, cluster, vendor, receiver):
    servers = [serve(folder, database_url=cluster.url) for folder in ("server", "second")]
    made = webhook(servers[0], receiver)
    tokens = [vendor.tokens() for _ in range(60)]

    def connect(number):
        return servers[number % 2].connect_account(vendor.url, tokens[number])

    with ThreadPoolExecutor(12) as pool:
        accounts = set(pool.map(connect, range(60)))
    until(lambda: len(receiver.received) >= 60, within=30, what="all events")
    until(lambda: all(delivery["status"] == "delivered" for delivery in log(servers[1], made)), within=30)
    assert len(receiver.received) == 60 and len(set(receiver.ids())) == 60
    assert {event["data"]["id"] for event in receiver.bodies()} == accounts
    for headers, body in receiver.received:
        Webhook(made["secret"]).verify(body, headers)


def test_a_server_hears_at_once_of_what_another_one_queued(serve, cluster, vendor, receiver):
    first, second = (serve(folder, database_url=cluster.url) for folder in ("server", "second"))
    made = webhook(first, receiver)
    with first.process.held_up():
        account = second.connect_account(vendor.url, vendor.tokens())
        until(lambda: receiver.received, what="the event, by way of the second server")
    assert receiver.bodies()[0]["data"]["id"] == account
    assert log(first, made)[0]["type"] == "integrated_account.created"


def test_a_kill_while_changes_are_made_and_sent_loses_no_event(serve, database_url, vendor, receiver):
    server = serve(database_url=database_url)
    made = webhook(server, receiver)
    # Sent and never answered: whether it arrived is not known when the server dies.
    receiver.hold()
    accounts = {server.connect_account(vendor.url, vendor.tokens()) for _ in range(8)}
    until(lambda: len(receiver.received) >= 4, what="the first events are in flight")
    server.process.process.kill()
    server.process.process.wait(timeout=10)
    before = dict(zip(receiver.ids(), (body for _, body in receiver.received)))
    receiver.let_go()

    again = serve(database_url=database_url)
    # What was in flight is free again when its lease has run out.
    until(lambda: all(delivery["status"] == "delivered" for delivery in log(again, made)), within=90)
    assert {event["data"]["id"] for event in receiver.bodies("integrated_account.created")} == accounts
    after = dict(zip(receiver.ids(), (body for _, body in receiver.received)))
    assert before and all(after[event] == body for event, body in before.items())


def test_a_shutdown_finishes_what_is_in_flight(serve, vendor, receiver):
    server = serve()
    made = webhook(server, receiver)
    receiver.hold()
    server.connect_account(vendor.url, vendor.tokens())
    until(lambda: receiver.received, what="the event is in flight")
    server.process.process.send_signal(signal.SIGTERM)
    until(lambda: not server.is_ready(), what="the server is closing")
    receiver.let_go()
    assert server.process.process.wait(timeout=20) == 0
    again = serve()
    (delivery,) = log(again, made)
    assert delivery["status"] == "delivered" and len(delivery["attempts"]) == 1, delivery
    assert len(receiver.received) == 1


def test_old_deliveries_that_cannot_be_deleted_hold_up_no_event(serve, tmp_path, receiver):
    server = serve()
    made = webhook(server, receiver)
    server.api("POST", f"/webhook/{made['id']}/test")
    until(lambda: [delivery["status"] for delivery in log(server, made)] == ["delivered"], what="the first test")
    server.process.stop()
    [database] = tmp_path.glob("server/data/*.db")
    with sqlite3.connect(database) as connection:
        connection.executescript(
            "UPDATE webhook_delivery SET ended_at = 1;"
            "CREATE TRIGGER kept BEFORE DELETE ON webhook_delivery BEGIN SELECT RAISE(ABORT, 'kept'); END;"
        )
    again = serve()
    again.api("POST", f"/webhook/{made['id']}/test")
    until(lambda: len(receiver.received) == 2, what="the second test")
    assert "old deliveries of webhooks could not be deleted" in again.process.log()
