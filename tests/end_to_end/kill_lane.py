#!/usr/bin/env python3
"""Kills a real hub on a real directory again and again under load, and compares it with what clients were told.

Eight clients reserve, confirm and release without pause. Each writes to its own oracle file, outside the hub's
directory: what it is about to ask before it asks, what it was told after it was told. The hub is killed with SIGKILL at a
random moment and started again. Then every client settles what it does not know by asking again with the same
key, and the hub must agree with the oracles:

  - every reservation, confirmation and release that was acknowledged is there, line by line;
  - one key has one answer for ever, and one reservation belongs to one key;
  - what was refused had no effect: the hub's reserved units are exactly the acknowledged ones;
  - no SKU has more units promised than there are;
  - the read model, which was killed with the hub, is what a rebuild from the journal gives.

Usage: kill_lane.py [--quick | --kills N] [--seed N]. Prints `lane kill reached R wanted W passed P failed F`.
"""
import argparse
import json
import pathlib
import random
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hub as hubs  # noqa: E402  (the path above makes it importable from anywhere)

CLIENTS = 8
SKUS = [f"KILL-{i:03}" for i in range(24)]
LOCATIONS = ["L1", "L2"]
KILLS_FULL = 100
KILLS_QUICK = 12
CATCH_UP_SECONDS_MAX = 60
DAY_SECONDS = 86_400  # no hold may expire while we look


class Wrong(Exception):
    """The hub broke a promise."""


class Client:
    """One shopper: its connection, its oracle file, and what it believes."""

    def __init__(self, number, directory, seed):
        self.random = random.Random(f"{seed}-{number}")
        self.oracle = open(directory / f"client-{number}.ndjson", "a", encoding="utf-8")
        self.api = None
        self.pending = None      # a request whose answer is not known: (what, path, body, key, reservation)
        self.held = {}           # reservation -> {(line, sku, location): units}
        self.holds = []          # its keys, for choosing one
        self.give_back = False
        self.confirmed = set()
        self.ended = set()
        self.key_of = {}         # reservation -> the key that made it
        self.fresh = []          # reservations that changed since the last check
        self.granted = self.refused = self.unavailable = 0
        self.error = None

    def note(self, **what):
        self.oracle.write(json.dumps(what) + "\n")
        self.oracle.flush()

    def choose(self):
        """The next request. After a refusal something is given back, so that stock stays nearly gone."""
        draw = self.random.random()
        key = str(uuid.UUID(int=self.random.getrandbits(128)))
        if self.holds and (self.give_back or draw < 0.25):
            self.give_back = False
            reservation = self.random.choice(self.holds)
            return ("release", f"/v1/reservations/{reservation}/release", {"reason": "customer"}, key, reservation)
        if self.holds and draw < 0.45:
            reservation = self.random.choice(self.holds[-20:])
            if reservation not in self.confirmed:
                return ("confirm", f"/v1/reservations/{reservation}/confirm", {}, key, reservation)
        skus = self.random.sample(SKUS, self.random.randint(1, 3))
        lines = [{"sku": sku, "quantity": self.random.randint(1, 4)} for sku in skus]
        if self.random.random() < 0.3:
            lines[0]["location"] = self.random.choice(LOCATIONS)
        return ("reserve", "/v1/reservations",
                {"channel": "web", "lines": lines, "time_to_live_seconds": DAY_SECONDS}, key, None)

    def step(self):
        """Asks once. What was asked before and not answered is asked again first."""
        if self.pending is None:
            self.pending = self.choose()
            self.note(ask=self.pending)
        what, path, body, key, reservation = self.pending
        status, headers, answer = self.api.request("POST", path, body, key)
        self.note(told=status, answer=answer, key=key)
        if status == 500:
            return  # outcome unknown: asked again until it is known
        self.pending = None
        if status in (429, 503):
            self.unavailable += 1
            return
        if status >= 400:
            self.learn_refusal(what, status, answer)
            return
        self.learn(what, key, reservation, answer)

    def learn_refusal(self, what, status, answer):
        if answer.get("outcome") != "not_applied":
            raise Wrong(f"{what} answered {status} with outcome {answer.get('outcome')}")
        if what == "reserve" and answer["code"] == "insufficient_stock":
            self.refused += 1
            self.give_back = True
            return
        raise Wrong(f"{what} of a hold of our own answered {status} {answer.get('code')}")

    def learn(self, what, key, reservation, answer):
        if what == "reserve":
            reservation = answer["id"]
            known = self.key_of.setdefault(reservation, key)
            if known != key:
                raise Wrong(f"{reservation} was given for two keys, {known} and {key}")
            self.held[reservation] = {(line["line"], line["sku"], line["location"]): line["quantity"]
                                      for line in answer["lines"]}
            self.holds.append(reservation)
            self.granted += 1
        elif what == "confirm":
            self.confirmed.add(reservation)
        else:
            self.ended.add(reservation)
            self.held.pop(reservation)
            self.holds.remove(reservation)
        self.fresh.append(reservation)

    def run(self, stop):
        """Until told to stop, or until the hub is gone."""
        try:
            while not stop.is_set():
                self.step()
        except hubs.Lost:
            pass
        except Exception as error:  # a thread has nobody above it; the lane reads this
            self.error = error

    def settle(self):
        """After a restart: asks again what was not answered, until it is."""
        while self.pending is not None:
            self.step()

    def check(self, count):
        """The newest and some of the older acknowledged changes, as the hub tells them now."""
        older = list(self.key_of)
        chosen = set(self.fresh) | set(self.random.sample(older, min(count, len(older))))
        self.fresh = []
        for reservation in chosen:
            state = self.api.get(f"/v1/reservations/{reservation}")
            wanted = ("released" if reservation in self.ended
                      else "confirmed" if reservation in self.confirmed else "held")
            if state["status"] != wanted:
                raise Wrong(f"{reservation} was acknowledged as {wanted} and is {state['status']}")
            if reservation in self.held:
                lines = {(line["line"], line["sku"], line["location"]): line["reserved"] for line in state["lines"]}
                if lines != self.held[reservation]:
                    raise Wrong(f"{reservation} was {self.held[reservation]} and is {lines}")
        return len(chosen)


