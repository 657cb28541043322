"""The project's files as the tidy tests see them: a mapping from path to text.

A check is a function from such a mapping to a list of findings, "path:line: what is wrong". Each
test file runs its checks over the real tree, where they find nothing, and over a small bad sample,
where they must find something.
"""
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {".git", "build", "__pycache__", "corpus", "golden"}


def files(under=""):
    """Every text file below a folder of the project, by its path from the root."""
    found = {}
    for folder, folders, names in os.walk(ROOT / under):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            try:
                found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


def is_cpp(path):
    return path.endswith((".cc", ".h"))


def is_shell(path, text):
    return path.endswith(".sh") or text.startswith("#!/bin/bash")


def numbered_lines(text):
    return enumerate(text.split("\n"), start=1)


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


_CPP_NOISE = re.compile(
    r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"'  # raw strings
    r"|//[^\n]*|/\*.*?\*/"  # comments
    r'|"(?:\\.|[^"\\\n])*"'  # strings
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'",  # characters, but not 1'000
    re.DOTALL,
)


def cpp_code_only(text):
    """C++ with comments and literals blanked, every line where it was."""
    return _CPP_NOISE.sub(_blank, text)
