#!/usr/bin/env python3
"""Goal: no key does more than its scopes say, and no answer tells a key what it may not know.

Method: a running hub, and every operation of api/openapi.yaml against every kind of caller. What a
caller may do stands in one table below; an operation without a row fails the test. Then the objects:
reservations, orders, positions and lists of one channel or location, asked for with the key of another.
"""
import http.client
import json
import socket
import time
import unittest
import zlib

import live
from live import Client, make_key, must

ACTIONS = ["reserve:write", "reserve:read", "events:write", "events:read", "stock:read", "catalog:write",
           "catalog:read", "cases:write", "cases:read", "status:read"]


def everything(where):
    return [f"{action}@{where}" for action in ACTIONS]


# Which callers may send the request of REQUESTS, beside the key with admin@*/*, which may send all:
#   r  reads everywhere        w  writes everywhere       c  every action on channel web
#   l  every action on location DC1                       a  admin on channel web
# An operation that says nothing of a channel or location is refused to a key that is limited to one
# whenever its answer or effect reaches beyond.
ALLOWED = {
    "create_reservation": "wca", "find_reservations": "rcla", "get_reservation": "rcla",
    "confirm_reservation": "wcla", "release_reservation": "wcla", "extend_reservation": "wcla",
    "adjust_reservation": "wcla", "resource_reservation": "wca",
    "record_event": "wl", "record_events": "wcla", "list_parked_events": "r",
    "list_sources": "r", "get_source": "r", "announce_source_epoch": "w", "give_up_sequence": "w",
    "list_authority": "r", "set_authority": "w",
    "get_availability": "rca", "query_availability": "rca", "list_positions": "r", "get_position": "rl",
    "list_items": "rcla", "upsert_items": "w", "get_item": "rcla", "upsert_item": "w",
    "list_locations": "rcla", "upsert_locations": "w", "get_location": "rcla", "upsert_location": "w",
    "list_pools": "rcla", "get_pool": "rca", "upsert_pool": "w",
    "list_channels": "rcla", "get_channel": "rcla", "upsert_channel": "w",
    "list_groups": "rcla", "get_group": "rca", "upsert_group": "w",
    "list_policies": "rcla", "set_policy": "w", "list_quotas": "rcla", "set_quota": "w", "set_node_status": "wl",
    "why_not_reservation": "rca", "explain_position": "rl", "explain_availability": "rca", "explain_many": "rl", "get_position_timeline": "rl",
    "get_item_timeline": "r", "get_order_timeline": "r",
    "list_cases": "rcla", "get_case": "rcla", "assign_case": "wcla", "snooze_case": "wcla", "resolve_case": "wcla",
    "reopen_case": "wcla", "comment_on_case": "wcla", "act_on_cases": "wcla",
    "list_facts": "r", "list_api_keys": "", "create_api_key": "", "revoke_api_key": "",
    "get_status": "rcla",
}

def tomorrow():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 24 * 3600))


CASE_BODIES = {"assign_case": {"assignee": "mira"}, "snooze_case": {"wake_at": tomorrow()},
               "resolve_case": {"resolution": "accepted"}, "reopen_case": {}, "comment_on_case": {"comment": "seen"}}


def checksum(text):
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number, out = zlib.crc32(text.encode()), ""
    for _ in range(6):
        out, number = digits[number % 62] + out, number // 62
    return out


def event(identity, kind="stock.counted", source="wms", **data):
    return {"specversion": "1.0", "id": identity, "source": source, "type": kind, "data": data}


