"""The tests mirror the sources, and names say what a thing is."""
import pathlib
import re
import unittest

import project

# Sources without a test of their own name, each with the reason.
NO_TEST_OF_ITS_OWN = {
    "spoa/main.cc": "calls cli::run and nothing else",
}

EMPTY_WORDS = {"util", "utils", "common", "manager", "helper", "helpers", "misc"}
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def sources(paths):
    pattern = r"spoa/(\w+/)?\w+\.cc|dns/(\w+/)?\w+\.cc|lua/\w+/\w+\.lua"
    return [p for p in paths if re.fullmatch(pattern, p)]


def unit_tests(paths):
    pattern = r"tests/(spoa/\w+|dns(/\w+)?)/\w+_test\.cc|tests/lua/\w+/\w+_test\.lua"
    return [p for p in paths if re.fullmatch(pattern, p)]


def tests_of(source, tests):
    """x_test, or x_<aspect>_test where one file would be too long."""
    stem, _, kind = source.rpartition(".")
    kind = "lua" if kind == "lua" else "cc"
    return [t for t in tests if re.fullmatch(rf"tests/{stem}(_\w+)?_test\.{kind}", t)]


def check_every_source_has_a_test(paths, exempt):
    tests = unit_tests(paths)
    findings = [
        f"{source}:1: no test of its name below tests/{source.rpartition('/')[0]}"
        for source in sources(paths)
        if source not in exempt and not tests_of(source, tests)
    ]
    for source in exempt:
        if source not in paths or tests_of(source, tests):
            findings.append(f"{source}:1: needs no exemption (any more)")
    return findings


def check_every_test_has_a_source(paths):
    tests = unit_tests(paths)
    mirrored = set()
    for source in paths:
        if source.startswith(("spoa/", "dns/", "lua/")):
            mirrored.update(tests_of(source, tests))
    return [f"{test}:1: mirrors no source" for test in tests if test not in mirrored]


def empty_words_in(name):
    return {w.lower() for w in WORD.findall(name)} & EMPTY_WORDS


def check_path_names(paths):
    findings = []
    for path in paths:
        for part in pathlib.PurePosixPath(path).parts:
            if empty_words_in(part.split(".")[0]):
                findings.append(f"{path}:1: {part} does not say what it is")
    return findings


def check_identifiers(files):
    findings = []
    for path, text in files.items():
        if not project.is_cpp(path):
            continue
        code = re.sub(r"(?m)^\s*#\s*include.*$", "", project.cpp_code_only(text))
        for number, line in project.numbered_lines(code):
            for name in IDENTIFIER.findall(line):
                if empty_words_in(name):
                    findings.append(f"{path}:{number}: {name} does not say what it is")
    return findings


def check_leftovers(files):
    """Marks of unfinished work."""
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    return [
        f"{path}:{number}: unfinished"
        for path, text in files.items()
        for number, line in project.numbered_lines(text)
        if mark.search(line)
    ]


class Layout(unittest.TestCase):
    def test_every_source_has_its_test(self):
        self.assertEqual([], check_every_source_has_a_test(project.files(), NO_TEST_OF_ITS_OWN))

    def test_every_test_has_its_source(self):
        self.assertEqual([], check_every_test_has_a_source(project.files()))

    def test_names_say_what_a_thing_is(self):
        files = project.files()
        self.assertEqual([], check_path_names(files))
        self.assertEqual([], check_identifiers(files))

    def test_nothing_is_left_unfinished(self):
        self.assertEqual([], check_leftovers(project.files()))

    def test_a_source_without_a_test_is_found(self):
        paths = ["spoa/base/a.cc", "spoa/base/ab.cc", "tests/spoa/base/a_x_test.cc"]
        self.assertEqual(1, len(check_every_source_has_a_test(paths, {})))
        self.assertEqual([], check_every_source_has_a_test(paths, {"spoa/base/ab.cc": "why"}))
        for path in ("lua/haproxy/a.lua", "dns/a.cc", "dns/responder/a.cc"):
            self.assertEqual(1, len(check_every_source_has_a_test([path], {})))

    def test_an_exemption_that_is_not_needed_is_found(self):
        paths = ["spoa/base/a.cc", "tests/spoa/base/a_test.cc"]
        for source in ("spoa/base/a.cc", "spoa/base/gone.cc"):
            self.assertEqual(1, len(check_every_source_has_a_test(paths, {source: "why"})))

    def test_a_test_without_a_source_is_found(self):
        paths = ["spoa/base/a.cc", "tests/spoa/base/b_test.cc"]
        self.assertEqual(1, len(check_every_test_has_a_source(paths)))
        self.assertEqual(1, len(check_every_test_has_a_source(["tests/dns/b_test.cc"])))

    def test_an_empty_name_is_found(self):
        self.assertEqual(1, len(check_path_names(["spoa/base/string_util.h"])))
        self.assertEqual([], check_path_names(["spoa/base/utility_pole.h"]))
        self.assertEqual(1, len(check_identifiers({"spoa/a.cc": "class RouteManager;\n"})))
        self.assertEqual([], check_identifiers({"spoa/a.cc": "// no manager\nint managed;\n"}))

    def test_a_leftover_is_found(self):
        self.assertEqual(1, len(check_leftovers({"spoa/a.cc": "// TO" "DO: more\n"})))


if __name__ == "__main__":
    unittest.main()
