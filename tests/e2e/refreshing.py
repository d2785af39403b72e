"""An account whose access token has ended, behind a relay, and what came of refreshing it."""

from urllib.parse import parse_qs

from mcp_client import call

APP = {"client_id": "sandbox-core-client", "client_secret": "sandbox-core-secret"}
TOKEN = "/oauth/token"
ME = "/api/v3/me"


class Connected:
    """An account of `server`, whose calls go by way of `relay`."""

    def __init__(self, server, vendor, relay, **credentials):
        vendor.reset()
        answer = server.api("PUT", "/integration/sendoso/oauth-app", APP)
        assert answer.status_code == 200, answer.text
        self.vendor, self.relay = vendor, relay
        # By our own book the token has ended, so the next call wants another; the vendor's clock is left alone.
        self.id = server.connect_account(relay.origin, {**vendor.tokens(), "expires_at": 1, **credentials})
        self._path = server.create_server(self.id)["url"].removeprefix(server.url)
        self.server = server

    @property
    def url(self):
        return self.server.url + self._path

    def call(self, server=None):
        """`None` for a call that went well, else what the agent was told."""
        url = (server or self.server).url + self._path
        response = call(url, "list_all_sendoso_me")
        assert response.status_code == 200, response.text
        result = response.json()["result"]
        return result["structuredContent"]["error"] if result["isError"] else None

    def shown(self, server=None):
        response = (server or self.server).api("GET", f"/integrated-account/{self.id}")
        assert response.status_code == 200, response.text
        return response.json()

    def give(self, **credentials):
        """What a person does who connects it again."""
        response = self.server.api("PATCH", f"/integrated-account/{self.id}", {"credentials": credentials or self.vendor.tokens()})
        assert response.status_code == 200, response.text

    def refreshes(self):
        """Status and refresh token of what has reached the vendor's token endpoint."""
        entries = [entry for entry in self.vendor.journal() if entry["path"] == TOKEN]
        return [(entry["status"], parse_qs(entry["body"])["refresh_token"][0]) for entry in entries]


def is_leased(database):
    """Whether a server has, or has left, the right to refresh."""
    return database.run("SELECT refresh_until FROM credential") != [("",)]


def let_the_lease_end(database):
    """What a minute and a half does."""
    database.run("UPDATE credential SET refresh_until = 1 WHERE refresh_until IS NOT NULL")
