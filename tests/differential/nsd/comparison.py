"""Compares the replies of two servers to one query. Where the responder differs on purpose, the
difference has a name in CHOICES and a sentence in docs/dns.md; any other one is a fault."""

import dataclasses
import re

import dns.message
import dns.rcode
import dns.rdatatype

import questions

CHOICES = {
    "minimal ANY": "ANY is answered by one HINFO",
    "other class": "only class IN is answered",
    "no authority": "an answer comes without the zone's NS",
    "front": "a truncated answer is the front of the whole one, NSD's has no records",
    "whole names": "names in records are whole, so a few records less fit",
    "additional": "additional addresses are left out one by one, NSD's all at once",
    "foreign": "addresses come along from other zones, too",
    "own DS": "a zone inside of another one is asked for its own DS: nothing is signed",
}
COMPRESSED = {questions.NS, questions.CNAME, questions.SOA, questions.PTR}
PLAIN_OPT = re.compile(rb"\0\0\x29..\0\0(..)\0\0", re.DOTALL)
FLAGS = 0xfff0  # of the header's second word, all but the code; rcode() has that
TRUNCATED = 0x0200


class Fault(Exception):
    """An answer that is wrong."""


@dataclasses.dataclass(frozen=True)
class View:
    """What a reply says. A record is (owner, type, TTL, data) with names and data as text; OPT is
    not among them."""
    code: int
    flags: int
    answers: frozenset
    authority: frozenset
    additional: frozenset
    opt: tuple  # version and DO; () without one

    @property
    def truncated(self):
        return bool(self.flags & TRUNCATED)

    def __str__(self):
        lines = [f"{dns.rcode.to_text(self.code)} flags {self.flags:#06x} opt {self.opt}"]
        for section in ("answers", "authority", "additional"):
            for name, kind, ttl, data in sorted(getattr(self, section))[:8]:
                lines.append(f"  {section}: {name} {ttl} {dns.rdatatype.to_text(kind)} {data}")
        return "\n".join(lines)


class Decoder:
    """Decodes by dnspython, each reply once but for the query's spelling, type, number and RD, and
    for an OPT at its end that says nothing but a size and DO."""

    def __init__(self):
        self.known = {}

    def view(self, question, reply):
        if reply[4:6] == b"\0\0":
            asked, name, rest = 0, b"", reply[12:]
        else:
            asked = len(question.question)
            if reply[12:12 + asked] != question.question:
                raise Fault("the question is not echoed")
            name, rest = question.name.lower() + b"\0\1\0\1", reply[12 + asked:]
        if (reply[2] ^ question.flags >> 8) & 1:
            raise Fault("RD is not copied")
        flags = bytes([reply[2] & 0xfe, reply[3]])
        counts, opt = reply[4:12], ()
        plain = PLAIN_OPT.fullmatch(rest[-11:])
        if plain:
            counts = counts[:7] + bytes([counts[7] - 1])
            rest, opt = rest[:-11], (0, int.from_bytes(plain[1], "big"))
        key = flags + counts + name + rest
        if key not in self.known:
            self.known[key] = decode(b"\0\0" + key)
        view = self.known[key]
        return dataclasses.replace(view, opt=opt) if plain else view


def decode(message):
    read = dns.message.from_wire(message, one_rr_per_rrset=True)
    sections = []
    for section, place in ((read.answer, 6), (read.authority, 8), (read.additional, 10)):
        records = frozenset((each.name.to_text().lower(), int(each.rdtype), each.ttl,
                             each[0].to_text()) for each in section)
        with_opt = place == 10 and read.edns >= 0
        if len(records) + with_opt != int.from_bytes(message[place:place + 2], "big"):
            raise Fault("a record comes twice")
        sections.append(records)
    opt = (read.edns, read.ednsflags & 0xffff) if read.edns >= 0 else ()
    return View(int(read.rcode()), int.from_bytes(message[2:4], "big") & FLAGS, *sections, opt)


