"""The API that fourth_vendor.yaml describes: a small library that lends tools."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

KEY = "library-key-0123456789"


class ToolLibrary:
    """`requests` is what it received, as `(VERB, path and query, body)`; `lent` the loan of each item that has one."""

    def __init__(self):
        self.items = {number: name for number, name in enumerate(["Drill", "Ladder", "Sander", "Saw", "Vice"], start=1)}
        self.lent = {2: "L-1"}
        self.requests = []
        library = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                body = json.loads(body) if body else None
                library.requests.append((self.command, self.path, body))
                status, answer = library.answer(self.command, self.path, self.headers.get("x-library-key"), body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = handle_any

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v2"
        Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, verb, target, key, body):
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if key != KEY:
            return 401, {"fault": {"code": "KEY", "text": "who are you?"}}
        if (verb, path) == ("GET", "/v2/items"):
            return 200, {"found": self.page(query)}
        if verb == "GET" and path.startswith("/v2/items/"):
            number = int(path.rsplit("/", 1)[1])
            return (200, {"item": self.shown(number)}) if number in self.items else self.no_item(number)
        if (verb, path) == ("POST", "/v2/loans"):
            return self.lend(body["loan"])
        return 404, {"fault": {"code": "PATH", "text": "no such path"}}

    def page(self, query):
        skip, take = int(query.get("skip", ["0"])[0]), int(query.get("take", ["20"])[0])
        items = [self.shown(number) for number in self.items]
        if query.get("available") == ["true"]:
            items = [item for item in items if item["available"]]
        return {"items": items[skip : skip + take], "count": len(items)}

    def shown(self, number):
        return {"id": number, "name": self.items[number], "available": number not in self.lent}

    def no_item(self, number):
        return 404, {"fault": {"code": "ITEM", "text": f"there is no item {number}"}}

    def lend(self, loan):
        number = loan["item_no"]
        if number not in self.items:
            return self.no_item(number)
        if number in self.lent:
            return 409, {"fault": {"code": "LENT", "text": "somebody has it", "loan": self.lent[number]}}
        self.lent[number] = f"L-{len(self.lent) + 1}"
        return 200, {"id": self.lent[number], **loan}
