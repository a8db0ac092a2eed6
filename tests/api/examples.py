"""Every example of the document: the answers validate, and the requests are run against a live hub and answered with
the success that is documented. Goal: a reader can copy any example and it works."""
import itertools
import json
import urllib.parse

import world
from contract import is_json

# Examples that need something to be there first, by operation.
FRESH_RESERVATION = {"confirm_reservation", "release_reservation", "extend_reservation", "adjust_reservation",
                     "resource_reservation", "get_reservation"}
FRESH_CASE = {"get_case", "assign_case", "snooze_case", "resolve_case", "reopen_case", "comment_on_case"}
# Run last: the others may need what they end.
LAST = ["revoke_api_key"]


def check_answers(contract, report):
    """The examples of answers, against their own schemas."""
    for operation in contract.operations:
        for status, response in operation.responses.items():
            for media, entry in response.get("content", {}).items():
                name = f"example of {operation.id} {status} {media}"
                if "example" not in entry:
                    report.check(name, "there is no example")
                elif is_json(media):
                    report.check(name, contract.schema_fault(entry["schema"], entry["example"]))
                elif media == "application/x-ndjson":
                    report.check(name, contract.batch_fault(entry["example"].encode()))
                else:
                    report.check(name, None)
        for media, example in operation.request_examples():
            if media and is_json(media):
                schema = contract.resolve(operation.item["requestBody"])["content"][media]["schema"]
                report.check(f"request example of {operation.id}", contract.schema_fault(schema, example))


def variants(operation):
    """The parameters of each request to make: all that stand together, and one more for each that excludes others."""
    alone = [p for p in operation.parameters() if "x-holdfast-excludes" in p]
    yield [p for p in operation.parameters() if p not in alone]
    for parameter in alone:
        yield [p for p in operation.parameters()
               if p is parameter or (p not in alone and p["name"] not in parameter["x-holdfast-excludes"])]


def target(hub, operation, number, parameters=None):
    """Path and query with the document's own example values: of these parameters, or of all that stand together."""
    path, query = operation.path, []
    for parameter in parameters or next(variants(operation)):
        name, example = parameter["name"], parameter.get("example")
        if parameter["in"] == "path":
            if operation.id in FRESH_RESERVATION:
                example = world.reserve(hub, f"fresh-{number}",
                                        [{"sku": "BOOT-42", "quantity": 2}, {"sku": "SOCK-7", "quantity": 1}]).json()["id"]
            elif operation.id in FRESH_CASE:
                example = world.open_case(hub, number)
                if operation.id == "reopen_case":
                    answer = hub.call("POST", f"/v1/cases/{example}/resolve", '{"resolution": "accepted"}',
                                      {"Content-Type": "application/json"})
                    assert answer.status == 200, answer.body
            elif operation.id == "revoke_api_key":
                example = world.make_key(hub, "status:read@*/*")["id"]
            path = path.replace("{" + name + "}", urllib.parse.quote(str(example), safe=""))
        elif parameter["in"] == "query" and example is not None:
            query += [(name, value) for value in (example if isinstance(example, list) else [example])]
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def headers_of(operation, number, media):
    headers = {"Content-Type": media} if media else {}
    for parameter in operation.parameters():
        if parameter["in"] == "header" and parameter["name"] == "Idempotency-Key":
            headers["Idempotency-Key"] = f"example-{number}"
    return headers


def body_of(media, example):
    if media is None:
        return None
    return json.dumps(example) if is_json(media) else example


def run(hub, contract, report):
    numbers = itertools.count(1)
    operations = sorted(contract.operations, key=lambda operation: operation.id in LAST)
    for operation in operations:
        for parameters, (media, example) in itertools.product(variants(operation), operation.request_examples()):
            number = next(numbers)
            # The document's orders would collide: each belongs to one reservation.
            if isinstance(example, dict) and "order" in example:
                example = {**example, "order": f"{example['order']}-{number}"}
            if isinstance(example, dict) and "cases" in example:
                example = {**example, "cases": [world.open_case(hub, f"bulk-{number}")]}
            report.want(1)
            answer = hub.call(operation.method, target(hub, operation, number, parameters),
                              body_of(media, example), headers_of(operation, number, media))
            report.request()
            report.saw(operation.id, answer)
            fault = contract.answer_fault(operation, answer)
            if fault is None and answer.status >= 300:
                fault = f"answered {answer.status}: {answer.body[:300]!r}"
            report.check(f"{operation.id} {media or ''}", fault)
