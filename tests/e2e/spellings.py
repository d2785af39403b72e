"""Looking for secrets where none may be: in every way in which bytes, or a dump of them, could hold them."""

import base64


def spellings(secret):
    """A secret by the name of how it is written: as it is, its halves, backwards, in base64 and in hexadecimal."""
    secret = secret if isinstance(secret, bytes) else secret.encode()
    # Who looks for tokens knows their prefix.
    bare = secret.split(b"_", 1)[1] if secret.startswith((b"tg_", b"tgk_", b"tl_", b"tr_")) else secret
    half = len(bare) // 2
    written = {"plain": bare, "backwards": bare[::-1], "UTF-16": bare.decode("latin-1").encode("utf-16-le")}
    if half >= 12:
        written |= {"first half": bare[:half], "second half": bare[half:]}
    written |= {"hexadecimal": bare.hex().encode(), "HEXADECIMAL": bare.hex().upper().encode()}
    for before in range(3):
        # Base64 depends on where in a longer text the secret begins; of its ends the neighbours' bits are cut off.
        encoded = base64.b64encode(b"\0" * before + bare)[-(-before * 4 // 3) :].rstrip(b"=")[:-1]
        written[f"base64, {before} before"] = encoded
        written[f"base64url, {before} before"] = encoded.translate(bytes.maketrans(b"+/", b"-_"))
    return written


def occurrences(secrets, places):
    """`(secret's name, spelling, place)` for each secret (by name) that a place (its content by name) holds in some spelling."""
    return [
        (name, how, place)
        for name, secret in secrets.items()
        for how, written in spellings(secret).items()
        for place, content in places.items()
        if written in content
    ]
