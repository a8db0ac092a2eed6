"""Requests made of the document's own examples by small damage. Goal: whatever is sent, the answer is documented, has
its schema, is never 5xx, and the ledger's invariants hold. A failure prints the seed and the request."""
import copy
import json
import random

import examples
from contract import is_json

SKIPPED = {"revoke_api_key", "create_api_key", "list_facts"}
VALUES = [None, True, False, 0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -2**63, 1e308, 0.1, "", "x", "x" * 300, "\u0000", "é",
          "\U0001f45f", "'\"<script>", "../../etc", [], {}, [[]], {"a": {"b": {}}}, ["x"] * 50]


def places(value, at=()):
    """Every path inside a JSON value."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in items:
        yield from places(child, at + (name,))


def damage(rng, example):
    value = copy.deepcopy(example)
    for _ in range(rng.randint(1, 3)):
        at = rng.choice(list(places(value)))
        if not at:
            return copy.deepcopy(rng.choice(VALUES))
        parent = value
        for name in at[:-1]:
            parent = parent[name]
        kind = rng.randrange(4)
        if kind == 0:
            del parent[at[-1]]
        elif kind == 1 and isinstance(parent, dict):
            parent[str(at[-1]) + rng.choice(["x", "", "_"])] = copy.deepcopy(rng.choice(VALUES))
        elif kind == 2 and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[at[-1]]))
        else:
            parent[at[-1]] = copy.deepcopy(rng.choice(VALUES))
    return value


def damage_text(rng, text):
    data = bytearray(text.encode())
    for _ in range(rng.randint(1, 4)):
        if not data:
            break
        i = rng.randrange(len(data))
        kind = rng.randrange(3)
        if kind == 0:
            data[i] = rng.randrange(256)
        elif kind == 1:
            del data[i:i + rng.randint(1, 8)]
        else:
            data[i:i] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
    return bytes(data)


def run(hub, contract, report, requests, seed):
    rng = random.Random(seed)
    report.want(requests)
    operations = [o for o in contract.operations if o.id not in SKIPPED and o.request_examples()[0][0]]
    faults = 0
    for number in range(requests):
        operation = rng.choice(operations)
        media, example = rng.choice(operation.request_examples())
        if is_json(media) and rng.random() < 0.7:
            body = json.dumps(damage(rng, example), ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
        else:
            body = damage_text(rng, examples.body_of(media, example))
        target = examples.target(hub, operation, f"fuzz-{seed}-{number}") if operation.id not in examples.FRESH_RESERVATION \
            else operation.path.replace("{id}", "rsv_0000000000001")
        answer = hub.call(operation.method, target, body, examples.headers_of(operation, f"fuzz-{seed}-{number}", media))
        report.request()
        report.saw(operation.id, answer)
        fault = contract.answer_fault(operation, answer)
        if fault is None and answer.status >= 500:
            fault = f"answered {answer.status}"
        if fault:
            faults += 1
            print(f"fuzz seed {seed} request {number}: {operation.method} {target} {body!r}: {fault}", flush=True)
    report.check(f"fuzz of {requests} requests, seed {seed}", f"{faults} faults" if faults else None)
    hub.state_hash()  # checks the invariants
