#!/usr/bin/env python3
"""Goal: whatever arrives, the hub lives, its stock is what it was, honest callers are served, and memory is bounded.

Method: a running hub, one honest caller that reserves all the time, and beside it one kind of abuse after another.
"""
import json
import os
import pathlib
import re
import shutil
import socket
import tempfile
import threading
import time
import unittest

import live
from live import Client, must

LONG = os.environ.get("HOLDFAST_LANE_MODE", "quick") != "quick"
# A turn of the loop may take a few milliseconds of somebody else's work; a busy machine adds its own.
HONEST_SECONDS_MAX = 2.0
# What the hub may take beyond what it has before the abuse begins: the named budgets of src/http/limits.h
# (bodies under way and unread answers), and what lies in buffers between.
GROWTH_MIB_MAX = 700


def event(identity, quantity=1, lines=1, sku="PLENTY"):
    return {"specversion": "1.0", "id": identity, "source": "abuse", "type": "stock.adjusted",
            "data": {"location": "L", "document": "d", "reason": "r",
                     "lines": [{"sku": sku, "quantity": quantity}] * lines}}


class Honest(threading.Thread):
    """Reserves one unit again and again, and remembers how long the slowest answer took."""

    def __init__(self, hub):
        super().__init__(daemon=True)
        self.client = Client(hub.port, hub.admin_key)
        self.slowest, self.served, self.fault, self.stopping = 0.0, 0, None, False

    def run(self):
        while not self.stopping:
            began = time.monotonic()
            try:
                answer = self.client.change("POST", "/v1/reservations", {
                    "channel": "web", "time_to_live_seconds": 2592000, "lines": [{"sku": "HONEST", "quantity": 1}]})
                if answer.status != 201:
                    self.fault = repr(answer)
            except OSError as error:
                self.fault = repr(error)
                return
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.served += 1
            time.sleep(0.01)


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = live.start()
        cls.admin = admin = Client(cls.hub.port, cls.hub.admin_key)
        for sku in ("HONEST", "PLENTY"):
            must(admin.send("PUT", f"/v1/items/{sku}", {}), 200)
        must(admin.send("PUT", "/v1/locations/L", {}), 200)
        must(admin.send("PUT", "/v1/pools/p", {"locations": ["L"]}), 200)
        must(admin.send("PUT", "/v1/channels/web", {"pool": "p"}), 200)
        for sku in ("HONEST", "PLENTY"):
            must(admin.send("POST", "/v1/events", event(f"open-{sku}", 100_000_000, sku=sku)), 201)

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()

    def setUp(self):
        self.before = self.memory_mib()
        self.open = []
        self.honest = Honest(self.hub)
        self.honest.start()

    def tearDown(self):
        while self.honest.served < 3 and self.honest.is_alive():
            time.sleep(0.05)
        self.honest.stopping = True
        self.honest.join(60)
        for connection in self.open:
            connection.close()
        self.assertIsNone(self.hub.process.poll(), "the hub has ended")
        self.assertIsNone(self.honest.fault)
        self.assertLess(self.honest.slowest, HONEST_SECONDS_MAX)
        self.assertLess(self.growth_mib(), GROWTH_MIB_MAX)
        status = must(self.admin.send("GET", "/v1/status?include=invariants"), 200).json()
        self.assertEqual(status["invariants"], "ok")

    def growth_mib(self):
        """Since the test began. A sanitizer keeps freed memory in quarantine: there a bound four times as wide is told."""
        grown = self.memory_mib() - self.before
        return grown // 4 if os.environ.get("HOLDFAST_SANITIZED") else grown

    def memory_mib(self):
        text = pathlib.Path(f"/proc/{self.hub.process.pid}/status").read_text(encoding="ascii")
        return int(text.split("VmRSS:")[1].split()[0]) // 1024

    def connect(self, data=b""):
        connection = socket.create_connection(("127.0.0.1", self.hub.port), timeout=30)
        self.open.append(connection)
        if data:
            connection.sendall(data)
        return connection

    def position(self):
        return must(self.admin.send("GET", "/v1/positions/PLENTY/L"), 200).json()

    def test_many_batches_at_once_are_all_answered(self):
        answers = []

        def send(batch):
            body = "".join(json.dumps(event(f"batch-{batch}-{i}")) + "\n" for i in range(6000))
            answers.append(Client(self.hub.port, self.hub.admin_key).send(
                "POST", "/v1/events:batch", body, "application/x-ndjson"))

        before = self.position()["on_hand"]
        senders = [threading.Thread(target=send, args=(batch,), daemon=True) for batch in range(12)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(60)
        summaries = [json.loads(answer.body.splitlines()[-1])["summary"] for answer in answers]
        self.assertEqual(summaries, [{"lines": 6000, "accepted": 6000, "duplicates": 0, "rejected": 0}] * 12)
        self.assertEqual(self.position()["on_hand"], before + 12 * 6000)

    def test_garbage_in_bulk_is_answered_line_by_line_and_holds_nobody_up(self):
        before = self.position()
        for name, body, lines in (
            ("one letter", b"x\n" * 50_000, 50_000), ("empty", b"\n" * 50_000, 50_000),
            ("half an object", b'{"a":\n' * 50_000, 50_000),
            ("one long line", os.urandom(16 << 20).replace(b"\n", b"x"), 1),
            ("deep", b'{"data":' + b"[" * (8 << 20), 1), ("no UTF-8", b'{"id":"\xff"}\n' * 1000, 1000),
            ("many items", b'{"specversion":"1.0","id":"a","source":"s","type":"pos.sale","data":{"lines":['
             + b",".join([b'{"sku":"PLENTY","quantity":1}'] * 2001) + b"]}}", 1),
        ):
            answer = must(self.admin.send("POST", "/v1/events:batch", body, "application/x-ndjson"), 200)
            summary = json.loads(answer.body.splitlines()[-1])["summary"]
            self.assertEqual(summary, {"lines": lines, "accepted": 0, "duplicates": 0, "rejected": lines}, name)
        for body, status in ((b"[" * (16 << 20), 400), (b'[{"a":' + b"[" * (8 << 20), 400), (b"[{}" + b",{}" * 50_000 + b"]", 413),
                             (b"[]", 200), (b"[1]", 400), (b"[{}", 400), (b"[{}] []", 400)):
            must(self.admin.send("POST", "/v1/events", body, "application/cloudevents-batch+json"), status)
        self.assertEqual(self.position()["seq"], before["seq"])

    def test_batches_of_the_largest_events_hold_nobody_up(self):
        began = self.honest.served
        body = "".join(json.dumps(event(f"large-{i}", lines=2000)) + "\n" for i in range(180))
        answer = must(self.admin.send("POST", "/v1/events:batch", body, "application/x-ndjson"), 200)
        self.assertEqual(json.loads(answer.body.splitlines()[-1])["summary"]["accepted"], 180)
        self.assertGreater(self.honest.served, began)

    def test_bodies_of_nobody_are_not_kept(self):
        head = b"POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\n"
        for _ in range(60):
            self.connect(head)
        for _ in range(15):
            for connection in self.open:
                try:
                    connection.sendall(b"x" * (1 << 20))
                except OSError:
                    pass  # the hub has answered and gone
        self.assertLess(self.growth_mib(), 64)
        self.assertIn(b" 401 ", self.connect(head).recv(100))

    def test_large_bodies_of_a_key_share_a_budget(self):
        head = (f"POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.hub.admin_key}\r\n"
                "Content-Type: application/json\r\nContent-Length: 16777216\r\n\r\n").encode()
        for _ in range(40):
            self.connect(head)
        refused = 0
        for _ in range(8):
            for connection in self.open:
                try:
                    connection.sendall(b"x" * (1 << 20))
                except OSError:
                    refused += 1
        self.assertGreater(refused, 0)
        self.assertLess(self.growth_mib(), 400)
        answer = self.connect(head).recv(1000)
        self.assertIn(b"HTTP/1.1 503 ", answer)
        self.assertIn(b"\r\nRetry-After: 1\r\n", answer)
        self.assertIn(b'"outcome":"not_applied"', answer)

    def test_answers_that_nobody_reads_are_bounded_and_given_back(self):
        for _ in range(400):
            self.connect(b"GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
        time.sleep(1)
        self.assertLess(self.growth_mib(), 450)
        for connection in self.open:
            connection.close()
        deadline = time.monotonic() + 10
        while self.growth_mib() > 64 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertLess(self.growth_mib(), 64)

    def test_waiting_for_a_future_position_is_bounded(self):
        head = (f"GET /v1/positions/PLENTY/L?min_seq=0-18446744073709551615 HTTP/1.1\r\nHost: a\r\n"
                f"Authorization: Bearer {self.hub.admin_key}\r\n\r\n").encode()
        for _ in range(30):
            self.connect(head * 100)
        statuses = set()
        for connection in self.open:
            while True:
                piece = connection.recv(65536)
                statuses.update(part.split(b" ")[1] for part in piece.split(b"HTTP/1.1")[1:] if b" " in part[1:])
                if len(statuses) and piece.endswith(b"}"):
                    break
        self.assertEqual(statuses, {b"503"})
        # However it is escaped, it is the same promise.
        for name in ("min_seq=0-99999999", "min%5Fseq=0-99999999", "min_seq=0%2D99999999", "%6Din_seq=%30-99999999"):
            answer = must(self.admin.send("GET", f"/v1/positions/PLENTY/L?{name}"), 503)
            self.assertEqual(answer.code, "seq_not_reached", name)

    def test_a_large_query_that_waits_is_bounded_too(self):
        body = b'{"channel":"web","items":[' + b",".join([b'{"sku":"PLENTY"}'] * 999) + b" " * 1_000_000 + b"]}"
        head = (f"POST /v1/availability/query?min_seq=0-99999999 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.hub.admin_key}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        for _ in range(60):
            self.connect(head + body)
        self.assertLess(self.growth_mib(), 200)
        for connection in self.open:
            self.assertIn(b"HTTP/1.1 503 ", connection.recv(1000))

    def test_many_idle_and_slow_connections(self):
        """Neither a crowd that says nothing nor one that says it slowly is felt by others."""
        count = 2500 if LONG else 500
        for number in range(count):
            self.connect(b"GET /livez HT"[:number % 14])
        for letter in range(12 if LONG else 3):
            time.sleep(1)
            for connection in self.open:
                try:
                    connection.sendall(b"TP/1.1\r\nHost"[letter:letter + 1])
                except OSError:
                    pass  # cut already
        self.assertEqual(must(Client(self.hub.admin_port).send("GET", "/livez"), 200).body, b"ok\n")
        if LONG:
            answers = [connection.recv(100) for connection in self.open]
            self.assertTrue(all(not answer or b" 408 " in answer or b" 400 " in answer for answer in answers))

    def stream_request(self, after):
        return (f"GET /v1/facts?after={after} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n"
                f"Authorization: Bearer {self.hub.admin_key}\r\n\r\n").encode()

    def test_streams_that_nobody_reads_hold_nobody_up(self):
        for _ in range(256):
            self.connect(self.stream_request("0-0"))
        self.assertIn(b"HTTP/1.1 503 ", self.connect(self.stream_request("0-0")).recv(1000))
        body = "".join(json.dumps(event(f"stream-{time.time()}-{i}")) + "\n" for i in range(40_000))
        must(self.admin.send("POST", "/v1/events:batch", body, "application/x-ndjson"), 200)
        if LONG:  # who takes nothing for 30 s is disconnected
            deadline = time.monotonic() + 60
            while self.metric("holdfast_feed_streams") > 0 and time.monotonic() < deadline:
                time.sleep(0.5)
            self.assertEqual(self.metric("holdfast_feed_streams"), 0)

    def test_a_stream_tells_the_largest_facts_to_a_slow_reader(self):
        sku = "W" * 120
        must(self.admin.send("PUT", f"/v1/items/{sku}", {}), 200)
        after = must(self.admin.send("GET", "/v1/status"), 200).json()["seq"]
        names = [f"wide-{time.time()}-{i}" for i in range(8)]
        for name in names:
            one = event(name, lines=2000, sku=sku)
            one["data"]["document"] = name
            must(self.admin.send("POST", "/v1/events", one), 201)
        reader = self.connect()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        reader.sendall(self.stream_request(after))
        told, text = 0, b""
        while told < len(names):
            piece = reader.recv(64 * 1024)
            self.assertTrue(piece, f"cut after {told} large facts")
            text += piece
            told = sum(f'"document":"{name}"'.encode() in text for name in names)
            time.sleep(0.002)

    def metric(self, name):
        text = must(Client(self.hub.admin_port).send("GET", "/metrics"), 200).body.decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))


class FewFiles(unittest.TestCase):
    def test_a_crowd_leaves_files_for_the_journal(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-files-"))
        self.addCleanup(shutil.rmtree, directory)
        limited = directory / "holdfast"
        limited.write_text(f'#!/bin/sh\nulimit -n 256\nexec "{pathlib.Path(live.hubs.binary()).absolute()}" "$@"\n')
        limited.chmod(0o755)
        hub = live.start(binary=limited)
        self.addCleanup(hub.stop)
        admin = Client(hub.port, hub.admin_key)
        must(admin.send("PUT", "/v1/items/PLENTY", {}), 200)
        must(admin.send("PUT", "/v1/locations/L", {}), 200)
        crowd = []
        for _ in range(600):
            crowd.append(socket.create_connection(("127.0.0.1", hub.port), timeout=10))
        for batch in range(5):  # segments are 4 MiB: several must be opened
            body = "".join(json.dumps(event(f"few-{batch}-{i}")) + "\n" for i in range(20_000))
            answer = must(admin.send("POST", "/v1/events:batch", body, "application/x-ndjson"), 200)
            self.assertEqual(json.loads(answer.body.splitlines()[-1])["summary"]["accepted"], 20_000)
        must(Client(hub.admin_port).send("GET", "/livez"), 200)
        for connection in crowd:
            connection.close()


if __name__ == "__main__":
    unittest.main()
