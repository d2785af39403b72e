"""What somebody has who copied the database, or may write to it, and lacks the master key."""

import base64
import html
import json
import os
import re
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import parse_qsl

import httpx2
import pytest

import gateway
from conftest import API_TOKEN, MASTER_KEY
from mcp_client import call, listed
from poll import until
from receiver import Receiver
from spellings import occurrences
from vendor import Vendor

ROOT = Path(__file__).resolve().parents[2]
APP = {"client_id": "sandbox-core-client", "client_secret": "sandbox-core-secret"}
# Where credentials lie, and what identifies their row.
OF_ACCOUNT = ("credential", "account_id")
OF_APP = ("oauth_app", "authentication_method")


@pytest.fixture
def vendors(binary, demo, tmp_path):
    """The sandbox of each vendor, by its name."""
    process = gateway.Process(binary, ["sandbox", "example", "--listen", "127.0.0.1:0", "--json"], tmp_path / "example")
    urls = {**demo.line["sandboxes"], "example": json.loads(process.first_line())["example"]["url"]}
    for vendor in (vendors := {name: Vendor(url) for name, url in urls.items()}).values():
        vendor.reset()
    yield vendors
    process.end()


@pytest.fixture
def server(serve, database_url, tmp_path):
    (tmp_path / "catalog").mkdir()
    shutil.copy(ROOT / "crates" / "sandbox" / "example.yaml", tmp_path / "catalog")
    return serve(database_url=database_url, catalog_dir=str(tmp_path / "catalog"), log="debug")


def planted(server, vendors, receiver):
    """Puts in every kind of secret that there is, and gives them by name. A new kind takes a line here."""
    secrets = {"master key": MASTER_KEY, "master key bytes": base64.b64decode(MASTER_KEY), "bootstrap token": API_TOKEN}
    secrets["API token"] = server.created("/api-token", {"name": "second"})["token"]
    secrets |= told(server, receiver)
    for integration, method, tool, credentials in [
        ("edesk", None, "list_all_e_desk_users", vendors["edesk"].tokens()),
        ("gladly", None, "list_all_gladly_agents", vendors["gladly"].tokens()),
        ("example", "key_in_header", "list_all_example_notes", vendors["example"].tokens(kind="key_in_header")),
        ("example", "key_in_query", "list_all_example_notes", vendors["example"].tokens(kind="key_in_query")),
    ]:
        secrets |= secrets_of(credentials, f"{integration} {method}")
        url = connected(server, vendors[integration], integration, credentials, method)["url"]
        assert call(url, tool).json()["result"]["isError"] is False
    secrets |= oauth(server, vendors["sendoso"]) | linked(server, vendors)
    secrets["client secret"] = "sentinel-client-secret-9d41c7"
    fields = {"client_id": "made-up", "client_secret": secrets["client secret"], "access_token": "sentinel-access-token-51b0"}
    secrets["access token of client credentials"] = fields["access_token"]
    connected(server, vendors["example"], "example", fields, "client_credentials")
    # The links in what the receiver was sent; the account that is to come has one.
    links = lambda: {event["data"]["reconnect_url"].split("/link/")[1] for event in receiver.bodies() if event["data"]["reconnect_url"]}
    until(links, what="an event with a link")
    return secrets | {f"ticket {number} that was sent": ticket for number, ticket in enumerate(links())}


def told(server, receiver):
    """A webhook whose receiver takes nothing, so that all that happens from now on waits in the database; its secret was replaced once."""
    webhook = server.created("/webhook", {"url": receiver.url})
    rotated = server.api("POST", f"/webhook/{webhook['id']}/rotate-secret")
    assert rotated.status_code == 200, rotated.text
    made = {"webhook secret": webhook["secret"], "next webhook secret": rotated.json()["secret"]}
    return made | {f"{name} bytes": base64.b64decode(secret.removeprefix("whsec_")) for name, secret in made.items()}


def oauth(server, sendoso):
    """An account whose tokens were refreshed twice, so that some came from the vendor and one was overwritten; and an app."""
    put_app(server, "oauth2", APP)
    tokens = sendoso.tokens()
    server_made = connected(server, sendoso, "sendoso", {**tokens, "expires_at": 1})
    guarded = server.create_server(server_made["integrated_account_id"], require_api_token_auth=True)
    sendoso.control("DELETE", "/journal")
    assert call(server_made["url"], "list_all_sendoso_me").json()["result"]["isError"] is False
    again = server.api("POST", f"/integrated-account/{server_made['integrated_account_id']}/refresh-credentials")
    assert again.status_code == 200, again.text
    assert call(server_made["url"], "list_all_sendoso_me").json()["result"]["isError"] is False
    shown = sendoso.journal()
    refreshes = [entry["body"] for entry in shown if entry["path"] == "/oauth/token"]
    assert len(refreshes) == 2
    access = [entry["headers"]["authorization"].split()[-1] for entry in shown if entry["path"] != "/oauth/token"]
    rotated = server.api("POST", f"/integrated-account/{server_made['integrated_account_id']}/mcp/{server_made['id']}/rotate")
    assert len(listed(rotated.json()["url"])) == 20
    # The app's real secret begins like its public id; this one goes the same way.
    app = {"client_id": "made-up", "client_secret": "sentinel-app-secret-3f77ab"}
    put_app(server, "scim", app)
    return {
        "access token": tokens["access_token"],
        "access token by refresh": access[1],
        "access token by another refresh": access[-1],
        "refresh token": tokens["refresh_token"],
        "refresh token by refresh": refreshes[1].split("refresh_token=")[-1].split("&")[0],
        "app secret": app["client_secret"],
        "real app secret": APP["client_secret"],
        "MCP token": server_made["token"],
        "guarded MCP token": guarded["token"],
        "rotated MCP token": rotated.json()["token"],
    }


