"""A real Chromium, as people have it, and what no page may do in it."""

import json
import os
import shutil
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

AXE = Path(__file__).parent / "typescript" / "node_modules" / "axe-core" / "axe.min.js"

# Every rule of WCAG 2.2 up to AA that can be looked at by a program, and what else is good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium():
    """The browser of this system: `TIDEGATE_CHROMIUM`, or the first there is."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    found = os.environ.get("TIDEGATE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found, "no Chromium: install the package `chromium`, or set TIDEGATE_CHROMIUM"
    return found


@contextmanager
def launched():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser of their own. Remembers what pages asked for and what the browser refused them."""

    def __init__(self, browser, **settings):
        self.context = browser.new_context(**settings)
        self.context.set_default_timeout(15_000)
        self.hosts = set()
        self.complaints = []
        self.context.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.context.on("console", self._heard)
        self.page = self.context.new_page()

    def _heard(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def open(self, url):
        return self.page.goto(url)

    def heading(self):
        return self.page.locator("h1").inner_text()

    def close(self):
        self.context.close()


def violations(page):
    """What axe finds wrong with a page, a line each."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    return [f"{rule['id']}: {rule['help']} {node['target']}" for rule in found["violations"] for node in rule["nodes"]]


def is_too_wide(page):
    """Whether a page has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


class Host:
    """A page of somebody's app that shows another in a frame, and notes what it is told by `postMessage`. Its `/connected` leads on to
    `/account` at another of its origins."""

    def __init__(self):
        self.frame = "about:blank"
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                if path == "/connected":
                    self.send_response(302)
                    self.send_header("location", f"{host.other_origin}/account?{query}")
                    self.send_header("content-length", "0")
                    return self.end_headers()
                body = host.html().encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Another site than 127.0.0.1, as an app is another site than its gateway.
        self.origin = f"http://localhost:{self._server.server_port}"
        self.other_origin = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def html(self):
        return (
            "<!doctype html><title>An app</title><script>"
            "const told = []; addEventListener('message', (event) => told.push([event.origin, event.data]));"
            f"</script><iframe width=600 height=900 src={json.dumps(self.frame)}></iframe>"
        )

    def close(self):
        self._server.shutdown()
        self._server.server_close()
