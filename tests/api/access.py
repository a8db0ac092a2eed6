"""Every operation with every kind of key. Goal: what a key may do is what its scopes say, on requests and on what is
stored, and who is nobody learns and changes nothing. Method: the expected answer is computed from the document's
x-holdfast-scope alone."""
import itertools
import json

import examples
import world

ACTIONS = ["reserve:write", "reserve:read", "events:write", "events:read", "stock:read", "catalog:write", "catalog:read",
           "cases:write", "cases:read", "status:read", "admin"]


def run_matrix(hub, contract, report):
    revoked = world.make_key(hub, "admin@*/*")
    assert hub.call("DELETE", "/v1/api-keys/" + revoked["id"]).status == 204
    principals = [("nobody", "", ()), ("garbage", "x" * 73, ()), ("revoked", revoked["key"], ())]
    principals += [(action, world.make_key(hub, action + "@*/*")["key"], (action,)) for action in ACTIONS]
    # Keys of one channel and location that do not exist: they cover nothing that is there.
    elsewhere = world.make_key(hub, *(action + "@elsewhere/nowhere" for action in ACTIONS))
    numbers = itertools.count(1)
    for operation in contract.operations:
        if operation.id in ("create_api_key", "revoke_api_key"):
            continue  # by hand below: they would change the principals
        for name, key, actions in principals:
            number = f"matrix-{next(numbers)}"
            media, example = operation.request_examples()[0]
            if isinstance(example, dict) and "order" in example:
                example = {**example, "order": number}
            if isinstance(example, dict) and "specversion" in example:
                example = {**example, "id": number}
                example.pop("sequence", None)
            report.want(1)
            answer = hub.call(operation.method, examples.target(hub, operation, number),
                              examples.body_of(media, example), examples.headers_of(operation, number, media), key)
            report.request()
            report.saw(operation.id, answer)
            if operation.scope == "public":
                wanted = "allowed"
            elif name in ("nobody", "garbage", "revoked"):
                wanted = 401
            elif operation.scope in actions or "admin" in actions:
                wanted = "allowed"
            else:
                wanted = 403
            fault = contract.answer_fault(operation, answer)
            status = answer.status
            if fault is None and (status in (401, 403) if wanted == "allowed" else status != wanted):
                fault = f"wanted {wanted}, got {status} {answer.body[:200]!r}"
            report.check(f"access: {operation.id} as {name}", fault)
    for method, path in (("POST", "/v1/api-keys"), ("DELETE", "/v1/api-keys/key_00000000")):
        for name, key, actions in principals:
            if "admin" in actions:
                continue
            answer = hub.call(method, path, None, {}, key)
            wanted = 403 if actions else 401
            report.check(f"access: {method} {path} as {name}",
                         None if answer.status == wanted else f"wanted {wanted}, got {answer.status}")
    run_elsewhere(hub, contract, report, elsewhere["key"])


def run_elsewhere(hub, contract, report, key):
    """A key of all actions at another channel and location changes and reads no stock here."""
    before = hub.state_hash()
    for operation in contract.operations:
        touches = operation.scope in ("reserve:write", "events:write", "stock:read", "catalog:write", "events:read", "admin")
        touches = touches or operation.id in examples.FRESH_CASE
        if not touches or operation.id == "revoke_api_key":
            continue
        media, example = operation.request_examples()[0]
        target = operation.path
        if operation.id in examples.FRESH_RESERVATION:
            target = target.replace("{id}", hold(hub))
            before = hub.state_hash()
        elif operation.id in examples.FRESH_CASE:
            target = examples.target(hub, operation, "elsewhere-" + operation.id)
            before = hub.state_hash()
        else:
            target = examples.target(hub, operation, "elsewhere")
        answer = hub.call(operation.method, target, examples.body_of(media, example),
                          examples.headers_of(operation, "elsewhere", media), key)
        refused = answer.status == 403
        if operation.id == "record_events":
            refused = all(json.loads(row)["status"] == 403 for row in answer.body.decode().splitlines()[:-1])
        report.check(f"access: {operation.id} from elsewhere", None if refused else f"{answer.status} {answer.body[:200]!r}")
    report.check("access: nothing changed from elsewhere", None if hub.state_hash() == before else "the state is another one")


def hold(hub, numbers=itertools.count(1)):
    return world.reserve(hub, f"elsewhere-{next(numbers)}", [{"sku": "SOCK-7", "quantity": 1}]).json()["id"]
