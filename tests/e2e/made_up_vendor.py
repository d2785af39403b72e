"""A vendor that is a table of answers, and an account at it."""

import json
import shutil

from foreign import Reply, Server


def answer(value, status=200, **headers):
    """JSON, as most vendors answer."""
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json", **headers})


class MadeUpVendor(Server):
    """`answers` says what there is: `"GET /items?page=2"` to a reply, or to a function of the request that gives one. All else is 404.

    A test may change it.
    """

    def __init__(self, answers):
        self.answers = dict(answers)
        super().__init__()

    @property
    def asked(self):
        """What it received, as its answers are called."""
        return [f"{request.verb} {request.path}" for request in self.requests]

    def answer(self, request):
        found = self.answers.get(f"{request.verb} {request.path}", answer({}, status=404))
        return found(request) if callable(found) else found


def mcp_url(serve, folder, definition, account, vendor, **config):
    """A Tidegate that has the definition in its catalog folder and nothing else of the vendor: the URL of a server with all its tools.

    `config` is that of the MCP server.
    """
    catalog = folder / "catalog"
    catalog.mkdir()
    shutil.copy(definition, catalog / definition.name)
    server = serve(catalog_dir=str(catalog))
    account = {"tenant_id": "acme", "base_url": vendor.origin, **account}
    return server.create_server(server.created("/integrated-account", account)["id"], **config)["url"]


def tools_of(server, name, vendor, account):
    """Runs tools of a new account of the integration `name` at this vendor; `account` has its credentials."""
    account = {"integration": name, "tenant_id": "acme", "base_url": vendor.origin, **account}
    account = server.created("/integrated-account", account)["id"]
    return lambda tool, arguments=None: server.api("POST", f"/integrated-account/{account}/tools/{tool}", arguments or {})


def refusal(response):
    return response.json()["tool_error"]
