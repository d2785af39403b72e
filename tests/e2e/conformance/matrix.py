"""What becomes of each client at each place; found out once, for the tests and for the page."""

# What stands at the head of the page's columns.
PLACES = {
    "url": "the URL alone",
    "token": "URL and API token",
    "replicas": "two replicas, random balancer",
}


class Matrix:
    """`errand` gives the errand for a place."""

    def __init__(self, errand):
        self._errand = errand
        self._outcomes = {}

    async def visit(self, client, place):
        """The client's visit; raises what ended it."""
        key = (client.title, place)
        if key not in self._outcomes:
            try:
                self._outcomes[key] = await client.visit(self._errand(place))
            except Exception as error:
                self._outcomes[key] = error
        if isinstance(self._outcomes[key], Exception):
            raise self._outcomes[key]
        return self._outcomes[key]


def check(client, visit):
    """Fails unless a client saw what it should: its revision, and in every round twenty tools and the vendor's answer."""
    assert visit.revision == client.revision
    assert visit.rounds
    for tools, answer in visit.rounds:
        assert tools == 20
        assert [user["email"] for user in answer["result"]] == ["dana.whitfield@company.com"]


async def is_right(matrix, client, place):
    try:
        check(client, await matrix.visit(client, place))
    except Exception:
        return False
    return True
