#!/usr/bin/env python3
"""Tests of check_layers.py: each row is a small tree and the breaches it must give."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import check_layers

# Two modules of one wing that stand as they should; each row below lays its files over them.
SOUND = {
    "src/base/CMakeLists.txt": "haidang_module(base SOURCES result.cpp)",
    "src/base/README.md": "",
    "src/base/result.hpp": "",
    "src/watch/event/CMakeLists.txt": "haidang_module(event\n  DEPS base\n  SOURCES event.cpp)",
    "src/watch/event/README.md": "",
    "src/watch/event/event.hpp": '#include <string>\n\n#include "base/result.hpp"\n',
    "src/watch/detect/CMakeLists.txt": "haidang_module(detect DEPS base event LIBS re2 SOURCES a.cpp)",
    "src/watch/detect/README.md": "",
    "src/watch/detect/rule.hpp": '#include "watch/event/event.hpp"\n',
    "src/app/CMakeLists.txt": "add_executable(haidang main.cpp)",
    "src/app/README.md": "",
    "src/app/main.cpp": '#include "watch/detect/rule.hpp"\n',
}


def ledger(deps, header=""):
    return {
        "src/record/ledger/CMakeLists.txt": f"haidang_module(ledger DEPS {deps} SOURCES a.cpp)",
        "src/record/ledger/README.md": "",
        "src/record/ledger/act.hpp": header,
    }


class CheckLayers(unittest.TestCase):
    def breaches(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in {**SOUND, **files}.items():
                if text is None:
                    continue
                path = Path(root) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return [str(breach) for breach in check_layers.check(root)[0]]

    def hold(self, rows):
        for why, files, wanted in rows:
            with self.subTest(why):
                found = self.breaches(files)
                self.assertEqual(len(found), len(wanted), found)
                for line, part in zip(found, wanted):
                    self.assertIn(part, line)

    def test_a_sound_tree_has_no_breach(self):
        self.assertEqual(self.breaches({}), [])

    def test_an_include_needs_its_arrow(self):
        event = "src/watch/event/event.hpp"
        late = "src/watch/late/"
        self.hold([
            ("a module that is not in DEPS", {event: '\n#include "watch/detect/rule.hpp"'},
             [event + ":2: module 'event' may not include 'detect': add it to DEPS only if"]),
            ("what a dependency includes does not count",
             {late + "CMakeLists.txt": "haidang_module(late DEPS detect)", late + "README.md": "",
              late + "x.cpp": '#include "watch/event/event.hpp"'},
             [late + "x.cpp:1: module 'late' may not include 'event'"]),
            ("base is open to everyone",
             {late + "CMakeLists.txt": "haidang_module(late)", late + "README.md": "",
              late + "x.cpp": '#include "base/result.hpp"'}, []),
            ("tests are held too", {"src/watch/event/x_test.cpp": '#include "watch/detect/rule.hpp"'},
             ["x_test.cpp:1: module 'event' may not include 'detect'"]),
            ("angle brackets hide nothing", {event: "#include <watch/detect/rule.hpp>"},
             [event + ":1: module 'event' may not include 'detect'"]),
            ("spaces hide nothing", {event: ' #  include\t"watch/detect/rule.hpp"'},
             [event + ":1: module 'event' may not include 'detect'"]),
            ("a directory inside a module is the module's",
             {"src/watch/event/deep/x.cpp": '#include "watch/detect/rule.hpp"'},
             ["deep/x.cpp:1: module 'event' may not include 'detect'"]),
            ("nobody includes app", {event: '#include "app/wiring.hpp"', "src/app/wiring.hpp": ""},
             [event + ":1: module 'event' may not include 'app'"]),
        ])

    def test_an_include_is_rooted_in_src(self):
        rule = "src/watch/detect/rule.hpp"
        self.hold([
            ("beside", {rule: '#include "other.hpp"', "src/watch/detect/other.hpp": ""},
             [rule + ':1: "other.hpp" is not rooted in src/: write "watch/detect/other.hpp"']),
            ("upwards", {rule: '#include "../event/event.hpp"'},
             [rule + ':1: "../event/event.hpp" is not rooted in src/: write "watch/event/event.hpp"']),
            ("through", {rule: '#include "watch/detect/../event/event.hpp"'},
             [rule + ':1: "watch/detect/../event/event.hpp" is no file under src/']),
            ("nowhere", {rule: '#include "fmt/core.h"'}, [rule + ':1: "fmt/core.h" is no file under src/']),
            ("computed", {rule: "#include WHERE"}, [rule + ":1: #include WHERE is computed"]),
        ])

    def test_only_code_counts(self):
        rule = "src/watch/event/event.hpp"
        include = '#include "watch/detect/rule.hpp"'
        self.hold([
            ("line comment", {rule: "// " + include}, []),
            ("block comment", {rule: f"/*\n{include}\n*/"}, []),
            ("raw string", {rule: f'auto text = R"x(\n{include}\n)x";'}, []),
            ("the line survives a comment", {rule: f"/*\n\n*/\n{include}"}, [rule + ":4:"]),
            ("a quote as a character", {rule: f"char c = '\"';\n{include}"}, [rule + ":2:"]),
            ("a digit separator", {rule: f"int n = 1'000;\n{include}"}, [rule + ":2:"]),
            ("a slash in a string", {rule: f'auto url = "http://x/*";\n{include}'}, [rule + ":2:"]),
        ])

    def test_modules_are_declared_soundly(self):
        event = "src/watch/event/CMakeLists.txt"
        self.hold([
            ("no README", {"src/watch/event/README.md": None},
             ["src/watch/event/README.md:1: module 'event' has no README.md"]),
            ("unknown dependency", {event: "haidang_module(event\n  DEPS base\n  evnt)"},
             [event + ":3: module 'event' depends on 'evnt'"]),
            ("declared twice", {event: "haidang_module(event)\nhaidang_module(base)"},
             [event + ":2: module 'base' is declared twice"]),
            ("depends on app", {event: "haidang_module(event DEPS app)"},
             [event + ":1: module 'event' may not depend on 'app'"]),
            ("nobody's sources", {"src/stray/a.cpp": "", "src/stray/b.cpp": ""},
             ["src/stray/a.cpp:1: no module owns src/stray/"]),
            ("a comment declares nothing", {event: "# haidang_module(event DEPS nobody)\nhaidang_module(event)"}, []),
        ])

    def test_modules_do_not_go_in_a_circle(self):
        self.hold([
            ("two", {"src/watch/event/CMakeLists.txt": "haidang_module(event DEPS detect)"},
             ["src/watch/event/CMakeLists.txt:1: the modules go in a circle: detect -> event -> detect"]),
            ("itself", {"src/watch/event/CMakeLists.txt": "haidang_module(event DEPS event)"},
             ["the modules go in a circle: event -> event"]),
        ])

    def test_the_wings_do_not_know_each_other(self):
        self.hold([
            ("by DEPS", ledger("base event"),
             ["src/record/ledger/CMakeLists.txt:1: module 'ledger' may not depend on 'event': watch/ and record/"]),
            ("by include", ledger("base", '#include "watch/event/event.hpp"'),
             ["src/record/ledger/act.hpp:1: module 'ledger' may not include 'event': watch/ and record/"]),
            ("they meet in app", {**ledger("base"), "src/app/wiring.cpp":
                                  '#include "record/ledger/act.hpp"\n#include "watch/event/event.hpp"'}, []),
        ])

    def test_the_exit_status_tells(self):
        with tempfile.TemporaryDirectory() as root, contextlib.redirect_stdout(io.StringIO()) as out:
            self.assertEqual(check_layers.main([root]), 1)
        self.assertIn("no haidang_module() found", out.getvalue())


if __name__ == "__main__":
    unittest.main()
