"""Servers that the official suite and the clients are held against, for a whole run."""

import pytest

import gateway
from balancer import Balancer
from clients import Errand
from cluster import own_cluster
from fixture_vendor import FixtureVendor
from matrix import Matrix
from official_suite import SUITES, run
from vendor import Vendor

SECRETS = {
    "master_key": "Y29uZm9ybWFuY2UtbWFzdGVyLWtleS0wMTIzNDU2Nzg=",
    "bootstrap_api_token": "tgk_conformanceApiTokenAAAAAAAAAAAAAAAAAAAAAAAAA",
}


def pytest_addoption(parser):
    parser.addoption("--write", action="store_true", help="write docs/conformance.md from this run")


# --- the official suite -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def runs(fixture_url, tmp_path_factory):
    """`runs(name)`: what a suite found, made when it is first asked for."""
    folder, made = tmp_path_factory.mktemp("suite"), {}

    def run_of(name):
        if name not in made:
            made[name] = run(SUITES[name], fixture_url, folder / name)
        return made[name]

    return run_of


@pytest.fixture(scope="session")
def fixture_url(binary, tmp_path_factory):
    """An MCP server with everything that the suite looks for: an ordinary Tidegate with one more definition."""
    folder = tmp_path_factory.mktemp("fixture")
    catalog, data = folder / "catalog", folder / "data"
    catalog.mkdir()
    data.mkdir()
    vendor = FixtureVendor(catalog)
    server = gateway.serve(
        binary,
        folder / "server",
        database_url=f"sqlite://{data}/tidegate.db",
        allow_private_upstreams="true",
        catalog_dir=str(catalog),
        **SECRETS,
    )
    account = server.created(
        "/integrated-account",
        {"integration": "fixture", "tenant_id": "suite", "credentials": {"token": "any"}, "base_url": vendor.url},
    )
    yield server.create_server(account["id"])["url"]
    server.process.end()
    vendor.stop()


# --- the client matrix ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def quick_demo(shared_demo):
    """The demo without the vendor's limit of ten requests a second."""
    Vendor(shared_demo.sandbox).reset()
    return shared_demo


@pytest.fixture(scope="session")
def matrix(request, binary, quick_demo, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("clients")

    def errand(place):
        if place == "replicas":
            # Enough that either replica meets every kind of request.
            return Errand(request.getfixturevalue("replicas").create_server()["url"], None, 5, binary, scratch)
        if place == "token":
            guarded = quick_demo.create_server(quick_demo.account, require_api_token_auth=True)
            return Errand(guarded["url"], quick_demo.api_token, 2, binary, scratch)
        return Errand(quick_demo.line["mcp_servers"]["sendoso"]["url"], None, 2, binary, scratch)

    return Matrix(errand)


@pytest.fixture(scope="session")
def replicas(binary, quick_demo, tmp_path_factory):
    """Two servers on one PostgreSQL, behind a balancer without affinity."""
    folder = tmp_path_factory.mktemp("replicas")
    with own_cluster() as cluster:
        balancer = Balancer()
        servers = [
            gateway.serve(
                binary,
                folder / name,
                database_url=cluster.url,
                public_url=balancer.url,
                allow_private_upstreams="true",
                **SECRETS,
            )
            for name in ("first", "second")
        ]
        balancer.replicas = [server.url for server in servers]
        yield Replicas(balancer, servers, quick_demo.sandbox)
        balancer.stop()
        for server in servers:
            server.process.end()


class Replicas:
    def __init__(self, balancer, servers, sandbox):
        self.balancer = balancer
        self.first, self.second = servers
        self.vendor = Vendor(sandbox)
        self.account = self.first.connect_account(sandbox, self.vendor.tokens())

    def create_server(self, **config):
        """An MCP server whose URL is the balancer's."""
        return self.first.create_server(self.account, **config)