def differences(question, ours, theirs):
    """The names of the choices that explain how our view differs; a Fault where none does."""
    if question.kind_class != questions.IN:
        return other_class(question, ours, theirs)
    if ours.opt != theirs.opt:
        raise Fault("OPT")
    if question.kind == questions.DS and ours != theirs and is_own_ds(ours, theirs):
        return ["own DS"]
    if question.kind == questions.ANY and (theirs.answers or theirs.truncated):
        return minimal_any(ours, theirs)
    found = []
    if ours.code != theirs.code:
        raise Fault("code")
    if ours.flags != theirs.flags:
        if ours.flags != theirs.flags | TRUNCATED or not has_compressed(theirs.answers):
            raise Fault("flags")
        found.append("whole names")
    if ours.truncated:
        if ours.authority or ours.additional:
            raise Fault("records behind a truncated answer")
        return found + ["front"] * (ours.answers != theirs.answers)
    if ours.answers != theirs.answers:
        raise Fault("answer")
    authority = theirs.authority
    if theirs.answers and question.kind != questions.NS:
        authority = frozenset(each for each in authority if each[1] != questions.NS)
        found += ["no authority"] * (authority != theirs.authority)
    if ours.authority != authority:
        raise Fault("authority")
    if is_foreign(ours, theirs):
        return found + ["foreign"]
    return found + ["additional"] * (ours.additional != theirs.additional)


def other_class(question, ours, theirs):
    if ours.code != dns.rcode.REFUSED or ours.answers or ours.authority or ours.additional:
        raise Fault("class")
    return ["other class"] * (ours != theirs)


def minimal_any(ours, theirs):
    kinds = [(kind, data) for _, kind, _, data in ours.answers]
    if (ours.code, ours.flags, ours.authority) != (theirs.code, theirs.flags & ~TRUNCATED,
                                                   frozenset()):
        raise Fault("ANY: more than the answer differs")
    if kinds != [(dns.rdatatype.HINFO, '"RFC8482" ""')]:
        raise Fault("ANY: not one HINFO")
    return ["minimal ANY"]


def is_own_ds(ours, theirs):
    """Both have nothing but a SOA, ours that of a zone below."""
    if not len(ours.authority) == len(theirs.authority) == 1:
        return False
    (own_apex, *_), = ours.authority
    (their_apex, *_), = theirs.authority
    rest = (dataclasses.replace(view, authority=frozenset()) for view in (ours, theirs))
    return is_below(own_apex, their_apex) and len(set(rest)) == 1 and not ours.answers


def is_foreign(ours, theirs):
    """The addresses that only we have are outside of the zone, whose NS stands in NSD's reply."""
    more = ours.additional - theirs.additional
    apexes = [owner for owner, kind, _, _ in theirs.authority if kind == questions.NS]
    return bool(more) and len(apexes) == 1 and theirs.additional <= ours.additional and not any(
        is_below(owner, apexes[0]) for owner, _, _, _ in more)


def is_below(name, apex):
    return name.endswith("." + apex)


def has_compressed(records):
    return any(kind in COMPRESSED for _, kind, _, _ in records)


def check_truncated(question, short, whole):
    """Our reply by UDP is as much of that by TCP as fits: whole records, or addresses, at its end
    are missing."""
    opt = 11 if question.size is not None else 0
    start = 12 + len(question.question)
    records = short[start:len(short) - opt]
    if not whole[start:].startswith(records):
        raise Fault("not the front of the whole answer")
    following = whole[start + len(records):len(whole) - opt]
    if not following:
        raise Fault("nothing is missing")
    size = record_size(following)
    if len(short) + size <= question.limit():
        raise Fault(f"a record of {size} bytes would fit behind {len(short)}")


def record_size(record):
    place = 0
    while record[place] and record[place] < 0xc0:
        place += 1 + record[place]
    place += 2 if record[place] else 1
    return place + 10 + int.from_bytes(record[place + 8:place + 10], "big")
