"""The table of refused requests, refusals that need a history, and requests that are not even HTTP. Goal: each gets its
documented problem, and none of them changes anything."""
import json
import pathlib
import socket
import time

import yaml

import world

HERE = pathlib.Path(__file__).parent


def operation_of(contract, method, path):
    parts = path.split("?")[0].split("/")
    for operation in contract.operations:
        template = operation.path.split("/")
        if operation.method == method and len(template) == len(parts) and all(
                t == p or t.startswith("{") for t, p in zip(template, parts)):
            return operation
    return None


def run_table(hub, contract, report):
    rows = yaml.safe_load((HERE / "refused.yaml").read_text(encoding="utf-8"))
    report.want(len(rows))
    before = hub.state_hash()
    for number, row in enumerate(rows):
        method, path = row.get("method", "POST"), row.get("path", "/v1/reservations")
        body = bytes.fromhex(row["body_hex"]) if "body_hex" in row else row.get("body")
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        headers = {"Idempotency-Key": f"table-{number}"} if path.startswith("/v1/reservations") else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        headers.update(row.get("headers", {}))
        headers = {name: value for name, value in headers.items() if value is not None}
        answer = hub.call(method, path, body, headers, row.get("key"))
        report.request()
        operation = operation_of(contract, method, path)
        report.saw(operation and operation.id, answer)
        fault = None
        if (answer.status, answer.code()) != (row["status"], row["code"]):
            fault = f"wanted {row['status']} {row['code']}, got {answer.status} {answer.body[:300]!r}"
        elif operation and row["status"] != 417:
            fault = contract.answer_fault(operation, answer)
        report.check(f"refused: {row['name']}", fault)
    report.check("refusals change nothing", None if hub.state_hash() == before else "the state is another one")


