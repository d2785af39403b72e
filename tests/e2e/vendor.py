"""A vendor's sandbox as a test sees it: what it received, what it remembers, what should go wrong next.

Its control endpoints are described in crates/sandbox/README.md.
"""

from urllib.parse import parse_qsl

import httpx2


# The vendors' settings that limit requests; 0 lifts the limit.
LIMITS = ("core_requests_per_second", "bucket_capacity", "requests_per_second")


class Vendor:
    def __init__(self, url):
        self.url = url
        self._http = httpx2.Client(base_url=url, timeout=15)

    def control(self, verb, path, body=None):
        response = self._http.request(verb, "/__sandbox" + path, json=body)
        assert response.is_success, f"{verb} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def reset(self, *, limited=False):
        """Back to the seeded data: nothing received, nothing about to go wrong. Tokens stay valid.

        The vendor's limit of requests is lifted unless it is what a test is about: tests are faster than agents.
        """
        self.control("POST", "/reset")
        if not limited:
            self.settings(**{name: 0 for name in self.settings() if name in LIMITS})

    def settings(self, **changes):
        """The switches of the simulator, after these changes."""
        return self.control("POST", "/settings", changes)

    def tokens(self, **wish):
        """A fresh token pair, as a connected account holds it."""
        return self.control("POST", "/tokens", wish)

    def state(self):
        return self.control("GET", "/state")

    def will_fail(self, **fault):
        """What befalls the next matching request: `kind`, and `method`, `path_prefix`, `times` and so on."""
        self.control("POST", "/faults", fault)

    def journal(self):
        """Every request received since the last reset, oldest first."""
        return self.control("GET", "/journal")

    def requests(self):
        """The journal as `(VERB, path, query, body)`."""
        return [
            (entry["method"], entry["path"], dict(parse_qsl(entry["query"])), entry["body"]) for entry in self.journal()
        ]
