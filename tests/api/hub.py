"""A hub of the real binary in a directory of its own, and a client for it."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

START_SECONDS_MAX = 30


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def media_type(self):
        return (self.headers.get("Content-Type") or "").split(";")[0]

    def json(self):
        return json.loads(self.body)

    def code(self):
        return self.json().get("code") if self.media_type == "application/problem+json" else None


class Hub:
    """Starts on free ports. Use as a context."""

    def __init__(self, binary, *arguments):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-api-"))
        self.log_path = self.directory / "log"
        data = self.directory / "data"
        self.log = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            [binary, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", *arguments],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.port, self.admin_port = self._wait_for_ports()
        self.admin_key = (data / "admin.key").read_text().strip()
        self.connection = None

    def _wait_for_ports(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            text = self.log_path.read_text(errors="replace")
            url = re.search(r"https?://127\.0\.0\.1:(\d+)", text)
            admin = re.search(r"port (\d+)", text)
            if url and admin:
                return int(url.group(1)), int(admin.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.stop()
        raise RuntimeError("the hub did not start:\n" + text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        return self.process.returncode

    def call(self, method, path, body=None, headers=None, key=None, port=None):
        """`key`: None sends the admin's, "" none."""
        fields = dict(headers or {})
        if key is None:
            key = self.admin_key
        if key and "Authorization" not in fields:
            fields["Authorization"] = "Bearer " + key
        data = body if isinstance(body, (bytes, type(None))) else body.encode()
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        try:
            connection.request(method, path, data, fields)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def state_hash(self):
        answer = self.call("GET", "/v1/status?include=state_hash,invariants")
        status = answer.json()
        assert status["invariants"] == "ok", status
        return status["state_hash"], status["seq"]


def binary():
    build = os.environ.get("HOLDFAST_BUILD", "build/release")
    return os.environ.get("HOLDFAST_BINARY", f"{build}/src/cli/holdfast")
