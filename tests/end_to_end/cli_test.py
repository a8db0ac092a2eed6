#!/usr/bin/env python3
"""The command line against a real hub: what it prints, where it prints it, and with which exit code it ends."""
import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hub as hubs  # noqa: E402


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = hubs.work_directory("cli")
        cls.hub = hubs.Hub(cls.directory / "data")
        cls.hub.start()
        stock = cls.directory / "stock.csv"
        stock.write_text("sku,location,quantity,title\nBOOT-42,DC1,3,Boot size 42\nSOCK-7,DC1,40,\"Socks, wool\"\n")
        cls.hub.run("import", "stock", stock, "--create", "--channel", "web", "--progress", "none")

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()

    def ends(self, code, *arguments):
        """Runs it against the hub, expects the exit code, gives both outputs."""
        done = self.hub.run(*arguments, check=False)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        return done

    def reserve(self, *lines):
        return json.loads(self.ends(0, "reserve", *lines, "--json").stdout)

    def test_reserves_confirms_and_releases(self):
        made = self.reserve("SOCK-7=2")
        self.assertEqual(made["status"], "held")
        self.assertIn("confirmed", self.ends(0, "confirm", made["id"], "--order", "9001").stdout)
        self.assertIn("released", self.ends(0, "release", made["id"], "--line", "1=1", "--reason", "customer").stdout)
        state = self.hub.api().get(f"/v1/reservations/{made['id']}")
        self.assertEqual([line["reserved"] for line in state["lines"]], [1])

    def test_repeats_an_answer_for_the_same_key(self):
        first = self.ends(0, "reserve", "SOCK-7", "--idempotency-key", "same", "--json")
        again = self.ends(0, "reserve", "SOCK-7", "--idempotency-key", "same")
        self.assertIn(json.loads(first.stdout)["id"], again.stdout)
        self.assertIn("answered before", again.stdout)

    def test_tells_what_why_and_next_on_standard_error(self):
        done = self.ends(4, "reserve", "BOOT-42=4")
        self.assertEqual(done.stdout, "")
        self.assertIn("holdfast: nothing was reserved", done.stderr)
        self.assertIn("insufficient_stock", done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def test_ends_with_the_documented_codes(self):
        self.ends(2, "reserve")
        self.ends(2, "reserve", "BOOT-42=0")
        self.ends(3, "confirm", "rsv_00000000000zz")
        self.ends(3, "position", "NO-SUCH-SKU", "DC1")
        self.ends(4, "reserve", "BOOT-42=4")
        done = hubs.command("availability", "BOOT-42", "--url", f"http://127.0.0.1:{hubs.free_port()}", check=False)
        self.assertEqual(done.returncode, 5)
        self.assertIn("holdfast serve", done.stderr)

    def test_suggests_what_was_meant(self):
        done = hubs.command("reserv", "BOOT-42", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean reserve?", done.stderr)
        self.assertIn("did you mean --channel?", hubs.command("reserve", "X", "--chanel", "web", check=False).stderr)

    def test_every_command_has_help_with_examples(self):
        top = hubs.command("--help").stdout
        names = [line.split()[0] for line in top.split("Subcommands:")[1].split("\n\n")[0].splitlines() if line.strip()]
        self.assertLessEqual({"serve", "reserve", "confirm", "release", "availability", "position", "import", "export",
                              "cases", "generate", "journal", "key", "source", "authority", "parked", "bench", "status", "version"}, set(names))
        for name in names:
            self.assertIn("Usage:", hubs.command(name, "--help").stdout)

    def test_shows_availability_positions_and_status(self):
        rows = json.loads(self.ends(0, "availability", "SOCK-7", "BOOT-42", "--json").stdout)["data"]
        self.assertEqual([row["sku"] for row in rows], ["SOCK-7", "BOOT-42"])
        self.assertIn("DC1", self.ends(0, "position", "BOOT-42").stdout)
        self.assertEqual(json.loads(self.ends(0, "position", "BOOT-42", "DC1", "--json").stdout)["on_hand"], 3)
        status = json.loads(self.ends(0, "status", "--check", "--state-hash", "--json").stdout)
        self.assertEqual(status["invariants"], "ok")
        self.assertRegex(status["state_hash"], "^[0-9a-f]{32}$")

    def open_case(self, sku, sold):
        """A case of its own: a till sold what was never there."""
        api = self.hub.api()
        api.put(f"/v1/items/{sku}", {"unit_value": 1200})
        api.post_lines("/v1/events:batch", [{"specversion": "1.0", "id": f"sold-{sku}", "source": "till-1", "type": "pos.sale", "data": {
            "location": "DC1", "lines": [{"sku": sku, "quantity": sold}]}}])
        return json.loads(self.ends(0, "cases", "list", "--sku", sku, "--json").stdout)["data"][0]["id"]

    def test_shows_cases_and_what_can_be_done(self):
        case = self.open_case("LAMP-1", 3)
        table = self.ends(0, "cases", "list", "--location", "DC1", "--sku", "LAMP-1").stdout
        self.assertRegex(table, rf"{case}  negative_sellable +3 +3600 +\d+ s +- +3 units more of LAMP-1 left DC1")
        page = self.ends(0, "cases", "show", case).stdout
        for words in ("negative_sellable  open", "units_at_risk     3", "opened", "adjust    Put 3 sellable of LAMP-1 at DC1 right.",
                      "LAMP-1 at DC1: sellable -3 -> 0", f"holdfast cases resolve {case} --with "):
            self.assertIn(words, page)
        self.assertEqual(json.loads(self.ends(0, "cases", "show", case, "--json").stdout)["id"], case)
        nothing = self.ends(0, "cases", "list", "--sku", "LAMP-1", "--state", "resolved")
        self.assertEqual((nothing.stdout, nothing.stderr), ("", "no cases\n"))
        self.ends(3, "cases", "show", "case_0000000zzzzzz")
        self.ends(2, "cases", "list", "--assignee", "mira", "--nobodys")

    def test_assigns_snoozes_comments_and_reopens_cases(self):
        one, other = self.open_case("LAMP-2", 1), self.open_case("LAMP-3", 1)
        self.assertEqual(self.ends(0, "cases", "assign", one, other, "--to", "mira").stdout,
                         f"assigned {one}\nassigned {other}\n")
        self.assertIn(one, self.ends(0, "cases", "list", "--assignee", "mira").stdout)
        self.ends(0, "cases", "assign", other, "--nobody")
        self.assertNotIn(other, self.ends(0, "cases", "list", "--assignee", "mira").stdout)
        self.ends(0, "cases", "comment", one, "-m", "called the store")
        self.ends(0, "cases", "snooze", one, "--for", "8h", "--comment", "after the delivery")
        page = self.ends(0, "cases", "show", one).stdout
        self.assertRegex(page, r"negative_sellable  snoozed until 20\d\d-")
        for words in ("assigned to mira", "commented", ": called the store", ": after the delivery"):
            self.assertIn(words, page)
        self.assertIn("reopened", self.ends(0, "cases", "reopen", one).stdout)
        self.assertIn("case_already_open", self.ends(4, "cases", "reopen", one).stderr)
        partly = self.ends(4, "cases", "resolve", one, "case_0000000zzzzzz", "--as", "accepted")
        self.assertEqual(partly.stdout, f"resolved {one}\nnot resolved case_0000000zzzzzz: unknown_case\n")
        self.assertIn("resolved as accepted", self.ends(0, "cases", "show", one).stdout)
        for wrong in (("assign", one), ("snooze", one), ("snooze", one, "--until", "tomorrow"), ("comment", one),
                      ("snooze", one, "--for", "1h", "--until", "2030-01-01T00:00:00Z"), ("resolve", one, "--dry-run"),
                      ("resolve", one, other, "--with", "adjust"), ("resolve", one, "--as", "cause_removed")):
            self.ends(2, "cases", *wrong)

    def test_resolves_a_case_with_what_is_suggested(self):
        case = self.open_case("LAMP-4", 2)
        tried = self.ends(0, "cases", "resolve", case, "--with", "adjust", "--dry-run")
        self.assertIn("LAMP-4 at DC1: sellable -2 -> 0", tried.stdout)
        self.assertIn("nothing was sent", tried.stderr)
        self.assertEqual(self.hub.api().get("/v1/positions/LAMP-4/DC1")["sellable"], -2)
        done = self.ends(0, "cases", "resolve", case, "--with", "adjust", "-m", "it stood behind the rack")
        self.assertIn(f"resolved {case} as cause_removed", done.stdout)
        self.assertEqual(self.hub.api().get("/v1/positions/LAMP-4/DC1")["sellable"], 0)
        self.assertIn("it stood behind the rack", self.ends(0, "cases", "show", case).stdout)
        self.assertIn("nothing is: the case is resolved", self.ends(3, "cases", "resolve", case, "--with", "adjust").stderr)
        other = self.open_case("LAMP-5", 2)
        self.assertIn("suggested are ", self.ends(3, "cases", "resolve", other, "--with", "magic").stderr)

    def test_exports_lists(self):
        out = self.ends(0, "export", "positions", "--sku", "BOOT-42").stdout.splitlines()
        self.assertTrue(out[0].startswith("sku,location,on_hand,reserved"))
        self.assertTrue(out[1].startswith("BOOT-42,DC1,3,"))
        items = self.ends(0, "export", "items").stdout
        self.assertIn('SOCK-7,"Socks, wool"', items)
        facts = [json.loads(line) for line in self.ends(0, "export", "facts").stdout.splitlines()]
        seqs = [int(fact["sequence"]) for fact in facts]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))

    def test_a_second_stock_file_adds_its_locations_to_the_pool(self):
        for place in ("DC8", "DC9"):
            stock = self.directory / f"{place}.csv"
            stock.write_text(f"sku,location,quantity\nPOOLED-1,{place},4\n")
            self.ends(0, "import", "stock", stock, "--create", "--channel", "shop", "--pool", "shop")
        self.assertEqual(self.hub.api().get("/v1/pools/shop")["locations"], ["DC8", "DC9"])
        made = json.loads(self.ends(0, "reserve", "POOLED-1=8", "--channel", "shop", "--json").stdout)
        self.assertEqual({line["location"] for line in made["lines"]}, {"DC8", "DC9"})

    def test_tells_of_sources_and_of_what_waits_for_its_order(self):
        def tell(identity, kind, source="till-1", sequence=None, **data):
            body = {"specversion": "1.0", "id": identity, "source": source, "type": kind, "data": data}
            status, _, answer = self.hub.api().request("POST", "/v1/events", {**body, "sequence": sequence} if sequence else body)
            self.assertEqual(status, 201, answer)

        sold = {"location": "DC1", "lines": [{"sku": "SOCK-7", "quantity": 1}]}
        for number in ("1", "4"):
            tell(f"sale-{number}", "pos.sale", sequence=number, **sold)
        self.assertRegex(self.ends(0, "source", "list").stdout, r"till-1 +0 +4 +2-3")
        self.ends(0, "source", "give-up", "till-1", "2", "--reason", "lost")
        self.assertRegex(self.ends(0, "source", "show", "till-1").stdout, r"till-1 +0 +4 +3 ")
        self.ends(0, "source", "epoch", "till-1", "1", "--first", "10")
        self.assertEqual(json.loads(self.ends(0, "source", "show", "till-1", "--json").stdout)["epoch"], 1)
        self.ends(4, "source", "epoch", "till-1", "0")
        self.ends(0, "authority", "set", "till-1", "--type", "erp.offset", "--location", "DC1")
        self.assertIn("till-1", self.ends(0, "authority", "list").stdout)
        self.ends(0, "authority", "set", "--nobody", "--type", "erp.offset", "--location", "DC1")
        self.assertNotIn("till-1", self.ends(0, "authority", "list").stdout)
        self.ends(2, "authority", "set")
        tell("left", "shipment.posted", order="7001", **sold)
        self.assertIn("SOCK-7 x1", self.ends(0, "parked", "--order", "7001").stdout)

    def test_keys_are_made_used_and_revoked(self):
        made = self.ends(0, "key", "create", "--title", "reader", "--scope", "stock:read@*/*").stdout.strip()
        file = self.directory / "reader.key"
        file.write_text(made + "\n")
        as_reader = ("--url", self.hub.url, "--key-file", file)
        self.assertEqual(hubs.command("availability", "SOCK-7", *as_reader, check=False).returncode, 0)
        denied = hubs.command("reserve", "SOCK-7", *as_reader, check=False)
        self.assertEqual(denied.returncode, 1)
        self.assertIn("forbidden", denied.stderr)
        self.ends(0, "key", "create", "--title", "till", "--scope", "events:write@*/DC1", "--source", "till-1")
        self.assertRegex(self.ends(0, "key", "list").stdout, r"till .*till-1 ")
        keys = json.loads(self.ends(0, "key", "list", "--json").stdout)["data"]
        key_id = next(key["id"] for key in keys if key["title"] == "reader")
        self.ends(0, "key", "revoke", key_id)
        self.assertEqual(hubs.command("availability", "SOCK-7", *as_reader, check=False).returncode, 1)

    def test_looks_at_the_journal_beside_a_running_hub(self):
        report = json.loads(hubs.command("journal", "verify", "--data", self.hub.data, "--json").stdout)
        self.assertTrue(report["whole"])
        facts = [json.loads(line) for line in hubs.command("journal", "dump", "--data", self.hub.data).stdout.splitlines()]
        counted = next(fact for fact in facts if fact["type"] == "stock.counted")
        self.assertIn({"sku": "BOOT-42", "place": "location", "location": "DC1", "bucket": "sellable", "delta": 3},
                      counted["postings"])
        self.assertEqual(hubs.command("journal", "verify", "--data", self.directory / "none", check=False).returncode, 3)

    def test_finds_a_damaged_journal(self):
        hub = hubs.Hub(self.directory / "damaged")
        hub.start()
        hub.api().set_up([f"S-{i}" for i in range(50)], ["L"], on_hand=5)
        hub.stop()
        segment = next(hub.data.glob("segment-*"))
        with open(segment, "r+b") as file:
            at = file.read().index(b"S-17")
            file.seek(at)
            file.write(b"S-71")
        done = hubs.command("journal", "verify", "--data", hub.data, "--json", check=False)
        self.assertEqual(done.returncode, 6, done.stdout + done.stderr)
        self.assertFalse(json.loads(done.stdout)["whole"])

    def test_an_import_can_be_interrupted_and_goes_on(self):
        hub = hubs.Hub(self.directory / "interrupted")
        hub.start()
        orders, stock = self.directory / "orders.csv", self.directory / "opening.csv"
        hubs.command("generate", "orders", "--orders", 3000, "--seed", 5, "--out", orders, "--progress", "none")
        hubs.command("generate", "stock", "--from", orders, "--out", stock, "--progress", "none")
        hub.run("import", "stock", stock, "--create", "--channel", "web", "--progress", "none")
        arguments = [str(a) for a in (hubs.BINARY, "import", "orders", orders, "--batch", 5, "--progress", "json", "--json",
                                      "--url", hub.url, "--key-file", hub.key_file)]
        importer = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        api = hub.api()
        while api.get("/v1/status")["counts"]["reservations"] < 100:
            time.sleep(0.005)
        importer.send_signal(signal.SIGINT)
        out, talk = importer.communicate(timeout=60)
        self.assertEqual(importer.returncode, 130, out + talk)
        self.assertIn("goes on where it stopped", talk)
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
        report = json.loads(done.stdout)
        self.assertTrue(report["adds_up"] and report["resumed_from"] > 0 and report["duplicate"]["rows"] > 0)
        hub.stop()

    def test_reads_columns_by_other_names(self):
        file, mapping = self.directory / "renamed.csv", self.directory / "mapping.toml"
        file.write_text("OrderNo;Item;Pieces\n77001;SOCK-7;1\n77002;BOOT-42;50\n77003;GONE;1\n")
        mapping.write_text('[columns]\ninvoice = "OrderNo"\nstock_code = "Item"\n')
        arguments = ("import", "orders", file, "--mapping", mapping, "--separator", ";", "--sku-pattern", ".+", "--json")
        self.assertIn("no column 'quantity'", self.ends(1, *arguments).stderr)
        report = json.loads(self.ends(0, *arguments, "--column", "quantity=Pieces").stdout)
        self.assertEqual(report["held"], {"rows": 1, "units": 1})
        self.assertEqual({why: some["rows"] for why, some in report["refused"].items()},
                         {"insufficient_stock": 1, "unknown_sku": 1})


if __name__ == "__main__":
    unittest.main(warnings="ignore")
