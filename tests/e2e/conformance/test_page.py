"""docs/conformance.md says what this run found; `--write` makes it so."""

from clients import CLIENTS
from matrix import PLACES, is_right
from official_suite import SUITES
from page import PATH, page


async def test_docs_conformance_md_says_what_this_run_found(request, runs, matrix):
    cells = {(client.title, place): await is_right(matrix, client, place) for client in CLIENTS for place in PLACES}
    found = page({name: runs(name) for name in SUITES}, cells)
    if request.config.getoption("--write"):
        PATH.write_text(found)
    assert PATH.read_text() == found, "write it anew: ./test conformance --write"
