#!/usr/bin/env python3
"""Plants each violation that check_layout.py is for into a small tree of its own, and expects it to be found."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import check_layout  # noqa: E402  (the path above makes it importable from anywhere)


class CheckLayout(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = pathlib.Path(self.directory.name)

    def plant(self, path, text, target=True):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if target and path.endswith(".cc"):
            with open(file.parent / "CMakeLists.txt", "a") as listing:
                listing.write(f"holdfast_folder(NAME x SOURCES {file.name})\n")

    def findings(self):
        return check_layout.check(self.root)

    def expect_one(self, words):
        found = self.findings()
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_accepts_includes_from_a_lower_rank_and_from_the_same_folder(self):
        self.plant("src/ledger/reserve.cc", '#include "ledger/state.h"\n#include "canonical/quantity.h"\n#include <vector>\n')
        self.plant("src/hub/main.cc", '#include "connectors/shop_x/connector.h"\n#include "api/routes.h"\n')
        self.assertEqual(self.findings(), [])

    def test_refuses_an_include_upwards(self):
        self.plant("src/journal/writer.cc", '\n#include "sequencer/sequencer.h"\n')
        self.expect_one("src/journal/writer.cc:2: include \"sequencer/sequencer.h\": journal (rank 2)")

    def test_refuses_an_include_of_the_same_rank(self):
        self.plant("src/telemetry/log.h", '#include "os/clock.h"\n')
        self.expect_one("may not include from os")

    def test_refuses_an_include_without_a_folder(self):
        self.plant("src/journal/writer.cc", '#include "writer.h"\n')
        self.expect_one("names no folder of src/")

    def test_the_ledger_sees_base_and_canonical_only(self):
        self.plant("src/ledger/state.h", '#include "telemetry/counter.h"\n')
        self.expect_one("ledger sees only base, canonical")

    def test_a_connector_sees_no_sequencer_and_only_hub_sees_a_connector(self):
        self.plant("src/connectors/shop_x/client.cc", '#include "os/net.h"\n')
        self.plant("src/fanout/planner.cc", '#include "connectors/shop_x/connector.h"\n')
        found = "\n".join(self.findings())
        self.assertIn("a connector sees only", found)
        self.assertIn("only hub sees a connector", found)

    def test_an_emulator_never_sees_a_connector_or_canonical(self):
        self.plant("src/drills/emulators/shop_x.cc", '#include "canonical/quantity.h"\n')
        self.expect_one("drills/emulators sees only")

    def test_a_commented_include_or_ban_is_no_violation(self):
        self.plant("src/journal/writer.cc", '// #include "hub/hub.h"\n/* std::random_device */ const char* k = "fopen(x)";\n')
        self.assertEqual(self.findings(), [])

    def test_refuses_a_source_that_belongs_to_no_target(self):
        self.plant("src/base/check.cc", "int f();\n", target=False)
        self.expect_one("belongs to no CMake target")

    def test_refuses_a_source_named_only_in_a_comment_of_cmake(self):
        self.plant("src/base/check.cc", "int f();\n", target=False)
        (self.root / "src/base/CMakeLists.txt").write_text("# check.cc\n")
        self.expect_one("belongs to no CMake target")

    def test_refuses_clocks_randomness_threads_and_system_calls(self):
        for ban, line in [
                ("clock", "auto t = std::chrono::steady_clock::now();"),
                ("clock", "auto t = time(nullptr);"),
                ("clock", "clock_gettime(0, &t);"),
                ("randomness", "std::random_device device;"),
                ("randomness", "int r = rand();"),
                ("randomness", "#include <random>"),
                ("thread", "std::jthread worker;"),
                ("thread", "#include <thread>"),
                ("thread", "co_await x;"),
                ("system call", "#include <unistd.h>"),
                ("system call", "#include <sys/socket.h>"),
                ("system call", "#include <boost/asio.hpp>"),
                ("system call", "#include <fstream>"),
                ("system call", 'auto* f = std::fopen("x", "r");'),
                ("system call", "int fd = ::open(path, 0);"),
                ("system call", 'auto* p = std::getenv("HOME");')]:
            with self.subTest(line):
                self.plant("src/api/routes.h", line + "\n")
                self.expect_one(f"src/api/routes.h:1: {ban} outside")

    def test_allows_the_same_in_os_hub_cli_and_tests(self):
        for path in ("src/os/clock.cc", "src/hub/hub.cc", "src/cli/main.cc", "src/journal/file_test.cc"):
            self.plant(path, "#include <unistd.h>\nauto t = std::chrono::steady_clock::now();\n")
        self.assertEqual(self.findings(), [])

    def test_does_not_mistake_members_for_system_calls(self):
        self.plant("src/api/routes.h", "disk.open(path); clock->time(0); stream.read(into); std::chrono::seconds s; x.rand();\n")
        self.assertEqual(self.findings(), [])

    def test_refuses_floating_point_in_the_ledger(self):
        self.plant("src/ledger/state.h", "double share = 0;\n")
        self.expect_one("floating point in the ledger")

    def test_refuses_an_unknown_folder(self):
        self.plant("src/utils/misc.h", "int f();\n")
        self.expect_one("no such folder in the rank table")

    def test_refuses_a_file_without_end(self):
        self.plant("bench/long.h", "\n" * (check_layout.LINES_MAX + 1))
        self.expect_one("one file, one job")


if __name__ == "__main__":
    unittest.main()
