#!/usr/bin/env python3
"""Holds every #include under src/ to the arrows that the modules declare.

    src/**/CMakeLists.txt: haidang_module(detect DEPS base event ...)
    src/watch/detect/x.cpp: #include "watch/event/event.hpp"   <- must stand in DEPS

A module may include itself, `base` and what its own DEPS name; what those include
in turn does not count. `app` may include everything and nobody includes it. The
wings watch/ and record/ never know each other, whatever DEPS say. Conditional
includes count too: an arrow is an arrow on every platform.

Prints `file:line: what and the mend` for each breach; exit 1 if there is any.
"""

import argparse
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = {".cpp", ".hpp", ".cc", ".h", ".c", ".ipp"}
WINGS = ("watch", "record")
BASE, APP = "base", "app"
KEYWORDS = {"DEPS", "LIBS", "SOURCES", "HEADERS", "TESTS", "FUZZERS"}

MODULE = re.compile(r"\bhaidang_module\s*\(([^)]*)\)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]*)"|<([^>\n]*)>|(\w+))', re.M)
COMMENT_OR_LITERAL = re.compile(
    r'(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")'
    r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])')"
    r"|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))",
    re.S,
)


@dataclass
class Module:
    name: str
    directory: str  # below src/: "watch/detect"
    cmake: str
    line: int
    deps: dict = field(default_factory=dict)  # name -> line in `cmake`

    @property
    def wing(self):
        top = self.directory.split("/")[0]
        return top if top in WINGS else None


@dataclass(frozen=True, order=True)
class Breach:
    file: str
    line: int
    what: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.what}"


def blank(text):
    """As many lines as `text`, and nothing on them."""
    return "\n" * text.count("\n")


def without_comments(text):
    """C++ text whose comments and raw strings are blanked: neither holds an #include."""
    def keep(match):
        return match["text"] if match["text"] is not None else " " + blank(match[0])
    return COMMENT_OR_LITERAL.sub(keep, text)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def parse_modules(text, directory, cmake):
    """The haidang_module() calls of one CMakeLists.txt."""
    text = re.sub(r"#[^\n]*", "", text)
    for call in MODULE.finditer(text):
        words = [(w[0], line_at(text, call.start(1) + w.start()))
                 for w in re.finditer(r"[^\s;]+", call[1])]
        if not words:
            continue
        module = Module(words[0][0], directory, cmake, words[0][1])
        keyword = None
        for word, line in words[1:]:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "DEPS":
                module.deps[word] = line
        yield module


class Tree:
    """The modules and sources found under ROOT/src."""

    def __init__(self, root):
        self.root = Path(root)
        self.src = self.root / "src"
        self.modules = {}
        self.twice = []
        self.sources = []
        for path in sorted(self._files()):
            if path.name == "CMakeLists.txt":
                self._add_modules(path)
            elif path.suffix in SOURCES:
                self.sources.append(path)
        if (self.src / APP).is_dir() and APP not in self.modules:
            self._add(Module(APP, APP, f"src/{APP}/CMakeLists.txt", 1))
        self.by_directory = {m.directory: m for m in self.modules.values()}

    def _files(self):
        for folder, _, names in os.walk(self.src):
            yield from (Path(folder) / name for name in names)

    def _add_modules(self, path):
        directory = path.parent.relative_to(self.src).as_posix()
        text = path.read_text(encoding="utf-8", errors="replace")
        for module in parse_modules(text, directory, self.name(path)):
            self._add(module)

    def _add(self, module):
        if module.name in self.modules:
            self.twice.append(module)
        self.modules.setdefault(module.name, module)

    def name(self, path):
        return path.relative_to(self.root).as_posix()

    def owner(self, below_src):
        """The module of "watch/detect/x.hpp": that of the nearest directory upwards."""
        for parent in Path(below_src).parents:
            if module := self.by_directory.get(parent.as_posix()):
                return module
        return None


def check_declarations(tree):
    for module in tree.twice:
        yield Breach(module.cmake, module.line, f"module '{module.name}' is declared twice: rename one")
    for module in tree.modules.values():
        if not (tree.src / module.directory / "README.md").is_file():
            yield Breach(f"src/{module.directory}/README.md", 1,
                         f"module '{module.name}' has no README.md: say what it is and what it refuses")
        for dep, line in module.deps.items():
            if why := forbidden(tree, module, dep):
                yield Breach(module.cmake, line, why)


