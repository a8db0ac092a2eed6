#!/usr/bin/env python3
"""Turns openapi.yaml into what the binary is built from; CMake runs it.

usage: generate.py OPENAPI_YAML PROBLEMS_MD OUTPUT_DIRECTORY

Writes operations.h (one enumerator per operation, and the route table with scopes and body limits) and
document.cc (the document as YAML and as JSON, and the page of each problem). A route without a scope, or with an
unknown one, or a problem without a page, fails the build.
"""
import json
import pathlib
import sys

try:
    import yaml
except ModuleNotFoundError:
    sys.exit("api/generate.py needs PyYAML (Debian: python3-yaml)")

METHODS = {"get": "get", "post": "post", "put": "put", "patch": "patch", "delete": "delete_"}
ACTIONS = {"public", "reserve:write", "reserve:read", "events:write", "events:read", "stock:read", "catalog:write",
           "catalog:read", "cases:write", "cases:read", "status:read", "admin"}
BODY_BYTES_DEFAULT = 1024 * 1024
# A string literal may have any length in g++ and clang, but pieces keep diagnostics and editors usable.
PIECE_BYTES = 8000


def operations(document):
    for path, item in document["paths"].items():
        for method, spelled in METHODS.items():
            if method not in item:
                continue
            operation = item[method]
            scope = operation.get("x-holdfast-scope")
            if scope not in ACTIONS:
                sys.exit(f"{method.upper()} {path}: x-holdfast-scope is {scope!r}, not one of {sorted(ACTIONS)}")
            if (scope == "public") != (operation.get("security") == []):
                sys.exit(f"{method.upper()} {path}: public routes, and only they, have an empty security list")
            parameters = item.get("parameters", []) + operation.get("parameters", [])
            refs = {p.get("$ref", "").rsplit("/", 1)[-1] for p in parameters}
            yield {
                "id": operation["operationId"],
                "method": spelled,
                "path": path,
                "action": "open_to_all" if scope == "public" else scope.replace(":", "_"),
                "body": operation.get("x-holdfast-body", BODY_BYTES_DEFAULT),
                "min_seq": "min_seq" in refs,
            }


def header(rows):
    lines = ["// Generated from api/openapi.yaml; do not edit.", "#pragma once", "", "#include <array>",
             "#include <cstdint>", "", '#include "api/route.h"', "", "namespace holdfast::api {", "",
             "enum class Operation : std::uint16_t {"]
    lines += [f"    {row['id']}," for row in rows]
    lines += ["};", "", f"inline constexpr std::array<Route, {len(rows)}> kRoutes{{{{"]
    for row in rows:
        lines.append(f"    {{\"{row['id']}\", http::Method::{row['method']}, \"{row['path']}\", "
                     f"Action::{row['action']}, {row['body']}, {str(row['min_seq']).lower()}}},")
    lines += ["}};", "", "}  // namespace holdfast::api", ""]
    return "\n".join(lines)


def literal(text):
    data = text.encode()
    pieces = []
    for start in range(0, len(data), PIECE_BYTES):
        piece = "".join(chr(b) if 0x20 <= b < 0x7f and b not in b'"\\?' else f"\\{b:03o}"
                        for b in data[start:start + PIECE_BYTES])
        pieces.append(f'    "{piece}"')
    return "\n".join(pieces)


def problem_pages(text, codes):
    """Sections of PROBLEMS_MD by slug: `## code`, then its text."""
    pages = {}
    for section in text.split("\n## ")[1:]:
        code, _, body = section.partition("\n")
        pages[code.strip().replace("_", "-")] = f"# {code.strip()}\n{body.rstrip()}\n"
    missing = sorted(code for code in codes if code.replace("_", "-") not in pages)
    unknown = sorted(slug for slug in pages if slug.replace("-", "_") not in codes)
    if missing or unknown:
        sys.exit(f"docs/api/problems.md: no section for {missing}; sections of no problem {unknown}")
    return pages


def source(yaml_text, json_text, pages):
    rows = "".join(f"        {{\"{slug}\",\n{literal(page)}}},\n" for slug, page in sorted(pages.items()))
    page_function = (
        "std::string_view problem_page(std::string_view slug) {\n"
        "    struct Row {\n        std::string_view slug;\n        std::string_view text;\n    };\n"
        f"    static constexpr Row kPages[] = {{\n{rows}    }};\n"
        "    for (const Row& page : kPages) {\n        if (page.slug == slug) return page.text;\n    }\n"
        "    return {};\n}\n\n")
    return ("// Generated from api/openapi.yaml; do not edit.\n#include \"api/document.h\"\n\n"
            "namespace holdfast::api {\n\n"
            f"std::string_view openapi_yaml() {{\n    static constexpr char kText[] =\n{literal(yaml_text)};\n"
            "    return {kText, sizeof kText - 1};\n}\n\n"
            f"std::string_view openapi_json() {{\n    static constexpr char kText[] =\n{literal(json_text)};\n"
            "    return {kText, sizeof kText - 1};\n}\n\n" + page_function + "}  // namespace holdfast::api\n")


def main():
    document_path, problems_path, output = (pathlib.Path(argument) for argument in sys.argv[1:4])
    text = document_path.read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    output.mkdir(parents=True, exist_ok=True)
    (output / "operations.h").write_text(header(list(operations(document))), encoding="utf-8")
    codes = document["components"]["schemas"]["problem_code"]["enum"]
    pages = problem_pages(problems_path.read_text(encoding="utf-8"), codes)
    (output / "document.cc").write_text(source(text, json.dumps(document, ensure_ascii=False), pages),
                                        encoding="utf-8")


if __name__ == "__main__":
    main()
