"""Modules include only what docs/ARCHITECTURE.md allows them."""
import re
import unittest

import project

MAY_INCLUDE = {
    "base": set(),
    "net": {"base"},
    "spop": {"base"},
    "registry": {"base"},
    "dns": {"base", "registry"},
    "dns/responder": {"base", "net", "dns"},
    "routing": {"base"},
    "table": {"base", "routing"},
    "config": {"base", "registry", "routing"},
    "render": {"base", "registry", "routing"},
    "agent": {"base", "net", "spop", "routing", "table"},
    "api": {"base", "net", "registry"},
    "discovery": {"base", "registry"},
    "manage": {"base", "render", "routing"},
    "cli": {
        "base", "net", "spop", "routing", "registry", "table", "config", "render", "agent", "dns",
        "dns/responder", "api", "discovery", "manage",
    },
}

# Third-party headers, and the only places that may see them.
ONLY_IN = {
    r"ev(\+\+)?\.h": r"spoa/net/",
    r"pcre2\.h": r"spoa/routing/regex\.cc",
    r"xxhash\.h": r"spoa/(routing|table|manage)/",
    r"msgpack(/.*)?\.h": r"spoa/table/",
    r"yaml-cpp/.*": r"spoa/config/",
    r"openssl/.*": r"spoa/(agent|api|net)/",
    r"CLI/.*": r"spoa/cli/",
    r"nlohmann/.*": r"spoa/(api|cli|config|render)/|spoa/registry/stored_registry\.cc",
    r"httplib\.h": r"spoa/api/http_server\.cc",
    r"ares.*\.h": r"spoa/discovery/dns_lookup\.cc",
    r"kainjow/.*": r"spoa/render/",
    r"spdlog/.*": r"spoa/base/log\.(h|cc)",
    r"fmt/.*": r"(spoa|dns)/",
    r"(lua|lauxlib|lualib)\.h(pp)?": r"tests/differential/",
    r"ldns/.*": r"tests/dns/",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
SYSTEM = re.compile(r"[a-z0-9_]+|(sys|netinet|arpa|net|linux)/[a-z0-9_]+\.h|[a-z0-9_]+\.h")


def sources():
    return {**project.files("spoa"), **project.files("dns")}


def module_of(path):
    """dns/ and dns/responder/ are modules, below spoa/ each folder is one; None: neither."""
    folders = path.split("/")[:-1]
    if folders[:1] == ["dns"]:
        return "/".join(folders)
    return folders[1] if folders[:1] == ["spoa"] and len(folders) > 1 else None


def includes(text):
    for number, line in project.numbered_lines(text):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == "<", match.group(2)


def third_party_rule(header):
    return next((p for p in ONLY_IN if re.fullmatch(p, header)), None)


def finding_for(path, angled, header):
    """What is wrong with this include in this file, or None."""
    module = module_of(path)
    if not angled:
        target = header.rpartition("/")[0]
        if "/" not in header:
            return f'"{header}" is not written from spoa/ or the root'
        if module in MAY_INCLUDE and target not in MAY_INCLUDE[module] | {module}:
            return f"{module} may not include {target}"
        return None
    rule = third_party_rule(header)
    if rule:
        return None if re.match(ONLY_IN[rule], path) else f"<{header}> is not for this file"
    return None if SYSTEM.fullmatch(header) else f"<{header}> is a dependency nobody listed"


def check_includes(files):
    findings = []
    for path, text in files.items():
        if not (path.startswith(("spoa/", "dns/")) and project.is_cpp(path)):
            continue
        if module_of(path) not in {None, *MAY_INCLUDE}:
            findings.append(f"{path}:1: module {module_of(path)} is not in the table")
        for number, angled, header in includes(text):
            wrong = finding_for(path, angled, header)
            if wrong:
                findings.append(f"{path}:{number}: {wrong}")
    return findings


def check_header_guards(files):
    return [
        f"{path}:1: a header opens with a comment and has #pragma once"
        for path, text in files.items()
        if path.startswith(("spoa/", "dns/")) and path.endswith(".h")
        and not (text.startswith("//") and "\n#pragma once\n" in text)
    ]


class Includes(unittest.TestCase):
    def test_modules_include_only_what_the_table_allows(self):
        self.assertEqual([], check_includes(sources()))

    def test_headers_open_with_a_comment_and_are_read_once(self):
        self.assertEqual([], check_header_guards(sources()))

    def test_a_bad_include_is_found(self):
        samples = {
            "spoa/base/a.h": '#include "net/event_loop.h"\n',
            "spoa/spop/a.cc": '#include "routing/split.h"\n',
            "spoa/agent/a.cc": "#include <ev.h>\n",
            "spoa/routing/split.cc": "#include <pcre2.h>\n",
            "spoa/cli/a.cc": "#include <yaml-cpp/yaml.h>\n",
            "spoa/net/a.cc": "#include <boost/asio.hpp>\n",
            "spoa/table/a.cc": "#include <lua.h>\n",
            "spoa/net/b.cc": '#include "event_loop.h"\n',
            "spoa/extra/a.cc": "int x;\n",
            "dns/a.cc": '#include "net/event_loop.h"\n',
            "dns/b.cc": "#include <ldns/ldns.h>\n",
            "dns/c.cc": '#include "dns/responder/relay.h"\n',
            "dns/responder/a.cc": '#include "registry/revision.h"\n',
            "dns/extra/a.cc": "int x;\n",
            "spoa/routing/a.cc": '#include "dns/name.h"\n',
        }
        for path, text in samples.items():
            with self.subTest(path):
                self.assertEqual(1, len(check_includes({path: text})))

    def test_a_good_include_is_not(self):
        text = '#include "base/limits.h"\n#include <sys/socket.h>\n#include <vector>\n'
        self.assertEqual([], check_includes({"spoa/net/a.cc": text}))
        text = '#include "base/limits.h"\n#include "dns/name.h"\n#include "registry/revision.h"\n'
        self.assertEqual([], check_includes({"dns/a.cc": text}))
        text = '#include "dns/name.h"\n#include "dns/responder/relay.h"\n#include "net/worker.h"\n'
        self.assertEqual([], check_includes({"dns/responder/a.cc": text}))

    def test_a_header_without_a_comment_is_found(self):
        for path in ("spoa/base/a.h", "dns/a.h"):
            self.assertEqual(1, len(check_header_guards({path: "#pragma once\n"})))


if __name__ == "__main__":
    unittest.main()
