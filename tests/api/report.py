"""Counts checks, says which failed, and closes with the lane's line."""
import sys


class Report:
    def __init__(self):
        self.reached = 0
        self.wanted = 0
        self.passed = 0
        self.failed = 0
        self.codes = set()       # problem codes that were really answered
        self.statuses = set()    # (operation id, status) that were really answered

    def want(self, requests):
        self.wanted += requests

    def request(self):
        self.reached += 1

    def check(self, name, fault):
        """`fault` is None, or says what is wrong."""
        if fault is None:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {name}: {fault}", flush=True)

    def saw(self, operation_id, answer):
        if operation_id:
            self.statuses.add((operation_id, answer.status))
        if answer.media_type == "application/problem+json":
            self.codes.add(answer.code())

    def close(self):
        print(f"lane api reached {self.reached} wanted {self.wanted} passed {self.passed} failed {self.failed}")
        sys.exit(1 if self.failed else 0)
