"""Files, functions and lines stay within the sizes that CONTRIBUTING names."""
import ast
import re
import unittest

import project

FILE_LINES = 400
FUNCTION_LINES = 70
COLUMNS = 100

SIZED = (".cc", ".h", ".py", ".sh", ".lua", ".cmake", "CMakeLists.txt", "/dev", "/run")
# A brace that opens a scope of declarations, or a list of values.
NOT_A_FUNCTION = re.compile(
    r"^\s*(inline |static |export |typedef )*(namespace|class|struct|enum|union|extern)\b"
    r"|=\s*\{$|^\s*\{$|\w\{$"
)


def is_sized(path):
    return ("/" + path).endswith(SIZED)


def check_file_sizes(files):
    findings = []
    for path, text in files.items():
        lines = text.count("\n")
        if is_sized(path) and lines > FILE_LINES:
            findings.append(f"{path}:{lines}: more than {FILE_LINES} lines")
    return findings


def check_columns(files):
    return [
        f"{path}:{number}: more than {COLUMNS} columns"
        for path, text in files.items()
        if is_sized(path)
        for number, line in project.numbered_lines(text)
        if len(line) > COLUMNS and "http" not in line
    ]


def brace_blocks(code):
    """(first line, last line) of each block whose closing brace stands under its first line."""
    lines = code.split("\n")
    opened = []  # (indent, line number)
    for number, line in enumerate(lines, start=1):
        indent = len(line) - len(line.lstrip())
        if line.strip().startswith("}"):
            while opened and opened[-1][0] > indent:
                opened.pop()
            if opened and opened[-1][0] == indent:
                yield opened.pop()[1], number
        if line.rstrip().endswith("{") and not NOT_A_FUNCTION.search(line.rstrip()):
            opened.append((indent, number))


def function_spans(path, text):
    if path.endswith(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.lineno, node.end_lineno
    elif project.is_cpp(path):
        yield from brace_blocks(project.cpp_code_only(text))
    elif project.is_shell(path, text):
        yield from brace_blocks(text)


def check_function_sizes(files):
    return [
        f"{path}:{first}: a function of {last - first + 1} lines"
        for path, text in files.items()
        for first, last in function_spans(path, text)
        if last - first + 1 > FUNCTION_LINES
    ]


class Sizes(unittest.TestCase):
    def test_files_are_short(self):
        self.assertEqual([], check_file_sizes(project.files()))

    def test_lines_are_short(self):
        self.assertEqual([], check_columns(project.files()))

    def test_functions_are_short(self):
        self.assertEqual([], check_function_sizes(project.files()))

    def test_the_limit_itself_is_allowed_and_one_more_is_not(self):
        self.assertEqual([], check_file_sizes({"spoa/a.cc": "\n" * 400}))
        self.assertEqual(1, len(check_file_sizes({"spoa/a.cc": "\n" * 401})))
        self.assertEqual([], check_columns({"dev": "x" * 100}))
        self.assertEqual(1, len(check_columns({"dev": "x" * 101})))

    def test_a_long_function_is_found_in_each_language(self):
        samples = {
            "spoa/a.cc": lambda n: "int f() {\n" + "  g();\n" * n + "}\n",
            "spoa/b.h": lambda n: "class A {\n  int f() {\n" + "    g();\n" * n + "  }\n};\n",
            "a.py": lambda n: "def f():\n" + "    g()\n" * (n + 1),
            "a.sh": lambda n: "f() {\n" + "  g\n" * n + "}\n",
        }
        for path, make in samples.items():
            with self.subTest(path):
                self.assertEqual([], check_function_sizes({path: make(68)}))
                self.assertEqual(1, len(check_function_sizes({path: make(69)})))

    def test_a_long_namespace_or_raw_string_is_no_function(self):
        text = "namespace a {\n" + "int x;\n" * 100 + "}\n"
        text += 'auto s = R"(\nf() {\n' + "x\n" * 100 + '}\n)";\n'
        self.assertEqual([], check_function_sizes({"spoa/a.cc": text}))


if __name__ == "__main__":
    unittest.main()
