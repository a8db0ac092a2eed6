#!/usr/bin/env python3
"""PostgreSQL as the peer: one unit of one SKU, keyed, conditional on what is free, committed with fsync before the answer;
and events of sales in batches: new ids inserted, stock moved by one grouped update, in one call.

The statement order is PostgreSQL's best: the key is inserted first and the row of stock is locked last, so its lock is held
for as short as the flush allows. pgbench drives it over a Unix socket with prepared statements and no HTTP in between.
Alone: postgres.py [--clients 64] [--dist uniform|hot|zipf] [--seconds 3] [--rounds 1] prints one JSON line a round.
"""
import argparse
import glob
import json
import os
import pwd
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from process import Missing, Priority, Server, output_of  # noqa: E402

SETTINGS = {
    "listen_addresses": "", "max_connections": "300", "shared_buffers": "2GB", "wal_buffers": "64MB",
    "max_wal_size": "16GB", "checkpoint_timeout": "30min", "synchronous_commit": "on", "fsync": "on", "full_page_writes": "on",
}
# fillfactor 50 leaves room for HOT updates on each page: without it the hot SKU would bloat its index as well.
SCHEMA = """
create table stock (
  sku integer, location integer, on_hand bigint not null, reserved bigint not null default 0, safety bigint not null default 0,
  primary key (sku, location)) with (fillfactor = 50);
create table reservation (
  key bigint primary key, sku integer not null, location integer not null, quantity integer not null, held boolean not null,
  made_at timestamptz not null default now());
insert into stock (sku, location, on_hand, safety) select n, 1, 1000000000, 5 from generate_series(1, {skus}) n;
create function reserve(the_key bigint, the_sku integer, the_location integer, the_quantity integer) returns boolean
language plpgsql as $body$
declare
  before boolean;
begin
  insert into reservation (key, sku, location, quantity, held) values (the_key, the_sku, the_location, the_quantity, true)
    on conflict (key) do nothing;
  if not found then
    select held into before from reservation where key = the_key;
    return before;
  end if;
  update stock set reserved = reserved + the_quantity
    where sku = the_sku and location = the_location and on_hand - reserved - safety >= the_quantity;
  if found then
    return true;
  end if;
  update reservation set held = false where key = the_key;
  return false;
end
$body$;
create table event (
  id bigint primary key, sku integer not null, location integer not null, quantity integer not null,
  recorded_at timestamptz not null default now());
-- The batch is made up in the server, so that reading and parsing it costs PostgreSQL nothing.
create function apply_sales(first_id bigint, events integer) returns integer language plpgsql as $body$
declare
  moved integer;
begin
  with told as (
    insert into event (id, sku, location, quantity)
      select first_id + n, 1 + (first_id + n * 7919::bigint) % {skus}, 1, 1 from generate_series(1, events) n
      on conflict (id) do nothing returning sku, location, quantity),
  sums as (select sku, location, sum(quantity) as units from told group by sku, location order by sku, location)
  update stock s set on_hand = on_hand - units from sums where s.sku = sums.sku and s.location = sums.location;
  get diagnostics moved = row_count;
  return moved;
end
$body$;
vacuum analyze;
"""
APPLY_SCRIPT = """\\set first random(1, 9000000000000000000)
select apply_sales(:first, {events});
"""
DRAW = {"uniform": "random(1, {skus})", "hot": "1", "zipf": "random_zipfian(1, {skus}, 1.001)"}
SCRIPT = """\\set sku {draw}
\\set key random(1, 9000000000000000000)
select reserve(:key, :sku, 1, 1);
"""


class Postgres(Server):
    def __init__(self, parent, priority, skus):
        super().__init__("postgres", parent, priority)
        self.skus = skus

    def start(self):
        binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not binaries:
            raise Missing("PostgreSQL is not installed (apt-get install postgresql)")
        self.bin = binaries[-1]
        self.as_user = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.root, owner.pw_uid, owner.pw_gid)
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.environment = dict(os.environ, PGHOST=self.root, PGUSER="postgres", PGDATABASE="postgres", LC_ALL="C.UTF-8")
        self.environment.pop("PGPORT", None)
        data = os.path.join(self.root, "data")
        output_of(self.as_user + [f"{self.bin}/initdb", "-D", data, "-A", "trust", "-U", "postgres"], cwd=self.root)
        command = [f"{self.bin}/postgres", "-D", data, "-k", self.root]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        self.spawn(command, self.is_ready, as_user=self.as_user)
        subprocess.run([f"{self.bin}/psql", "-qX", "-v", "ON_ERROR_STOP=1"], input=SCHEMA.format(skus=self.skus), text=True,
                       env=self.environment, check=True)
        self.version = self.query("show server_version").split()[0]

    def is_ready(self):
        return subprocess.run([f"{self.bin}/pg_isready", "-q"], env=self.environment).returncode == 0

    def query(self, sql):
        return output_of([f"{self.bin}/psql", "-qXAtc", sql], env=self.environment).strip()

    def stop(self, number=signal.SIGINT):
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients.
        super().stop(number)

    def run_script(self, text, clients, seconds, *more):
        """Transactions a second."""
        script = os.path.join(self.root, "script.sql")
        with open(script, "w") as file:
            file.write(text)
        told = output_of(self.priority.prefix + [f"{self.bin}/pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T",
                                                 str(max(1, round(seconds))), "-f", script, *more],
                         env=self.environment, cwd=self.root)
        return next(float(line.split()[2]) for line in told.splitlines() if line.startswith("tps"))

    def apply(self, clients, events, seconds):
        """Events a second, in batches."""
        return {"ops_per_s": self.run_script(APPLY_SCRIPT.format(events=events), clients, seconds) * events}

    def reserve(self, clients, dist, seconds):
        for old in glob.glob(os.path.join(self.root, "latency*")):
            os.unlink(old)
        # A fifth of the latencies is logged: writing all of them would cost the load generator, and PostgreSQL with it.
        rate = self.run_script(SCRIPT.format(draw=DRAW[dist].format(skus=self.skus)), clients, seconds, "-l", "--sampling-rate=0.2",
                               "--log-prefix=" + os.path.join(self.root, "latency"))
        took = sorted(int(line.split()[2]) for path in glob.glob(os.path.join(self.root, "latency*")) for line in open(path))
        if self.query("select count(*) from reservation where not held") != "0":
            raise RuntimeError("PostgreSQL refused reservations: the comparison would be of other work")
        at = lambda share: float(took[min(len(took) - 1, int(share * len(took)))])
        return {"ops_per_s": rate, "p50_us": at(0.5), "p99_us": at(0.99), "p999_us": at(0.999)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--dist", choices=sorted(DRAW), default="uniform")
    parser.add_argument("--events", type=int, default=0, help="batches of so many events instead of reservations")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--skus", type=int, default=100_000)
    parser.add_argument("--directory", default="/var/tmp")
    options = parser.parse_args()
    with Postgres(options.directory, Priority(), options.skus) as peer:
        for _ in range(options.rounds):
            result = (peer.apply(options.clients, options.events, options.seconds) if options.events
                      else peer.reserve(options.clients, options.dist, options.seconds))
            print(json.dumps({"peer": "postgresql", "version": peer.version, "clients": options.clients, "dist": options.dist, **result}))


if __name__ == "__main__":
    main()
