"""What an order file must come to, counted by other code than the importer's: Python's csv module, dictionaries, one
location, one pass. Shared by real_orders_test.py and nothing of the product.
"""
import collections
import csv
import io
import re
import shutil
import subprocess

PRODUCT = re.compile(r"[0-9]{5}[A-Za-z]{0,2}")
ROWS_PER_ORDER_MAX = 2000


def rows_of(path):
    """The records of a CSV file, plain or zst, without the header, as dictionaries."""
    if str(path).endswith(".zst"):
        if not shutil.which("zstd"):
            raise RuntimeError("zstd is needed to read " + str(path))
        text = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout.decode()
    else:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    return csv.DictReader(io.StringIO(text, newline=""))


def opening_stock(path):
    with open(path, encoding="utf-8", newline="") as file:
        return {row["sku"]: int(row["quantity"]) for row in csv.DictReader(file)}


class Count:
    """Rows and units (without a sign) per class."""

    def __init__(self):
        self.rows = 0
        self.units = 0

    def add(self, units, rows=1):
        self.rows += rows
        self.units += units

    def as_pair(self):
        return {"rows": self.rows, "units": self.units}


class Oracle:
    def __init__(self, stock):
        self.opening = stock
        self.free = dict(stock)
        self.reserved = collections.Counter()
        self.read = Count()
        self.aside = collections.defaultdict(Count)
        self.refused = collections.defaultdict(Count)
        self.applied = Count()
        self.sales = {}    # row -> [sku, units, held units left, units taken back]
        self.open = collections.defaultdict(list)  # (customer, sku) -> [[row, units not yet cancelled]]
        self.orders = 0

    def read_file(self, path):
        group, invoice = [], None
        for number, row in enumerate(rows_of(path), 1):
            if row["invoice"] != invoice or len(group) == ROWS_PER_ORDER_MAX:
                self.settle(group)
                group, invoice = [], row["invoice"]
            group.append((number, row))
        self.settle(group)

    def settle(self, group):
        sales, backs = [], []
        for number, row in group:
            quantity = int(row["quantity"])
            units = abs(quantity)
            self.read.add(units)
            if not PRODUCT.fullmatch(row["stock_code"]):
                self.aside["not_stock"].add(units)
            elif row["invoice"].startswith("C"):
                if quantity < 0:
                    backs.append((number, row["customer_id"], row["stock_code"], units))
                else:
                    self.aside["stock_adjustment"].add(units)
            elif quantity <= 0 or (float(row["unit_price"]) == 0 and not row["customer_id"]):
                self.aside["stock_adjustment"].add(units)
            else:
                sales.append((number, row["customer_id"], row["stock_code"], units))
        if sales:
            self.order(sales)
        if backs:
            self.cancel(backs)

    def order(self, sales):
        self.orders += 1
        for number, customer, sku, units in sales:
            held = units if self.free.get(sku, 0) >= units else 0
            self.sales[number] = [sku, units, held, 0]
            if held:
                self.free[sku] -= units
                self.reserved[sku] += units
            else:
                why = "insufficient_stock" if sku in self.opening else "unknown_sku"
                self.refused[why].add(units)
            if customer:
                self.open[customer, sku].append([number, units])

    def cancel(self, backs):
        for number, customer, sku, units in backs:
            left, took, missed = units, 0, 0
            lines = self.open[customer, sku] if customer else []
            while left and lines:
                line = lines[-1]
                share = min(left, line[1])
                left -= share
                line[1] -= share
                if not line[1]:
                    lines.pop()
                sale = self.sales[line[0]]
                if sale[2] or sale[3]:
                    sale[2] -= share
                    sale[3] += share
                    self.free[sku] += share
                    self.reserved[sku] -= share
                    took += share
                else:
                    missed += share
            if took:
                self.applied.add(took)
            if missed:
                self.aside["line_was_not_held"].add(missed, rows=0 if took else 1)
            if left:
                self.aside["no_matching_sale"].add(left, rows=0 if took or missed else 1)

    def report(self):
        """In the shape of the importer's JSON."""
        held, cancelled = Count(), Count()
        for _, units, left, back in self.sales.values():
            if not left and not back:
                continue  # refused
            held.add(left, rows=1 if left else 0)
            cancelled.add(back, rows=0 if left else 1)
        return {
            "read": self.read.as_pair(),
            "held": held.as_pair(),
            "cancelled": cancelled.as_pair(),
            "refused": {why: count.as_pair() for why, count in self.refused.items()},
            "cancellation_applied": self.applied.as_pair(),
            "set_aside": {why: count.as_pair() for why, count in self.aside.items()},
            "duplicate": {"rows": 0, "units": 0},
        }
