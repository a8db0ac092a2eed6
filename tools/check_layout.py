#!/usr/bin/env python3
"""Holds the sources to the house's layout; the build runs it and fails with it.

Checked: every include goes to a lower rank; every .cc belongs to a CMake target; clocks, randomness, threads
and system calls stay where they are allowed; the ledger has no floating point; no file grows without end.
Usage: check_layout.py [ROOT]. Prints one line per finding, `path:line: what is wrong`, and exits 1 if there is any.
"""
import pathlib
import re
import sys

LINES_MAX = 800

# A folder includes from a lower rank or from itself. connectors/<system> is rank 4, whatever its name.
RANK = {
    "base": 0,
    "os": 1, "telemetry": 1, "canonical": 1,
    "http": 2, "journal": 2, "ledger": 2, "cases": 2,
    "exposure": 3, "readmodel": 3, "connectors/sdk": 3,
    "sequencer": 4,
    "intake": 5, "fanout": 5, "reconcile": 5, "explain": 5,
    "api": 6,
    "hub": 7,
    "drills": 8,
    "cli": 9,
}
CONNECTOR_RANK = 4

# Folders that see less than their rank would allow, because their purity is what they are for.
NARROW = {
    "ledger": {"base", "canonical"},
    "cases": {"base", "canonical"},
    "drills/emulators": {"base", "os", "http"},
}
CONNECTOR_SEES = {"base", "canonical", "http", "connectors/sdk"}
CONNECTOR_SEEN_BY = {"hub"}

# Tests beside the sources that need more than their folder may include: path -> extra folders.
TESTS_SEE_MORE = {}

