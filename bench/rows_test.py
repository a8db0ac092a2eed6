#!/usr/bin/env python3
"""Goal: the table judges what was measured. Method: rounds with known numbers."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import rows  # noqa: E402

ONE = next(row for row in rows.ROWS if row.id == "1")
ELEVEN = next(row for row in rows.ROWS if row.id == "11")


def round_of(**rates):
    return {name.replace("_", "-"): {"ops_per_s": rate, "p99_us": rate} for name, rate in rates.items()}


class Rows(unittest.TestCase):
    def test_the_ratio_is_the_median_of_the_rounds_not_the_ratio_of_the_medians(self):
        rounds = [round_of(ours_uniform_64=60, pg_uniform_64=10), round_of(ours_uniform_64=80, pg_uniform_64=10),
                  round_of(ours_uniform_64=10, pg_uniform_64=1)]
        summary = rows.summarise(ONE, rounds)
        self.assertEqual((summary["ratio"], summary["ratio_min"], summary["ratio_max"]), (8, 6, 10))
        self.assertEqual(summary["verdict"], "goal")

    def test_between_goal_and_floor_is_floor_and_below_is_missed(self):
        self.assertEqual(ONE.verdict(7), "goal")
        self.assertEqual(ONE.verdict(6.99), "floor")
        self.assertEqual(ONE.verdict(4.99), "missed")

    def test_latencies_are_better_when_smaller(self):
        self.assertEqual(ELEVEN.verdict(0.008), "goal")
        self.assertEqual(ELEVEN.verdict(0.009), "floor")
        self.assertEqual(ELEVEN.verdict(0.021), "missed")

    def test_a_round_without_the_peer_is_left_out_and_no_round_is_no_row(self):
        rounds = [round_of(ours_uniform_64=50, pg_uniform_64=10), round_of(ours_uniform_64=1)]
        self.assertEqual(rows.summarise(ONE, rounds)["rounds"], 1)
        self.assertIsNone(rows.summarise(ONE, [round_of(ours_uniform_64=1)]))

    def test_choosing_a_number_takes_all_its_letters_and_their_cells(self):
        chosen = rows.choose(["12"])
        self.assertEqual([row.id for row in chosen], ["12a", "12b"])
        self.assertEqual(rows.cells_of(chosen), ["ours-uniform-64", "flush", "ours-half-rate"])
        self.assertEqual([row.id for row in rows.choose(["4b"])], ["4b"])
        with self.assertRaises(ValueError):
            rows.choose(["99"])

    def test_every_row_names_cells_that_exist_and_a_floor_no_harder_than_its_goal(self):
        for row in rows.ROWS:
            self.assertIn(row.ours, rows.CELLS)
            self.assertIn(row.peer, rows.CELLS)
            self.assertTrue(row.floor >= row.goal if row.less_is_better else row.floor <= row.goal, row.id)

    def test_the_table_has_a_line_for_each_summary(self):
        summary = rows.summarise(ONE, [round_of(ours_uniform_64=123456, pg_uniform_64=17839)])
        for markdown in (False, True):
            text = rows.table([summary], markdown)
            self.assertIn("123 456/s", text)
            self.assertIn("6.92 [6.92-6.92]", text)
            self.assertIn("floor", text.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