def run_history(hub, contract, report):
    """Refusals about something that happened before."""
    def expect(name, answer, status, code, operation):
        report.want(1)
        report.request()
        report.saw(operation, answer)
        fault = contract.answer_fault(contract.by_id[operation], answer)
        if (answer.status, answer.code()) != (status, code):
            fault = f"wanted {status} {code}, got {answer.status} {answer.body[:300]!r}"
        report.check(f"history: {name}", fault)

    def step(reservation, verb, key, body=None):
        return hub.call("POST", f"/v1/reservations/{reservation}/{verb}", json.dumps(body or {}),
                        {"Content-Type": "application/json", "Idempotency-Key": key})

    one = [{"sku": "SOCK-7", "quantity": 1}]
    first = world.reserve(hub, "h-1", one, order="h-order")
    again = world.reserve(hub, "h-1", one, order="h-order")
    report.check("a replay is the same answer", None if (again.status, again.body) == (201, first.body) and
                 again.headers.get("Idempotent-Replayed") == "true" else f"{first.body!r} and {again.body!r}")
    expect("the same key, another body", world.reserve(hub, "h-1", [{"sku": "SOCK-7", "quantity": 2}]),
           422, "key_reused_with_other_body", "create_reservation")
    expect("the same order again", world.reserve(hub, "h-2", one, order="h-order"), 409, "order_already_exists",
           "create_reservation")
    held = first.json()["id"]
    expect("a line it does not have", step(held, "release", "h-3", {"lines": [{"line": 9, "quantity": 1}]}),
           422, "unknown_line", "release_reservation")
    expect("more than it holds", step(held, "release", "h-4", {"lines": [{"line": 1, "quantity": 9}]}),
           409, "nothing_to_release", "release_reservation")
    expect("to what it is", step(held, "adjust", "h-5", {"lines": [{"line": 1, "quantity": 1}]}),
           409, "nothing_to_adjust", "adjust_reservation")
    assert step(held, "extend", "h-x", {"time_to_live_seconds": 600}).status == 200
    expect("the key of another extension", step(held, "extend", "h-x", {"time_to_live_seconds": 700}),
           422, "key_reused_with_other_body", "extend_reservation")
    assert step(held, "confirm", "h-6").status == 200
    expect("the key of another confirmation", step(held, "confirm", "h-6", {"order": "h-other"}),
           422, "key_reused_with_other_body", "confirm_reservation")
    expect("confirmed twice", step(held, "confirm", "h-7"), 409, "reservation_already_confirmed", "confirm_reservation")
    assert step(held, "release", "h-8").status == 200
    expect("after its end", step(held, "extend", "h-9"), 409, "reservation_ended", "extend_reservation")
    expect("cancelled with nothing left", world.event(hub, "h-10", "order.cancelled", {"order": "h-order"}),
           409, "nothing_to_cancel", "record_event")

    put = {"Content-Type": "application/json"}
    sale = {"location": "DC1", "document": "R", "lines": [{"sku": "SOCK-7", "quantity": 1}]}
    more = {**sale, "lines": [{"sku": "SOCK-7", "quantity": 2}]}
    assert world.event(hub, "h-11", "pos.sale", sale, semantickey="till/R").status == 201
    expect("one step by two roads, told differently",
           world.event(hub, "h-12", "pos.sale", more, semantickey="till/R"), 409, "event_identity_conflict", "record_event")
    assert world.event(hub, "h-13", "pos.sale", sale, sequence="5", sourceepoch=2).status == 201
    expect("from before the restore", world.event(hub, "h-14", "pos.sale", sale, sequence="9", sourceepoch=1),
           409, "stale_source_epoch", "record_event")
    settled = world.event(hub, "h-15", "pos.sale", sale, sequence="5", sourceepoch=2)
    report.check("a number that was recorded is a repeat", None if (settled.status, settled.json()) ==
                 (200, {"duplicate": True}) else f"{settled.status} {settled.body!r}")
    report.saw("record_event", settled)
    count = {"location": "DC1", "lines": [{"sku": "SOCK-7", "quantity": 1_000_000_000}]}
    hub.call("PUT", "/v1/items/HEAP", "{}", put)
    pile = {"location": "DC1", "document": "P", "lines": [{"sku": "HEAP", "quantity": 1_000_000_000}] * 1001}
    expect("beyond what a position holds", world.event(hub, "h-16", "receipt.posted", pile), 422, "level_out_of_range",
           "record_event")
    lines = {"location": "DC1", "lines": count["lines"] * 2}
    expect("a position counted twice", world.event(hub, "h-17", "stock.counted", lines), 422, "duplicate_line",
           "record_event")
    too_many = {"channel": "web", "lines": [{"sku": "SOCK-7", "quantity": 1}] * 2001}
    expect("too many lines", hub.call("POST", "/v1/reservations", json.dumps(too_many), {**put, "Idempotency-Key": "h-18"}),
           422, "too_many_lines", "create_reservation")
    expect("why not, of too many lines", hub.call("POST", "/v1/reservations:why-not", json.dumps(too_many), put), 422,
           "too_many_lines", "why_not_reservation")
    hub.call("PUT", "/v1/channels/idle", json.dumps({"pool": None}), put)
    expect("a channel that sells nothing", world.reserve(hub, "h-19", one, channel="idle"), 409, "channel_has_no_pool",
           "create_reservation")
    big = hub.call("POST", "/v1/events:batch", "\n" * 50_001, {"Content-Type": "application/x-ndjson"})
    expect("a batch of too many lines", big, 413, "batch_too_large", "record_events")

    one = [{"sku": "SOCK-7", "quantity": 1}]
    due = "2027-01-15T00:00:00Z"
    for name, kind, data, status, code in [
            ("an order for nobody", "inbound.scheduled", {"location": "DC1", "lines": one, "due": due}, 422,
             "document_required"),
            ("an order for some day", "inbound.scheduled", {"location": "DC1", "document": "PO-1", "lines": one}, 422,
             "due_required"),
            ("an order that nobody told of", "inbound.cancelled", {"document": "PO-77"}, 422, "unknown_document"),
            ("a transfer to nowhere", "transfer.requested", {"location": "DC1", "document": "TO-1", "lines": one}, 422,
             "destination_required"),
            ("a transfer to itself", "transfer.requested",
             {"location": "DC1", "destination": "DC1", "document": "TO-1", "lines": one}, 422, "same_location"),
            ("a kit of nobody knows what", "kit.assembled", {"location": "DC1", "lines": one}, 422, "components_required"),
            ("nothing that a node has", "pick.returned", {"order": "h-fresh", "location": "DC1", "lines": one}, 409,
             "nothing_allocated")]:
        if kind == "pick.returned":
            assert world.event(hub, "h-30", "order.created", {"order": "h-fresh", "channel": "web", "lines": one}).status == 201
        expect(name, world.event(hub, f"h-{name}", kind, data), status, code, "record_event")
    transfer = {"location": "DC1", "destination": "STORE-17", "document": "TO-2", "lines": one}
    assert world.event(hub, "h-31", "transfer.requested", transfer).status == 201
    expect("a transfer twice", world.event(hub, "h-32", "transfer.requested", transfer), 409, "document_already_exists",
           "record_event")
    assert world.event(hub, "h-34", "transfer.completed", {"document": "TO-2"}).status == 201
    expect("closed after its end", world.event(hub, "h-35", "transfer.completed", {"document": "TO-2"}), 409,
           "document_ended", "record_event")
    run_cases(hub, expect)


