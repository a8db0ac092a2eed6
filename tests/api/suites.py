"""Runs test modules of this folder as a part of the lane: each test is one check."""
import unittest


class Recorder(unittest.TestResult):
    def __init__(self, report):
        super().__init__()
        self.report = report
        self.faults = {}

    def stopTest(self, test):
        super().stopTest(test)
        self.report.check(test.id(), self.faults.pop(test.id(), None))

    def note(self, test, error):
        self.faults.setdefault(test.id(), self._exc_info_to_string(error, test))

    def addFailure(self, test, error):
        self.note(test, error)

    def addError(self, test, error):
        if isinstance(test, unittest.TestCase):
            self.note(test, error)
        else:  # a class that could not be set up
            self.report.check(str(test), self._exc_info_to_string(error, test))

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.faults.setdefault(test.id(), f"{subtest}: {self._exc_info_to_string(error, test)}")


def run(report, modules):
    for module in modules:
        unittest.defaultTestLoader.loadTestsFromName(module).run(Recorder(report))
