"""The pages in docs/api. Goal: links lead somewhere, JSON in them is JSON, and each route is told of."""
import json
import re

import contract as contracts


def json_of(block):
    """An example with its omissions taken out; None where it is not meant to be JSON."""
    text = block.replace(", ...}", "}").replace('["..."]', "[]")
    return json.loads(text)


def check(contract, report):
    folder = contracts.ROOT / "docs" / "api"
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
    for name, text in texts.items():
        for target in re.findall(r"\]\(([^)#:]*)(?:#([\w-]*))?\)", text):
            path, anchor = folder / (target[0] or name), target[1]
            found = path.exists() and (not anchor or re.search(rf"^#+ {re.escape(anchor)}$", path.read_text("utf-8"), re.M))
            report.check(f"{name} links to {'#'.join(target)}", None if found else "there is no such place")
        for block in re.findall(r"```json\n(.*?)```", text, re.S):
            fault = None
            try:
                json_of(block)
            except ValueError as error:
                fault = f"{error}: {block[:100]!r}"
            report.check(f"JSON in {name}", fault)
    everything = "\n".join(texts.values())
    for operation in contract.operations:
        resource = re.sub(r"\{[^}]*\}.*", "", operation.path).rstrip("/") or operation.path
        report.check(f"docs/api tells of {operation.path}", None if resource in everything else "no page does")