def run_cases(hub, expect):
    """What a case's state, or a key that was used before, does not allow."""
    def act(case, verb, body, key=None):
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        return hub.call("POST", f"/v1/cases/{case}/{verb}", json.dumps(body), headers)

    case = world.open_case(hub, "history")
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
    bodies = {"assign": {"assignee": "mira"}, "comment": {"comment": "x"}, "snooze": {"wake_at": tomorrow},
              "resolve": {"resolution": "accepted"}, "reopen": {"comment": "x"}}
    expect("open what is open", act(case, "reopen", {}), 409, "case_already_open", "reopen_case")
    operations = {"assign": "assign_case", "comment": "comment_on_case", "snooze": "snooze_case", "reopen": "reopen_case",
                  "resolve": "resolve_case"}
    for verb, operation in operations.items():
        assert act(case, verb, bodies[verb], "h-" + verb).status == 200
        expect(f"the key of another {verb}", act(case, verb, {**bodies[verb], "comment": "y"}, "h-" + verb), 422,
               "key_reused_with_other_body", operation)
    expect("resolve what is resolved", act(case, "resolve", bodies["resolve"]), 409, "case_already_resolved", "resolve_case")
    expect("snooze what is resolved", act(case, "snooze", bodies["snooze"]), 409, "case_already_resolved", "snooze_case")
    several = {"action": "resolve", "resolution": "accepted", "cases": [case]}
    expect("resolve several that are", hub.call("POST", "/v1/cases:bulk", json.dumps(several),
                                               {"Content-Type": "application/json"}), 409, "case_already_resolved", "act_on_cases")


def run_gone(hub, contract, report):
    """A hub that keeps a second of history, asked for more."""
    time.sleep(1.5)
    for number in range(8):
        counted = {"location": "DC1", "lines": [{"sku": "BOOT-42", "quantity": number}]}
        assert world.event(hub, f"gone-{number}", "stock.counted", counted).status == 201
    explain = "/v1/positions/BOOT-42/DC1/explain"
    now = hub.call("GET", explain)
    report.check("gone: now is there", None if now.status == 200 else now.body[:300])
    for operation, answer in [
            ("explain_position", hub.call("GET", explain + "?at=0-2")),
            ("explain_availability", hub.call("GET", "/v1/availability/explain?channel=web&sku=BOOT-42&at=0-2")),
            ("explain_many", hub.call("POST", "/v1/positions:explain", json.dumps(
                {"items": [{"sku": "BOOT-42", "location": "DC1"}], "at": "0-2"}), {"Content-Type": "application/json"}))]:
        report.want(1)
        report.request()
        report.saw(operation, answer)
        fault = contract.answer_fault(contract.by_id[operation], answer)
        if (answer.status, answer.code()) != (410, "history_gone"):
            fault = f"wanted 410 history_gone, got {answer.status} {answer.body[:300]!r}"
        report.check(f"gone: {operation}", fault)


