"""The rows of the comparison: what is measured against what, the goal and the floor. Arithmetic only; nothing is started here.

A cell is one measurement that is repeated every round: (subject, arguments of its method). A row divides a field of one
of our cells by a field of a peer's cell, round by round, and judges the median of these ratios.
"""
import dataclasses
import statistics

# name -> (subject, arguments). Subjects are the servers of bench/compare; `flush` is bench/fsync_probe. A peer reserves
# unless its arguments say `method`.
CELLS = {
    "ours-uniform-64": ("hub", {"clients": 64}),
    "pg-uniform-64": ("postgres", {"clients": 64, "dist": "uniform"}),
    "ours-hot-64": ("hub", {"clients": 64, "dist": "hot"}),
    "pg-hot-64": ("postgres", {"clients": 64, "dist": "hot"}),
    "redis-uniform-64": ("redis-always", {"clients": 64, "dist": "uniform"}),
    "redis-hot-64": ("redis-always", {"clients": 64, "dist": "hot"}),
    "everysec-uniform-64": ("redis-everysec", {"clients": 64, "dist": "uniform"}),
    "everysec-hot-64": ("redis-everysec", {"clients": 64, "dist": "hot"}),
    "ours-pipelined": ("hub", {"clients": 16, "pipeline": 16}),
    "redis-pipelined": ("redis-always", {"clients": 16, "dist": "uniform", "pipeline": 16}),
    "nginx-64": ("nginx", {"clients": 64}),
    "ours-uniform-256": ("hub", {"clients": 256}),
    "nginx-256": ("nginx", {"clients": 256}),
    "ours-uniform-16": ("hub", {"clients": 16}),
    "pg-uniform-16": ("postgres", {"clients": 16, "dist": "uniform"}),
    "ours-hot-16": ("hub", {"clients": 16, "dist": "hot"}),
    "pg-hot-16": ("postgres", {"clients": 16, "dist": "hot"}),
    "redis-uniform-16": ("redis-always", {"clients": 16, "dist": "uniform"}),
    "ours-uniform-1": ("hub", {"clients": 1}),
    "pg-uniform-1": ("postgres", {"clients": 1, "dist": "uniform"}),
    "redis-uniform-1": ("redis-always", {"clients": 1, "dist": "uniform"}),
    "flush": ("flush", {}),
    # The rate of an open loop is half of what this round's closed loop reached.
    "ours-half-rate": ("hub", {"clients": 64, "half_of": "ours-uniform-64"}),
    "ours-get-64": ("hub", {"clients": 64, "operation": "availability"}),
    "nginx-get-64": ("nginx", {"clients": 64, "operation": "availability"}),
    "ours-bulk-64": ("hub", {"clients": 64, "operation": "availability-bulk"}),
    # Each side with the number of clients that serves it best.
    "ours-events": ("hub", {"clients": 4, "operation": "events-batch"}),
    "pg-events": ("postgres", {"method": "apply", "clients": 1, "events": 1000}),
    "redis-events": ("redis-always", {"method": "apply", "clients": 4, "events": 1000}),
    "replay": ("replay", {}),
}


@dataclasses.dataclass(frozen=True)
class Row:
    id: str
    measure: str
    ours: str
    peer: str
    goal: float
    floor: float
    field: str = "ops_per_s"
    peer_field: str = "ops_per_s"
    less_is_better: bool = False

    @property
    def number(self):
        return int(self.id.rstrip("abc"))

    def verdict(self, ratio):
        reached = (lambda bound: ratio <= bound) if self.less_is_better else (lambda bound: ratio >= bound)
        return "goal" if reached(self.goal) else "floor" if reached(self.floor) else "missed"


def latency(id, measure, ours, peer, field, goal, floor, peer_field=None):
    return Row(id, measure, ours, peer, goal, floor, field, peer_field or field, less_is_better=True)


