#!/usr/bin/python3
"""Holds the tree to the layers that CMakeLists.txt declares, and to a few rules of shape.

    tools/check_layers.py [ROOT]

CMake already refuses a layer that links one it does not name, but a header alone needs no link: this reads the
`berth_layer(...)` lines and looks at every `#include` in berth/. Exit status: 0 when all holds, 1 with one line
`file:line: what: remedy` for each thing that does not, 2 when the declarations themselves cannot be read.
"""

import pathlib
import re
import sys

# A file longer than this has more than one subject; the shorter one is where a reader is told so.
LINES_AT_MOST = 400
LINES_NOTICED = 300

# Made by CMake from cmake/*.in, below the build folder; any layer that is given the folder may include them.
GENERATED = {"berth/version.h", "berth/probe_files.inc"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
CALL = re.compile(r"(?m)^[ \t]*berth_layer\s*\(([^)]*)\)")
KEYWORDS = {"USES", "PACKAGES", "PRIVATE_PACKAGES"}


class DeclarationError(Exception):
    """The berth_layer(...) lines say something that cannot be."""


def layers_of(cmake_text):
    """The declared layers, bottom up: {name: set of the layers it may include}."""
    text = re.sub(r"(?m)#.*$", "", cmake_text)
    layers = {}
    for call in CALL.finditer(text):
        words = call.group(1).split()
        if not words or words[0] in KEYWORDS:
            raise DeclarationError("CMakeLists.txt: a berth_layer(...) has no name")
        name, uses, section = words[0], set(), ""
        for word in words[1:]:
            if word in KEYWORDS:
                section = word
            elif section == "USES":
                uses.add(word)
            elif not section:
                raise DeclarationError(f"CMakeLists.txt: layer '{name}': '{word}' stands before USES or PACKAGES")
        if name in layers:
            raise DeclarationError(f"CMakeLists.txt: layer '{name}' is declared twice")
        for used in sorted(uses):
            if used not in layers:
                raise DeclarationError(f"CMakeLists.txt: layer '{name}' uses '{used}', which is not declared above it")
        layers[name] = uses
    if not layers:
        raise DeclarationError("CMakeLists.txt: no berth_layer(...) found")
    return layers


def include_problem(kind, target, layer, layers):
    """What is wrong with one #include of a file of `layer`, or None."""
    if target.endswith((".cc", ".cpp", ".c")):
        return f"includes the source file '{target}': include a header"
    parts = target.split("/")
    if parts[0] != "berth":
        if kind == '"':
            return f"includes \"{target}\": write own headers as \"berth/<layer>/<file>.h\", others in angle brackets"
        return None
    if kind == "<":
        return f"includes <{target}>: own headers stand in quotes"
    if target in GENERATED:
        return None
    if len(parts) != 3 or ".." in parts:
        return f"includes '{target}': own headers are named \"berth/<layer>/<file>.h\""
    other = parts[1]
    if other not in layers:
        return f"includes '{target}', but '{other}' is no layer of CMakeLists.txt"
    if layer is not None and other != layer and other not in layers[layer]:
        return (f"layer '{layer}' includes '{target}' of layer '{other}', which its USES does not name: "
                "move the code, hand an interface down, or declare the arrow")
    return None


def begins_with_comment(lines):
    return bool(lines) and lines[0].startswith("//")


def check_file(path, shown, layer, layers):
    """Problems and notices of one file: two lists of text."""
    problems, notices = [], []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        return [f"{shown}:1: is not UTF-8 (byte {error.start})"], []
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if found:
            problem = include_problem(found.group(1), found.group(2), layer, layers)
            if problem:
                problems.append(f"{shown}:{number}: {problem}")
    if path.suffix == ".h":
        if "#pragma once" not in lines:
            problems.append(f"{shown}:1: header without '#pragma once'")
        if not begins_with_comment(lines):
            problems.append(f"{shown}:1: header does not begin with a comment: say in a line what it is for")
    if len(lines) > LINES_AT_MOST:
        problems.append(f"{shown}:{len(lines)}: {len(lines)} lines, at most {LINES_AT_MOST}: split it by subject")
    elif len(lines) > LINES_NOTICED:
        notices.append(f"{shown}:{len(lines)}: {len(lines)} lines, more than {LINES_NOTICED}")
    return problems, notices


def layer_of(relative, layers):
    """The layer of a path below berth/; None for berth/main.cc, which may name all; '' where it belongs to none."""
    if len(relative.parts) == 1:
        return None if relative.name == "main.cc" else ""
    return relative.parts[0] if len(relative.parts) == 2 and relative.parts[0] in layers else ""


def check_tree(root):
    """Problems and notices of the tree at `root`. Raises DeclarationError."""
    root = pathlib.Path(root)
    try:
        cmake_text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    except OSError as error:
        raise DeclarationError(f"CMakeLists.txt: {error.strerror}") from error
    layers = layers_of(cmake_text)
    problems, notices = [], []
    sources = sorted(p for p in (root / "berth").rglob("*") if p.suffix in {".h", ".cc"} and p.is_file())
    filled = set()
    for path in sources:
        relative = path.relative_to(root / "berth")
        shown = str(path.relative_to(root))
        layer = layer_of(relative, layers)
        if layer == "":
            problems.append(f"{shown}:1: belongs to no layer: it lies in berth/<layer>/ of a declared layer, or is main.cc")
            continue
        if layer is not None:
            filled.add(layer)
        more_problems, more_notices = check_file(path, shown, layer, layers)
        problems += more_problems
        notices += more_notices
    for name in layers:
        if name not in filled:
            problems.append(f"berth/{name}:1: layer '{name}' is declared but has no file")
        elif not any((root / "tests" / name).glob("*_test.cc")):
            problems.append(f"tests/{name}:1: layer '{name}' has no *_test.cc")
    return problems, notices


def main(arguments):
    root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent
    try:
        problems, notices = check_tree(root)
    except DeclarationError as error:
        print(error, file=sys.stderr)
        return 2
    for line in notices:
        print(f"notice: {line}")
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
