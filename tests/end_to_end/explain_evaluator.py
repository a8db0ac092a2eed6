"""Recomputes an explanation from its leaves, knowing nothing but docs/api/explain.md. Shares no code with the hub.

A formula is + - * /, brackets, whole numbers, names of inputs, and max, min, sum, first. Every node with a formula must
have the value that the formula gives; every node without one must be a leaf, or told in full elsewhere.
"""
import datetime
import functools
import re

TOKEN = re.compile(r"\s*(\d+|[a-z_]+|[-+*/(),])")
# What is true where nothing was ever said.
UNSAID = {"earlier": 0, "recorded": 0, "node_online": 1, "used": 0, "location_open": 0}


class Wrong(Exception):
    """The explanation does not recompute."""


@functools.lru_cache(maxsize=1000)
def parse(formula):
    tokens = TOKEN.findall(formula)
    if "".join(tokens) != re.sub(r"\s", "", formula):
        raise Wrong(f"not a formula: {formula}")
    tree, rest = parse_sum(tuple(tokens))
    if rest:
        raise Wrong(f"{formula}: what is {rest}?")
    return tree


def parse_sum(tokens):
    tree, tokens = parse_product(tokens)
    while tokens and tokens[0] in "+-":
        right, rest = parse_product(tokens[1:])
        tree, tokens = (tokens[0], tree, right), rest
    return tree, tokens


def parse_product(tokens):
    tree, tokens = parse_factor(tokens)
    while tokens and tokens[0] in "*/":
        right, rest = parse_factor(tokens[1:])
        tree, tokens = (tokens[0], tree, right), rest
    return tree, tokens


def parse_factor(tokens):
    head, tokens = tokens[0], tokens[1:]
    if head.isdigit():
        return ("number", int(head)), tokens
    if head == "(":
        tree, tokens = parse_sum(tokens)
        return tree, tokens[1:]
    if tokens and tokens[0] == "(":
        arguments = []
        while tokens[0] != ")":
            # A name that stands alone may belong to several inputs.
            if tokens[2] in ",)" and tokens[1][0].isalpha():
                argument, tokens = ("all", tokens[1]), tokens[2:]
            else:
                argument, tokens = parse_sum(tokens[1:])
            arguments.append(argument)
        return ("call", head, arguments), tokens[1:]
    return ("one", head), tokens


def compute(tree, values):
    kind = tree[0]
    if kind == "number":
        return tree[1]
    if kind == "one":
        found = values.get(tree[1], [])
        if len(found) != 1:
            raise Wrong(f"{len(found)} inputs are called {tree[1]}")
        return found[0]
    if kind == "call":
        numbers = []
        for argument in tree[2]:
            numbers += values.get(argument[1], []) if argument[0] == "all" else [compute(argument, values)]
        if tree[1] == "sum":
            return sum(numbers)
        if tree[1] == "first":
            return numbers[0] if numbers else 0
        return {"max": max, "min": min}[tree[1]](numbers) if numbers else 0
    left, right = compute(tree[1], values), compute(tree[2], values)
    if kind == "/" and (left < 0 or right < 1):
        raise Wrong(f"{left} is not shared out among {right}")
    return {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "/": int.__floordiv__}[kind](left, right)


def identity(node):
    return node["name"], node.get("sku"), node.get("location"), node.get("group"), node.get("channel")


def told_in_full(nodes, found, top=True):
    """What has a formula, by identity: the quantities themselves, and below them what says where or whose it is."""
    for node in nodes:
        if "formula" in node:
            if top or any(identity(node)[1:]):
                found[identity(node)] = node["value"]
            told_in_full(node["inputs"], found, top=False)
    return found


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def check_horizon(node):
    """What is expected inside a horizon of days has a date, and none is later than the days allow."""
    days = [part["value"] for part in node["inputs"] if part["name"] == "backorder_horizon"]
    dates = [moment(part["due"]) for part in node["inputs"] if "due" in part]
    if days:
        until = moment(node["from"]) + datetime.timedelta(days=days[0])
        if until != moment(node["until"]) or any(date > until for date in dates):
            raise Wrong(f"{days[0]} days from {node['from']} do not reach until {node['until']} and hold {dates}")
    if dates != sorted(set(dates)):
        raise Wrong(f"the dates of {node['name']} are not in order: {dates}")


def check_node(node, told):
    """Recomputes the node and everything below it."""
    if "formula" not in node:
        if "fact" not in node and told.get(identity(node), UNSAID.get(node["name"])) != node["value"]:
            raise Wrong(f"nothing says that {node['name']} is {node['value']}")
        return
    check_horizon(node)
    values = {}
    for part in node["inputs"]:
        check_node(part, told)
        values.setdefault(part["name"], []).append(part["value"])
    value = compute(parse(node["formula"]), values)
    if value != node["value"]:
        raise Wrong(f"{node['name']} is {node['value']}, but {node['formula']} of {values} is {value}")


def check(explanation):
    """The values of the top quantities, each recomputed; Wrong where one is not what its parts make."""
    told = told_in_full(explanation["quantities"], {})
    for node in explanation["quantities"]:
        check_node(node, told)
    if not explanation.get("ledger", {"agrees": True})["agrees"]:
        raise Wrong(f"the ledger disagrees: {explanation['ledger']['differences']}")
    return {node["name"]: node["value"] for node in explanation["quantities"]}