ROWS = [
    Row("1", "reservations/s, uniform ÷ PostgreSQL", "ours-uniform-64", "pg-uniform-64", 7, 5),
    Row("2", "reservations/s, one hot SKU ÷ PostgreSQL", "ours-hot-64", "pg-hot-64", 60, 45),
    Row("3", "hot ÷ uniform, own", "ours-hot-64", "ours-uniform-64", 0.97, 0.95),
    Row("4a", "uniform ÷ Redis `always`", "ours-uniform-64", "redis-uniform-64", 2.5, 2.0),
    Row("4b", "hot ÷ Redis `always`", "ours-hot-64", "redis-hot-64", 2.5, 2.0),
    Row("5a", "uniform ÷ Redis `everysec` (not durable)", "ours-uniform-64", "everysec-uniform-64", 1.3, 1.0),
    Row("5b", "hot ÷ Redis `everysec` (not durable)", "ours-hot-64", "everysec-hot-64", 1.3, 1.0),
    Row("6", "16 connections × 16 pipelined ÷ Redis `always` the same", "ours-pipelined", "redis-pipelined", 4.5, 2.5),
    Row("7a", "÷ nginx constant (POST), 64", "ours-uniform-64", "nginx-64", 0.50, 0.38),
    Row("7b", "÷ nginx constant (POST), 256", "ours-uniform-256", "nginx-256", 0.70, 0.55),
    Row("8a", "16 clients, uniform ÷ PostgreSQL", "ours-uniform-16", "pg-uniform-16", 2.3, 1.8),
    Row("8b", "16 clients, hot ÷ PostgreSQL", "ours-hot-16", "pg-hot-16", 10, 8),
    Row("8c", "16 clients, uniform ÷ Redis `always`", "ours-uniform-16", "redis-uniform-16", 1.4, 1.1),
    Row("9a", "one client ÷ PostgreSQL", "ours-uniform-1", "pg-uniform-1", 1.25, 1.0),
    Row("9b", "one client ÷ Redis `always`", "ours-uniform-1", "redis-uniform-1", 1.35, 1.1),
    latency("10a", "p50, uniform ÷ PostgreSQL", "ours-uniform-64", "pg-uniform-64", "p50_us", 0.18, 0.25),
    latency("10b", "p99, uniform ÷ PostgreSQL", "ours-uniform-64", "pg-uniform-64", "p99_us", 0.12, 0.20),
    latency("11", "p99, hot ÷ PostgreSQL", "ours-hot-64", "pg-hot-64", "p99_us", 0.008, 0.02),
    latency("12a", "open loop at half the peak: p99 in flush medians", "ours-half-rate", "flush", "p99_us", 4, 8, "p50_us"),
    latency("12b", "open loop at half the peak: p99.9 in flush medians", "ours-half-rate", "flush", "p999_us", 12, 40, "p50_us"),
    Row("13", "availability GET ÷ nginx constant GET", "ours-get-64", "nginx-get-64", 0.95, 0.85),
    Row("14", "bulk availability, SKU answers/s ÷ single GET", "ours-bulk-64", "ours-get-64", 20, 12, field="answers_per_s"),
    Row("15a", "events/s in batches of 1,000 ÷ PostgreSQL apply", "ours-events", "pg-events", 15, 10, field="answers_per_s"),
    Row("15b", "events/s in batches of 1,000 ÷ Redis HINCRBY, 1,000 pipelined, `always`", "ours-events", "redis-events", 5, 3,
        field="answers_per_s"),
    Row("18", "replayed facts/s ÷ live reservations/s", "replay", "ours-uniform-64", 30, 15),
]


def choose(numbers):
    """Rows with one of these numbers ("4" is 4a and 4b), in order; all when None."""
    if numbers is None:
        return list(ROWS)
    known = {str(row.number) for row in ROWS} | {row.id for row in ROWS}
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise ValueError(f"no row {', '.join(unknown)}; there are {', '.join(row.id for row in ROWS)}")
    return [row for row in ROWS if str(row.number) in numbers or row.id in numbers]


def cells_of(rows):
    """Cells the rows need, in the order of CELLS, with those that others are relative to."""
    wanted = {name for row in rows for name in (row.ours, row.peer)}
    wanted |= {CELLS[name][1]["half_of"] for name in wanted if "half_of" in CELLS[name][1]}
    return [name for name in CELLS if name in wanted]


def summarise(row, rounds):
    """The row over the rounds in which both sides were measured; None when there is none."""
    pairs = [(round_[row.ours][row.field], round_[row.peer][row.peer_field])
             for round_ in rounds if row.ours in round_ and row.peer in round_]
    if not pairs:
        return None
    ratios = [ours / peer for ours, peer in pairs]
    ratio = statistics.median(ratios)
    return {"row": row.id, "measure": row.measure, "ours": statistics.median(ours for ours, _ in pairs),
            "peer": statistics.median(peer for _, peer in pairs), "ratio": ratio, "ratio_min": min(ratios), "ratio_max": max(ratios),
            "rounds": len(pairs), "goal": row.goal, "floor": row.floor, "less_is_better": row.less_is_better,
            "unit": row.field, "peer_unit": row.peer_field, "verdict": row.verdict(ratio)}


def figure(value):
    """Three digits are all that a noisy machine supports."""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def with_unit(value, unit):
    return figure(value) + ("/s" if unit.endswith("per_s") else " µs")


def table(summaries, markdown):
    header = ["#", "measure", "ours", "peer", "ratio [min-max]", "goal", "floor", "reached"]
    lines = []
    for s in summaries:
        sign = "≤" if s["less_is_better"] else "≥"
        lines.append([s["row"], s["measure"], with_unit(s["ours"], s["unit"]), with_unit(s["peer"], s["peer_unit"]),
                      f"{figure(s['ratio'])} [{figure(s['ratio_min'])}-{figure(s['ratio_max'])}]",
                      f"{sign} {s['goal']:g}", f"{sign} {s['floor']:g}", s["verdict"]])
    if markdown:
        rule = ["---", "---", "---:", "---:", "---:", "---:", "---:", "---"]
        return "\n".join("| " + " | ".join(line) + " |" for line in [header, rule] + lines)
    widths = [max(len(line[i]) for line in [header] + lines) for i in range(len(header))]
    return "\n".join("  ".join(cell.ljust(width) if i < 2 or i == 7 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in [header] + lines)
