"""Sticky tokens, read and signed as docs/formats/token.md says; shares no code with the program."""

import base64
import dataclasses
import hashlib
import hmac
import struct

FIXED = struct.Struct(">BBBIIIB")
CONDITION = struct.Struct(">IH")
MAC_BYTES = 16
FORCED = 1
TAKEN = 0x8000


@dataclasses.dataclass(frozen=True)
class Token:
    version: int
    key: int
    flags: int
    issued: int
    seen: int
    route_tag: int
    conditions: tuple  # of (tag, outcome)


def signed_bytes(token):
    fixed = FIXED.pack(token.version, token.key, token.flags, token.issued, token.seen,
                       token.route_tag, len(token.conditions))
    return fixed + b"".join(CONDITION.pack(*condition) for condition in token.conditions)


def mac_of(signed, gateway, secret):
    return hmac.digest(secret, gateway.encode() + b"\0" + signed, hashlib.sha256)[:MAC_BYTES]


def sign(token, gateway, secret):
    signed = signed_bytes(token)
    data = base64.urlsafe_b64encode(signed + mac_of(signed, gateway, secret))
    return data.decode().rstrip("=")


def read(text, gateway, secret):
    """Raises ValueError where the text is no token that this gateway signed."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    signed, mac = data[:-MAC_BYTES], data[-MAC_BYTES:]
    if mac != mac_of(signed, gateway, secret):
        raise ValueError(f"{text} is not signed by {gateway}'s key")
    *fixed, count = FIXED.unpack_from(signed)
    conditions = tuple(CONDITION.iter_unpack(signed[FIXED.size:]))
    if len(conditions) != count:
        raise ValueError(f"{text} holds {len(conditions)} conditions, not {count}")
    return Token(*fixed, conditions)


def read_keys(text):
    """Of a key file: [(id, secret)], the one that signs first."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [(int(number), base64.b64decode(secret)) for number, secret in lines]
