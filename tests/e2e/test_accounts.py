"""A connected account: its credential goes to the vendor it was given for and to nobody else."""

import json

import pytest

import gateway
from mcp_client import call
from vendor import Vendor


@pytest.fixture
def elsewhere(binary, tmp_path):
    """Another host than the account's vendor."""
    arguments = ["sandbox", "--json", "--listen", "127.0.0.1:0", "sendoso"]
    process = gateway.Process(binary, arguments, tmp_path / "elsewhere")
    yield Vendor(json.loads(process.first_line())["sendoso"]["url"])
    process.end()


@pytest.fixture
def account(demo, vendor):
    return demo.connect_account(vendor.url, vendor.tokens(), tenant="moving")


def me(url):
    return call(url, "list_all_sendoso_me").json()["result"]["isError"] is False


@pytest.mark.parametrize("more", [{}, {"name": "moved"}, {"context": {}}], ids=["alone", "with name", "with context"])
def test_an_account_cannot_be_led_to_another_host_with_its_credential(demo, account, vendor, elsewhere, more):
    url = demo.create_server(account)["url"]
    assert me(url)
    refused = demo.api("PATCH", f"/integrated-account/{account}", {"base_url": elsewhere.url, **more})
    assert refused.status_code == 400 and "credentials" in refused.json()["message"], refused.text
    assert me(url)
    assert elsewhere.requests() == []
    assert [path for (_, path, _, _) in vendor.requests()] == ["/api/v3/me"] * 2


def test_an_account_moves_with_a_credential_for_the_new_host(demo, account, vendor, elsewhere):
    url = demo.create_server(account)["url"]
    assert me(url)
    moved = demo.api(
        "PATCH", f"/integrated-account/{account}", {"base_url": elsewhere.url, "credentials": elsewhere.tokens()}
    )
    assert moved.status_code == 200, moved.text
    # On the next request, and with the new credential, which the old host never sees.
    assert me(url)
    assert (len(vendor.requests()), len(elsewhere.requests())) == (1, 1)


def test_an_account_cannot_be_led_back_to_the_vendor_s_own_address_with_a_credential_for_another(demo, account, vendor):
    refused = demo.api("PATCH", f"/integrated-account/{account}", {"base_url": None})
    assert refused.status_code == 400 and "credentials" in refused.json()["message"], refused.text
    assert demo.api("GET", f"/integrated-account/{account}").json()["base_url"] == vendor.url


def test_other_changes_of_an_account_need_no_credential(demo, account, vendor):
    changed = demo.api("PATCH", f"/integrated-account/{account}", {"name": "renamed", "base_url": vendor.url})
    assert changed.status_code == 200, changed.text
    assert changed.json()["name"] == "renamed"
    assert me(demo.create_server(account)["url"])


def test_no_answer_shows_a_credential(demo, vendor):
    tokens = vendor.tokens()
    account = demo.connect_account(vendor.url, tokens, tenant="quiet")
    path = f"/integrated-account/{account}"
    answers = [
        demo.api("GET", path),
        demo.api("GET", "/integrated-account?limit=100"),
        demo.api("PATCH", path, {"name": "x"}),
        demo.api("PATCH", path, {"credentials": {**tokens, "nonsense": 1}}),
        demo.api("PATCH", path, {"credentials": {**tokens, "expires_at": "never"}}),
        demo.api("DELETE", path),
    ]
    assert [answer.status_code for answer in answers][:3] == [200, 200, 200]
    for answer in answers:
        assert tokens["access_token"] not in answer.text and tokens["refresh_token"] not in answer.text


def test_a_host_that_neither_the_integration_nor_the_operator_knows_gets_no_credential(serve, vendor):
    server = serve(allow_private_upstreams="false")
    new = {"integration": "sendoso", "tenant_id": "acme", "credentials": vendor.tokens()}
    for elsewhere in ("https://evil.example", "https://app.sendoso.com.evil.example", "https://app.sendoso.com:8443", vendor.url):
        refused = server.api("POST", "/integrated-account", {**new, "base_url": elsewhere})
        assert refused.status_code == 400, refused.text
        assert "`base_url`" in refused.json()["message"] and "allowed_upstream_hosts" in refused.json()["message"]
    account = server.created("/integrated-account", {**new, "base_url": "https://app.sendoso.com/staging"})["id"]
    change = {"base_url": "https://staging.example", "credentials": vendor.tokens()}
    refused = server.api("PATCH", f"/integrated-account/{account}", change)
    assert refused.status_code == 400 and "allowed_upstream_hosts" in refused.json()["message"], refused.text


def test_the_operator_names_hosts_and_may_take_them_back(serve, vendor):
    def told(url):
        return json.loads(call(url, "list_all_sendoso_me").json()["result"]["content"][0]["text"])["error"]

    by_name = vendor.url.replace("127.0.0.1", "localhost")
    server = serve(allowed_upstream_hosts="staging.example,LOCALHOST", allow_private_upstreams="true")
    # Over TLS a name may lead anywhere, so it needs the operator's word, which it has; nobody answers TLS there.
    account = server.connect_account(by_name.replace("http:", "https:"), vendor.tokens())
    path = server.create_server(account)["url"].removeprefix(server.url)
    assert told(server.url + path)["code"] == "unreachable"
    assert server.process.stop() == 0

    server = serve(allow_private_upstreams="true")
    refused = told(server.url + path)
    assert (refused["source"], refused["code"]) == ("tidegate", "forbidden"), refused
    assert "allowed_upstream_hosts" in refused["message"]
    # Tools are listed as ever, and the account can be led back with a credential for where it goes then.
    change = {"base_url": by_name, "credentials": vendor.tokens()}
    assert server.api("PATCH", f"/integrated-account/{account}", change).status_code == 200
    assert me(server.url + path)
    assert len(vendor.requests()) == 1
