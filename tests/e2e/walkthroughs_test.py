"""The walkthroughs in docs/: each is done as it is written, with a real HAProxy, by a user without
rights where HAProxy is this machine's own. Ports are those of the documents, in a network that
nobody shares."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

from harness import HERE, MESSAGE_PACK, main, options

sys.path.insert(0, f"{HERE}/../support")
from document import WITH_HAPROXY, run_document  # noqa: E402

DOCUMENTS = pathlib.Path(HERE).parents[1] / "docs"
NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
ALONE = ["unshare", "--net", "bash", "-c", 'ip link set lo up && exec "$@"', "-"]


def last_lines(log):
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([f"---- {log.name}", *lines[-15:]])


class Walkthroughs(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pointsman-walk-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        shutil.copy(options.program, self.programs / "pointsman")
        shutil.copy(MESSAGE_PACK, self.programs)
        # HAProxy of another Debian, in a root of its own, is told where it was called.
        haproxy = self.programs / "haproxy"
        haproxy.write_text(f'#!/bin/sh\nexec {options.haproxy} -C "$PWD" "$@"\n')
        haproxy.chmod(0o755)
        self.folder.chmod(0o755)

    def walk(self, path):
        folder = self.folder / path.stem
        folder.mkdir()
        user = []
        if options.haproxy.startswith("/usr/sbin/"):
            user = NOBODY
            shutil.chown(folder, "nobody", "nogroup")
        fault = run_document(
            path.read_text(encoding="utf-8"), folder, f"{self.programs}:{os.environ['PATH']}",
            within=[*ALONE, *user], LUA_PATH=f"{self.programs}/?.lua;;", HOME=str(folder))
        return fault and "\n".join([fault, *map(last_lines, sorted(folder.rglob("*.log")))])

    def test_each_works_as_it_is_written(self):
        walkthroughs = [path for path in sorted(DOCUMENTS.glob("*.md"))
                        if WITH_HAPROXY in path.read_text(encoding="utf-8")]
        self.assertGreaterEqual(len(walkthroughs), 4)
        for path in walkthroughs:
            with self.subTest(path.name):
                fault = self.walk(path)
                if fault:
                    self.fail(fault)


if __name__ == "__main__":
    main()
