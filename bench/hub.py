"""Our side of the comparison: a hub of its own on an empty directory, prepared and loaded over HTTP like any client's."""
import glob
import json
import os
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
from process import Server, free_port, output_of  # noqa: E402

ON_HAND = 1_000_000_000
# SKUs of a bulk query and events of a batch; every other operation is one answer.
ITEMS = {"availability-bulk": 100, "events-batch": 1000}
# As an operator sizes a hub before peak season: tables do not grow in the middle of a measurement.
RESERVATIONS_EXPECTED = 16_000_000


class Hub(Server):
    """One location a SKU by default, as the peers have one row a SKU."""

    def __init__(self, parent, priority, build, skus, locations=1, reservations_expected=RESERVATIONS_EXPECTED):
        super().__init__("hub", parent, priority)
        self.binary = os.path.join(build, "src", "cli", "holdfast")
        self.loader = os.path.join(build, "bench", "holdfast_load")
        self.skus, self.locations, self.reservations_expected = skus, locations, reservations_expected

    def start(self):
        if not os.path.exists(self.binary):
            raise RuntimeError(f"{self.binary} does not exist; run ./dev build")
        self.data = os.path.join(self.root, "data")
        self.version = output_of([self.binary, "version"]).split()[-1]
        self.key_file = os.path.join(self.data, "admin.key")
        self.open()
        output_of([self.loader, "prepare", "--quiet", "--url", self.url, "--key-file", self.key_file, "--skus", str(self.skus),
                   "--locations", str(self.locations), "--on-hand", str(ON_HAND)])

    def open(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.spawn([self.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--admin", "", "--quiet",
                    "--reservations-expected", str(self.reservations_expected)], lambda: self.listens(self.port))

    def load(self, clients, seconds, dist="uniform", pipeline=1, operation="reserve", rate=0.0):
        command = [self.loader, "--url", self.url, "--key-file", self.key_file, "--connections", str(clients), "--pipeline", str(pipeline),
                   "--op", operation, "--dist", dist, "--skus", str(self.skus), "--locations", str(self.locations), "--rate", f"{rate:.0f}",
                   "--items", str(ITEMS.get(operation, 1)), "--duration", f"{round(seconds * 1000)}ms", "--json"]
        result = json.loads(output_of(self.priority.prefix + command))
        if result["refused"] or result["errors"] or result["lost"]:
            raise RuntimeError(f"the hub refused or failed: {json.dumps(result)}")
        result["answers_per_s"] = result["ops_per_s"] * ITEMS.get(operation, 1)
        return result

    def wait_for_read_model(self, seconds_max=300):
        """Until history is as new as the ledger: a hub that still catches up shares the disk and the processors with it."""
        with open(self.key_file) as file:
            request = urllib.request.Request(self.url + "/v1/status", headers={"Authorization": "Bearer " + file.readline().strip()})
        give_up = time.monotonic() + seconds_max
        while True:
            with urllib.request.urlopen(request) as answer:
                status = json.load(answer)["read_model"]
            if status["lag_facts"] == 0:
                return
            if time.monotonic() > give_up:
                raise RuntimeError(f"the read model does not catch up: {status}")
            time.sleep(0.2)

    def replays(self, rounds):
        """Stops the hub and replays its journal from the first record, `rounds` times."""
        self.stop()
        measured = []
        for _ in range(rounds):
            found = json.loads(output_of(self.priority.prefix + [self.binary, "journal", "replay", "--data", self.data, "--json"]))
            measured.append({"ops_per_s": found["facts"] / found["seconds"], **found})
        return measured

    def journal_bytes(self):
        return sum(os.path.getsize(path) for path in glob.glob(os.path.join(self.data, "**"), recursive=True) if os.path.isfile(path))
