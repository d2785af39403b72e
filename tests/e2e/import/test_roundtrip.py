"""Every operation of a description becomes a tool or is reported, and what the tools send is what the description wants.

Over our own small descriptions, one for each family of features, and over real ones where `conftest.corpus` finds a folder of them.
openapi-core judges; `exemptions.Exemption` says what it is spared, and why.
"""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import proof

SPECS = Path(__file__).with_name("specs")
OWN = sorted([*SPECS.glob("*.*"), SPECS / "several_files" / "main.yaml"])
AT_LEAST = 0.99
# Operations of our own descriptions that can be no tools, with words of the reason that is to be told.
SKIPPED = {
    "broken.yaml": {
        "GET /not-an-operation": "no mapping",
        "POST /lost-body": "lost",
        "POST /itself": "itself",
        "TRACE /trace": "TRACE",
        "POST /wrong-types": "no mapping",
    },
    "newest.yaml": {"LOCK /gates": "LOCK"},
}


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_every_call_to_our_own_descriptions_is_valid(binary, tmp_path, path):
    proven = proof.proven(binary, path, tmp_path)
    print(proven.figures())
    expected = SKIPPED.get(path.name, {})
    told = {each["operation"]: each["reason"] for each in proven.skipped if each["operation"] in expected}
    assert {each["operation"] for each in proven.skipped} - expected.keys() <= {"/lost-item"}, proven.skipped
    assert told.keys() == expected.keys() and all(word in told[operation] for operation, word in expected.items()), proven.skipped
    assert proven.operations == proven.tools + len(expected)
    for problems in (proven.unaccounted, proven.unsound, proven.incomplete, proven.invalid, proven.untried):
        assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def proofs(binary, corpus, tmp_path_factory):
    """The proof of every real description."""
    files = sorted(path for path in corpus.glob("*") if path.suffix in (".json", ".yaml", ".yml"))
    if not files:
        pytest.skip(f"no descriptions in {corpus}; name a folder of them in TIDEGATE_CORPUS")
    folder = tmp_path_factory.mktemp("corpus")
    with ProcessPoolExecutor(2) as pool:
        proofs = list(pool.map(proof.proven, [binary] * len(files), files, [folder] * len(files)))
    for proven in proofs:
        print(proven.figures())
    return proofs


def test_every_real_operation_is_a_tool_or_reported(proofs):
    unaccounted = [f"{proven.file}: {problem}" for proven in proofs for problem in proven.unaccounted]
    assert not unaccounted, "\n".join(unaccounted)
    operations, tools = sum(proven.operations for proven in proofs), sum(proven.tools for proven in proofs)
    skipped = [f"{proven.file}: {each['operation']}: {each['reason']}" for proven in proofs for each in proven.skipped]
    assert tools >= AT_LEAST * operations, f"{tools} of {operations}\n" + "\n".join(skipped)


def test_every_real_schema_is_sound(proofs):
    unsound = [f"{proven.file}: {problem}" for proven in proofs for problem in proven.unsound]
    assert not unsound, "\n".join(unsound)


def test_real_calls_are_valid(proofs):
    calls, valid = sum(proven.calls for proven in proofs), sum(proven.valid for proven in proofs)
    invalid = [f"{proven.file}: {problem}" for proven in proofs for problem in proven.invalid]
    assert valid >= AT_LEAST * calls, f"{valid} of {calls} calls are valid\n" + "\n".join(invalid[:100])
    untried = [f"{proven.file}: {problem}" for proven in proofs for problem in proven.untried]
    assert len(untried) <= (1 - AT_LEAST) * calls, "\n".join(untried)


def test_every_parameter_of_real_operations_can_be_given(proofs):
    incomplete = [f"{proven.file}: {problem}" for proven in proofs for problem in proven.incomplete]
    operations = sum(proven.operations for proven in proofs)
    assert len(incomplete) <= (1 - AT_LEAST) * operations, "\n".join(incomplete)
