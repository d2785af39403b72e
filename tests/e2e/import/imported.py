"""A description that was imported, with a server that has it and a vendor that records what comes."""

import json
from pathlib import Path

import gateway
from foreign import Reply, Server
from made_up_vendor import mcp_url

SPECS = Path(__file__).with_name("specs")


class Recorder(Server):
    """A vendor that answers everything alike, and keeps the bytes that it gets."""

    def __init__(self):
        self.reply = Reply(200, b'{"id": 1}', {"content-type": "application/json"})
        super().__init__()

    def answer(self, _request):
        return self.reply


class Imported:
    """A definition file made from a description, and its tools by the vendor's name for them."""

    def __init__(self, binary, description, folder, *options):
        self.binary, self.folder = binary, folder
        self.file = folder / f"{Path(description).stem}.definition.yaml"
        report = folder / f"{Path(description).stem}.report.json"
        self.done = gateway.run(binary, "import", str(description), "-o", str(self.file), "--report", str(report), *options, folder=folder)
        assert self.done.returncode == 0, self.done.stderr
        self.report = json.loads(report.read_text())
        listed = gateway.run(binary, "catalog", "tools", str(self.file), "--json", "--full", folder=folder)
        assert listed.returncode == 0, listed.stderr
        self.tools = {tool["request"]: tool for tool in json.loads(listed.stdout)}
        self.definition = json.loads(gateway.run(binary, "catalog", "show", str(self.file), "--json", folder=folder).stdout)

    def name(self, request):
        return self.tools[request]["name"]

    def plan(self, request, arguments, *options):
        """The request that a call would make."""
        asked = ["catalog", "plan", str(self.file), self.name(request), json.dumps(arguments), "--json", *options]
        done = gateway.run(self.binary, *asked, folder=self.folder)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)["plan"]

    def url(self, serve, vendor, **config):
        """An MCP server with all of its tools; requests go to `vendor`."""
        credentials = next(iter(self.definition["credentials"].items()), (None, {"kind": "bearer"}))
        secrets = {"bearer": ["token"], "api_key": ["api_key"], "basic": ["username", "password"], "oauth2": ["access_token"]}
        account = {
            "integration": self.definition["name"],
            "credentials": dict.fromkeys(secrets[credentials[1]["kind"]], "secret-0123456789"),
            "context": {name: variable.get("default", "acme") for name, variable in self.definition.get("variables", {}).items()},
        }
        return mcp_url(serve, self.folder, self.file, account, vendor, **config)
