"""The JSON Schemas accept and refuse the same documents as the program's own parser.

The cases are the files of tests/golden/{gateways,services,settings}, which the C++ tests give to
the parser; here the schemas judge them. Needs Debian's python3-jsonschema and python3-yaml.
"""
import json
import pathlib
import re
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A schema's name, and the folder of its cases.
KINDS = (("gateway", "gateways"), ("service", "services"), ("settings", "settings"))

# Faults below the level that a schema sees: those of YAML itself.
NOT_FOR_SCHEMAS = {"duplicate_key.yaml", "alias_inside_itself.yaml", "syntax_error.yaml"}


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: no dates, no sexagesimals, no yes and no."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"),
                                     first)
CoreLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
CoreLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def with_text_keys(value):
    """JSON has no other keys."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): with_text_keys(item)
                for key, item in value.items()}
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value


def documents(path):
    loaded = yaml.load_all(path.read_text(encoding="utf-8"), Loader=CoreLoader)
    return [with_text_keys(document) for document in loaded if document is not None]


def validator(kind):
    path = ROOT / "docs" / "schema" / f"{kind}.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def errors(kind, path):
    judge = validator(kind)
    return [error.message for document in documents(path) for error in judge.iter_errors(document)]


class Schema(unittest.TestCase):
    def cases(self, folder):
        paths = sorted((ROOT / "tests" / "golden" / folder).glob("*.yaml"))
        self.assertTrue(paths)
        return [path for path in paths if path.name not in NOT_FOR_SCHEMAS]

    def test_what_the_parser_accepts_the_schema_accepts(self):
        for kind, folder in KINDS:
            for path in self.cases(f"{folder}/accepted"):
                with self.subTest(path.name):
                    self.assertEqual([], errors(kind, path))

    def test_what_the_parser_refuses_the_schema_refuses(self):
        for kind, folder in KINDS:
            for path in self.cases(f"{folder}/refused"):
                with self.subTest(path.name):
                    self.assertNotEqual([], errors(kind, path))

    def test_the_examples_are_valid(self):
        examples = ROOT / "docs" / "examples"
        for path in sorted(examples.rglob("*.yaml")):
            with self.subTest(path.name):
                kind = "settings" if path.name == "pointsman.yaml" else "gateway"
                up = "../"
                if path.parent.name == "services":
                    kind, up = "service", "../../"
                self.assertEqual([], errors(kind, path))
                modeline = f"# yaml-language-server: $schema={up}schema/{kind}.schema.json\n"
                self.assertTrue(path.read_text(encoding="utf-8").startswith(modeline))

    def test_exempt_cases_exist(self):
        names = {path.name for path in (ROOT / "tests" / "golden" / "gateways").rglob("*.yaml")}
        self.assertLessEqual(NOT_FOR_SCHEMAS, names)


if __name__ == "__main__":
    unittest.main()
