"""The first start of `tidegate serve`: who gets in."""

import re
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

import gateway
from conftest import MASTER_KEY
from poll import until
from test_command_line import assert_told


def printed_token(server):
    """The API token that a first start without one prints, once."""
    lines = server.process.stdout.read_text().splitlines()
    [token] = [found for line in lines for found in re.findall(r"\btgk_[\w-]{43}\b", line)]
    return token


def test_a_first_start_prints_the_token_that_opens_the_api(serve):
    # An empty variable is what deployment files make of one that is not set.
    server = serve(bootstrap_api_token="")
    token = until(lambda: "tgk_" in server.process.stdout.read_text() and printed_token(server))
    assert server.api("GET", "/api-token", token=token).status_code == 200
    assert server.process.stop() == 0
    again = serve(bootstrap_api_token="")
    assert again.api("GET", "/api-token", token=token).status_code == 200
    assert again.process.stop() == 0
    assert printed_token(again) == token


@pytest.mark.parametrize("authorization", ["Bearer ", "Bearer", "bearer  ", "", "Basic Og=="])
def test_an_empty_token_opens_nothing_even_if_the_variable_was_empty(serve, authorization):
    server = serve(bootstrap_api_token="")
    # The usual client refuses to send some of these.
    with closing(HTTPConnection(urlsplit(server.url).netloc, timeout=15)) as connection:
        connection.request("GET", "/api-token", headers={"authorization": authorization})
        assert connection.getresponse().status == 401


def test_a_token_that_could_be_guessed_is_refused_at_start_and_not_shown(binary, tmp_path):
    short = "sentinel-of-31-characters-xxxxx"
    assert len(short) == 31
    settings = {"master_key": MASTER_KEY, "listen": "127.0.0.1:0", "bootstrap_api_token": short}
    done = gateway.run(binary, "serve", folder=tmp_path, **settings)
    assert_told(done, 1, "bootstrap_api_token", "32")
    assert short not in done.stderr


def test_a_token_of_thirty_two_characters_is_taken(serve):
    token = "sentinel-of-32-characters-xxxxxx"
    server = serve(bootstrap_api_token=token)
    assert server.api("GET", "/api-token", token=token).status_code == 200
    assert server.process.stdout.read_text() == ""
