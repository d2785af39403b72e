"""The client matrix: every client lists all tools and calls one, at every place."""

import pytest

from clients import CLIENTS
from matrix import PLACES, check


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.title)
async def test_a_client_agrees_on_its_revision_lists_and_calls(matrix, client, place):
    check(client, await matrix.visit(client, place))


def test_the_balancer_has_given_requests_to_both_replicas(replicas, matrix):
    assert len(replicas.balancer.given) == 2
