"""What the tests share: the binary, one demo for the whole run, servers of their own, a database to break."""

import itertools
import os
import resource
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import gateway
from cluster import own_cluster
from database import PostgresDatabase, SqliteFile
from relay import Relay
from vendor import Vendor

NUMBERS = itertools.count(1)
ROOT = Path(__file__).resolve().parents[2]


def pytest_configure():
    """Room for a thousand connections, here and in the servers that are started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(hard, 4096)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def binary():
    """The built `tidegate`: `TIDEGATE_BIN`, or the newest one below target/."""
    given = os.environ.get("TIDEGATE_BIN")
    built = [ROOT / "target" / profile / "tidegate" for profile in ("release", "debug")]
    found = [Path(given)] if given else sorted(filter(Path.exists, built), key=lambda path: path.stat().st_mtime)
    assert found and found[-1].exists(), "no tidegate: run `cargo build --bin tidegate`, or set TIDEGATE_BIN"
    return str(found[-1].resolve())


@pytest.fixture(scope="session")
def corpus():
    """A folder of real vendors' descriptions: `TIDEGATE_CORPUS`, or one beside the checkout. What needs it is skipped without it."""
    given = os.environ.get("TIDEGATE_CORPUS")
    folder = Path(given) if given else ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder}; TIDEGATE_CORPUS names one with vendors' descriptions")
    return folder


@pytest.fixture(scope="session")
def shared_demo(binary, tmp_path_factory):
    demo = gateway.Demo(binary, tmp_path_factory.mktemp("demo"))
    yield demo
    demo.process.end()


@pytest.fixture
def vendor_name():
    """Whose account and tools a test is about. A file about another vendor has its own fixture of this name."""
    return "sendoso"


@pytest.fixture
def demo(shared_demo, vendor_name):
    """The demo with the vendor as if new; MCP servers that other tests made are still there."""
    Vendor(shared_demo.line["sandboxes"][vendor_name]).reset()
    return shared_demo


@pytest.fixture
def vendor(demo, vendor_name):
    return Vendor(demo.line["sandboxes"][vendor_name])


@pytest.fixture
def relay(start, vendor):
    """Between a server and the vendor, to hold what a test wants held."""
    return start(Relay, vendor.url)


@pytest.fixture
def account(demo, vendor_name):
    return demo.line["accounts"][vendor_name]


@pytest.fixture
def url(demo, vendor_name):
    """An MCP server with every tool of the vendor."""
    return demo.line["mcp_servers"][vendor_name]["url"]


@pytest.fixture
def serve(binary, tmp_path):
    """Starts `tidegate serve`; each start in the same folder continues where the last one stopped."""
    started = []

    def start(folder="server", **settings):
        defaults = {
            "database_url": f"sqlite://{tmp_path}/{folder}/data/tidegate.db",
            "master_key": MASTER_KEY,
            "bootstrap_api_token": API_TOKEN,
            "allow_private_upstreams": "true",
        }
        server = gateway.serve(binary, tmp_path / folder, **{**defaults, **settings})
        started.append(server)
        return server

    (tmp_path / "server" / "data").mkdir(parents=True)
    yield start
    for server in started:
        server.process.end()


# Secrets of servers that tests start, so that a test can look for them where they must not be.
MASTER_KEY = "c2VudGluZWwtbWFzdGVyLWtleS0wMTIzNDU2Nzg5YWI="
API_TOKEN = "tgk_sentinelApiTokenAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def cluster():
    with own_cluster() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    """Both databases, one after the other."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/server/data/tidegate.db"
    return request.getfixturevalue("cluster").url


@pytest.fixture(scope="session")
def shared_cluster():
    """For tests that only want a database in it."""
    with own_cluster() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    """A database of a test's own, of both kinds one after the other, that the test can touch itself."""
    if request.param == "sqlite":
        return SqliteFile(tmp_path / "server" / "data" / "tidegate.db")
    return request.getfixturevalue("postgres")


@pytest.fixture
def postgres(shared_cluster):
    return PostgresDatabase(shared_cluster, f"test_{next(NUMBERS)}")


def seconds_ahead(seconds):
    """A moment as the API takes it, and as a clock value to wait for."""
    moment = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), moment.timestamp()


@pytest.fixture
def start():
    """`start(kind, …)`: a server that is not ours, e.g. one of `foreign.py`, for as long as a test."""
    servers = []

    def start(kind, *arguments, **more):
        servers.append(kind(*arguments, **more))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
