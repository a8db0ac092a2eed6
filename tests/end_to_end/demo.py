#!/usr/bin/env python3
"""One bad day of a retailer in under a minute, and a score card that must hold.

An empty directory; a made-up retailer of 5,000 SKUs at 204 locations with three channels; shoppers racing for the last
units; SIGKILL of the hub in the middle; restart. Then the hub's own API is asked what it believes, and that is
compared with what the shoppers were told. Ends with 1 when a claim does not hold.

Usage: demo.py [--seconds N] [--skus N] [--locations N] [--seed N] [--keep]
"""
import argparse
import json
import os
import pathlib
import random
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hub as hubs  # noqa: E402

SHOPPERS = {"web": 12, "amazon": 8, "pos": 4}
LAST_UNITS_SKUS = 24
LAST_UNITS_SHARE = 0.7  # of what shoppers ask for
CHECKERS = 4
COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(text, code):
    return f"\x1b[{code}m{text}\x1b[0m" if COLOUR else text


class Story:
    """Prints what happens, with the time at which it happened."""

    def __init__(self):
        self.began = time.monotonic()

    def tell(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)


class Shopper(threading.Thread):
    """Asks for one pair after the other. Buys what it gets; now and then it changes its mind."""

    def __init__(self, day, channel, number):
        super().__init__()
        self.day = day
        self.channel = channel
        self.random = random.Random(f"{day.seed}-{channel}-{number}")
        self.told = {}       # reservation -> [lines, confirmed, released]
        self.refused = 0
        self.lost = 0        # answers that the kill took away
        self.replayed = 0    # ... and that came when asked again
        self.latencies = []  # seconds, of reservations
        self.problems = []

    def ask(self, path, body):
        """One answer, whatever happens to the hub: a lost answer is asked for again with the same key."""
        key = str(uuid.UUID(int=self.random.getrandbits(128)))
        while True:
            began = time.monotonic()
            try:
                status, headers, answer = self.api.request("POST", path, body, key)
            except hubs.Lost as lost:
                self.lost += lost.sent
                time.sleep(0.02)
                continue
            if status in (429, 500, 503):
                time.sleep(0.01)
                continue
            if headers.get("Idempotent-Replayed") == "true":
                self.replayed += 1
            return status, answer, time.monotonic() - began

    def choose(self):
        last = self.random.random() < LAST_UNITS_SHARE
        sku = self.random.choice(self.day.last_units if last else self.day.skus)
        line = {"sku": sku, "quantity": 1 if self.random.random() < 0.8 else 2}
        if self.channel == "pos":
            line["location"] = self.random.choice(self.day.stores)
        return line

    def run(self):
        try:
            self.api = self.day.hub.api()
            while not self.day.closing.is_set():
                self.shop()
        except Exception as error:  # a thread has nobody above it; the day reads this
            self.problems.append(f"{self.channel}: {type(error).__name__}: {error}")

    def shop(self):
        body = {"channel": self.channel, "lines": [self.choose()], "time_to_live_seconds": 86_400}
        status, answer, seconds = self.ask("/v1/reservations", body)
        if status == 409 and answer["code"] == "insufficient_stock":
            self.refused += 1
            self.latencies.append(seconds)
            return
        if status != 201:
            self.problems.append(f"{self.channel}: a reservation answered {status}: {answer}")
            return
        self.latencies.append(seconds)
        reservation = answer["id"]
        lines = {(line["sku"], line["location"]): line["quantity"] for line in answer["lines"]}
        if reservation in self.told:
            self.problems.append(f"{reservation} was given twice")
        self.told[reservation] = [lines, False, False]
        draw = self.random.random()
        action = "confirm" if draw < 0.5 else "release" if draw < 0.6 else None
        if action:
            status, answer, _ = self.ask(f"/v1/reservations/{reservation}/{action}", {})
            if status != 200:
                self.problems.append(f"{action} of {reservation} answered {status}: {answer}")
                return
            self.told[reservation][1 if action == "confirm" else 2] = True


