"""What the feed of facts says of every moment: levels, policies, pools. A second opinion on history, made of postings."""
import bisect
import datetime


def parse(time):
    return datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))


class Dated:
    """A value for each seq at which it changed."""

    def __init__(self, default):
        self.default, self.seqs, self.values = default, [], []

    def put(self, seq, value):
        self.seqs.append(seq)
        self.values.append(value)

    def at(self, seq):
        place = bisect.bisect_right(self.seqs, seq)
        return self.values[place - 1] if place else self.default


class History:
    def __init__(self):
        self.levels = {}    # (sku, location, bucket) -> Dated balance
        self.happened = {}  # (sku, location, bucket) -> [(when it happened, seq, delta)], times cut to milliseconds
        self.expected = {}  # (sku, location) -> [(seq, due, units)] of purchase orders
        self.recorded = {}  # seq -> when
        self.policies = {}  # (kind, sku or None, location or None) -> Dated value, None = no row
        self.open = {}      # location -> Dated
        self.pools = {}     # pool -> Dated list
        self.channels = {}  # channel -> Dated (pool, splits)
        self.kits = {}      # sku -> Dated [(component, units)], None = sold from its own stock
        self.of_sku = {}    # sku -> set of locations
        self.last = 0

    def read(self, api):
        """Everything after what is known already."""
        after = f"0-{self.last}"
        while True:
            page = api.get(f"/v1/facts?limit=1000&after={after}")
            for fact in page["data"]:
                self.add(fact)
            after = page["next_after"]
            if not page["has_more"]:
                return

    def add(self, fact):
        seq, data = int(fact["seq"][2:]), fact["data"]
        self.last = seq
        self.recorded[seq] = parse(fact["time"])
        # A clock that runs ahead makes nothing later than its record.
        happened = min(fact["time"], fact.get("occurredtime", fact["time"]))
        for posting in data.get("postings", []):
            if posting["place"] not in ("location", "lane"):
                continue
            # What is on the lanes that lead to a location is in transit to it.
            sku, location = posting["sku"], posting.get("location") or posting["destination"]
            dated = self.levels.setdefault((sku, location, posting["bucket"]), Dated(0))
            dated.put(seq, dated.at(seq) + posting["delta"])
            self.happened.setdefault((sku, location, posting["bucket"]), []).append((happened, seq, posting["delta"]))
            if posting["bucket"] == "inbound" and "due" in data:
                self.expected.setdefault((sku, location), []).append((seq, parse(data["due"]), posting["delta"]))
            self.of_sku.setdefault(sku, set()).add(location)
        if fact["type"] == "policy.changed" and "value" in data:
            row = self.policies.setdefault((data["kind"], data.get("sku"), data.get("location")), Dated(None))
            row.put(seq, data["value"])
        elif fact["type"] == "item.upserted" and "kit" in data:
            kit = data["kit"]
            components = [(row["sku"], row["quantity"]) for row in kit["components"]] if kit and not kit["assembled"] else None
            self.kits.setdefault(data["code"], Dated(None)).put(seq, components)
        elif fact["type"] == "location.upserted":
            self.open.setdefault(data["code"], Dated(False)).put(seq, data["enabled"])
        elif fact["type"] == "pool.upserted":
            self.pools.setdefault(data["code"], Dated([])).put(seq, data["locations"])
        elif fact["type"] == "channel.upserted":
            self.channels.setdefault(data["code"], Dated((None, True))).put(seq, (data.get("pool"), data["splits"]))

    def level(self, sku, location, bucket, seq):
        dated = self.levels.get((sku, location, bucket))
        return dated.at(seq) if dated else 0

    def level_by_business_time(self, sku, location, bucket, until, seq):
        """What had happened in milliseconds up to `until`, as far as it was known at seq."""
        changes = self.happened.get((sku, location, bucket), [])
        return sum(delta for when, known, delta in changes if when <= until and known <= seq)

    def policy(self, kind, sku, location, seq, default=0):
        for scope in ((sku, location), (sku, None), (None, location), (None, None)):
            row = self.policies.get((kind, *scope))
            value = row.at(seq) if row else None
            if value is not None:
                return value
        return default

    def promisable(self, sku, location, seq):
        kit = self.kits[sku].at(seq) if sku in self.kits else None
        if kit:
            return min(self.promisable(component, location, seq) // units for component, units in kit)
        free = (self.level(sku, location, "sellable", seq) - self.level(sku, location, "reserved", seq)
                - self.level(sku, location, "allocated", seq))
        kept = self.policy("safety_stock", sku, location, seq) + self.policy("buffer", sku, location, seq)
        is_open = location in self.open and self.open[location].at(seq)
        return max(0, free - kept) if is_open else 0

    def backorderable(self, sku, location, seq):
        """Where no transfer says when it comes: then all that has a date is on purchase orders."""
        level = {bucket: self.level(sku, location, bucket, seq) for bucket in
                 ("backordered", "inbound", "in_transit", "sellable", "reserved", "allocated")}
        days = self.policy("backorder_horizon", sku, location, seq, None)
        coming = sum(units for known, due, units in self.expected.get((sku, location), []) if known <= seq
                     and (days is None or due <= self.recorded[seq] + datetime.timedelta(days=days)))
        supply = min(coming, level["inbound"] + level["in_transit"])
        oversold = max(0, level["reserved"] + level["allocated"] - level["sellable"])
        room = self.policy("backorder_limit", sku, location, seq) - level["backordered"]
        is_open = location in self.open and self.open[location].at(seq)
        return max(0, min(room, supply - level["backordered"] - oversold)) if is_open else 0

    def available_to_sell(self, channel, sku, seq):
        pool, splits = self.channels[channel].at(seq) if channel in self.channels else (None, True)
        if pool is None:
            return 0
        units = [self.promisable(sku, location, seq) for location in self.pools[pool].at(seq)
                 if location in self.of_sku.get(sku, ()) or sku in self.kits]
        return sum(units) if splits else max(units, default=0)
