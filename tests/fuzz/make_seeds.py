#!/usr/bin/env python3
"""Writes the first seeds of each target's corpus into a folder: a valid input of each kind, and a few that are nearly so.

The fuzzers grow from these; what they find worth keeping is merged into tests/corpus (docs/testing.md).
usage: make_seeds.py FOLDER
"""
import json
import pathlib
import struct
import sys


def event(kind, **data):
    return {"specversion": "1.0", "id": "e1", "source": "wms", "type": kind, "data": data}


def line(sku="BOOT", quantity=1, **more):
    return {"sku": sku, "quantity": quantity, **more}


EVENTS = [
    event("stock.counted", location="DC1", lines=[line(quantity=9)]),
    event("receipt.posted", location="DC1", document="PO-1", lines=[line(), line("SOCK", 3, location="S1")]),
    event("pos.sale", location="S1", lines=[line()]),
    event("order.created", order="A-1", channel="web", lines=[line(quantity=2, line=1)]),
    event("order.created", order="A-2", channel="mkt", already_sold=True, lines=[line(quantity=99)]),
    event("order.cancelled", order="A-1"),
    event("shipment.posted", order="A-1", location="DC1", lines=[line()]),
    event("return.received", location="S1", lines=[line(disposition="damaged")]),
    dict(event("pos.sale", location="S1", lines=[line()]), sequence="7", sourceepoch=1, semantickey="till/1/7",
         time="2026-01-01T10:00:00+01:00", traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
]
BODIES = {
    0: [{"channel": "web", "lines": [line("SHOE", 2)]},
        {"channel": "web", "lines": [line("SHOE", 2, location="MAIN"), line("HAT", 1, line=7)], "partial": True,
         "order": "A-9", "time_to_live_seconds": 60}],
    1: EVENTS,
    2: [{"title": "a shoe"}],
    3: [{"title": "a place", "enabled": False}],
    4: [{"locations": ["MAIN", "SHOP"]}],
    5: [{"pool": "all", "splits": False}],
    6: [{"kind": "safety_stock", "sku": "SHOE", "location": "MAIN", "value": 3}],
    7: [{"title": "till", "scopes": ["events:write@*/S1"]}],
    8: [{"channel": "web", "items": [{"sku": "SHOE"}, {"sku": "HAT", "location": "MAIN"}]}],
    9: [{}, {"order": "A-3"}],
    10: [{}, {"lines": [{"line": 1, "quantity": 1}]}],
    11: [{"time_to_live_seconds": 900}],
}


def text(value):
    return json.dumps(value, separators=(",", ":"))


def seeds():
    request = ("POST /v1/reservations HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
               "GET /v1/items?limit=2 HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.0\r\n\r\n",
               "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
               "GET http://h/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
               "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
    for item in request:
        yield "http_request", b"\x05\x03\x01" + item.encode()
    for kind, bodies in BODIES.items():
        for body in bodies:
            yield "json_bodies", bytes([kind]) + text(body).encode()
    yield "json_bodies", bytes([131]) + text({"lines": [{"line": 1, "quantity": 5}]}).encode()
    for call in ("GET /v1/items", "GET /v1/items/BOOT", "GET /v1/positions/BOOT/DC1", "GET /v1/facts?limit=3",
                 "GET /v1/availability?channel=web&sku=BOOT&sku=SOCK", "GET /v1/reservations/rsv_000000000000a",
                 "DELETE /v1/items/BOOT", "HEAD /v1/items", "OPTIONS *", "GET /v1/openapi.json", "GET /%zz"):
        yield "api_call", call.encode()
    yield "api_call", b"POST /v1/reservations\n" + text({"channel": "web", "lines": [line()]}).encode()
    yield "api_call", b"PUT /v1/items/NEW\n" + text({"title": "new"}).encode()
    yield "api_call", b"POST /v1/availability\n" + text({"channel": "web", "items": [{"sku": "BOOT"}]}).encode()
    for one in EVENTS:
        yield "api_call", b"POST /v1/events\n" + text(one).encode()
    batch = "\n".join(text(dict(one, id=f"e{i}")) for i, one in enumerate(EVENTS))
    yield "api_batch", b"\0" + batch.encode()
    yield "api_batch", b"\0" + (text(EVENTS[0]) + "\r\n\n" + text(EVENTS[0]) + "\n{}").encode()
    yield "api_batch", b"\1" + b'{"sku":"X1","title":"x"}\n{"sku":""}\nnonsense'
    yield "api_batch", b"\2" + b'{"location":"L1","enabled":false}'
    yield "api_batch", b"\3" + ("[" + text(EVENTS[0]) + " , {} ," + text(EVENTS[2]) + "]").encode()
    for item in ("", "a=b", "sku=A&sku=B&limit=10&cursor=x", "a=%20+%2b&b", "=x", "a=%zz", "a=1&a=2", "limit=0",
                 "min_seq=0-17", "127.0.0.1:8460", "[::1]:0", "localhost:99999"):
        yield "query", item.encode()
    for item in ("0000000000000", "zzzzzzzzzzzzz", "0-918273", "rsv_000000000000a", "evt_0000000000001",
                 "segment-00000000000000000001-00000000000000000001.hfj", "spare-00000000000000000003.hfj",
                 "AQAAAAAAAAABAAAAAAAAAAKqqqqqqqqq"):
        yield "tokens", item.encode()
    for item in ("2026-01-01T00:00:00Z", "2026-02-29T00:00:00Z", "2024-02-29T23:59:60.123456789+14:00",
                 "0000-01-01T00:00:00.5-13:59", "9999-12-31T23:59:59.999999Z", "2026-01-01T00:00:00-00:00"):
        yield "rfc3339", item.encode()
    for item in ('a,b\n1,2\n', '"a ""quoted"" one","b\nc"\r\n', "\xef\xbb\xbfa;b\r\rc", 'a"b\n', '"open', "\n\n,\n",
                 "x" * 70, ",".join("a" * 9) + "\n"):
        for choice in (0, 1, 6):
            yield "csv", bytes([choice]) + item.encode("latin-1")
    fact = struct.pack("<HBBIQqqIIHHHH", 62, 1, 1, 48 + 16, 5, 1000, 1000, 2**32 - 1, 2**32 - 1, 0, 1, 0, 0)
    posting = struct.pack("<IIB", 0, 0, 1) + (7).to_bytes(7, "little")
    yield "fact", fact + posting
    yield "fact", fact + posting + fact + posting
    yield "fact", fact[:40]
    for target in ("journal_scan", "checkpoint_state", "checkpoint_file"):
        for first in (1, 2, 3, 200):
            for place, value in ((0, 1), (9, 7), (40, 255), (4096 + 60, 3), (3 * 4096 + 300, 0), (2**32 - 1, 128)):
                yield target, bytes([first]) + struct.pack(">IB", place, value)
    yield "checkpoint_state", b"\0" + bytes(64)
    yield "checkpoint_file", b"\0" + b"HFCHECKP" + bytes(300)
    mixer = 1
    for length in (40, 200, 600, 1500):
        bytes_ = bytearray()
        while len(bytes_) < length:
            mixer = (mixer * 6364136223846793005 + 1442695040888963407) % 2**64
            bytes_.append(mixer >> 56)
        yield "commands", bytes(bytes_)


def main():
    folder = pathlib.Path(sys.argv[1])
    for number, (target, content) in enumerate(seeds()):
        path = folder / target / f"seed-{number:03}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