class Authorisation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = live.start()
        cls.admin = admin = Client(cls.hub.port, cls.hub.admin_key)
        for sku in ("BOOT", "SOCK"):
            must(admin.send("PUT", f"/v1/items/{sku}", {"title": sku}), 200)
        for location in ("DC1", "DC2"):
            must(admin.send("PUT", f"/v1/locations/{location}", {}), 200)
        for pool, locations in (("one", ["DC1"]), ("two", ["DC2"]), ("both", ["DC1", "DC2"])):
            must(admin.send("PUT", f"/v1/pools/{pool}", {"locations": locations}), 200)
        for channel, pool in (("web", "both"), ("market", "both")):
            must(admin.send("PUT", f"/v1/channels/{channel}", {"pool": pool}), 200)
        must(admin.send("PUT", "/v1/groups/all", {"locations": ["DC1", "DC2"]}), 200)
        for location in ("DC1", "DC2"):
            lines = [{"sku": sku, "quantity": 1_000_000} for sku in ("BOOT", "SOCK")]
            must(admin.send("POST", "/v1/events", event(f"open-{location}", location=location, reason="opening",
                                                        lines=lines)), 201)
            must(admin.send("PUT", "/v1/policies", {"kind": "safety_stock", "sku": "SOCK", "location": location,
                                                    "value": 7}), 200)
        cls.clients = {None: admin}
        for letter, scopes in {
            "r": [f"{action}@*/*" for action in ACTIONS if action.endswith(":read")],
            "w": [f"{action}@*/*" for action in ACTIONS if action.endswith(":write")],
            "c": everything("web/*"), "l": everything("*/DC1"), "a": ["admin@web/*"],
            "market": everything("market/*"), "dc2": everything("*/DC2"), "web-dc1": everything("web/DC1"),
        }.items():
            cls.clients[letter] = Client(cls.hub.port, make_key(admin, scopes)[1])

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()

    def hold(self, channel="web", location="DC1", order=None, client=None):
        body = {"channel": channel, "lines": [{"sku": "BOOT", "location": location, "quantity": 2}]}
        if order:
            body["order"] = order
        return must((client or self.admin).change("POST", "/v1/reservations", body), 201).json()["id"]

    def case(self, kind="pos.sale", **data):
        """A case of its own, about units that were never there: a till sold them, or another shop did."""
        Authorisation.cases = getattr(self, "cases", 0) + 1
        sku = f"CASE-{self.cases}"
        must(self.admin.send("PUT", f"/v1/items/{sku}", {}), 200)
        data = {"location": "DC1", **data, "lines": [{"sku": sku, "quantity": 2}]}
        must(self.admin.send("POST", "/v1/events", event(sku, kind, **data)), 201)
        return must(self.admin.send("GET", f"/v1/cases?sku={sku}"), 200).json()["data"][0]["id"]

    def request(self, operation, client):
        """The request of the table: on channel web, location DC1, valid for whoever may send it."""
        self.number = getattr(self, "number", 0) + 1
        n = f"{operation}-{self.number}"
        step = operation.removesuffix("_reservation")
        lines = [{"sku": "BOOT", "location": "DC1", "quantity": 1}]
        ndjson = "application/x-ndjson"
        adjusted = event(n, "stock.adjusted", location="DC1", document=n, reason="found", lines=lines)
        if step in ("confirm", "release", "extend", "adjust", "resource"):
            body = {"adjust": {"lines": [{"line": 1, "quantity": 1}]}, "extend": {"time_to_live_seconds": 900},
                    "resource": {"lines": [{"line": 1, "quantity": 1}]}}
            return client.change("POST", f"/v1/reservations/{self.hold()}/{step}", body.get(step, {}))
        if operation in CASE_BODIES:
            case = self.case()
            if operation == "reopen_case":
                must(self.admin.send("POST", f"/v1/cases/{case}/resolve", CASE_BODIES["resolve_case"]), 200)
            verb = operation.split("_")[0]
            return client.send("POST", f"/v1/cases/{case}/{verb}", CASE_BODIES[operation])
        if operation == "get_case":
            return client.send("GET", f"/v1/cases/{self.case()}")
        if operation == "act_on_cases":
            return client.send("POST", "/v1/cases:bulk", {"action": "comment", "cases": [self.case()], "comment": "seen"})
        if operation == "create_reservation":
            return client.change("POST", "/v1/reservations", {"channel": "web", "lines": [{"sku": "BOOT", "quantity": 1}]})
        if operation == "give_up_sequence":
            for number in ("1", "3"):
                skips = event(f"{n}-{number}", "stock.adjusted", n, location="DC1", document=n, reason="found", lines=lines)
                must(self.admin.send("POST", "/v1/events", {**skips, "sequence": number}), 201)
            return client.change("POST", f"/v1/sources/{n}/give-up", {"last_sequence": "2"})
        if operation == "revoke_api_key":
            return client.send("DELETE", "/v1/api-keys/" + make_key(self.admin, ["status:read@*/*"])[0])
        method, path, *rest = {
            "find_reservations": ("GET", "/v1/reservations?order=none"),
            "get_reservation": ("GET", f"/v1/reservations/{self.hold()}"),
            "record_event": ("POST", "/v1/events", adjusted),
            "record_events": ("POST", "/v1/events:batch", json.dumps(adjusted), ndjson),
            "list_parked_events": ("GET", "/v1/parked-events"),
            "list_sources": ("GET", "/v1/sources"), "get_source": ("GET", "/v1/sources/wms"),
            "announce_source_epoch": ("PUT", f"/v1/sources/{n}/epoch", {"epoch": 1}),
            "list_authority": ("GET", "/v1/authority"),
            "set_authority": ("PUT", "/v1/authority", {"type": "erp.offset", "location": "DC2", "source": None}),
            "get_availability": ("GET", "/v1/availability?channel=web&sku=BOOT"),
            "query_availability": ("POST", "/v1/availability/query", {"channel": "web", "items": [{"sku": "BOOT"}]}),
            "list_positions": ("GET", "/v1/positions"),
            "get_position": ("GET", "/v1/positions/BOOT/DC1"),
            "list_items": ("GET", "/v1/items"), "get_item": ("GET", "/v1/items/BOOT"),
            "upsert_items": ("POST", "/v1/items:batch", '{"sku":"BOOT"}', ndjson),
            "upsert_item": ("PUT", "/v1/items/BOOT", {}),
            "list_locations": ("GET", "/v1/locations"), "get_location": ("GET", "/v1/locations/DC1"),
            "upsert_locations": ("POST", "/v1/locations:batch", '{"location":"DC1"}', ndjson),
            "upsert_location": ("PUT", "/v1/locations/DC1", {}),
            "list_pools": ("GET", "/v1/pools"), "get_pool": ("GET", "/v1/pools/both"),
            "upsert_pool": ("PUT", "/v1/pools/one", {"locations": ["DC1"]}),
            "list_channels": ("GET", "/v1/channels"), "get_channel": ("GET", "/v1/channels/web"),
            "upsert_channel": ("PUT", "/v1/channels/web", {"pool": "both"}),
            "list_policies": ("GET", "/v1/policies"),
            "set_policy": ("PUT", "/v1/policies", {"kind": "buffer", "sku": "BOOT", "location": "DC1", "value": 0}),
            "why_not_reservation": ("POST", "/v1/reservations:why-not",
                                    {"channel": "web", "lines": [{"sku": "BOOT", "quantity": 1}]}),
            "list_groups": ("GET", "/v1/groups"), "get_group": ("GET", "/v1/groups/all"),
            "upsert_group": ("PUT", "/v1/groups/all", {"locations": ["DC1", "DC2"]}),
            "list_quotas": ("GET", "/v1/quotas"),
            "set_quota": ("PUT", "/v1/quotas", {"group": "all", "channel": "web", "guarantee": None, "cap": 1_000_000_000}),
            "set_node_status": ("PUT", "/v1/locations/DC1/status", {"online": True}),
            "explain_position": ("GET", "/v1/positions/BOOT/DC1/explain"),
            "explain_availability": ("GET", "/v1/availability/explain?channel=web&sku=BOOT"),
            "explain_many": ("POST", "/v1/positions:explain", {"items": [{"sku": "BOOT", "location": "DC1"}]}),
            "get_position_timeline": ("GET", "/v1/positions/BOOT/DC1/timeline"),
            "get_item_timeline": ("GET", "/v1/items/BOOT/timeline"),
            "get_order_timeline": ("GET", "/v1/orders/none/timeline"),
            "list_cases": ("GET", "/v1/cases"),
            "list_facts": ("GET", "/v1/facts"), "list_api_keys": ("GET", "/v1/api-keys"),
            "create_api_key": ("POST", "/v1/api-keys", {"title": "x", "scopes": ["status:read@web/*"]}),
            "get_status": ("GET", "/v1/status"),
        }[operation]
        return client.send(method, path, *rest)

    def guarded(self):
        return [operation for operation in live.CONTRACT.operations if operation.scope != "public"]

    def test_every_operation_against_every_limited_key(self):
        self.assertEqual({operation.id for operation in self.guarded()}, set(ALLOWED))
        for operation in self.guarded():
            for letter in (None, "r", "w", "c", "l", "a"):
                answer = self.request(operation.id, self.clients[letter])
                with self.subTest(operation=operation.id, key=letter):
                    self.assertIn(answer.status, operation.responses, answer)
                    if letter is None or letter in ALLOWED[operation.id]:
                        self.assertLess(answer.status, 300, answer)
                    else:
                        self.assertEqual(answer.code, "forbidden", answer)
                        self.assertEqual(answer.json()["outcome"], "not_applied")

    def test_exactly_the_scope_of_the_document_opens_an_operation(self):
        for scope in ACTIONS:
            only = Client(self.hub.port, make_key(self.admin, [f"{scope}@*/*"])[1])
            others = Client(self.hub.port, make_key(self.admin, [f"{a}@*/*" for a in ACTIONS if a != scope])[1])
            for operation in self.guarded():
                if operation.scope != scope:
                    continue
                with self.subTest(operation=operation.id):
                    self.assertLess(self.request(operation.id, only).status, 300)
                    self.assertEqual(self.request(operation.id, others).code, "forbidden")

    def test_nobody_without_a_live_key_gets_in(self):
        good = make_key(self.admin, ["admin@*/*"])[1]
        head, secret, _ = good.rsplit("_", 2)
        wrong_secret = f"{head}_{secret[1:]}{secret[0]}"
        unknown = f"hf_live_00000000_{secret}"
        revoked_id, revoked = make_key(self.admin, ["admin@*/*"])
        expired = make_key(self.admin, ["admin@*/*"], expires_at="2020-01-01T00:00:00Z")[1]
        must(Client(self.hub.port, revoked).send("GET", "/v1/status"), 200)
        must(self.admin.send("DELETE", f"/v1/api-keys/{revoked_id}"), 204)
        callers = {
            "none": None, "empty": "", "scheme alone": "Bearer", "no scheme": good, "basic": f"Basic {good}",
            "malformed": "Bearer hf_live_x", "two keys": f"Bearer {good}, Bearer {good}",
            "checksum": f"Bearer {good[:-1]}{'0' if good[-1] != '0' else '1'}",
            "secret": f"Bearer {wrong_secret}_{checksum(wrong_secret)}",
            "unknown": f"Bearer {unknown}_{checksum(unknown)}", "trailing": f"Bearer {good}0",
            "revoked": f"Bearer {revoked}", "expired": f"Bearer {expired}", "long": "Bearer " + "A" * 8000,
            "bytes": "Bearer \xff\xfe", "percent": "Bearer " + good.replace("_", "%5F"),
        }
        before = live.state_hash(self.admin)
        for operation in self.guarded():
            method, path = operation.method, operation.path
            path = (path.replace("{id}", "key_00000000" if "api-keys" in path else "rsv_0000000000001")
                    .replace("{sku}", "BOOT").replace("{location}", "DC1").replace("{source}", "wms")
                    .replace("{pool}", "one").replace("{group}", "all").replace("{channel}", "web"))
            for name, header in callers.items():
                body = None if method in ("GET", "DELETE") else "{}"
                answer = Client(self.hub.port).send(method, path, body, headers={
                    "Authorization": header, "Idempotency-Key": None if body is None else "x"})
                with self.subTest(operation=operation.id, caller=name):
                    self.assertEqual((answer.status, answer.code), (401, "unauthenticated"), answer)
                    self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
                    self.assertNotIn("detail", answer.json())
        self.assertEqual(live.state_hash(self.admin), before)
        must(Client(self.hub.port, good).send("GET", "/v1/status"), 200)
        # The scheme's name has no case (RFC 9110, 11.1).
        must(Client(self.hub.port).send("GET", "/v1/status", headers={"Authorization": f"bearer {good}"}), 200)

    def test_reservations_of_another_channel_stay_closed(self):
        market = self.clients["market"]
        order = "web-secret-order"
        held = self.hold("web", "DC1", order)
        before = live.state_hash(self.admin)
        for step, body in (("confirm", {}), ("confirm", {"order": "mine"}), ("release", {}),
                           ("extend", {"time_to_live_seconds": 60}), ("adjust", {"lines": [{"line": 1, "quantity": 1}]})):
            answer = market.change("POST", f"/v1/reservations/{held}/{step}", body)
            self.assertEqual(answer.code, "forbidden", answer)
            self.assertNotIn(b"web", answer.body)
            self.assertNotIn(b"DC1", answer.body)
        answer = market.send("GET", f"/v1/reservations/{held}")
        self.assertEqual(answer.code, "forbidden", answer)
        self.assertNotIn(b"web", answer.body)
        # Whether another channel has an order of this number is not this key's business.
        found, missing = (must(market.send("GET", f"/v1/reservations?order={o}"), 200) for o in (order, "no-such"))
        self.assertEqual(found.json()["data"], missing.json()["data"])
        self.assertEqual(market.change("POST", "/v1/reservations", {"channel": "web", "lines": [
            {"sku": "BOOT", "quantity": 1}]}).code, "forbidden")
        self.assertEqual(live.state_hash(self.admin), before)
        self.assertEqual(must(self.clients["c"].send("GET", f"/v1/reservations/{held}"), 200).json()["status"], "held")

    def test_reservations_at_another_location_stay_closed(self):
        at_dc1, at_both = self.hold("web", "DC1"), must(self.admin.change("POST", "/v1/reservations", {
            "channel": "web", "lines": [{"sku": "BOOT", "location": "DC1", "quantity": 1},
                                        {"sku": "BOOT", "location": "DC2", "quantity": 1}]}), 201).json()["id"]
        before = live.state_hash(self.admin)
        for held in (at_dc1, at_both):
            self.assertEqual(self.clients["dc2"].send("GET", f"/v1/reservations/{held}").code, "forbidden")
            self.assertEqual(self.clients["dc2"].change("POST", f"/v1/reservations/{held}/release", {}).code, "forbidden")
        self.assertEqual(self.clients["l"].change("POST", f"/v1/reservations/{at_both}/confirm", {}).code, "forbidden")
        for key, line in (("web-dc1", {"location": "DC2"}), ("web-dc1", {}), ("l", {"location": "DC2"}), ("l", {})):
            body = {"channel": "web", "lines": [{"sku": "BOOT", "location": "DC1", "quantity": 1},
                                                {"sku": "BOOT", "quantity": 1, **line}]}
            self.assertEqual(self.clients[key].change("POST", "/v1/reservations", body).code, "forbidden")
        self.assertEqual(live.state_hash(self.admin), before)
        self.hold("web", "DC1", client=self.clients["web-dc1"])

    def test_events_reach_only_channels_and_locations_of_the_key(self):
        held = self.hold("web", "DC1", "ordered-by-web")
        line = {"sku": "BOOT", "quantity": 1}
        before = live.state_hash(self.admin)
        for key, kind, data in (
            ("l", "stock.counted", {"location": "DC2", "reason": "r", "lines": [line]}),
            ("l", "stock.counted", {"location": "DC1", "reason": "r", "lines": [line, {**line, "location": "DC2"}]}),
            ("l", "receipt.posted", {"document": "d", "lines": [line]}),
            ("c", "stock.counted", {"location": "DC1", "reason": "r", "lines": [line]}),
            ("c", "pos.sale", {"location": "DC1", "document": "d", "lines": [line]}),
            ("market", "pos.sale", {"location": "DC1", "document": "d", "channel": "web", "lines": [line]}),
            ("market", "order.created", {"channel": "web", "order": "n1", "lines": [line]}),
            ("market", "order.created", {"channel": "web", "order": "n1", "sold": True, "lines": [line]}),
            ("market", "order.created", {"channel": "market", "order": "n2", "reservation": held}),
            ("market", "order.created", {"order": "n2", "reservation": held}),
            ("market", "order.cancelled", {"order": "ordered-by-web"}),
            ("market", "order.cancelled", {"reservation": held}),
            ("market", "shipment.posted", {"order": "ordered-by-web", "location": "DC1",
                                           "document": "s", "lines": [line]}),
            ("dc2", "shipment.posted", {"order": "ordered-by-web", "location": "DC1", "document": "s", "lines": [line]}),
            ("dc2", "order.cancelled", {"order": "ordered-by-web"}),
        ):
            client = self.clients[key]
            one = event(f"x-{key}-{kind}", kind, **data)
            with self.subTest(key=key, kind=kind, data=data):
                answer = client.send("POST", "/v1/events", one)
                self.assertEqual(answer.code, "forbidden", answer)
                lines = client.send("POST", "/v1/events:batch", json.dumps(one), "application/x-ndjson")
                self.assertEqual(json.loads(lines.body.splitlines()[0])["problem"]["code"], "forbidden")
                listed = client.send("POST", "/v1/events", [one], "application/cloudevents-batch+json")
                self.assertEqual(json.loads(listed.body.splitlines()[0])["problem"]["code"], "forbidden")
        self.assertEqual(live.state_hash(self.admin), before)

    def test_the_orders_of_another_channel_are_not_there_for_ones_own(self):
        held = self.hold("web", "DC1", "numbered-by-web")
        before = live.state_hash(self.admin)
        for kind in ("pick.confirmed", "reservation.adjusted"):
            answer = self.clients["market"].send("POST", "/v1/events", event(
                f"own-{kind}", kind, order="numbered-by-web", channel="market", lines=[{"sku": "BOOT", "quantity": 1}]))
            with self.subTest(kind=kind):
                self.assertEqual(answer.code, "unknown_order", answer)
        self.assertEqual(live.state_hash(self.admin), before)
        # A cancellation waits for an order of its own channel; the other channel's stays as it is.
        lines = self.admin.send("GET", f"/v1/reservations/{held}").json()["lines"]
        answer = self.clients["market"].send("POST", "/v1/events", event(
            "own-cancel", "order.cancelled", order="numbered-by-web", channel="market"))
        self.assertEqual((answer.status, answer.json().get("parked")), (201, True), answer)
        self.assertEqual(self.admin.send("GET", f"/v1/reservations/{held}").json()["lines"], lines)

    def test_an_own_reservation_is_no_bridge_to_a_foreign_order(self):
        self.hold("web", "DC1", "order-of-web")
        mine = self.hold("market", "DC1", client=self.clients["market"])
        before = live.state_hash(self.admin)
        for kind, data in (("order.cancelled", {"order": "order-of-web", "reservation": mine}),
                           ("order.created", {"order": "order-of-web", "reservation": mine}),
                           ("shipment.posted", {"order": "order-of-web", "reservation": mine, "document": "s",
                                                "location": "DC1", "lines": [{"sku": "BOOT", "quantity": 1}]})):
            answer = self.clients["market"].send("POST", "/v1/events", event(f"bridge-{kind}", kind, **data))
            with self.subTest(kind=kind):
                self.assertNotEqual(answer.status // 100, 2, answer)
                self.assertEqual(live.state_hash(self.admin), before)

    def test_stock_of_another_channel_or_location_is_not_told(self):
        for key, path in (("market", "/v1/availability?channel=web&sku=BOOT"),
                          ("web-dc1", "/v1/availability?channel=web&sku=BOOT"),
                          ("web-dc1", "/v1/availability?channel=web&sku=BOOT&location=DC2"),
                          ("l", "/v1/positions/BOOT/DC2"), ("l", "/v1/positions"), ("l", "/v1/positions?location=DC2"),
                          ("l", "/v1/positions?sku=BOOT"), ("market", "/v1/positions?location=DC1"),
                          ("market", "/v1/positions/BOOT/DC1"),
                          # Codes that do not exist answer like those that do.
                          ("market", "/v1/availability?channel=none&sku=BOOT"), ("l", "/v1/positions/BOOT/NONE"),
                          ("l", "/v1/positions?location=NONE")):
            self.assertEqual(self.clients[key].send("GET", path).code, "forbidden", (key, path))
        for body in ({"channel": "web", "items": [{"sku": "BOOT", "location": "DC1"}, {"sku": "BOOT", "location": "DC2"}]},
                     {"channel": "web", "items": [{"sku": "BOOT"}]}, {"channel": "market", "items": [{"sku": "BOOT"}]}):
            answer = self.clients["web-dc1"].send("POST", "/v1/availability/query", body)
            self.assertEqual(answer.code, "forbidden", answer)
        page = must(self.clients["l"].send("GET", "/v1/positions?location=DC1"), 200).json()
        self.assertEqual({row["location"] for row in page["data"]}, {"DC1"})
        # A cursor made for one filter does not open another.
        wide = must(self.admin.send("GET", "/v1/positions?limit=1"), 200).json()["next_cursor"]
        self.assertEqual(self.clients["l"].send("GET", f"/v1/positions?location=DC1&cursor={wide}").code, "invalid_cursor")

    def test_cases_of_another_channel_or_location_stay_closed(self):
        shelf = self.case()
        order = self.case("order.created", channel="web", order="sold-by-web", sold=True)
        before = live.state_hash(self.admin)
        for key, case in (("dc2", shelf), ("dc2", order), ("market", order)):
            client = self.clients[key]
            answer = client.send("GET", f"/v1/cases/{case}")
            self.assertEqual(answer.code, "forbidden", answer)
            for word in (b"CASE-", b"DC1", b"web"):
                self.assertNotIn(word, answer.body)
            for operation, body in CASE_BODIES.items():
                verb = operation.split("_")[0]
                self.assertEqual(client.send("POST", f"/v1/cases/{case}/{verb}", body).code, "forbidden", (key, verb))
            several = {"action": "comment", "comment": "mine", "cases": [shelf, order]}
            self.assertEqual(client.send("POST", "/v1/cases:bulk", several).code, "forbidden", key)
        self.assertEqual(live.state_hash(self.admin), before)

        def listed(key):
            page = must(self.clients[key].send("GET", "/v1/cases?limit=1000"), 200).json()
            return {row["id"] for row in page["data"]} & {shelf, order}

        self.assertEqual(listed("dc2"), set())
        self.assertEqual(listed("market"), {shelf}, "a shelf is of no channel")
        self.assertEqual(listed("web-dc1"), {shelf, order})

    def test_lists_show_what_the_key_covers(self):
        def listed(key, path, name):
            rows, cursor = [], ""
            while True:  # pages of one: filtered rows must not end a list early, nor repeat it
                page = must(self.clients[key].send("GET", f"{path}?limit=1{cursor}"), 200).json()
                rows += [row.get(name) for row in page["data"]]
                if not page["has_more"]:
                    return rows
                cursor = "&cursor=" + page["next_cursor"]

        self.assertEqual(listed("l", "/v1/locations", "location"), ["DC1"])
        self.assertEqual(listed("dc2", "/v1/locations", "location"), ["DC2"])
        self.assertEqual(listed("market", "/v1/locations", "location")[:2], ["DC1", "DC2"])
        self.assertEqual(listed("l", "/v1/channels", "channel"), ["web", "market"])
        self.assertEqual(listed("market", "/v1/channels", "channel"), ["market"])
        self.assertEqual(listed("l", "/v1/pools", "pool"), ["one"])
        self.assertEqual(listed("dc2", "/v1/pools", "pool"), ["two"])
        self.assertEqual(listed("r", "/v1/pools", "pool"), ["one", "two", "both"])
        self.assertEqual(set(listed("l", "/v1/policies", "location")) - {None}, {"DC1"})
        self.assertEqual(set(listed("r", "/v1/policies", "location")) - {None}, {"DC1", "DC2"})
        for key, path in (("l", "/v1/locations/DC2"), ("l", "/v1/locations/NONE"), ("market", "/v1/channels/web"),
                          ("market", "/v1/channels/none"), ("l", "/v1/pools/both"), ("l", "/v1/pools/two")):
            self.assertEqual(self.clients[key].send("GET", path).code, "forbidden", (key, path))

    def test_an_idempotency_key_of_one_channel_blocks_no_other(self):
        for channel, key in (("market", "market"), ("web", "c")):
            body = {"channel": channel, "lines": [{"sku": "BOOT", "location": "DC1", "quantity": 1}]}
            answer = must(self.clients[key].change("POST", "/v1/reservations", body, key="guessable-1001"), 201)
            self.assertNotIn("Idempotent-Replayed", answer.headers)
            held = answer.json()["id"]
            must(self.clients[key].change("POST", f"/v1/reservations/{held}/confirm", {}, key="guessable-1001"), 200)

    def test_a_key_cannot_make_a_wider_one(self):
        for letter in ("r", "w", "c", "l", "a"):
            for scopes in (["admin@*/*"], ["status:read@*/*"], ["admin@web/*"]):
                answer = self.clients[letter].send("POST", "/v1/api-keys", {"title": "x", "scopes": scopes})
                self.assertEqual(answer.code, "forbidden", answer)
        for scope in ("admin", "admin@", "admin@*", "admin@*/*/*", "Admin@*/*", "admin@*/*,admin@*/*", "*@*/*",
                      "public@*/*", "admin@w*/*", "admin@%/*", "admin@%zz/*", "admin@%00/*", " admin@*/*", "@*/*", ""):
            answer = self.admin.send("POST", "/v1/api-keys", {"title": "x", "scopes": [scope]})
            self.assertEqual(answer.status, 400, (scope, answer))

    def test_a_star_in_a_code_is_no_wildcard(self):
        must(self.admin.send("PUT", "/v1/locations/%2A", {}), 200)
        starred = Client(self.hub.port, make_key(self.admin, ["stock:read@*/%2A"])[1])
        must(starred.send("GET", "/v1/positions/BOOT/%2A"), 200)
        self.assertEqual(starred.send("GET", "/v1/positions/BOOT/DC1").code, "forbidden")

    def test_the_walk_over_the_whole_state_is_the_administrators(self):
        for include in ("state_hash", "invariants", "state_hash,invariants"):
            self.assertEqual(self.clients["r"].send("GET", f"/v1/status?include={include}").code, "forbidden")
            must(self.admin.send("GET", f"/v1/status?include={include}"), 200)

    def test_revocation_holds_at_once_on_open_connections(self):
        identity, key = make_key(self.admin, everything("*/*"))
        client = Client(self.hub.port, key)
        must(client.send("GET", "/v1/status"), 200)
        open_socket = client.connection.sock
        must(self.admin.send("DELETE", f"/v1/api-keys/{identity}"), 204)
        self.assertEqual(client.send("GET", "/v1/status").code, "unauthenticated")
        self.assertIs(client.connection.sock, open_socket, "the same connection all along")

    def stream(self, key):
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=10)
        connection.request("GET", "/v1/facts", headers={"Authorization": f"Bearer {key}", "Accept": "text/event-stream"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.readline(), b": connected\n")
        return connection, answer

    def read_to_end(self, answer, seconds):
        """All that the stream says until the hub ends it; fails when it does not within `seconds`."""
        began, text = time.monotonic(), b""
        while time.monotonic() - began < seconds:
            try:
                piece = answer.read1(65536)
            except (socket.timeout, TimeoutError):
                break
            if not piece:
                return text
            text += piece
        self.fail(f"the stream goes on: {text[-200:]!r}")

    def test_revocation_ends_live_streams_before_the_next_fact(self):
        identity, key = make_key(self.admin, ["events:read@*/*"])
        other_id, other_key = make_key(self.admin, ["events:read@*/*"])
        connection, answer = self.stream(key)
        other_connection, other = self.stream(other_key)
        must(self.admin.send("DELETE", f"/v1/api-keys/{identity}"), 204)
        must(self.admin.send("PUT", "/v1/items/AFTER", {}), 200)
        self.assertNotIn(b"AFTER", self.read_to_end(answer, 5))
        text = b""
        while b"AFTER" not in text:
            piece = other.read1(65536)
            self.assertTrue(piece, "the other key's stream goes on")
            text += piece
        must(self.admin.send("DELETE", f"/v1/api-keys/{other_id}"), 204)
        self.read_to_end(other, 5)
        connection.close()
        other_connection.close()

    def test_expiry_of_a_key_ends_its_live_streams(self):
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        _, key = make_key(self.admin, ["events:read@*/*"], expires_at=until)
        connection, answer = self.stream(key)
        time.sleep(3.2)
        must(self.admin.send("PUT", "/v1/items/LATE", {}), 200)
        self.assertNotIn(b"LATE", self.read_to_end(answer, 10))
        connection.close()


if __name__ == "__main__":
    unittest.main()
