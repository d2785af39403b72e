"""Who may come in: the URL's token, and a second one where the server asks for it."""

import json
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

import gateway
from mcp_client import connected, envelope, post, tool_names, wire_headers


@pytest.fixture(scope="module")
def another(binary, tmp_path_factory):
    """Somebody else's deployment."""
    demo = gateway.Demo(binary, tmp_path_factory.mktemp("another"))
    yield demo
    demo.process.end()


@pytest.fixture
def guarded(demo):
    return demo.create_server(demo.account, require_api_token_auth=True)["url"]


def test_the_url_alone_is_not_enough_for_a_guarded_server(guarded):
    response = post(guarded, "tools/list")
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_the_official_client_works_with_the_second_token(demo, guarded):
    async with connected(guarded, bearer=demo.api_token) as client:
        assert len(await tool_names(client)) == 20


def test_a_token_of_another_environment_is_refused(guarded, another):
    response = post(guarded, "tools/list", bearer=another.api_token)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


def test_a_deleted_api_token_is_refused_on_the_next_request(demo, guarded):
    token = demo.created("/api-token", {"name": "for a while"})
    secret = next(value for value in token.values() if str(value).startswith("tgk_"))
    assert post(guarded, "tools/list", bearer=secret).status_code == 200
    assert demo.api("DELETE", f"/api-token/{token['id']}").is_success
    assert post(guarded, "tools/list", bearer=secret).status_code == 401
    assert demo.api("GET", "/api-token", token=secret).status_code == 401


def test_the_bearer_form_of_the_setting_means_the_same(demo):
    url = demo.create_server(demo.account, auth="bearer")["url"]
    assert post(url, "tools/list").status_code == 401
    assert post(url, "tools/list", bearer=demo.api_token).status_code == 200


def test_a_wrong_token_is_told_nothing(demo, url):
    """Unknown, mangled, somebody else's: one and the same answer."""
    base = url.rsplit("/", 1)[0]
    answers = [post(f"{base}/{token}", "tools/list") for token in ("tg_" + "A" * 43, "x", "tg_%00", demo.api_token)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    body = answers[0].json()
    assert body["jsonrpc"] == "2.0" and body["id"] is None and isinstance(body["error"]["code"], int)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param("/mcp/unknown", {}, 404, id="an unknown token"),
        pytest.param("guarded", {}, 401, id="no second token"),
        pytest.param("guarded", {"origin": "https://elsewhere.example"}, 403, id="a foreign page"),
        pytest.param("/integrated-account", {}, 401, id="no API token"),
    ],
)
def test_a_refused_request_does_not_break_the_connection_it_came_over(demo, guarded, path, headers, status):
    """Clients keep connections, and cannot safely repeat a POST on one that was closed under their feet."""
    path = urlsplit(guarded).path if path == "guarded" else path
    # More than a server reads along with the headers, less than the kernel buffers.
    body = json.dumps(envelope("ping", {"x": "a" * 65_536}))
    with closing(HTTPConnection(urlsplit(demo.url).netloc, timeout=15)) as connection:
        for _ in range(3):
            # The standard library connects anew only if the answer before said `connection: close`.
            connection.request("POST", path, body, {**wire_headers(), **headers})
            response = connection.getresponse()
            response.read()
            assert response.status == status


@pytest.mark.parametrize("path", ["/integrated-account", "/api/integrated-account", "/api-token"])
def test_the_management_api_wants_a_token(demo, path):
    assert demo.api("GET", path).status_code == 200
    assert demo.api("GET", path, token="tgk_wrong").status_code == 401
