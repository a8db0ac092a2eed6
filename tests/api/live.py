"""What the tests that start a hub of their own share: the hub, the document, and a client that keeps its connection."""
import atexit
import http.client
import json

import contract
import hub as hubs

CONTRACT = contract.Contract()


def start(*arguments, binary=None):
    """A hub on a new directory, gone at the end of the process at the latest."""
    hub = hubs.Hub(binary or hubs.binary(), "--segment-bytes", str(4 * 1024 * 1024), *arguments)
    atexit.register(hub.__exit__)
    return hub


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def type(self):
        return self.headers.get("Content-Type", "")

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The problem's code; None where the answer is no problem."""
        return self.json()["code"] if self.type == "application/problem+json" else None

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Client:
    """One keep-alive connection; opens a new one when the hub has closed it."""

    def __init__(self, port, key=None, timeout=30):
        self.port, self.key, self.timeout = port, key, timeout
        self.connection = None
        self.keys_made = 0

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def send(self, method, path, body=None, content_type=None, headers=None):
        """`body`: None, bytes, text, or what becomes JSON. A header of value None is left out."""
        given = {} if self.key is None else {"Authorization": f"Bearer {self.key}"}
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            given["Content-Type"] = content_type or "application/json"
        given.update(headers or {})
        given = {name: value for name, value in given.items() if value is not None}
        for attempt in (0, 1):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
                self.connection.request(method, path, body, given)
                answer = self.connection.getresponse()
                text = answer.read()
                if answer.getheader("Connection") == "close":
                    self.close()
                return Answer(answer.status, answer.headers, text)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # The hub may have closed an idle connection; a second time it is no accident.
                self.close()
                if attempt:
                    raise
        raise AssertionError("not reached")

    def change(self, method, path, body=None, key=None):
        """With an Idempotency-Key, a new one unless given."""
        self.keys_made += 1
        return self.send(method, path, body, headers={"Idempotency-Key": key or f"k-{id(self)}-{self.keys_made}"})


def must(answer, *statuses):
    if answer.status not in statuses:
        raise AssertionError(f"expected {statuses}, got {answer}")
    return answer


def make_key(admin, scopes, **more):
    """Returns (id, key)."""
    made = must(admin.send("POST", "/v1/api-keys", {"title": "test", "scopes": scopes, **more}), 201).json()
    return made["id"], made["key"]


def state_hash(admin):
    return must(admin.send("GET", "/v1/status?include=state_hash"), 200).json()["state_hash"]
