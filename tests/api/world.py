"""The retailer that the document's examples are about."""
import json


def make(hub):
    def put(path, body):
        answer = hub.call("PUT", path, json.dumps(body), {"Content-Type": "application/json"})
        assert answer.status == 200, (path, answer.body)

    put("/v1/items/BOOT-42", {"title": "Boot, size 42"})
    put("/v1/items/SOCK-7", {})
    put("/v1/items/TEA", {"units": [{"unit": "ounce", "numerator": 2835, "denominator": 100}]})
    put("/v1/locations/DC1", {"title": "Main warehouse"})
    put("/v1/locations/STORE-17", {})
    put("/v1/locations/AWAY", {})
    put("/v1/pools/main", {"locations": ["DC1", "STORE-17"]})
    put("/v1/channels/web", {"title": "Web shop", "pool": "main"})
    put("/v1/channels/solo", {"pool": "main", "splits": False})
    put("/v1/items/LAST-1", {})
    put("/v1/items/SET-1", {"kit": {"components": [{"sku": "BOOT-42", "quantity": 1}, {"sku": "SOCK-7", "quantity": 2}]}})
    put("/v1/items/SCARCE-1", {})
    put("/v1/groups/stores", {"locations": ["STORE-17"]})
    put("/v1/groups/far", {"locations": ["AWAY"]})
    put("/v1/quotas", {"group": "stores", "channel": "web", "sku": "SCARCE-1", "guarantee": None, "cap": 1})
    # Plenty of what the examples are about, and two lasts in two places.
    count(hub, "BOOT-42", "DC1", 100_000)
    count(hub, "SOCK-7", "DC1", 100_000)
    count(hub, "SOCK-7", "STORE-17", 1_000)
    count(hub, "LAST-1", "DC1", 1)
    count(hub, "LAST-1", "STORE-17", 1)
    count(hub, "SCARCE-1", "STORE-17", 9)


def event(hub, identity, kind, data, key=None, **attributes):
    body = {"specversion": "1.0", "id": identity, "source": "test", "type": kind, "data": data, **attributes}
    return hub.call("POST", "/v1/events", json.dumps(body), {"Content-Type": "application/cloudevents+json"}, key)


def count(hub, sku, location, quantity):
    answer = event(hub, f"open-{sku}-{location}", "stock.counted",
                   {"location": location, "lines": [{"sku": sku, "quantity": quantity}]})
    assert answer.status == 201, answer.body


def reserve(hub, idempotency_key, lines, key=None, **more):
    body = {"channel": "web", "lines": lines, **more}
    return hub.call("POST", "/v1/reservations", json.dumps(body),
                    {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}, key)


def open_case(hub, number):
    """A case of its own: a till sold what was never there."""
    sku = f"CASE-{number}"
    answer = hub.call("PUT", f"/v1/items/{sku}", json.dumps({"unit_value": 900}), {"Content-Type": "application/json"})
    assert answer.status == 200, answer.body
    answer = event(hub, f"sold-{sku}", "pos.sale", {"location": "AWAY", "lines": [{"sku": sku, "quantity": 2}]})
    assert answer.status == 201, answer.body
    return hub.call("GET", f"/v1/cases?sku={sku}").json()["data"][0]["id"]


def make_key(hub, *scopes):
    answer = hub.call("POST", "/v1/api-keys", json.dumps({"title": "test", "scopes": list(scopes)}),
                      {"Content-Type": "application/json"})
    assert answer.status == 201, answer.body
    return answer.json()
