"""Does what a document tells its reader to do, from top to bottom, in one folder and one terminal.

In Markdown, an HTML comment before a fenced block makes it part of the test:

    <!-- test: file NAME -->   the block is written to NAME
    <!-- test: run -->         the block is typed: one bash -euo pipefail runs them all, so
                               variables and what was started in the background stay
    <!-- test: output -->      the block is what the last run printed, to the letter

Below its title a document says what it needs beyond bash: `<!-- test: with haproxy -->`, or
`<!-- test: as root -->` on a machine of its own. End-to-end tests run it then.
"""
import contextlib
import os
import pathlib
import re
import shlex
import signal
import subprocess
import tempfile

NEEDS = re.compile(r"^<!-- test: (with haproxy|as root) -->\n", re.MULTILINE)
BLOCK = re.compile(
    r"^<!-- test: (?P<kind>run|output|file (?P<name>[\w./-]+)) -->\n+"
    r"^```\w*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!-- test\b")


def needs_of(text):
    """What the document needs, or None."""
    found = NEEDS.search(text)
    return found and found[1]


def blocks_of(text):
    """The blocks in their order; None where a mark has no fenced block behind it."""
    text = NEEDS.sub("", text, count=1)
    blocks = list(BLOCK.finditer(text))
    return blocks if len(blocks) == len(MARK.findall(text)) else None


def script(blocks, notes):
    """One for all blocks. What block N prints goes to `notes`, as N.out and N.err."""
    lines = ["set -euo pipefail"]
    for number, block in enumerate(blocks):
        if block["name"]:
            (notes / f"{number}.file").write_text(block["text"], encoding="utf-8")
            folder = shlex.quote(os.path.dirname(block["name"]) or ".")
            lines.append(f"mkdir -p {folder} && cat {notes}/{number}.file >{block['name']}")
        elif block["kind"] == "run":
            lines += [f"exec >{notes}/{number}.out 2>{notes}/{number}.err", block["text"]]
    return "\n".join(lines) + "\n"


def run_script(text, folder, environment, within, seconds):
    """None, or how bash ended. Nothing that it started outlives it."""
    shell = subprocess.Popen([*within, "bash", "-c", text], cwd=folder, env=environment,
                             start_new_session=True, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        code = shell.wait(seconds)
        return f"exit {code}" if code else None
    except subprocess.TimeoutExpired:
        return "takes too long"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()


def read(path):
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def first_fault(blocks, notes, end):
    """How bash ended is the fault of the last block that it began."""
    printed, begun = "", [number for number in range(len(blocks))
                          if (notes / f"{number}.out").exists()]
    for number, block in enumerate(blocks):
        if number in begun:
            printed = read(notes / f"{number}.out")
            if end and number == begun[-1]:
                return f"{block['text']}\n{end}\n{printed}{read(notes / f'{number}.err')}"
        elif block["kind"] == "output" and printed != block["text"]:
            return f"printed\n{printed}\ninstead of\n{block['text']}"
    return end


def run_document(text, folder, path, within=(), seconds=120, **environment):
    """The first thing that went wrong, or None. `within` is a command that runs bash."""
    blocks = blocks_of(text)
    if blocks is None:
        return "a test mark without a fenced block behind it"
    with tempfile.TemporaryDirectory() as name:
        notes = pathlib.Path(name)
        notes.chmod(0o777)  # bash may be somebody else
        end = run_script(script(blocks, notes), folder,
                         {**os.environ, "PATH": path, **environment}, within, seconds)
        return first_fault(blocks, notes, end)