def linked(server, vendors):
    """A consent that is under way, one that has ended, a credential that a person pasted, and a link to give one."""
    sendoso, edesk = vendors["sendoso"], vendors["edesk"]
    consent = {"integration": "sendoso", "authentication_method": "oauth2", "base_url": sendoso.url}
    with httpx2.Client() as browser:
        waiting = server.created("/link-token", {"tenant_id": "waiting", **consent})
        leaving = browser.post(waiting["url"], data={})
        secrets = {"link token": waiting["link_token"], "state": re.search(r"state=([\w-]+)", leaving.text)[1]}
        secrets["browser's secret"] = leaving.headers["set-cookie"].split("=", 1)[1].split(".")[0]

        sendoso.settings(consent="approve")
        sendoso.control("DELETE", "/journal")
        taken = server.created("/link-token", {"tenant_id": "taken", **consent})
        leaving = browser.post(taken["url"], data={})
        done = browser.get(html.unescape(re.search(r'href="([^"]*/oauth/authorize[^"]*)"', leaving.text)[1]), follow_redirects=True)
        assert done.status_code == 200 and "/link/done" in str(done.url), done.text
        shown = sendoso.journal()
        [exchange] = [dict(parse_qsl(entry["body"])) for entry in shown if entry["path"] == "/oauth/token"]
        secrets |= {"used link token": taken["link_token"], "code": exchange["code"]}
        secrets["access token by consent"] = shown[-1]["headers"]["authorization"].split()[-1]

        link = server.created("/link-token", {"tenant_id": "pasted", "integration": "edesk", "base_url": edesk.url})
        secrets["pasted token"] = edesk.tokens()["token"]
        pasted = browser.post(link["url"], data={"credentials.token": secrets["pasted token"]})
        assert pasted.status_code == 303, pasted.text
    account = {"integration": "edesk", "tenant_id": "to come", "base_url": edesk.url}
    secrets["ticket"] = server.created("/integrated-account", account)["reconnect_url"].split("/link/")[1]
    return secrets


def connected(server, vendor, integration, credentials, method=None, tenant="acme"):
    """An MCP server of a new account."""
    account = {"integration": integration, "tenant_id": tenant, "credentials": credentials, "base_url": vendor.url}
    account |= {"authentication_method": method} if method else {}
    return server.create_server(server.created("/integrated-account", account)["id"])


def secrets_of(credentials, whose):
    return {f"{whose} {field}": value for field, value in credentials.items() if field != "expires_at"}


def put_app(server, method, app):
    assert server.api("PUT", "/integration/sendoso/oauth-app", {"authentication_method": method, **app}).status_code == 200


def copied(tmp_path, cluster, when):
    """All that a thief of the database gets: its files, and of PostgreSQL a dump too."""
    folder = Path(cluster.folder) / "data" if cluster else tmp_path / "server" / "data"
    places = {f"{when}: {path.name}": path.read_bytes() for path in gateway.files_below(folder)}
    if cluster:
        places[f"{when}: dump"] = cluster.dump().encode()
    assert any(b"integrated_account" in content for content in places.values())
    return places


@pytest.fixture
def owner(request, database_url):
    """The cluster if the database is in one."""
    return None if database_url.startswith("sqlite") else request.getfixturevalue("cluster")


def test_a_copy_of_the_database_holds_no_secret_at_any_time(server, vendors, serve, start, binary, database_url, owner, tmp_path):
    receiver = start(Receiver)
    receiver.answers = [500] * 1000
    secrets = planted(server, vendors, receiver)
    places = copied(tmp_path, owner, "in use")
    new_key = base64.b64encode(os.urandom(32)).decode()
    secrets |= {"new master key": new_key, "new master key bytes": base64.b64decode(new_key)}
    place = {"folder": tmp_path, "database_url": database_url}
    rotated = gateway.run(binary, "keys", "rotate", **place, master_key=MASTER_KEY, new_master_key=new_key)
    assert rotated.returncode == 0, rotated
    places |= copied(tmp_path, owner, "rotated")
    retired = gateway.run(binary, "keys", "retire", **place, master_key=new_key)
    assert retired.returncode == 0, retired
    places |= copied(tmp_path, owner, "retired")
    server.process.stop()
    places |= copied(tmp_path, owner, "at rest")
    places["log"] = server.process.log().encode()
    assert len(secrets) >= 30 and all(len(secret) >= 12 for secret in secrets.values())
    assert occurrences(secrets, places) == []
    # They are in there all the same, for who has the key.
    again = serve(database_url=database_url, master_key=new_key, catalog_dir=str(tmp_path / "catalog"))
    assert again.api("GET", "/integrated-account", token=secrets["API token"]).status_code == 200


