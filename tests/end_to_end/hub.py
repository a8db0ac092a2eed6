"""A real hub under test: start, wait, kill, ask. Standard library only.

The hub is the built binary in a process of its own, on a directory and a port of its own. Nothing is left
running: hubs are stopped when the interpreter ends, whatever happened.
"""
import atexit
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("HOLDFAST_BUILD", "build/release"))
BINARY = (BUILD if BUILD.is_absolute() else ROOT / BUILD) / "src/cli/holdfast"
READY_SECONDS_MAX = 60

_hubs = []


class Lost(Exception):
    """No answer. `sent`: the request went out, so whether it took effect is not known."""

    def __init__(self, text, sent):
        super().__init__(text)
        self.sent = sent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def work_directory(name):
    """A directory that is removed at the end; HOLDFAST_TEST_DIR chooses the file system."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"holdfast-{name}-", dir=os.environ.get("HOLDFAST_TEST_DIR")))
    if not os.environ.get("HOLDFAST_KEEP"):
        atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


class Hub:
    def __init__(self, data, *flags, admin=False):
        self.data = pathlib.Path(data)
        self.flags = flags
        self.port = free_port()
        self.admin_port = free_port() if admin else None
        self.process = None
        self.log = open(self.data.parent / (self.data.name + ".log"), "ab")
        self.restarts = 0
        _hubs.append(self)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def key_file(self):
        return self.data / "admin.key"

    def key(self):
        return self.key_file.read_text(encoding="ascii").split()[0]

    def start(self):
        """Starts and waits until it is ready; returns the seconds that took."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}",
             "--admin", f"127.0.0.1:{self.admin_port}" if self.admin_port else "", *self.flags],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        while time.monotonic() - began < READY_SECONDS_MAX:
            if self.process.poll() is not None:
                raise RuntimeError(f"the hub ended with {self.process.returncode}; its last words:\n{self.last_words()}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    connection.close()
                    return time.monotonic() - began
                connection.close()
            except OSError:
                pass
            time.sleep(0.005)
        raise RuntimeError(f"the hub was not ready in {READY_SECONDS_MAX} s; its last words:\n{self.last_words()}")

    def kill(self):
        """SIGKILL: no warning, no last write."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.restarts += 1

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode if self.process else None

    def last_words(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")[-3000:]

    def api(self):
        return Api(self.port, self.key())

    def quantiles(self, histogram, *shares):
        """Upper bounds in seconds of a histogram in /metrics, since the start of the process; None without samples."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=5)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.findall(rf'^{histogram}_bucket{{.*le="([^"]+)".*}} (\S+)$', text, re.M)
        buckets = [(float(bound.replace("+Inf", "inf")), float(count)) for bound, count in found]
        if not buckets or not buckets[-1][1]:
            return None
        return [next(bound for bound, count in buckets if count >= share * buckets[-1][1]) for share in shares]

    def run(self, *arguments, check=True, text=True, **more):
        """Runs the command line against this hub; its talk goes to the log."""
        return command(*arguments, "--url", self.url, "--key-file", self.key_file, check=check, text=text, **more)


def command(*arguments, check=True, text=True, **more):
    done = subprocess.run([BINARY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=text,
                          check=False, **more)
    if check and done.returncode != 0:
        raise RuntimeError(f"holdfast {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}")
    return done


class Api:
    """One keep-alive connection. Every request ends with an answer or with Lost."""

    def __init__(self, port, key, timeout=30):
        self.port = port
        self.headers = {"Authorization": f"Bearer {key}"}
        self.timeout = timeout
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def request(self, method, path, body=None, key=None, content_type="application/json"):
        """Returns status, headers and the body: JSON where it is JSON, else text."""
        headers = dict(self.headers)
        data = None
        if body is not None:
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            headers["Content-Type"] = content_type
        if key:
            headers["Idempotency-Key"] = f'"{key}"'
        sent = False
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sent = True
            self.connection.request(method, path, data, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(str(error), sent) from error
        kind = answer.headers.get_content_type()
        parsed = json.loads(text) if text and kind in ("application/json", "application/problem+json") else text
        return answer.status, answer.headers, parsed

    def get(self, path):
        status, _, body = self.request("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body}")
        return body

    def put(self, path, body):
        status, _, answer = self.request("PUT", path, body)
        if status != 200:
            raise RuntimeError(f"PUT {path}: {status} {answer}")
        return answer

    def post_lines(self, path, rows):
        """NDJSON in, NDJSON out; any refused line is an error."""
        status, _, text = self.request("POST", path, "".join(json.dumps(row) + "\n" for row in rows),
                                       content_type="application/x-ndjson")
        if status != 200:
            raise RuntimeError(f"POST {path}: {status} {text}")
        answers = [json.loads(line) for line in text.splitlines()]
        if answers[-1]["summary"]["rejected"]:
            raise RuntimeError(f"POST {path}: {[a for a in answers if a.get('problem')][:3]}")
        return answers

    def state_hash(self):
        return self.get("/v1/status?include=state_hash")["state_hash"]

    def stock_hash(self):
        """Of what a retailer sees: unlike the state hash it does not depend on when it was told."""
        return self.get("/v1/status?include=stock_hash")["stock_hash"]

    def invariants(self):
        return self.get("/v1/status?include=invariants")["invariants"]

    def positions(self, **filters):
        """All rows, whatever the number of pages."""
        cursor = None
        while True:
            query = dict(filters, limit=1000)
            if cursor:
                query["cursor"] = cursor
            page = self.get("/v1/positions?" + urllib.parse.urlencode(query))
            yield from page["data"]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                return

    def set_up(self, skus, locations, channel="web", on_hand=0):
        """Items, locations, one pool with all of them, one channel, and the same stock everywhere."""
        self.post_lines("/v1/items:batch", [{"sku": sku} for sku in skus])
        self.post_lines("/v1/locations:batch", [{"location": location} for location in locations])
        self.put(f"/v1/pools/{channel}", {"locations": locations})
        self.put(f"/v1/channels/{channel}", {"pool": channel})
        if on_hand:
            lines = [{"sku": sku, "location": location, "quantity": on_hand} for sku in skus for location in locations]
            events = [{"specversion": "1.0", "id": f"opening-{i}", "source": "test/opening", "type": "stock.counted",
                       "data": {"reason": "opening", "lines": lines[i:i + 1000]}} for i in range(0, len(lines), 1000)]
            self.post_lines("/v1/events:batch", events)


@atexit.register
def _stop_all():
    for hub in _hubs:
        if hub.process and hub.process.poll() is None:
            hub.process.kill()
            hub.process.wait()