class Day:
    def __init__(self, options):
        self.options = options
        self.seed = options.seed
        self.story = Story()
        self.closing = threading.Event()
        self.directory = hubs.work_directory("demo")
        self.hub = hubs.Hub(self.directory / "data", admin=True)
        self.restart_ms = 0.0

    def open(self):
        ready = self.hub.start()
        self.story.tell(f"hub ready in {ready * 1000:.0f} ms on an empty directory, {self.hub.url}")
        loaded = json.loads(self.hub.run(
            "generate", "retailer", "--load", "--json", "--progress", "none", "--seed", self.seed, "--skus",
            self.options.skus, "--locations", self.options.locations).stdout)
        self.story.tell(f"retailer loaded: {loaded['skus']:,} SKUs, {loaded['locations']} locations, "
                        f"{loaded['channels']} channels, {loaded['positions']:,} positions, {loaded['units']:,} units")
        api = self.hub.api()
        self.skus = self.codes(api, "items", "sku")
        self.stores = [code for code in self.codes(api, "locations", "location") if code.startswith("STORE")]
        self.opening = {(row["sku"], row["location"]): row["on_hand"] for row in api.positions()}
        left = {}
        for first in range(0, len(self.skus), 1000):
            items = [{"sku": sku} for sku in self.skus[first:first + 1000]]
            status, _, answer = api.request("POST", "/v1/availability/query", {"channel": "web", "items": items})
            if status != 200:
                raise RuntimeError(f"availability: {status} {answer}")
            left.update((row["sku"], row["available_to_sell"]) for row in answer["data"])
        self.last_units = sorted((sku for sku in left if left[sku]), key=left.get)[:LAST_UNITS_SKUS]
        units = sum(left[sku] for sku in self.last_units)
        self.story.tell(f"{len(self.last_units)} SKUs are nearly gone: {units:,} units of them are left, and everybody "
                        f"wants them")

    @staticmethod
    def codes(api, name, member):
        codes, cursor = [], ""
        while True:
            page = api.get(f"/v1/{name}?limit=1000{cursor}")
            codes += [row[member] for row in page["data"]]
            if not page["has_more"]:
                return codes
            cursor = f"&cursor={page['next_cursor']}"

    def trade(self):
        self.shoppers = [Shopper(self, channel, number) for channel, count in SHOPPERS.items() for number in range(count)]
        for shopper in self.shoppers:
            shopper.start()
        self.story.tell(f"{len(self.shoppers)} shoppers at work: " + ", ".join(f"{c} {n}" for c, n in SHOPPERS.items()))
        time.sleep(self.options.seconds / 2)
        before = sum(len(shopper.told) for shopper in self.shoppers)
        self.hub.kill()
        self.story.tell(paint(f"SIGKILL after {before:,} reservations, in the middle of the rush", "31"))
        self.restart_ms = self.hub.start() * 1000
        self.story.tell(paint(f"hub back in {self.restart_ms:.0f} ms; shoppers ask again for what they did not hear", "32"))
        time.sleep(self.options.seconds / 2)
        self.closing.set()
        for shopper in self.shoppers:
            shopper.join()

    def check(self):
        """Asks the hub what it believes and compares. Gives the score card's rows and the problems."""
        problems = [problem for shopper in self.shoppers for problem in shopper.problems]
        told = {}
        for shopper in self.shoppers:
            for reservation, state in shopper.told.items():
                if reservation in told:
                    problems.append(f"{reservation} was given to two shoppers")
                told[reservation] = state
        lost = self.look_up(told, problems)
        promised = {}
        for lines, _, released in told.values():
            for position, units in {} if released else lines.items():
                promised[position] = promised.get(position, 0) + units
        oversold = reserved = twice = 0
        api = self.hub.api()
        for row in api.positions():
            position = row["sku"], row["location"]
            reserved += row["reserved"]
            oversold += row["oversold"] + max(0, row["reserved"] - self.opening.get(position, 0))
            twice += max(0, row["reserved"] - promised.get(position, 0))
        status = api.get("/v1/status?include=invariants")
        if status["invariants"] != "ok":
            problems.append(f"invariants: {status['invariants']}")
        at_hub = self.hub.quantiles("holdfast_reservation_duration_seconds", 0.5, 0.99) or [0, 0]
        sold_out = sum(1 for sku in self.last_units if not self.left(api, sku))
        self.hub.stop()
        journal = hubs.command("journal", "verify", "--data", self.hub.data, "--json", check=False)
        if journal.returncode:
            problems.append(f"journal verify: {journal.stdout}{journal.stderr}")
        latencies = sorted(latency for shopper in self.shoppers for latency in shopper.latencies)
        if not latencies:
            return [], ["nobody was served"]
        refused = sum(shopper.refused for shopper in self.shoppers)
        rows = [
            ("reserved", f"{len(told):,}", f"{reserved:,} units are promised now"),
            ("refused", f"{refused:,}", f"not enough left; {sold_out} of {len(self.last_units)} last pairs sold out on web"),
            ("oversold", f"{oversold:,}", "units promised beyond what is there"),
            ("lost", f"{lost:,}", "acknowledged and not found after the SIGKILL"),
            ("applied twice", f"{twice:,}",
             f"units; {sum(s.lost for s in self.shoppers):,} answers were lost, "
             f"{sum(s.replayed for s in self.shoppers):,} were told again by their keys"),
            ("recovery", f"{self.restart_ms:.0f} ms", "from SIGKILL to ready"),
            ("latency p50", f"<= {at_hub[0] * 1000:g} ms", "request read to durable answer, by the hub's own histogram; "
             f"{latencies[len(latencies) // 2] * 1000:.1f} ms at the shopper"),
            ("latency p99", f"<= {at_hub[1] * 1000:g} ms",
             f"{latencies[len(latencies) * 99 // 100] * 1000:.1f} ms at the shopper; shoppers share this machine"),
        ]
        for name, count in (("oversold", oversold), ("lost", lost), ("applied twice", twice)):
            if count:
                problems.append(f"{name}: {count}")
        if not refused:
            problems.append("nothing was refused: the race never got hot")
        return rows, problems

    @staticmethod
    def left(api, sku):
        return api.get(f"/v1/availability?channel=web&sku={sku}")["data"][0]["available_to_sell"]

    def look_up(self, told, problems):
        """Every acknowledged reservation, one by one. Gives how many are not as they were told."""
        queue = list(told.items())
        wrong = []
        lock = threading.Lock()  # guards queue and wrong

        def work():
            api = self.hub.api()
            while True:
                with lock:
                    if not queue:
                        return
                    reservation, (lines, confirmed, released) = queue.pop()
                status, _, answer = api.request("GET", f"/v1/reservations/{reservation}")
                wanted = "released" if released else "confirmed" if confirmed else "held"
                good = status == 200 and answer["status"] == wanted
                if good and not released:
                    good = lines == {(line["sku"], line["location"]): line["reserved"] for line in answer["lines"]}
                if not good:
                    with lock:
                        wrong.append(f"{reservation} was told as {wanted} {lines} and is {status} {answer}")

        workers = [threading.Thread(target=work) for _ in range(CHECKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        problems += wrong[:3]
        return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=16, help="of trading")
    parser.add_argument("--skus", type=int, default=5000)
    parser.add_argument("--locations", type=int, default=204)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the data directory and say where it is")
    options = parser.parse_args()
    if options.keep:
        os.environ["HOLDFAST_KEEP"] = "1"
    day = Day(options)
    day.story.tell(paint("Holdfast: a retailer's bad day, on this machine, with nothing else installed", "1"))
    day.open()
    day.trade()
    day.story.tell("shops closed; asking the hub about everything that shoppers were told")
    rows, problems = day.check()
    day.story.tell("done\n")
    for name, value, note in rows:
        good = name not in ("oversold", "lost", "applied twice") or value == "0"
        print(f"  {name:<14} {paint(f'{value:>10}', '1' if good else '31')}   {note}")
    print()
    for problem in problems[:10]:
        print(paint(f"  claim broken: {problem}", "31"))
    print(paint("  every claim holds" if not problems else f"  {len(problems)} claim(s) broken", "32" if not problems else "31"))
    if options.keep:
        print(f"\n  data: {day.hub.data}    look: holdfast journal dump --data {day.hub.data} --limit 10")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
