"""What the proof does not demand, and why. Each is counted where it is made use of, so that none is forgotten and none grows unseen."""

from collections import Counter
from enum import Enum


class Exemption(Enum):
    """The first ones spare openapi-core: places where it is wrong or cannot. There our own decoder (wire.py) reads the text, and openapi-core still checks
    the value against the vendor's schema. Each is looked for in the request or the description at hand, never by file or operation."""

    SECURITY = "plans are made before the credential is attached"
    CREDENTIALS = "parameters that hold the account's credential are no arguments; they are attached later"
    RESERVED_HEADERS = "OpenAPI says to ignore parameters called Accept, Content-Type and Authorization; it demands them"
    TIES = "of `/a/{x}`, `/a/{y}` and `/a/{x}.json`, and of keys with `?` or `#`, it takes the first that fits; each is judged without the others"
    QUERYSTRING = "it has no place for a query as one parameter (3.2)"
    NAMES_IN_PATHS = "it formats templates with Python's `format`, which takes `{part.id}` for an attribute; such names are replaced"
    SERVERS = "where path and operation both have servers it takes the path's"
    ESCAPES_IN_PATHS = "it leaves values in paths escaped"
    STYLES = (
        "it splits by the type that stands in the schema itself (not in a part or a list of types), splits after unescaping, looks for label and "
        "matrix under names of its own, and has no exploded objects of style form and no lists or objects inside of deepObject"
    )
    FORMS = "it reads forms like queries, with the same faults, and no brackets outside of deepObject; parts of a multipart body it reads as e-mail, in ASCII"
    JSON_BY_ANOTHER_NAME = "it knows application/json alone, not application/json-patch+json and its like"
    NOT_JSON = "bodies of bytes, text and XML are not JSON: the bytes are compared, not checked against a JSON schema"
    READ_ONLY = "from 3.1 on it demands required members that are read-only, which a request must not have"
    ONE_OF = "is read as anyOf: real alternatives overlap (integer and number, an object and one with a member more) where no vendor means to refuse what fits both"
    NOWHERE_DECLARED = "members that an object requires and does not have, which is how leftovers in descriptions look, are no arguments"
    DEFAULTS = "it takes a default for a value that was sent, and real ones break their own schemas"
    EMPTY_VALUES = "it refuses `a=` where `allowEmptyValue` is not said, also for a text whose schema admits the empty one"
    PATTERNS = "patterns of ECMAScript that Python's `re` does not compile are left out"
    # What is about our own plans.
    LIMIT_AS_TEXT = "`limit` is a number for agents also where the vendor wants its digits as a text"
    NUMBERS_AS_TEXTS = "outside of JSON nothing tells numbers and booleans from texts"
    PARTS_AS_JSON = "what OpenAPI leaves open (objects in lists of a query, lists in lists) is written as JSON"
    LEFT_OUT = "null, and lists and objects without an item, cannot be written but in JSON; where they may be missing they are (docs/definitions.md)"
    ESCAPED_COMMAS = "in forms and cookies the commas between items are escaped like any other"
    BRACKETS_IN_FORMS = "members of an object in a form stand in brackets, which OpenAPI says for deepObject alone; it is how forms are written (docs/definitions.md)"
    LISTS_IN_DEEP_OBJECTS = "OpenAPI leaves lists in the style deepObject open; their items stand in brackets"
    TOLD = "the report says of this operation that it was left out"


USED = Counter()


def spare(exemption):
    """Counts a use."""
    USED[exemption] += 1