# What is sent, the status and the code of the answer. The hub closes the connection after each.
RAW = [
    ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "malformed_request"),
    ("a space in a name", b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n", 400, "malformed_request"),
    ("no host", b"GET / HTTP/1.1\r\n\r\n", 400, "malformed_request"),
    ("two hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request"),
    ("two lengths", b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
     "malformed_request"),
    ("a length and chunks", b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
     b"0\r\n\r\n", 400, "malformed_request"),
    ("another coding", b"POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501,
     "unsupported_transfer_coding"),
    ("a folded header", b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "malformed_request"),
    ("a version to come", b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "unsupported_http_version"),
    ("a long header", b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431, "header_too_large"),
    ("many headers", b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: 1\r\n" % i for i in range(70)) + b"\r\n", 431,
     "header_too_large"),
    ("chunks beyond the limit", b"POST /v1/reservations HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
     (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 17, 413, "body_too_large"),
    ("a batch beyond its limit", b"POST /v1/events:batch HTTP/1.1\r\nHost: a\r\nContent-Length: 16777217\r\n\r\n", 413,
     "body_too_large"),
]
SLOW = [
    ("a header that does not end", b"GET /livez HTTP/1.1\r\nHost: a\r\n", 408, "request_timeout"),
    ("a body that does not come", b"POST /v1/reservations HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", 408,
     "request_timeout"),
]
SLOW_SECONDS_MAX = 25


def exchange(hub, data, seconds):
    with socket.create_connection(("127.0.0.1", hub.port), timeout=seconds) as connection:
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer may be there all the same
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except (ConnectionResetError, socket.timeout):
            pass
        return received


def check_raw(report, name, received, status, code):
    head, _, body = received.partition(b"\r\n\r\n")
    fault = None
    try:
        got = int(head.split(b" ")[1])
        problem = json.loads(body)
        report.codes.add(problem["code"])
        if (got, problem["code"], problem["outcome"]) != (status, code, "not_applied"):
            fault = f"wanted {status} {code}, got {got} {problem}"
    except (IndexError, ValueError, KeyError):
        fault = f"no problem in {received[:200]!r}"
    report.check(f"raw: {name}", fault)


def run_raw(hub, report, slow):
    before = hub.state_hash()
    report.want(len(RAW))
    key = f"Authorization: Bearer {hub.admin_key}\r\n".encode()
    for name, data, status, code in RAW:
        if status == 413:  # from who has no key, no body is awaited: that is refused before its size is
            data = data.replace(b"Host: a\r\n", b"Host: a\r\n" + key, 1)
        check_raw(report, name, exchange(hub, data, 5), status, code)
        report.request()
    if slow:
        report.want(len(SLOW))
        started = time.monotonic()
        open_ones = []
        for name, data, status, code in SLOW:
            connection = socket.create_connection(("127.0.0.1", hub.port), timeout=SLOW_SECONDS_MAX)
            connection.sendall(data.replace(b"Host: a\r\n", b"Host: a\r\n" + key, 1))
            open_ones.append((name, connection, status, code))
        # An honest caller is served meanwhile.
        report.check("served beside slow ones", None if hub.call("GET", "/livez").status == 200 else "not answered")
        for name, connection, status, code in open_ones:
            received = b""
            try:
                while piece := connection.recv(65536):
                    received += piece
            except socket.timeout:
                pass
            connection.close()
            report.request()
            check_raw(report, name, received, status, code)
        took = time.monotonic() - started
        report.check("slow ones end in time", None if took < SLOW_SECONDS_MAX else f"took {took:.0f} s")
    report.check("raw requests change nothing", None if hub.state_hash() == before else "the state is another one")
