"""Documents: their links and the paths they name exist, lists agree with what they list."""
import re
import subprocess
import unittest

import project

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE_SPAN = re.compile(r"`([^`\n]+)`")
OWN_PATH = re.compile(r"(?:spoa|tests|docs|haproxy-conf|lua|dns|\.ci)/[\w./-]*\w/?")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def documents():
    return {p: t for p, t in project.files().items() if p.endswith(".md")}


def anchors(text):
    """The anchors that GitHub makes of headings."""
    headings = re.findall(r"(?m)^#+ +(.*)$", FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def check_links(files, exists):
    findings = []
    for path, text in files.items():
        for target in LINK.findall(FENCE.sub("", text)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            base = path.rpartition("/")[0]
            full = "/".join(filter(None, [base, file])) if file else path
            while re.search(r"[^/]+/\.\./", full):
                full = re.sub(r"(^|/)[^/]+/\.\./", r"\1", full, count=1)
            if not exists(full):
                findings.append(f"{path}:1: link to {target}, which is not there")
            elif anchor and full in files and anchor not in anchors(files[full]):
                findings.append(f"{path}:1: link to {target}, a heading that is not there")
    return findings


def check_paths_named(files, exists):
    findings = []
    for path, text in files.items():
        for number, line in project.numbered_lines(text):
            for span in CODE_SPAN.findall(line):
                if OWN_PATH.fullmatch(span) and not exists(span.rstrip("/")):
                    findings.append(f"{path}:{number}: names {span}, which is not there")
    return findings


def check_adr_numbers(paths):
    """0001-a-title.md, 0002-…, each number once and none left out."""
    names = sorted(p.removeprefix("docs/adr/") for p in paths if p.startswith("docs/adr/"))
    findings = [
        f"docs/adr/{n}:1: not NNNN-lower-case-title.md"
        for n in names
        if not re.fullmatch(r"\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md", n)
    ]
    numbers = [n[:4] for n in names]
    if numbers != [f"{i:04}" for i in range(1, len(names) + 1)]:
        findings.append(f"docs/adr:1: numbers are not 1 to {len(names)}: {' '.join(numbers)}")
    return findings


def documented_packages(text):
    """The packages in the first column of docs/dependencies.md's tables."""
    return [
        name
        for row in re.findall(r"(?m)^\|([^|]+)\|", text)
        for name in CODE_SPAN.findall(row)
    ]


def check_packages(documented, installed):
    findings = [f"docs/dependencies.md:1: {p} is not installed by dev"
                for p in documented if p not in installed]
    findings += [f"dev:1: {p} is not in docs/dependencies.md"
                 for p in installed if p not in documented]
    return findings


def check_checkout_place(files, place):
    """No file knows where somebody's checkout lies."""
    pattern = re.compile(rf"(?<![\w.]){re.escape(place)}(?![\w-])")
    return [
        f"{path}:{number}: names {place}"
        for path, text in files.items()
        for number, line in project.numbered_lines(text)
        if pattern.search(line)
    ]


class Documents(unittest.TestCase):
    def exists(self, path):
        return (project.ROOT / path).exists()

    def test_links_lead_somewhere(self):
        self.assertEqual([], check_links(documents(), self.exists))

    def test_paths_that_documents_name_exist(self):
        self.assertEqual([], check_paths_named(documents(), self.exists))

    def test_decision_records_are_numbered_in_a_row(self):
        self.assertEqual([], check_adr_numbers(project.files("docs/adr")))

    def test_every_package_that_dev_installs_has_its_reason(self):
        installed = subprocess.run([project.ROOT / "dev", "packages"], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout.split()
        documented = documented_packages(documents()["docs/dependencies.md"])
        self.assertEqual([], check_packages(documented, installed))

    def test_no_file_names_the_place_of_its_checkout(self):
        place = str(project.ROOT.parent)
        if place.count("/") == 1 and place in ("/", "/tmp", "/src", "/home", "/root", "/opt"):
            self.skipTest(f"{place} is a name that files may have")
        self.assertEqual([], check_checkout_place(project.files(), place))

    def test_a_dead_link_is_found(self):
        bad = {"docs/A.md": "[x](B.md) [y](#no) [z](../README.md)"}
        self.assertEqual(2, len(check_links(bad, lambda p: p in ("docs/A.md", "README.md"))))
        good = {"docs/A.md": "# A b, c\n[x](#a-b-c) [y](https://example.com/)"}
        self.assertEqual([], check_links(good, lambda p: p in good))

    def test_a_path_that_is_not_there_is_found(self):
        text = {"README.md": "see `tests/none/` and `spoa/base`, not `a/b`"}
        self.assertEqual(1, len(check_paths_named(text, lambda p: p == "spoa/base")))

    def test_a_gap_in_the_records_is_found(self):
        self.assertEqual([], check_adr_numbers(["docs/adr/0001-a.md", "docs/adr/0002-b-c.md"]))
        self.assertEqual(1, len(check_adr_numbers(["docs/adr/0002-b.md"])))
        self.assertEqual(1, len(check_adr_numbers(["docs/adr/0001-b.md", "docs/adr/0001-c.md"])))
        self.assertEqual(2, len(check_adr_numbers(["docs/adr/1-b.md"])))

    def test_a_package_in_one_list_only_is_found(self):
        self.assertEqual(["a", "b"], documented_packages("| `a`, `b` | why `c` |\n|---|---|\n"))
        self.assertEqual(2, len(check_packages(["a", "b"], ["b", "c"])))

    def test_the_place_of_a_checkout_is_found(self):
        self.assertEqual(1, len(check_checkout_place({"a": "see /home/joe/x\n"}, "/home/joe")))
        self.assertEqual([], check_checkout_place({"a": "net/home/joe\n"}, "/home/joe"))


if __name__ == "__main__":
    unittest.main()
