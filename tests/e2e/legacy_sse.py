"""A client of revision 2024-11-05 as it was written then: HTTP+SSE by hand, without any SDK.

`GET` opens a stream; its first event, `endpoint`, names where messages are posted; every answer comes over the stream.
"""

import asyncio
import itertools
import json
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import httpx2

REVISION = "2024-11-05"


@asynccontextmanager
async def legacy_client(url, *, bearer=None):
    """Connects and shakes hands. The stream is read in the background until the block ends."""
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        async with http.stream("GET", url, headers={"accept": "text/event-stream"}) as stream:
            assert stream.status_code == 200, f"{stream.status_code} {await stream.aread()}"
            client = LegacyClient(http, url, stream)
            reader = asyncio.create_task(client.read())
            try:
                async with asyncio.timeout(10):
                    await client.shake_hands()
                yield client
            finally:
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)


class LegacyClient:
    def __init__(self, http, url, stream):
        self.response = stream
        self.endpoint = asyncio.get_running_loop().create_future()
        self.notifications = asyncio.Queue()
        self._http, self._url = http, url
        self._ids, self._waiting = itertools.count(1), {}

    async def shake_hands(self):
        info = {"name": "legacy", "version": "1"}
        params = {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": info}
        self.greeting = await self.request("initialize", params)
        await self.notify("notifications/initialized")

    async def request(self, method, params=None, id=None):
        """The result that comes over the stream."""
        id = next(self._ids) if id is None else id
        self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            await self.post({"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}})
            async with asyncio.timeout(30):
                message = await self._waiting[id]
        finally:
            del self._waiting[id]
        assert "error" not in message, message
        return message["result"]

    async def notify(self, method, params=None):
        await self.post({"jsonrpc": "2.0", "method": method, "params": params or {}})

    async def post(self, message):
        endpoint = urljoin(self._url, await self.endpoint)
        response = await self._http.post(endpoint, json=message)
        assert response.status_code == 202, f"{response.status_code} {response.text}"

    async def read(self):
        """Reads events until the stream ends; whoever still waits then learns why."""
        try:
            async for kind, data in events(self.response):
                self._receive(kind, data)
            raise AssertionError("the server ended the stream")
        except Exception as error:
            for future in (self.endpoint, *self._waiting.values()):
                if not future.done():
                    future.set_exception(error)

    def _receive(self, kind, data):
        if kind == "endpoint":
            self.endpoint.set_result(data)
            return
        assert kind == "message", kind
        message = json.loads(data)
        if "id" in message and "method" not in message:
            self._waiting[message["id"]].set_result(message)
        else:
            self.notifications.put_nowait(message)


async def events(response):
    """The events of a stream as `(kind, data)`; comments are left out."""
    kind, data = "message", []
    async for line in response.aiter_lines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                yield kind, "\n".join(data)
            kind, data = "message", []
        elif field == "event":
            kind = value
        elif field == "data":
            data.append(value)
