"""A web server that serves what a test puts into it."""

from foreign import Reply, Server


class Pages(Server):
    """`pages`: a path → bytes, pieces of them that are sent as they come, a status, or a place to go to."""

    def __init__(self, pages=()):
        self.pages = dict(pages)
        super().__init__()

    @property
    def asked(self):
        """The paths that were asked for."""
        return [request.path for request in self.requests]

    def answer(self, request):
        page = self.pages.get(request.path, 404)
        if isinstance(page, int):
            return Reply(page)
        if isinstance(page, str):
            return Reply(302, headers={"location": page})
        headers = {"content-type": "text/html"}
        if isinstance(page, bytes) and page.startswith(b"\x1f\x8b"):
            headers["content-encoding"] = "gzip"
        return Reply(200, page, headers)
