"""The interface document, and the question whether an answer keeps to it."""
import json
import pathlib
import re

import jsonschema
import yaml

METHODS = ("get", "post", "put", "patch", "delete")
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Operation:
    def __init__(self, contract, path, method, item):
        self.contract = contract
        self.path = path
        self.method = method.upper()
        self.item = item
        self.id = item["operationId"]
        self.scope = item["x-holdfast-scope"]
        self.responses = {int(status): contract.resolve(response) for status, response in item["responses"].items()}

    def parameters(self):
        shared = self.contract.document["paths"][self.path].get("parameters", [])
        return [self.contract.resolve(p) for p in shared + self.item.get("parameters", [])]

    def request_examples(self):
        """(media type, example) of each body; (None, None) where there is none."""
        content = self.contract.resolve(self.item.get("requestBody", {})).get("content", {})
        return [(media, entry["example"]) for media, entry in content.items()] or [(None, None)]


class Contract:
    def __init__(self, path=ROOT / "api" / "openapi.yaml"):
        self.document = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.resolver = jsonschema.RefResolver("", self.document)
        self.validators = {}
        self.operations = [Operation(self, path, method, item[method])
                           for path, item in self.document["paths"].items() for method in METHODS if method in item]
        self.by_id = {operation.id: operation for operation in self.operations}
        self.codes = self.document["components"]["schemas"]["problem_code"]["enum"]

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"][2:].split("/"):
                target = target[part]
            node = target
        return node

    def schema_fault(self, schema, value):
        """The first way in which the value is not of the schema; None when it is."""
        # Kept with the schema, so that its id stays its own.
        if id(schema) not in self.validators:
            self.validators[id(schema)] = schema, jsonschema.Draft202012Validator(
                schema, resolver=self.resolver, format_checker=jsonschema.FormatChecker())
        validator = self.validators[id(schema)][1]
        for error in validator.iter_errors(value):
            return f"at {'/'.join(map(str, error.absolute_path)) or 'the top'}: {error.message}"
        return None

    def answer_fault(self, operation, answer):
        """Why the answer is not one that the document allows; None when it is."""
        if answer.status not in operation.responses:
            return f"status {answer.status} is not documented for {operation.id}: {answer.body[:300]!r}"
        content = operation.responses[answer.status].get("content", {})
        if not content:
            return f"a body of {len(answer.body)} bytes where none is documented" if answer.body else None
        if answer.media_type not in content:
            return f"{answer.media_type} is not documented for {operation.id} {answer.status}"
        schema = content[answer.media_type]["schema"]
        if is_json(answer.media_type):
            fault = self.schema_fault(schema, answer.json())
            if fault is None and answer.media_type == "application/problem+json":
                fault = problem_fault(answer)
            return fault
        if answer.media_type == "application/x-ndjson":
            return self.batch_fault(answer.body)
        return None

    def batch_fault(self, body):
        rows = [json.loads(row) for row in body.decode().splitlines()]
        line, summary = (self.document["components"]["schemas"][name] for name in ("batch_line", "batch_summary"))
        for number, row in enumerate(rows, 1):
            fault = self.schema_fault(line if number < len(rows) else summary, row)
            if fault:
                return f"line {number}: {fault}"
        summary = rows[-1]["summary"]
        if summary["lines"] != len(rows) - 1:
            return "the summary counts other lines than there are"
        if summary["accepted"] + summary["duplicates"] + summary["rejected"] != summary["lines"]:
            return "the summary does not add up"
        return None


def is_json(media_type):
    return media_type == "application/json" or media_type.endswith("+json")


def problem_fault(answer):
    problem = answer.json()
    if problem["status"] != answer.status:
        return "the problem names another status than the answer has"
    if problem["type"] != "urn:holdfast:problem:" + problem["code"].replace("_", "-"):
        return "type and code of the problem differ"
    if problem["outcome"] != ("unknown" if answer.status == 500 else "not_applied"):
        return "the outcome is not honest"
    if answer.status in (429, 503) and not re.fullmatch(r"[1-9][0-9]*", answer.headers.get("Retry-After", "")):
        return "no Retry-After"
    if answer.status == 401 and answer.headers.get("WWW-Authenticate") != "Bearer":
        return "no WWW-Authenticate"
    return None
