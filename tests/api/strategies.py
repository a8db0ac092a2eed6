"""Values drawn from the document's schemas with Hypothesis: valid ones, and ones at and just beyond each bound. Codes, ids
and numbers of documents come from a bag of what exists, so that most requests speak of something."""
import datetime
import string

from hypothesis import strategies as st

VALID, BOUNDARY = "valid", "boundary"
# Which drawer of the bag a member's code comes from.
DRAWERS = {"sku": "sku", "into": "sku", "component": "sku", "location": "location", "destination": "location",
           "locations": "location", "node": "location", "channel": "channel", "pool": "pool", "group": "group",
           "unit": "unit", "source": "source"}
ITEMS_MAX = 4
LETTERS = st.sampled_from(string.ascii_letters + string.digits + " -_./ä\U0001f45f")
DAY_FIRST, DAY_LAST = datetime.datetime(2026, 1, 1), datetime.datetime(2027, 12, 31)


class Bag:
    """What earlier answers and the small retailer offer to be spoken of."""

    def __init__(self):
        self.drawers = {"sku": ["BOOT-42", "SOCK-7", "LAST-1", "SET-1"], "location": ["DC1", "STORE-17", "AWAY"],
                        "channel": ["web", "solo"], "pool": ["main"], "group": ["stores", "far"], "unit": ["ounce", "pack"],
                        "source": ["wms", "till-1", "erp"], "reservation": [], "order": [], "document": [], "seq": ["0-1"],
                        "case": [], "key": [], "cursor": []}

    def put(self, drawer, value, keep=12):
        values = self.drawers[drawer]
        if value not in values:
            values.append(value)
            del values[:-keep]

    def any(self, drawer, otherwise):
        """Something from the drawer, most of the time."""
        values = self.drawers.get(drawer)
        return st.one_of(st.sampled_from(values), st.sampled_from(values), otherwise) if values else otherwise


class Drawer:
    """Draws values of schemas. `contract` resolves references."""

    def __init__(self, contract, bag):
        self.contract = contract
        self.bag = bag

    def value(self, schema, kind, name=""):
        reference = schema.get("$ref", "").rsplit("/", 1)[-1]
        schema = self.contract.resolve(schema)
        if reference == "code" or name in DRAWERS and schema.get("type") == "string":
            return self.bag.any(DRAWERS.get(name, "sku"), self.text(schema, kind))
        if reference in ("reservation_id", "case_id"):
            return self.bag.any(reference.removesuffix("_id"), self.text(schema, kind))
        if reference == "seq_token":  # a far one would only make the hub wait for it
            return st.sampled_from(self.bag.drawers["seq"])
        if reference == "document_number":
            return self.bag.any("order" if name == "order" else "document", st.from_regex(r"\A[A-Z]{1,2}-[0-9]{1,3}\Z"))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                return st.one_of([self.value(option, kind, name) for option in schema[choice]])
        kinds = schema.get("type", "object")
        if isinstance(kinds, list):
            return st.one_of([self.value({**schema, "type": one}, kind, name) for one in kinds])
        return getattr(self, kinds if kinds != "null" else "nothing")(schema, kind, name)

    def nothing(self, schema, kind, name=""):
        return st.none()

    def boolean(self, schema, kind, name=""):
        return st.booleans()

    def string(self, schema, kind, name=""):
        return self.text(schema, kind)

    def text(self, schema, kind):
        if schema.get("format") == "date-time":
            return st.datetimes(min_value=DAY_FIRST, max_value=DAY_LAST).map(lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if "pattern" in schema and kind == VALID:
            pattern = schema["pattern"]
            return st.from_regex(r"\A" + pattern.removeprefix("^").removesuffix("$") + r"\Z")
        least, most = schema.get("minLength", 0), schema.get("maxLength", 200)
        if kind == BOUNDARY:
            lengths = st.sampled_from(sorted({max(least - 1, 0), least, most, most + 1}))
            return lengths.flatmap(lambda n: st.text(LETTERS, min_size=n, max_size=n))
        return st.text(LETTERS, min_size=least, max_size=min(most, least + 12))

    def integer(self, schema, kind, name=""):
        least, most = schema.get("minimum", -2**53), schema.get("maximum", 2**53)
        if kind == BOUNDARY:
            return st.sampled_from([least - 1, least, least + 1, 0, 1, most - 1, most, most + 1, 2**63 - 1, -2**63])
        # Small numbers meet each other: large ones only empty the shelves.
        return st.integers(max(least, min(1, most)), min(most, max(least, 5)))

    def number(self, schema, kind, name=""):
        return st.floats(allow_nan=False, allow_infinity=False)

    def array(self, schema, kind, name=""):
        item = self.value(schema["items"], kind, name)
        least, most = schema.get("minItems", 0), schema.get("maxItems", ITEMS_MAX)
        if kind == BOUNDARY:
            return st.one_of(st.lists(item, max_size=1), st.lists(item, min_size=least, max_size=ITEMS_MAX))
        return st.lists(item, min_size=max(least, 1), max_size=min(most, ITEMS_MAX))

    def object(self, schema, kind, name=""):
        required = set(schema.get("required", ()))
        members = {key: self.value(value, kind, key) for key, value in schema.get("properties", {}).items()}
        return st.fixed_dictionaries({key: value for key, value in members.items() if key in required},
                                     optional={key: value for key, value in members.items() if key not in required})