def forbidden(tree, module, dep):
    """Why `dep` may not stand in the DEPS of `module`, or None."""
    if dep not in tree.modules:
        return f"module '{module.name}' depends on '{dep}', which no haidang_module() declares"
    if dep == APP and module.name != APP:
        return f"module '{module.name}' may not depend on 'app': nothing stands above the wiring"
    if wings_meet(module, tree.modules[dep]):
        return f"module '{module.name}' may not depend on '{dep}': {WINGS_MEND}"
    return None


WINGS_MEND = "watch/ and record/ do not know each other; let them meet in src/app"


def wings_meet(one, other):
    return one.wing and other.wing and one.wing != other.wing


def check_cycles(tree):
    """One breach for each cycle of DEPS, at the DEPS that closes it."""
    done, trail = set(), []

    def visit(name):
        if name in done or name not in tree.modules:
            return
        trail.append(name)
        for dep, line in tree.modules[name].deps.items():
            if dep in trail:
                cycle = " -> ".join(trail[trail.index(dep):] + [dep])
                yield Breach(tree.modules[name].cmake, line, f"the modules go in a circle: {cycle}")
            else:
                yield from visit(dep)
        trail.pop()
        done.add(name)

    for name in sorted(tree.modules):
        yield from visit(name)


def check_sources(tree):
    orphans = set()
    for path in tree.sources:
        below = path.relative_to(tree.src).as_posix()
        module = tree.owner(below)
        if module:
            yield from check_includes(tree, module, path)
        elif path.parent not in orphans:
            orphans.add(path.parent)
            yield Breach(tree.name(path), 1,
                         f"no module owns {tree.name(path.parent)}/: declare haidang_module() in its CMakeLists.txt")


def check_includes(tree, module, path):
    text = without_comments(path.read_text(encoding="utf-8", errors="replace"))
    for match in INCLUDE.finditer(text):
        if why := check_include(tree, module, path, *match.groups()):
            yield Breach(tree.name(path), line_at(text, match.start(match.lastindex)), why)


def check_include(tree, module, path, quoted, angled, computed):
    """Why one #include of `module` is not allowed, or None."""
    if computed:
        return f"#include {computed} is computed: the layers cannot be held; name the file"
    target = quoted if quoted is not None else angled
    if not (tree.src / target).is_file() or ".." in target.split("/"):
        return None if quoted is None else check_unrooted(tree, path, quoted)
    other = tree.owner(target)
    if other is None or other is module or other.name == BASE or module.name == APP:
        return None
    if wings_meet(module, other):
        return f"module '{module.name}' may not include '{other.name}': {WINGS_MEND}"
    if other.name == APP:
        return f"module '{module.name}' may not include 'app': nothing stands above the wiring"
    if other.name not in module.deps:
        return (f"module '{module.name}' may not include '{other.name}': "
                f"add it to DEPS only if docs/HACKING.md has the arrow")
    return None


def check_unrooted(tree, path, quoted):
    beside = (path.parent / quoted).resolve()
    if beside.is_file() and beside.is_relative_to(tree.src.resolve()):
        return f'"{quoted}" is not rooted in src/: write "{beside.relative_to(tree.src.resolve())}"'
    return f'"{quoted}" is no file under src/: a path from there, or <{quoted}> if it is of a library'


def check(root):
    """All breaches in ROOT/src, by file and line, and the tree."""
    tree = Tree(root)
    breaches = {*check_declarations(tree), *check_cycles(tree), *check_sources(tree)}
    if not tree.modules:
        breaches.add(Breach("src", 1, "no haidang_module() found"))
    return sorted(breaches), tree


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", default=Path(__file__).resolve().parent.parent,
                        help="the tree that holds src/ (default: this one)")
    breaches, tree = check(parser.parse_args(arguments).root)
    for breach in breaches:
        print(breach)
    verdict = f"{len(breaches)} breaches" if breaches else "every arrow holds"
    print(f"layers: {len(tree.modules)} modules, {len(tree.sources)} sources: {verdict}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