def sql(database_url, owner, statement):
    """Writes to the database behind the server's back."""
    if owner:
        return owner.sql(statement)
    with sqlite3.connect(database_url.removeprefix("sqlite://")) as connection:
        return connection.execute(statement).rowcount


def moved(database_url, owner, of, giver, taker):
    """Puts one row's sealed value, with its wrapped key and all that belongs to it, into another row."""
    table, key = of
    columns = "sealed, data_key, key_generation"
    source = f"SELECT {columns} FROM {table} AS giver WHERE giver.{key} = '{giver}'"
    sql(database_url, owner, f"UPDATE {table} SET ({columns}) = ({source}) WHERE {key} = '{taker}'")


def test_a_credential_in_another_accounts_row_opens_for_nobody_and_the_call_says_so(
    server, vendors, serve, database_url, owner, tmp_path
):
    sendoso = vendors["sendoso"]
    rich, poor = sendoso.tokens(), sendoso.tokens()
    theirs = connected(server, sendoso, "sendoso", rich, tenant="rich")
    ours = connected(server, sendoso, "sendoso", poor, tenant="poor")
    server.process.stop()
    moved(database_url, owner, OF_ACCOUNT, theirs["integrated_account_id"], ours["integrated_account_id"])
    sendoso.control("DELETE", "/journal")
    again = serve("again", database_url=database_url, listen=server.url.removeprefix("http://"))

    assert len(listed(ours["url"])) == 20
    told = call(ours["url"], "list_all_sendoso_me")
    error = told.json()["result"]["structuredContent"]["error"]
    assert (error["code"], error["source"]) == ("needs_reauth", "tidegate") and "nothing was sent" in error["message"], error
    assert sendoso.journal() == []
    account = ours["integrated_account_id"]
    direct = again.api("POST", f"/integrated-account/{account}/tools/list_all_sendoso_me", {})
    assert "needs_reauth" in direct.text
    log = again.process.log()
    assert f"account.id={account}" in log and "connected again" in log
    answers = {"call": told.content, "direct call": direct.content, "log": log.encode()}
    assert occurrences(secrets_of(rich, "rich") | secrets_of(poor, "poor"), answers) == []

    # The other account is as it was, and giving ours its credential again mends it.
    assert call(theirs["url"], "list_all_sendoso_me").json()["result"]["isError"] is False
    assert again.api("PATCH", f"/integrated-account/{account}", {"credentials": poor}).status_code == 200
    assert call(ours["url"], "list_all_sendoso_me").json()["result"]["isError"] is False


def test_an_oauth_app_in_another_apps_row_opens_for_nobody_and_the_call_says_so(
    server, vendors, serve, database_url, owner
):
    sendoso = vendors["sendoso"]
    put_app(server, "oauth2", APP)
    put_app(server, "scim", {"client_id": "made-up", "client_secret": "sentinel-app-secret-3f77ab"})
    tokens = sendoso.tokens()
    ours = connected(server, sendoso, "sendoso", {**tokens, "expires_at": 1})
    server.process.stop()
    moved(database_url, owner, OF_APP, "scim", "oauth2")
    sendoso.control("DELETE", "/journal")
    again = serve("again", database_url=database_url, listen=server.url.removeprefix("http://"))

    told = call(ours["url"], "list_all_sendoso_me")
    error = told.json()["result"]["structuredContent"]["error"]
    assert error["source"] == "tidegate" and "OAuth app" in error["message"], error
    assert sendoso.journal() == [], "the refresh token went nowhere"
    secrets = {"app secret": "sentinel-app-secret-3f77ab", "real app secret": APP["client_secret"]}
    assert occurrences(secrets | secrets_of(tokens, "account"), {"call": told.content, "log": again.process.log().encode()}) == []

    put_app(again, "oauth2", APP)
    assert call(ours["url"], "list_all_sendoso_me").json()["result"]["isError"] is False


def test_a_search_finds_a_secret_however_it_is_written():
    secret = "tgk_sEcret-of-30-characters/at+all"
    bare = secret.removeprefix("tgk_")
    for place in [
        f"x{bare}",
        bare[::-1],
        bare[len(bare) // 2 :],
        bare.encode().hex(),
        base64.b64encode(f'{{"k":"{bare}"}}'.encode()).decode(),
        base64.urlsafe_b64encode(f"Basic me:{bare}!".encode()).decode(),
        base64.b64encode(f"ab{bare}".encode()).decode(),
    ]:
        assert occurrences({"it": secret}, {"place": place.encode()}), place
    assert occurrences({"it": secret}, {"place": b"nothing of the kind"}) == []
