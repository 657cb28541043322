"""What the documents tell the reader to type works. tests/support/document.py says how they are
marked, and tests/e2e/walkthroughs_test.py runs those that need HAProxy.

`pointsman` is the program under test (environment variable POINTSMAN_PROGRAM); the project's own
folders can be read as usual.
"""
import os
import pathlib
import sys
import tempfile
import unittest

import project

sys.path.insert(0, str(project.ROOT / "tests/support"))
from document import needs_of, run_document  # noqa: E402


def make_folder(folder, program):
    """A folder in which the project's paths, and build/release/pointsman, work as in a checkout."""
    for name in ("haproxy-conf", "docs", "tests"):
        (folder / name).symlink_to(project.ROOT / name)
    (folder / "build/release").mkdir(parents=True)
    (folder / "build/release/pointsman").symlink_to(program)


def run(text, program):
    """The first thing that went wrong, or None."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_folder(folder, program)
        return run_document(text, folder, f"{folder}/build/release:{os.environ['PATH']}")


class Commands(unittest.TestCase):
    def test_what_the_documents_say_works(self):
        program = os.environ["POINTSMAN_PROGRAM"]
        for path, text in project.files().items():
            if path.endswith(".md") and needs_of(text) is None:
                with self.subTest(path):
                    self.assertIsNone(run(text, program))

    def test_a_failing_command_is_found(self):
        good = "<!-- test: file a/b -->\n```\nx\n```\n<!-- test: run -->\n```sh\ncat a/b\n```\n"
        self.assertIsNone(run(good, "/bin/true"))
        self.assertIsNone(run(good + "<!-- test: output -->\n```\nx\n```\n", "/bin/true"))
        samples = [
            good + "<!-- test: output -->\n```\ny\n```\n",
            "<!-- test: run -->\n```sh\nfalse\ntrue\n```\n",
            "<!-- test: run -->\n```sh\nfalse\n```\n" + good,
            "<!-- test: run -->\n```sh\npointsman\n```\n",
            "<!-- test: run -->\nno block\n",
        ]
        for text in samples:
            with self.subTest(text):
                self.assertIsNotNone(run(text, "/bin/false"))

    def test_blocks_share_a_terminal(self):
        text = ("<!-- test: run -->\n```sh\nname=x\nsleep 0 &\n```\n"
                "<!-- test: run -->\n```sh\nwait %1 && echo $name\n```\n"
                "<!-- test: output -->\n```\nx\n```\n")
        self.assertIsNone(run(text, "/bin/true"))


if __name__ == "__main__":
    unittest.main()
