"""Replaces the master key of a server with many accounts while it is called, and says what callers noticed.

    TIDEGATE_BIN=… python benches/keys.py [--accounts 10000] [--database-url postgres://…]

Calls go to accounts whose credential must be read from the database, since each account is called once. Meanwhile accounts are
connected, and others are called whose token has ended by our book, so that it is refreshed: that takes the secret of the OAuth app,
which is wrapped anew like the credentials. The vendor is the Sendoso sandbox of the same binary.
"""

import argparse
import base64
import json
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "e2e"))
import gateway  # noqa: E402
from mcp_client import call  # noqa: E402
from vendor import Vendor  # noqa: E402


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--accounts", type=int, default=10_000)
    arguments.add_argument("--database-url")
    arguments = arguments.parse_args()
    binary = os.environ["TIDEGATE_BIN"]
    folder = Path(tempfile.mkdtemp(prefix="tidegate-keys-"))
    sandbox = gateway.Process(binary, ["sandbox", "--json", "--listen", "127.0.0.1:0", "sendoso"], folder / "sandbox")
    vendor = Vendor(json.loads(sandbox.first_line())["sendoso"]["url"])
    vendor.reset()
    key = base64.b64encode(os.urandom(32)).decode()
    settings = {"database_url": arguments.database_url or f"sqlite://{folder}/data/tidegate.db", "master_key": key}
    server = gateway.serve(
        binary, folder, **settings, bootstrap_api_token="tgk_" + "x" * 43, allow_private_upstreams="true", log="warn"
    )
    try:
        measure(binary, folder, settings, server, vendor, arguments.accounts)
    finally:
        server.process.end()
        sandbox.end()


def measure(binary, folder, settings, server, vendor, accounts):
    tokens = vendor.tokens()

    def connect(number):
        account = server.connect_account(vendor.url, tokens, tenant=f"t{number}")
        return server.create_server(account)["url"]

    began = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        urls = list(pool.map(connect, range(accounts)))
    print(f"{accounts} accounts connected in {time.perf_counter() - began:.0f} s")
    for method in ("oauth2", "scim"):
        app = {"authentication_method": method, "client_id": "sandbox-core-client", "client_secret": "sandbox-core-secret"}
        assert server.api("PUT", "/integration/sendoso/oauth-app", app).status_code == 200
    times, failed, over, waiting, refreshed = [], [], threading.Event(), iter(urls), []
    lock = threading.Lock()

    def load():
        while not over.is_set():
            with lock:
                url = next(waiting, None) or urls[len(times) % len(urls)]
            began = time.perf_counter()
            response = call(url, "list_all_sendoso_me")
            times.append((time.perf_counter() - began) * 1000)
            if response.status_code != 200 or response.json()["result"]["isError"]:
                failed.append(response.text)

    def refresh():
        while not over.is_set():
            ended = {**vendor.tokens(), "expires_at": 1}
            response = call(server.create_server(server.connect_account(vendor.url, ended))["url"], "list_all_sendoso_me")
            refreshed.append(time.perf_counter())
            if response.status_code != 200 or response.json()["result"]["isError"]:
                failed.append(response.text)

    def change():
        number = 0
        while not over.is_set():
            number += 1
            try:
                connect(f"during {number}")
            except AssertionError as error:
                failed.append(str(error))

    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(work) for work in (load, load, load, change, refresh)]
        try:
            time.sleep(3)
            before = list(times)
            began = time.perf_counter()
            command = ["keys", "rotate", "--json", "--new-master-key-file", str(folder / "new.key")]
            done = gateway.run(binary, *command, folder=folder, within=600, **settings)
            ended = time.perf_counter()
            took = ended - began
            during = times[len(before) :]
            time.sleep(1)
        finally:
            over.set()
    for worker in running:
        worker.result()
    assert done.returncode == 0, done
    shown = gateway.run(binary, "keys", "show", "--json", folder=folder, **settings)
    assert json.loads(shown.stdout)["left"] == 0, shown
    print(f"rotation: {took:.1f} s, {done.stdout.strip()}")
    for what, values in (("before", before), ("during", during)):
        values = sorted(values)
        if values:
            print(
                f"calls {what}: {len(values)}, median {values[len(values) // 2]:.1f} ms, "
                f"99% {values[int(len(values) * 0.99)]:.1f} ms, longest {values[-1]:.1f} ms"
            )
    print(f"refreshes during: {sum(began <= moment <= ended for moment in refreshed)} of {len(refreshed)}")
    print(f"failed: {len(failed)} {failed[:1]}")


if __name__ == "__main__":
    main()
