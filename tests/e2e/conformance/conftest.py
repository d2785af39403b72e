"""The server that the official suite is held against: an ordinary Tidegate with a definition and a vendor for it."""

import pytest

import gateway
from fixture_vendor import FixtureVendor

MASTER_KEY = "Y29uZm9ybWFuY2UtbWFzdGVyLWtleS0wMTIzNDU2Nzg="
API_TOKEN = "tgk_conformanceApiTokenAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture(scope="session")
def fixture_url(binary, tmp_path_factory):
    """An MCP server with everything that the suite looks for."""
    folder = tmp_path_factory.mktemp("fixture")
    catalog, data = folder / "catalog", folder / "data"
    catalog.mkdir()
    data.mkdir()
    vendor = FixtureVendor(catalog)
    server = gateway.serve(
        binary,
        folder / "server",
        database_url=f"sqlite://{data}/tidegate.db",
        master_key=MASTER_KEY,
        bootstrap_api_token=API_TOKEN,
        allow_private_upstreams="true",
        catalog_dir=str(catalog),
    )
    account = server.created(
        "/integrated-account",
        {"integration": "fixture", "tenant_id": "suite", "credentials": {"token": "any"}, "base_url": vendor.url},
    )
    yield server.create_server(account["id"])["url"]
    server.process.end()
    vendor.stop()
