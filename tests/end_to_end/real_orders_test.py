#!/usr/bin/env python3
"""Every row of an order file, over HTTP into a fresh hub, and the same numbers as an independent count.

For the real orders beside the checkout (../shared/data; skipped loudly where they are absent) and for a generated
file:
  1. the importer's report equals order_oracle.py's, class by class, and the hub's positions equal its holds;
  2. a second import changes nothing and says so;
  3. an import during which the hub, and once the importer, is killed with SIGKILL ends in the same stock hash as
     the undisturbed one, from a copy of the same starting directory.

Usage: real_orders_test.py [--file FILE | --generated ORDERS] [--kills N]. Without arguments: the real file, and
a generated one.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hub as hubs  # noqa: E402
import order_oracle  # noqa: E402

REAL_FILE = hubs.ROOT.parent / "shared/data/online_retail_2010_2011.csv.zst"
GENERATED_ORDERS = 3000


class Wrong(Exception):
    """A claim did not hold."""


def expect(condition, claim):
    if not condition:
        raise Wrong(claim)


def import_orders(hub, file):
    return json.loads(hub.run("import", "orders", file, "--channel", "web", "--json", "--progress", "none").stdout)


def compare_report(report, wanted):
    for name, value in wanted.items():
        expect(report[name] == value, f"{name}: the importer says {report[name]}, the count says {value}")
    expect(report["adds_up"] and report["sum"] == report["read"], f"the classes do not add up: {report}")


def compare_positions(hub, oracle):
    seen = set()
    for row in hub.api().positions(location="MAIN"):
        sku = row["sku"]
        seen.add(sku)
        expect(row["on_hand"] == oracle.opening[sku], f"{sku}: on hand {row['on_hand']}, opening {oracle.opening[sku]}")
        expect(row["reserved"] == oracle.reserved[sku],
               f"{sku}: {row['reserved']} reserved, the count says {oracle.reserved[sku]}")
        expect(row["oversold"] == 0, f"{sku} is oversold")
    missing = [sku for sku, units in oracle.opening.items() if units and sku not in seen]
    expect(not missing, f"no position for {missing[:5]}")
    expect(hub.api().invariants() == "ok", f"invariants: {hub.api().invariants()}")


def sequence_of(hub, source):
    return int(hub.api().get("/v1/sources/" + source.replace("/", "%2F"))["sequence"])


def import_with_kills(hub, file, source, last, kills):
    """Kills the hub at `kills` points of the file, and the importer at the first of them as well."""
    arguments = [hubs.BINARY, "import", "orders", str(file), "--channel", "web", "--json", "--progress", "none",
                 "--batch", "100", "--url", hub.url, "--key-file", str(hub.key_file)]
    importer = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=hub.log, text=True)
    for kill in range(kills):
        target = last * (kill + 1) // (kills + 1)
        while sequence_of(hub, source) < target:
            expect(importer.poll() is None, f"the importer ended early with {importer.returncode}: {hub.last_words()}")
            time.sleep(0.002)
        hub.kill()
        if kill == 0:
            importer.kill()
            importer.communicate()
        hub.start()
        if kill == 0:
            importer = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=hub.log, text=True)
    out, _ = importer.communicate(timeout=600)
    expect(importer.returncode == 0, f"the importer ended with {importer.returncode}: {hub.last_words()}")
    report = json.loads(out)
    expect(report["adds_up"], f"the classes do not add up after {kills} kills: {report}")
    return report


def run(file, kills):
    directory = hubs.work_directory("orders")
    stock = directory / "stock.csv"
    hubs.command("generate", "stock", "--from", file, "--out", stock, "--progress", "none")
    oracle = order_oracle.Oracle(order_oracle.opening_stock(stock))
    began = time.monotonic()
    oracle.read_file(file)
    counted = time.monotonic() - began

    # The starting point of both runs: the same bytes, so that even the journal's secret is the same.
    start = hubs.Hub(directory / "start")
    start.start()
    counts = ("import", "stock", stock, "--create", "--channel", "web", "--json", "--progress", "none")
    first = json.loads(start.run(*counts).stdout)
    expect(first["changed"] and first["counted"] == len(oracle.opening), f"opening counts: {first}")
    before = start.api().state_hash()
    again = json.loads(start.run(*counts).stdout)
    expect(not again["changed"] and start.api().state_hash() == before, f"a second import of counts: {again}")
    expect(start.stop() == 0, "the hub did not stop in order")
    for name in ("calm", "rough"):
        shutil.copytree(directory / "start", directory / name)

    calm = hubs.Hub(directory / "calm")
    calm.start()
    began = time.monotonic()
    report = import_orders(calm, file)
    seconds = time.monotonic() - began
    compare_report(report, oracle.report())
    compare_positions(calm, oracle)
    wanted_hash, calm_hash = calm.api().stock_hash(), calm.api().state_hash()
    second = import_orders(calm, file)
    expect(not second["changed"], f"a second import changed something: {second}")
    expect(second["adds_up"] and second["read"] == report["read"], f"a second import does not add up: {second}")
    expect(calm.api().state_hash() == calm_hash, "a second import changed the state")
    last = sequence_of(calm, report["source"])
    calm.stop()

    rough = hubs.Hub(directory / "rough")
    rough.start()
    resumed = import_with_kills(rough, file, report["source"], last, kills)
    expect(resumed["read"] == report["read"], "another number of rows after the kills")
    got_hash = rough.api().stock_hash()
    expect(got_hash == wanted_hash, f"after {kills} kills the stock is {got_hash}, undisturbed {wanted_hash}")
    compare_positions(rough, oracle)
    rough.stop()
    verified = hubs.command("journal", "verify", "--data", rough.data, check=False)
    expect(verified.returncode == 0, f"journal verify: {verified.stdout}{verified.stderr}")

    refused = sum(some["rows"] for some in report["refused"].values())
    aside = ", ".join(f"{why} {some['rows']:,}" for why, some in sorted(report["set_aside"].items()))
    print(f"{pathlib.Path(file).name}: {report['read']['rows']:,} rows in {seconds:.1f} s "
          f"({report['read']['rows'] / seconds:,.0f}/s; the count took {counted:.1f} s): held {report['held']['rows']:,}, "
          f"cancelled {report['cancelled']['rows']:,}, refused {refused:,}, cancellations applied "
          f"{report['cancellation_applied']['rows']:,}; set aside: {aside}; same state after {kills} kills",
          file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--file")
    parser.add_argument("--generated", type=int)
    parser.add_argument("--kills", type=int, default=3)
    options = parser.parse_args()
    files = []
    if options.file:
        files.append(pathlib.Path(options.file))
    elif not options.generated:
        if REAL_FILE.exists():
            files.append(REAL_FILE)
        else:
            print(f"SKIPPED: the real orders are not at {REAL_FILE}; only a generated file is imported",
                  file=sys.stderr)
    if options.generated or not options.file:
        made = hubs.work_directory("made") / "generated.csv"
        hubs.command("generate", "orders", "--orders", options.generated or GENERATED_ORDERS, "--seed", 11, "--out", made,
                     "--progress", "none")
        files.append(made)
    for file in files:
        try:
            run(file, options.kills)
        except (Wrong, RuntimeError, hubs.Lost, subprocess.SubprocessError) as error:
            print(f"{file}: {type(error).__name__}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
