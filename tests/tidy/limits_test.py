"""Every limit of spoa/base/limits.h is named by a test, which tries it at N and at N + 1."""
import re
import unittest

import project

LIMITS = "spoa/base/limits.h"
LIMIT = re.compile(r"^inline constexpr ([\w:]+) (k\w+)\b", re.MULTILINE)

# Times to wait: tests that need one pass a shorter one, since none sleeps.
WAITING_TIMES = {
    "kAcceptPause", "kHelloTimeout", "kWriteTimeout", "kLingerTimeout", "kDrainQuiet",
    "kDrainTimeout", "kWatchCoalesce", "kBridgePoke", "kTableClientWait", "kBridgeDrain",
    "kTableFileDelay", "kTableFileRetry", "kForwardTimeout",
    "kRegistryFileDelay", "kExternalTime", "kRegistryFileRetry", "kDiscoveryWait", "kDnsDrain",
    "kManagedCoalesce", "kExternalEnd", "kTakeoverPoll", "kTakeoverTime",
    "kManagedRetry", "kManagedRetryMax",
}


def limits(text):
    return {name: kind for kind, name in LIMIT.findall(text)}


def check_limits(files, waiting_times):
    kinds = limits(files[LIMITS])
    tests = [project.cpp_code_only(text) for path, text in files.items()
             if re.fullmatch(r"tests/(spoa/\w+|dns(/\w+)?)/\w+_test\.cc", path)]
    tested = {name for text in tests for name in re.findall(r"limits::(k\w+)", text)}
    findings = [f"{LIMITS}:1: no test names {name}"
                for name in kinds if name not in tested | waiting_times]
    findings += [f"{LIMITS}:1: {name} needs no exemption" for name in sorted(waiting_times)
                 if name in tested or not kinds.get(name, "").startswith("std::chrono::")]
    return findings


class Limits(unittest.TestCase):
    def test_each_limit_is_tested(self):
        files = {path: text for folder in ("spoa/base", "tests/spoa", "tests/dns")
                 for path, text in project.files(folder).items()}
        self.assertGreater(len(limits(files[LIMITS])), 50)
        self.assertEqual([], check_limits(files, WAITING_TIMES))

    def test_one_that_is_not_is_found(self):
        header = "inline constexpr int kA = 1;\ninline constexpr std::chrono::seconds kB{1};\n"
        test = "// limits::kA\nCHECK(limits::kB.count());\n"
        files = {LIMITS: header, "tests/spoa/base/a_test.cc": test}
        self.assertEqual([f"{LIMITS}:1: no test names kA"], check_limits(files, set()))
        self.assertEqual([f"{LIMITS}:1: {name} needs no exemption" for name in ("kA", "kB")],
                         check_limits(files, {"kA", "kB"}))


if __name__ == "__main__":
    unittest.main()
