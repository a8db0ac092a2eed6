#!/usr/bin/env python3
"""The api lane: the real binary against its own document. usage: run.py quick|full|long"""
import json
import os
import pathlib
import re
import subprocess
import sys
import zlib

import access
import contract as contracts
import examples
import fuzz
import hub as hubs
import pages
import refusals
import report as reports
import suites
import world

# Tests that start hubs of their own.
SUITES = ["authorisation_test", "hostile_test"]
FUZZ_REQUESTS = {"quick": 400, "full": 100_000, "long": 400_000}


def check_document_is_the_router(hub, contract, report):
    served = hub.call("GET", "/openapi.json", key="").json()
    report.check("the served document is the repository's", None if served == contract.document else "they differ")
    for operation in contract.operations:
        # Nothing may answer as if there were no such route, and no other method may slip in.
        path = re.sub(r"\{[^}]*\}", "x", operation.path)
        answer = hub.call(operation.method, path, None, {}, "")
        known = answer.code() not in ("method_not_allowed",) and (answer.code() != "not_found" or "problem" in path)
        report.check(f"route {operation.method} {operation.path}", None if known else f"{answer.status} {answer.code()}")
        documented = {o.method for o in contract.operations if o.path == operation.path} | {"HEAD", "OPTIONS"}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - documented:
            answer = hub.call(method, path, None, {}, "")
            report.check(f"no route {method} {operation.path}", None if answer.status == 405 else f"answered {answer.status}")


def check_admin(hub, report):
    def get(path):
        return hub.call("GET", path, key="", port=hub.admin_port)

    metrics = get("/metrics")
    text = metrics.body.decode()
    for family in ("holdfast_build_info", "holdfast_reservations_total", "holdfast_reservation_duration_seconds_bucket",
                   "holdfast_events_total", "holdfast_journal_fsync_duration_seconds_count", "holdfast_journal_bytes_total", "holdfast_cases_open",
                   "holdfast_cases_money_at_risk", "holdfast_cases_oldest_age_seconds"):
        report.check(f"metrics have {family}", None if re.search(rf"^{family}[{{ ]", text, re.M) else "it is absent")
    report.check("metrics name no SKU", "a SKU is in a label" if "BOOT-42" in text else None)
    for path in ("/livez", "/readyz", "/startupz", "/version"):
        answer = get(path)
        report.check(f"admin {path}", None if answer.status == 200 else f"{answer.status} {answer.body!r}")


def check_stream(hub, report):
    """A live stream tells a change that is made while it is open, and resumes after it."""
    command = ["curl", "-sN", "--max-time", "3", "-H", "Authorization: Bearer " + hub.admin_key, "-H",
               "Accept: text/event-stream", f"http://127.0.0.1:{hub.port}/v1/facts"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
        assert reader.stdout.readline() == b": connected\n"
        seq = hub.call("PUT", "/v1/items/LIVE", "{}", {"Content-Type": "application/json"}).headers["Holdfast-Seq"]
        text = reader.stdout.read().decode()
    report.check("a stream tells what happens", None if f"id: {seq}\nevent: item.upserted\n" in text else text[:300])


# Refusals of commands that the interface does not carry yet.
NO_ROAD_YET = {"nothing_to_move"}


def check_codes(contract, report, slow):
    """Every code of the document is answered by the lane, or by a unit test that names it."""
    root = contracts.ROOT
    tests = "".join(path.read_text(encoding="utf-8") for folder in ("api", "http")
                    for path in sorted((root / "src" / folder).glob("*_test.cc")))
    reserved = (root / "tests" / "stories" / "reserved_words.txt").read_text(encoding="utf-8").splitlines()
    for code in contract.codes:
        if code in reserved or code in NO_ROAD_YET:  # nothing over HTTP can answer it yet
            continue
        if code == "request_timeout" and not slow:
            continue
        seen = code in report.codes or f'"{code}"' in tests
        report.check(f"code {code}", None if seen else "no test provokes it")
    unknown = report.codes - set(contract.codes)
    report.check("no other code is answered", f"{sorted(unknown)}" if unknown else None)


def check_success(contract, report):
    for operation in contract.operations:
        good = any(status < 300 for name, status in report.statuses if name == operation.id)
        report.check(f"{operation.id} succeeds", None if good else "it never did")


def check_statuses(contract, report):
    """Every status of the document was answered. What takes a full queue, a full disk or a failing one has suites of its
    own, and unit tests by code."""
    hard = {429, 500, 503}
    for operation in contract.operations:
        for status in sorted(set(operation.responses) - hard):
            seen = (operation.id, status) in report.statuses
            report.check(f"{operation.id} answers {status}", None if seen else "it never did")


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else "quick"
    contract = contracts.Contract()
    report = reports.Report()
    examples.check_answers(contract, report)
    pages.check(contract, report)
    with hubs.Hub(hubs.binary(), "--segment-bytes", str(4 * 1024 * 1024)) as hub:
        world.make(hub)
        check_document_is_the_router(hub, contract, report)
        refusals.run_table(hub, contract, report)
        examples.run(hub, contract, report)
        refusals.run_history(hub, contract, report)
        refusals.run_raw(hub, report, slow=mode != "quick")
        access.run_matrix(hub, contract, report)
        check_stream(hub, report)
        # Another document, other requests; the same document, the same ones.
        seed = zlib.crc32(json.dumps(contract.document).encode() + mode.encode())
        keys = {"all": hub.admin_key, "nothing": world.make_key(hub, "status:read@*/*")["key"]}
        fuzz.run(hub, contract, report, FUZZ_REQUESTS[mode], seed, keys)
        check_admin(hub, report)
        hub.state_hash()
        log = hub.log_path.read_text(errors="replace")
        secret = hub.admin_key.split("_")[3]
        report.check("no secret in the log", "it is there" if secret in log else None)
        code = hub.stop()
        report.check("stops in order", None if code == 0 else f"exit {code}:\n{log[-2000:]}")
    with hubs.Hub(hubs.binary(), "--history", "1s") as hub:
        world.make(hub)
        refusals.run_gone(hub, contract, report)
    os.environ["HOLDFAST_LANE_MODE"] = mode
    suites.run(report, SUITES)
    check_success(contract, report)
    if mode != "quick":
        check_statuses(contract, report)
    check_codes(contract, report, slow=mode != "quick")
    report.close()


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    main()