def check_sums(api, clients, on_hand):
    """Reserved units are the acknowledged ones, position by position, and never above the stock."""
    promised = {}
    owner = {}
    for client in clients:
        for reservation, lines in client.held.items():
            if owner.setdefault(reservation, client) is not client:
                raise Wrong(f"{reservation} was given to two clients")
            for (_, sku, location), units in lines.items():
                promised[sku, location] = promised.get((sku, location), 0) + units
    for row in api.positions():
        told = promised.pop((row["sku"], row["location"]), 0)
        if row["reserved"] != told:
            raise Wrong(f"{row['sku']} at {row['location']}: {row['reserved']} reserved, {told} acknowledged")
        if row["reserved"] > on_hand or row["on_hand"] != on_hand or row["oversold"] != 0:
            raise Wrong(f"{row['sku']} at {row['location']} is oversold: {row}")
    if promised:
        raise Wrong(f"acknowledged, but the hub has no position: {promised}")
    verdict = api.invariants()
    if verdict != "ok":
        raise Wrong(f"invariants: {verdict}")


def check_read_model(hub):
    """Once it has caught up, every row is the one that a rebuild makes."""
    hub.start()
    if hub.api().get("/v1/status")["read_model"]["rebuilds"]:
        raise Wrong("the read model did not survive the kills: it was built again")
    until = time.monotonic() + CATCH_UP_SECONDS_MAX
    while hub.api().get("/v1/status")["read_model"]["lag_facts"]:
        if time.monotonic() > until:
            raise Wrong(f"the read model does not catch up: {hub.api().get('/v1/status')['read_model']}")
        time.sleep(0.05)
    verified = hubs.command("readmodel", "verify", "--data", hub.data, "--progress", "none", check=False)
    if verified.returncode != 0:
        raise Wrong(f"readmodel verify ended with {verified.returncode}: {verified.stdout}{verified.stderr}")
    hub.stop()


def run(kills, seed, on_hand=100):
    directory = hubs.work_directory("kill")
    hub = hubs.Hub(directory / "data", "--segment-bytes", str(4 << 20))
    hub.start()
    hub.api().set_up(SKUS, LOCATIONS, on_hand=on_hand)
    (directory / "oracle").mkdir()
    clients = [Client(i, directory / "oracle", seed) for i in range(CLIENTS)]
    dice = random.Random(seed)
    done = checked = 0
    slowest = 0.0
    try:
        for done in range(kills):
            stop = threading.Event()
            for client in clients:
                client.api = hub.api()
            threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
            for thread in threads:
                thread.start()
            time.sleep(dice.uniform(0.05, 0.7))
            hub.kill()
            stop.set()
            for thread in threads:
                thread.join()
            for client in clients:
                if client.error:
                    raise client.error
            slowest = max(slowest, hub.start())
            for client in clients:
                client.api = hub.api()
                client.settle()
                checked += client.check(20)
            check_sums(hub.api(), clients, on_hand)
        done = kills
        hub.stop()
        verified = hubs.command("journal", "verify", "--data", hub.data, check=False)
        if verified.returncode != 0:
            raise Wrong(f"journal verify ended with {verified.returncode}: {verified.stdout}{verified.stderr}")
        check_read_model(hub)
    except (Wrong, RuntimeError, hubs.Lost, KeyError) as error:
        print(f"kill {done + 1}, seed {seed}: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"oracles: {directory}/oracle (HOLDFAST_KEEP=1 keeps them)\n{hub.last_words()}", file=sys.stderr)
        return done, False
    finally:
        hub.stop()
    granted = sum(client.granted for client in clients)
    refused = sum(client.refused for client in clients)
    print(f"{kills} kills: {granted} granted, {refused} refused, {checked} acknowledged changes looked up, "
          f"slowest restart {slowest * 1000:.0f} ms", file=sys.stderr)
    if granted < kills or refused < 1:
        print("the load was too light to show anything", file=sys.stderr)
        return done, False
    return done, True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    wanted = options.kills or (KILLS_QUICK if options.quick else KILLS_FULL)
    reached, good = run(wanted, options.seed)
    print(f"lane kill reached {reached} wanted {wanted} passed {int(good)} failed {int(not good)}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
