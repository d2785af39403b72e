"""A text that matches a regular expression, always the same for the same seed.

How Python parses expressions is private to it; these names are there from 3.11 on, which `./test` asks for at least, and a Python without them fails here at once.
"""

import re
from re import _constants as kinds
from re import _parser as parser

WORD = "abcdefghijklmnopqrstuvwxyz0123456789_"
PRINTABLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. "
CLASSES = {kinds.CATEGORY_DIGIT: "0123456789", kinds.CATEGORY_WORD: WORD, kinds.CATEGORY_SPACE: " "}
NEGATED = {kinds.CATEGORY_NOT_DIGIT: "abc", kinds.CATEGORY_NOT_WORD: " -.", kinds.CATEGORY_NOT_SPACE: WORD}


class Unmatched(Exception):
    """No text was found that the expression matches."""


def matching(pattern, rng, at_least=0, at_most=None):
    """A text of a length within the bounds which `pattern` finds something in."""
    expression = re.compile(pattern)
    tree = parser.parse(pattern)
    for extra in range(60):
        text = "".join(_written(tree, rng, {}, extra % 30))
        text += "x" * (at_least - len(text))
        if len(text) >= at_least and (at_most is None or len(text) <= at_most) and expression.search(text):
            return text
    raise Unmatched(pattern)


def _written(tree, rng, groups, extra):
    for kind, value in tree:
        yield from _piece(kind, value, rng, groups, extra)


def _piece(kind, value, rng, groups, extra):
    if kind is kinds.LITERAL:
        yield chr(value)
    elif kind is kinds.NOT_LITERAL:
        yield next(c for c in PRINTABLE if ord(c) != value)
    elif kind is kinds.ANY:
        yield rng.choice(WORD)
    elif kind is kinds.IN:
        yield _of_set(value, rng)
    elif kind is kinds.BRANCH:
        yield from _written(rng.choice(value[1]), rng, groups, extra)
    elif kind is kinds.SUBPATTERN:
        group, _, _, inner = value
        text = "".join(_written(inner, rng, groups, extra))
        groups[group] = text
        yield text
    elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
        low, high, inner = value
        for _ in range(min(low + extra, int(high))):
            yield from _written(inner, rng, groups, extra)
    elif kind is kinds.GROUPREF:
        yield groups.get(value, "")
    elif kind is kinds.ATOMIC_GROUP:
        yield from _written(value, rng, groups, extra)
    # Anchors and looks ahead write nothing: what they demand is found out by trying.


def _of_set(members, rng):
    negated = members[0][0] is kinds.NEGATE
    if not negated:
        kind, value = rng.choice(members)
        if kind is kinds.LITERAL:
            return chr(value)
        if kind is kinds.RANGE:
            return chr(rng.randint(value[0], min(value[1], value[0] + 90)))
        return rng.choice(CLASSES.get(value) or NEGATED[value])
    allowed = [c for c in PRINTABLE if not any(_is_member(c, kind, value) for kind, value in members[1:])]
    if not allowed:
        raise Unmatched("a set that excludes every usual character")
    return rng.choice(allowed)


def _is_member(character, kind, value):
    if kind is kinds.LITERAL:
        return ord(character) == value
    if kind is kinds.RANGE:
        return value[0] <= ord(character) <= value[1]
    return character in CLASSES[value] if value in CLASSES else character not in CLASSES[_opposite(value)]


def _opposite(kind):
    return {
        kinds.CATEGORY_NOT_DIGIT: kinds.CATEGORY_DIGIT,
        kinds.CATEGORY_NOT_WORD: kinds.CATEGORY_WORD,
        kinds.CATEGORY_NOT_SPACE: kinds.CATEGORY_SPACE,
    }[kind]
