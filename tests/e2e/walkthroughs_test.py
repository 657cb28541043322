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
from document import needs_of, run_document  # noqa: E402

ROOT = pathlib.Path(HERE).parents[1]
NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
ALONE = ["unshare", "--net", "bash", "-c", 'ip link set lo up && exec "$@"', "-"]


def documents(needs):
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("docs/*.md"))}
    return {path: text for path, text in texts.items() if needs_of(text) == needs}


def last_lines(log):
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([f"---- {log.name}", *lines[-15:]])


class Walkthroughs(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pointsman-walk-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        shutil.copy(options.program, self.programs / "pointsman")
        shutil.copy(MESSAGE_PACK, self.programs)
        # HAProxy of another Debian, in a root of its own, is told where it was called.
        haproxy = self.programs / "haproxy"
        haproxy.write_text(f'#!/bin/sh\nexec {options.haproxy} -C "$PWD" "$@"\n')
        haproxy.chmod(0o755)
        self.is_debians_own = options.haproxy.startswith("/usr/sbin/")

    def walk(self, text, folder, *within):
        fault = run_document(text, folder, f"{self.programs}:{os.environ['PATH']}", within,
                             LUA_PATH=f"{self.programs}/?.lua;;", HOME=str(folder))
        if fault:
            self.fail("\n".join([fault, *map(last_lines, sorted(folder.rglob("*.log")))]))

    def test_each_works_as_it_is_written(self):
        walkthroughs = documents("with haproxy")
        self.assertGreaterEqual(len(walkthroughs), 4)
        for path, text in walkthroughs.items():
            with self.subTest(path.name):
                folder = self.folder / path.stem
                folder.mkdir()
                if self.is_debians_own:
                    shutil.chown(folder, "nobody", "nogroup")
                self.walk(text, folder, *ALONE, *(NOBODY if self.is_debians_own else []))

    def test_what_is_written_for_debian_works_on_a_machine_of_its_own(self):
        if not self.is_debians_own:
            self.skipTest("is about the HAProxy that this machine has as a package")
        folder = self.folder / "checkout"
        (folder / "build/release").mkdir(parents=True)
        (folder / "build/release/pointsman").symlink_to(self.programs / "pointsman")
        (folder / "haproxy-conf").symlink_to(ROOT / "haproxy-conf")
        (path, text), = documents("as root").items()
        with self.subTest(path.name):
            self.walk(text, folder, f"{HERE}/debian_machine.sh")


if __name__ == "__main__":
    main()
