#!/usr/bin/env python3
"""One SKU, 1,000 units, 64 clients, 100,000 attempts, and a SIGKILL in the middle: exactly 1,000 are granted.

An attempt whose answer is lost is asked again with the same key, so each attempt ends as granted or refused.
Usage: hot_sku_test.py [--attempts N] [--units N] [--no-kill]
"""
import argparse
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hub as hubs  # noqa: E402

CLIENTS = 64
SKU = "LAST-PAIR"


class Shoppers:
    def __init__(self, hub, attempts):
        self.hub = hub
        self.attempts = attempts
        self.next = 0
        self.granted = {}
        self.refused = 0
        self.lost = 0
        self.errors = []
        self.lock = threading.Lock()  # guards all of the above

    def take(self):
        with self.lock:
            if self.next == self.attempts or self.errors:
                return None
            self.next += 1
            return self.next

    def run(self):
        api = self.hub.api()
        body = {"channel": "web", "lines": [{"sku": SKU, "quantity": 1}], "time_to_live_seconds": 86_400}
        while (attempt := self.take()) is not None:
            while True:
                try:
                    status, _, answer = api.request("POST", "/v1/reservations", body, f"attempt-{attempt}")
                except hubs.Lost as lost:
                    with self.lock:
                        self.lost += lost.sent
                    time.sleep(0.05)
                    continue
                if status in (429, 500, 503):
                    time.sleep(0.01)
                    continue
                break
            with self.lock:
                if status == 201:
                    if self.granted.setdefault(answer["id"], attempt) != attempt:
                        self.errors.append(f"{answer['id']} was given twice")
                elif status == 409 and answer["code"] == "insufficient_stock":
                    self.refused += 1
                else:
                    self.errors.append(f"attempt {attempt}: {status} {answer}")


def run(attempts, units, kill=True):
    directory = hubs.work_directory("hot")
    hub = hubs.Hub(directory / "data")
    hub.start()
    hub.api().set_up([SKU], ["DC1"], on_hand=units)
    shoppers = Shoppers(hub, attempts)
    threads = [threading.Thread(target=shoppers.run) for _ in range(CLIENTS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    if kill:
        # In the middle of the sale: some units are granted, some are not.
        while len(shoppers.granted) < units // 2 and not shoppers.errors and time.monotonic() - began < 60:
            time.sleep(0.001)
        hub.kill()
        hub.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    position = hub.api().get(f"/v1/positions/{SKU}/DC1")
    expected = min(units, attempts)
    problems = list(shoppers.errors)
    if len(shoppers.granted) != expected:
        problems.append(f"{len(shoppers.granted)} were granted, not {expected}")
    if len(shoppers.granted) + shoppers.refused != attempts:
        problems.append(f"{len(shoppers.granted)} granted + {shoppers.refused} refused is not {attempts}")
    if position["reserved"] != expected or position["available_to_sell"] != units - expected:
        problems.append(f"the hub tells {position}")
    if kill and not shoppers.lost:
        problems.append("the kill met nobody: no answer was lost")
    hub.stop()
    print(f"hot SKU: {attempts:,} attempts by {CLIENTS} clients for {units:,} units: {len(shoppers.granted):,} granted, "
          f"{shoppers.refused:,} refused, {shoppers.lost} answers lost in {hub.restarts} kill(s), {seconds:.1f} s",
          file=sys.stderr)
    for problem in problems:
        print(f"hot SKU: {problem}", file=sys.stderr)
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--no-kill", action="store_true")
    options = parser.parse_args()
    return 0 if run(options.attempts, options.units, not options.no_kill) else 1


if __name__ == "__main__":
    sys.exit(main())