# Who may touch the kernel. Everybody else receives an interface from os/.
KERNEL_FOLDERS = {"os", "hub", "cli"}
# path -> names of bans that do not hold there, with the reason.
KERNEL_EXCEPTIONS = {
    # The last words of a failed check cannot go through an interface.
    "src/base/check.cc": {"system call"},
    # Never part of the product: the one switch of the build with planted bugs.
    "src/base/planted.cc": {"system call"},
}
BANS = [
    ("clock", r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock)\b|\bclock_gettime\b|\bgettimeofday\b"
              r"|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&)|__rdtsc\b"),
    ("randomness", r"\brandom_device\b|(?<![\w.>:])(?:std::)?s?rand\s*\(|\bgetrandom\s*\(|\bgetentropy\s*\("
                   r"|\bRAND_(?:priv_)?bytes\b|#\s*include\s*<random>|\bmt19937(?:_64)?\b"),
    ("thread", r"\bstd::(?:j?thread|async|this_thread|condition_variable(?:_any)?)\b|\bpthread_\w+|#\s*include\s*<thread>"
               r"|\bco_(?:await|yield|return)\b|\bfork\s*\(|\bsleep(?:_for|_until)?\s*\("),
    ("system call", r"#\s*include\s*<(?:unistd\.h|fcntl\.h|fstream|filesystem|poll\.h|dirent\.h|signal\.h|csignal|sys/[\w/]+\.h"
                    r"|netinet/[\w/]+\.h|arpa/[\w/]+\.h|netdb\.h|linux/[\w/]+\.h|boost/asio[\w./]*)>"
                    r"|\bstd::filesystem\b|\bf(?:open|datasync|sync)\s*\(|(?<![\w.>:])(?:std::)?getenv\s*\(|(?<!\w)::(?:open|read|write|close|socket|mmap)\s*\("),
]
BANS = [(name, re.compile(pattern)) for name, pattern in BANS]
FLOATS = re.compile(r"\b(?:float|double)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def without_comments(text, keep_strings):
    """The text with comments, and unless kept also literals, blanked; line numbers stay."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^()\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        literal = match.group(0)[0] in "\"'R"
        if literal and keep_strings:
            return match.group(0)
        return re.sub(r"[^\n]", " ", match.group(0))

    return token.sub(blank, text)


def folder_of(relative):
    """Folder of a path below src/ as the rank table spells it."""
    parts = relative.split("/")
    if parts[0] == "connectors" and len(parts) > 2:
        return "connectors/" + parts[1]
    if parts[0] == "drills" and len(parts) > 2 and parts[1] == "emulators":
        return "drills/emulators"
    return parts[0]


def is_connector(folder):
    return folder.startswith("connectors/") and folder != "connectors/sdk"


def rank_of(folder):
    if folder == "drills/emulators":
        return RANK["drills"]
    return CONNECTOR_RANK if is_connector(folder) else RANK.get(folder)


def include_fault(source, target):
    """Why a file in folder `source` may not include from folder `target`; None when it may."""
    if source == target or (source, target) == ("drills", "drills/emulators"):
        return None
    if is_connector(source):
        return None if target in CONNECTOR_SEES else "a connector sees only " + ", ".join(sorted(CONNECTOR_SEES))
    if source in NARROW:
        return None if target in NARROW[source] else f"{source} sees only " + ", ".join(sorted(NARROW[source]))
    if is_connector(target) and source not in CONNECTOR_SEEN_BY:
        return "only hub sees a connector"
    if rank_of(target) >= rank_of(source):
        return f"{source} (rank {rank_of(source)}) may not include from {target} (rank {rank_of(target)})"
    return None


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_includes(path, relative, text, findings):
    source = folder_of(relative)
    allowed = TESTS_SEE_MORE.get(path, set())
    for match in INCLUDE.finditer(text):
        where = f"{path}:{line_of(text, match.start(1))}"
        target = folder_of(match.group(1))
        if "/" not in match.group(1) or rank_of(target) is None:
            findings.append(f'{where}: include "{match.group(1)}" names no folder of src/; write folder/file.h')
        elif target not in allowed:
            fault = include_fault(source, target)
            if fault:
                findings.append(f'{where}: include "{match.group(1)}": {fault}')


def check_bans(path, relative, code, findings):
    folder = folder_of(relative)
    is_test = path.endswith(("_test.cc", "_bench.cc"))
    if folder not in KERNEL_FOLDERS and not is_test:
        for name, pattern in BANS:
            if name in KERNEL_EXCEPTIONS.get(path, set()):
                continue
            for match in pattern.finditer(code):
                findings.append(f"{path}:{line_of(code, match.start())}: {name} outside os/, hub/ and cli/: "
                                f"{' '.join(match.group(0).split())}")
    if folder == "ledger" and not is_test:
        for match in FLOATS.finditer(code):
            findings.append(f"{path}:{line_of(code, match.start())}: floating point in the ledger")


def cmake_sources(root):
    """Every .cc named in a CMakeLists.txt, as a path relative to the root."""
    named = set()
    for listing in sorted(root.glob("CMakeLists.txt")) + [p for top in ("src", "tests", "bench", "tools")
                                                          for p in sorted((root / top).rglob("CMakeLists.txt"))]:
        text = re.sub(r"#[^\n]*", "", listing.read_text(encoding="utf-8"))
        for word in re.findall(r'[\w./${}+-]+\.cc\b', text):
            word = re.sub(r"\$\{CMAKE_CURRENT_(?:SOURCE|LIST)_DIR\}/", "", word)
            base = root if "${PROJECT_SOURCE_DIR}/" in word else listing.parent
            word = word.replace("${PROJECT_SOURCE_DIR}/", "")
            named.add((base / word).resolve())
    return named


def check(root):
    root = pathlib.Path(root).resolve()
    findings = []
    named = cmake_sources(root)
    for top in ("src", "tests", "bench", "tools"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".h", ".cc") or not file.is_file():
                continue
            path = file.relative_to(root).as_posix()
            text = file.read_text(encoding="utf-8", errors="replace")
            if file.suffix == ".cc" and file not in named:
                findings.append(f"{path}:1: belongs to no CMake target")
            if text.count("\n") > LINES_MAX:
                findings.append(f"{path}:{LINES_MAX}: longer than {LINES_MAX} lines; one file, one job")
            if top != "src":
                continue
            relative = path[len("src/"):]
            if "/" not in relative or rank_of(folder_of(relative)) is None:
                findings.append(f"{path}:1: no such folder in the rank table of tools/check_layout.py")
                continue
            check_includes(path, relative, without_comments(text, keep_strings=True), findings)
            check_bans(path, relative, without_comments(text, keep_strings=False), findings)
    return findings


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    findings = check(root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
