"""Runs what the documents tell the reader to type.

In Markdown, an HTML comment before a fenced block makes it part of the test:

    <!-- test: file NAME -->   the block is written to NAME
    <!-- test: run -->         the block is run by bash -euo pipefail
    <!-- test: output -->      the block is what the last run printed, to the letter

Blocks of one document share a folder and run from top to bottom. `pointsman` is the program under
test (environment variable POINTSMAN_PROGRAM); the project's own folders can be read as usual.
"""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

import project

BLOCK = re.compile(
    r"^<!-- test: (?P<kind>run|output|file (?P<name>[\w./-]+)) -->\n+"
    r"^```\w*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!-- test\b")


def make_folder(folder, program):
    """A folder in which the project's paths, and build/release/pointsman, work as in a checkout."""
    for name in ("haproxy-conf", "docs", "tests"):
        (folder / name).symlink_to(project.ROOT / name)
    (folder / "build/release").mkdir(parents=True)
    (folder / "build/release/pointsman").symlink_to(program)


def run(text, folder, path):
    """What bash printed, and its fault or None. Nothing that it started outlives it."""
    shell = subprocess.Popen(["bash", "-euo", "pipefail", "-c", text], cwd=folder, text=True,
                             env={**os.environ, "PATH": path}, start_new_session=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fault = None
    try:
        printed, errors = shell.communicate(timeout=60)
        if shell.returncode != 0:
            fault = f"exit {shell.returncode}"
    except subprocess.TimeoutExpired:
        fault = "takes too long"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    if fault == "takes too long":
        printed, errors = shell.communicate()
    return printed, fault and f"{text}\n{fault}\n{printed}{errors}"


def run_document(text, program):
    """The first thing that went wrong, or None."""
    blocks = list(BLOCK.finditer(text))
    if len(blocks) != len(MARK.findall(text)):
        return "a test mark without a fenced block behind it"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_folder(folder, program)
        path = f"{folder}/build/release:{os.environ['PATH']}"
        printed = ""
        for block in blocks:
            if block["name"]:
                file = folder / block["name"]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block["text"])
            elif block["kind"] == "output":
                if printed != block["text"]:
                    return f"printed\n{printed}\ninstead of\n{block['text']}"
            else:
                printed, fault = run(block["text"], folder, path)
                if fault:
                    return fault
    return None


class Commands(unittest.TestCase):
    def test_what_the_documents_say_works(self):
        program = os.environ["POINTSMAN_PROGRAM"]
        for path, text in project.files().items():
            if path.endswith(".md"):
                with self.subTest(path):
                    self.assertIsNone(run_document(text, program))

    def test_a_failing_command_is_found(self):
        good = "<!-- test: file a/b -->\n```\nx\n```\n<!-- test: run -->\n```sh\ncat a/b\n```\n"
        self.assertIsNone(run_document(good, "/bin/true"))
        self.assertIsNone(run_document(good + "<!-- test: output -->\n```\nx\n```\n", "/bin/true"))
        samples = [
            good + "<!-- test: output -->\n```\ny\n```\n",
            "<!-- test: run -->\n```sh\nfalse\ntrue\n```\n",
            "<!-- test: run -->\n```sh\npointsman\n```\n",
            "<!-- test: run -->\nno block\n",
        ]
        for text in samples:
            with self.subTest(text):
                self.assertIsNotNone(run_document(text, "/bin/false"))


if __name__ == "__main__":
    unittest.main()
