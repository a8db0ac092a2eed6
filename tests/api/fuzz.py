"""Chains of requests drawn from the document: valid, at the bounds, and damaged; each step may speak of what the ones before
it made. Goal: whatever is sent, the answer is documented, has its schema, is never 5xx, a refusal changes nothing, and the
ledger's invariants hold. A fault prints the seed of the run and the requests of its chain."""
import copy
import http.client
import json
import random
import urllib.parse

import hypothesis
from hypothesis import strategies as st

import strategies
from contract import is_json
from hub import Answer

STEPS = 40  # requests of one chain
BODY_BYTES = 1 << 20  # what most operations take; batches take sixteen times as much
CHANGES = ("POST", "PUT", "DELETE", "PATCH")
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


def damage_text(rng, data):
    data = bytearray(data)
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


class Caller:
    """One kept connection."""

    def __init__(self, hub):
        self.hub = hub
        self.connection = None

    def call(self, method, target, body, headers):
        for _ in range(2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=30)
            try:
                return self.exchange(method, target, body, headers)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()  # the hub closed a kept connection: its right
                if fresh:
                    raise
        return None

    def exchange(self, method, target, body, headers):
        try:
            self.connection.request(method, target, body, headers)
        except BrokenPipeError:
            pass  # a body that is too large is answered at its header
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        if response.will_close:
            self.close()
        return answer

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Fuzz:
    def __init__(self, hub, contract, report, keys):
        self.hub = hub
        self.contract = contract
        self.report = report
        self.keys = keys
        self.bag = strategies.Bag()
        self.drawer = strategies.Drawer(contract, self.bag)
        self.caller = Caller(hub)
        # Changes are what is about something: they come three times as often.
        self.weighted = [o for o in contract.operations for _ in range(3 if o.method in CHANGES else 1)]
        self.number = 0
        self.used = []  # Idempotency-Keys that took effect lately
        self.faults = 0
        self.chain = []

    # --- one request -------------------------------------------------------------------------
    def target(self, draw, operation, kind):
        path, query = operation.path, []
        for parameter in operation.parameters():
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", urllib.parse.quote(draw(self.path_value(operation, parameter, kind)),
                                                                         safe=""))
            elif parameter["in"] == "query" and (parameter.get("required") or draw(st.integers(0, 3)) == 0):
                value = draw(self.drawer.value(parameter["schema"], kind, name))
                query += [(name, one) for one in (value if isinstance(value, list) else [value])]
        if 400 in operation.responses and draw(st.integers(0, 29)) == 0:
            query.append(draw(st.sampled_from([("colour", "red"), ("limit", "-1"), ("cursor", "x"), ("sku", ""), ("min_seq", "x")])))
        return path + ("?" + urllib.parse.urlencode(query) if query else "")

    def path_value(self, operation, parameter, kind):
        if parameter["name"] == "id":
            for part, drawer in (("/reservations/", "reservation"), ("/api-keys/", "key"), ("/cases/", "case")):
                if part in operation.path:
                    strange = st.sampled_from([str(parameter.get("example", "x")), "rsv_0000000000001", "x", "evt_0000000000001"])
                    return self.bag.any(drawer, strange)
        if parameter["name"] == "problem":
            return st.sampled_from([code.replace("_", "-") for code in self.contract.codes] + ["x"])
        if parameter["name"] in ("order", "document"):
            return self.bag.any(parameter["name"], st.just("X-1"))
        return self.drawer.value(parameter["schema"], kind, parameter["name"]).map(lambda v: str(v) or "x")

    def body(self, draw, operation, rng):
        """(content type, bytes, how it was made)"""
        content = self.contract.resolve(operation.item.get("requestBody", {})).get("content", {})
        if not content:
            return None, None, strategies.VALID
        media = draw(st.sampled_from(sorted(content)))
        kind = draw(st.sampled_from([strategies.VALID] * 4 + [strategies.BOUNDARY, "damaged", "damaged"]))
        if is_json(media):
            value = draw(self.drawer.value(content[media]["schema"], kind if kind != "damaged" else strategies.VALID))
            if rng.random() < 0.3:
                value = copy.deepcopy(content[media]["example"])
            if kind == "damaged":
                value = damage(rng, value)
            body = json.dumps(value, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
            if rng.random() < 0.004:
                body += b" " * (BODY_BYTES if "x-holdfast-body" not in operation.item else 16 * BODY_BYTES)
            return media, damage_text(rng, body) if kind == "damaged" and rng.random() < 0.2 else body, kind
        example = content[media]["example"].encode()
        if rng.random() < 0.002:
            example += b"\n" * 16 * BODY_BYTES
        return media, damage_text(rng, example) if kind == "damaged" else example, kind

    def headers(self, draw, operation, media, rng):
        headers = {"Authorization": "Bearer " + self.keys["all"]}
        dice = draw(st.integers(0, 99))
        if dice < 2:
            del headers["Authorization"]
        elif dice < 5:
            headers["Authorization"] = "Bearer " + self.keys["nothing"]
        if media:
            headers["Content-Type"] = "text/csv" if 5 <= dice < 8 else media
        if any(p["in"] == "header" and p["name"] == "Idempotency-Key" for p in operation.parameters()):
            if dice != 98:
                headers["Idempotency-Key"] = f"fuzz-{self.number}" if dice < 85 or not self.used else rng.choice(self.used)
        return headers

    def learn(self, answer):
        if answer.headers.get("Holdfast-Seq"):
            self.bag.put("seq", answer.headers["Holdfast-Seq"])
        if not is_json(answer.media_type) or answer.status >= 300:
            return
        value = answer.json()
        if not isinstance(value, dict):
            return
        for row in value.get("data", ())[:4] if isinstance(value.get("data"), list) else ():
            if isinstance(row, dict) and str(row.get("id", "")).startswith("case_"):
                self.bag.put("case", row["id"])
        for member, prefix, drawer in (("id", "rsv_", "reservation"), ("reservation", "rsv_", "reservation"),
                                       ("id", "case_", "case"), ("id", "key_", "key"), ("order", "", "order"),
                                       ("document", "", "document"), ("next_cursor", "", "cursor")):
            if isinstance(value.get(member), str) and value[member].startswith(prefix):
                self.bag.put(drawer, value[member])

    def seq(self):
        status = self.caller.call("GET", "/v1/status", None, {"Authorization": "Bearer " + self.keys["all"]}).json()
        return status["seq"], status["counters"].get("expired"), status["counters"].get("woken")

    def fault_of(self, operation, answer, before):
        fault = self.contract.answer_fault(operation, answer)
        # A position of the ledger that was never reached is the caller's own wish.
        if fault is None and answer.status >= 500 and answer.code() != "seq_not_reached":
            return f"answered {answer.status}"
        if fault is None and before is not None and answer.status >= 400:
            after = self.seq()
            # Time may end a hold or wake a case between the two looks; nothing else may move.
            if after[0] != before[0] and after[1:] == before[1:]:
                return f"a refusal moved the ledger from {before[0]} to {after[0]}"
        return fault

    def step(self, draw):
        self.number += 1
        rng = random.Random(draw(st.integers(0, 2**32)))
        operation = draw(st.sampled_from(self.weighted))
        media, body, kind = self.body(draw, operation, rng)
        target = self.target(draw, operation, kind if kind != "damaged" else strategies.VALID)
        headers = self.headers(draw, operation, media, rng)
        if operation.id == "revoke_api_key" and any(key.split("_")[2] in target for key in self.keys.values()):
            return
        before = self.seq() if operation.method in CHANGES and rng.random() < 0.25 else None
        answer = self.send(operation, target, body, headers, before)
        if answer.headers.get("ETag") and operation.method == "GET":
            self.send(operation, target, body, {**headers, "If-None-Match": answer.headers["ETag"]}, None)

    def send(self, operation, target, body, headers, before):
        self.chain.append((operation.method, target, body if body is None else body[:2000]))
        answer = self.caller.call(operation.method, target, body, headers)
        self.report.request()
        self.report.saw(operation.id, answer)
        self.learn(answer)
        if answer.status < 300 and headers.get("Idempotency-Key"):
            self.used = [*self.used[-5:], headers["Idempotency-Key"]]
        fault = self.fault_of(operation, answer, before)
        if fault:
            self.faults += 1
            print(f"fuzz request {self.number}: {operation.id}: {fault}\n  chain:", flush=True)
            for method, path, sent in self.chain:
                print(f"  {method} {path} {sent!r}")
        return answer

    def run_chain(self, draw):
        self.chain = []
        for _ in range(STEPS):
            self.step(draw)


def run(hub, contract, report, requests, seed, keys):
    report.want(requests)
    fuzz = Fuzz(hub, contract, report, keys)

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=-(-requests // STEPS), deadline=None, database=None,
                         phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(st.data())
    def chains(data):
        fuzz.run_chain(data.draw)

    chains()
    fuzz.caller.close()
    report.check(f"fuzz of {fuzz.number} requests, seed {seed}", f"{fuzz.faults} faults" if fuzz.faults else None)
    hub.state_hash()  # checks the invariants
