#!/usr/bin/env python3
"""Redis as the peer: the same reservation as one Lua script, with the append-only file.

`always` flushes before it answers, as Holdfast does; `everysec` may lose the last second of what it acknowledged.
redis-benchmark drives it. Its random numbers are 32-bit and seeded by time and process id, so each run puts its own number
before its keys, and the keys that came into being are counted: a repeated key would be answered without any work.
Alone: redis.py [--fsync always] [--clients 64] [--pipeline 1] [--dist uniform|hot] [--seconds 3] [--rounds 1].
"""
import argparse
import itertools
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from process import Priority, Server, find, free_port, output_of  # noqa: E402

# KEYS: the idempotency key. ARGV: a random number, how many SKUs it is spread over, the quantity.
RESERVE = """
local before = redis.call('HGET', KEYS[1], 'held')
if before then return before end
local stock = 'stock:' .. string.format('%d', tonumber(ARGV[1]) % tonumber(ARGV[2]))
local quantity = tonumber(ARGV[3])
local row = redis.call('HMGET', stock, 'on_hand', 'reserved', 'safety')
local held = '0'
if row[1] and tonumber(row[1]) - tonumber(row[2]) - tonumber(row[3]) >= quantity then
  redis.call('HINCRBY', stock, 'reserved', quantity)
  held = '1'
else
  redis.call('INCR', 'refusals')
end
redis.call('HSET', KEYS[1], 'held', held, 'stock', stock, 'quantity', quantity)
return held
"""
FILL = """
for n = 0, tonumber(ARGV[1]) - 1 do redis.call('HSET', 'stock:' .. n, 'on_hand', 1000000000, 'reserved', 0, 'safety', 5) end
return redis.status_reply('OK')
"""
CALIBRATION_REQUESTS = 5_000
RANDOM_MAX = 2_000_000_000  # redis-benchmark reads it into an int
MADE_SHARE_MIN = 0.999


class Redis(Server):
    def __init__(self, parent, priority, skus, fsync):
        super().__init__(f"redis-{fsync}", parent, priority)
        self.skus, self.fsync = skus, fsync
        self.runs = itertools.count(1)
        self.rates = {}

    def start(self):
        self.port = free_port()
        self.benchmark = find("redis-benchmark", "apt-get install redis-tools")
        self.client = [find("redis-cli", "apt-get install redis-tools"), "-p", str(self.port)]
        self.spawn([find("redis-server", "apt-get install redis-server"), "--bind", "127.0.0.1", "--port", str(self.port),
                    "--dir", self.root, "--appendonly", "yes", "--appendfsync", self.fsync, "--save", "",
                    "--auto-aof-rewrite-percentage", "0"], lambda: self.listens(self.port))
        output_of(self.client + ["eval", FILL, "0", str(self.skus)])
        self.script = output_of(self.client + ["script", "load", RESERVE]).strip()
        self.version = next(line.split(":")[1].strip() for line in output_of(self.client + ["info", "server"]).splitlines()
                            if line.startswith("redis_version:"))

    def keys(self):
        return int(output_of(self.client + ["dbsize"]))

    def run(self, clients, pipeline, dist, requests):
        before = self.keys()
        text = output_of(self.priority.prefix + [
            self.benchmark, "-p", str(self.port), "-c", str(clients), "-P", str(pipeline), "-n", str(requests), "-r", str(RANDOM_MAX),
            "--csv", "--precision", "3", "evalsha", self.script, "1", f"r{next(self.runs)}:__rand_int__:__rand_int__", "__rand_int__",
            str(1 if dist == "hot" else self.skus), "1"])
        made = self.keys() - before
        if made < requests * MADE_SHARE_MIN:
            raise RuntimeError(f"Redis made {made} keys for {requests} requests: the rest was answered without work")
        # name, rps, avg, min, p50, p95, p99, max; the name holds commas of its own
        rate, _, _, p50, _, p99, longest = (float(field.strip('"')) for field in text.strip().splitlines()[-1].split(",")[-7:])
        return {"ops_per_s": rate, "p50_us": p50 * 1000, "p99_us": p99 * 1000, "max_us": longest * 1000}

    def apply(self, clients, events, seconds):
        """Events a second: a hash field lowered by one, so many in one write, and no memory of an event's id."""
        def run(requests):
            text = output_of(self.priority.prefix + [
                self.benchmark, "-p", str(self.port), "-c", str(clients), "-P", str(events), "-n", str(requests), "-r", str(self.skus),
                "--csv", "hincrby", "sold:__rand_int__", "units", "-1"])
            return float(text.strip().splitlines()[-1].split(",")[-7].strip('"'))
        return {"ops_per_s": run(max(CALIBRATION_REQUESTS, int(run(clients * events * 20) * seconds)))}

    def reserve(self, clients, dist, seconds, pipeline=1):
        case = (clients, dist, pipeline)
        if case not in self.rates:
            self.rates[case] = self.run(clients, pipeline, dist, CALIBRATION_REQUESTS)["ops_per_s"]
        result = self.run(clients, pipeline, dist, max(CALIBRATION_REQUESTS, int(self.rates[case] * seconds)))
        # The short first run is slower than a long one; the next round takes the better estimate.
        self.rates[case] = result["ops_per_s"]
        if output_of(self.client + ["exists", "refusals"]).strip() != "0":
            raise RuntimeError("Redis refused reservations: the comparison would be of other work")
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fsync", choices=["always", "everysec"], default="always")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--pipeline", type=int, default=1)
    parser.add_argument("--events", type=int, default=0, help="increments of a hash, so many in one write, instead of reservations")
    parser.add_argument("--dist", choices=["uniform", "hot"], default="uniform")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--skus", type=int, default=100_000)
    parser.add_argument("--directory", default="/var/tmp")
    options = parser.parse_args()
    with Redis(options.directory, Priority(), options.skus, options.fsync) as peer:
        for _ in range(options.rounds):
            result = (peer.apply(options.clients, options.events, options.seconds) if options.events
                      else peer.reserve(options.clients, options.dist, options.seconds, options.pipeline))
            print(json.dumps({"peer": "redis", "version": peer.version, "fsync": options.fsync, "clients": options.clients,
                              "pipeline": options.pipeline, "dist": options.dist, **result}))


if __name__ == "__main__":
    main()
