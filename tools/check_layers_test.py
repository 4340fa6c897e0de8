#!/usr/bin/python3
"""The layer lint finds what it is for: each row is a tree with one defect and the words that must name it."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_layers  # noqa: E402  (found by the line above)

CMAKE = """
berth_layer(base PACKAGES fmt::fmt)
berth_layer(sys USES base)   # the kernel
#berth_layer(later USES sys)
berth_layer(app
            USES base sys
            PRIVATE_PACKAGES PkgConfig::YAML)
"""

GOOD = {
    "CMakeLists.txt": CMAKE,
    "berth/main.cc": '#include "berth/app/run.h"\n#include "berth/base/text.h"\n',
    "berth/base/text.h": "// Text.\n#pragma once\n#include <string>\n",
    "berth/base/text.cc": '#include "berth/base/text.h"\n',
    "berth/sys/file.h": '// Files.\n#pragma once\n#include <fmt/format.h>\n#include "berth/base/text.h"\n',
    "berth/app/run.h": '// Runs.\n#pragma once\n#include "berth/sys/file.h"\n#include "berth/version.h"\n',
    "tests/base/text_test.cc": "",
    "tests/sys/file_test.cc": "",
    "tests/app/run_test.cc": "",
}

# name: (files put over the good tree; None takes one away, words that must stand in the one problem found)
BAD = {
    "arrow up": ({"berth/base/text.cc": '#include "berth/sys/file.h"\n'}, ["berth/base/text.cc:1", "'base'", "'sys'", "USES"]),
    "arrow not declared, though below": (
        {"CMakeLists.txt": CMAKE.replace("USES base sys", "USES base")},
        ["berth/app/run.h:3", "'app'", "'sys'"],
    ),
    "arrow to a layer that is commented out": (
        {"berth/app/run.h": '// Runs.\n#pragma once\n#include "berth/later/x.h"\n'},
        ["berth/app/run.h:3", "'later' is no layer"],
    ),
    "indented include": ({"berth/base/text.cc": '#if 1\n  #  include "berth/app/run.h"\n#endif\n'}, ["berth/base/text.cc:2", "'app'"]),
    "path out of its layer": (
        {"berth/base/text.cc": '#include "berth/base/../sys/file.h"\n'},
        ["berth/base/text.cc:1", "are named"],
    ),
    "relative include": ({"berth/base/text.cc": '#include "text.h"\n'}, ["berth/base/text.cc:1", "write own headers"]),
    "own header in angle brackets": ({"berth/app/run.cc": "#include <berth/sys/file.h>\n"}, ["berth/app/run.cc:1", "quotes"]),
    "source included": ({"berth/app/run.cc": '#include "berth/app/more.cc"\n'}, ["berth/app/run.cc:1", "source file"]),
    "no pragma once": ({"berth/sys/file.h": "// Files.\n"}, ["berth/sys/file.h:1", "#pragma once"]),
    "no leading comment": ({"berth/sys/file.h": "#pragma once\n"}, ["berth/sys/file.h:1", "comment"]),
    "too long": ({"berth/sys/file.cc": "int x;\n" * 401}, ["berth/sys/file.cc:401", "401 lines"]),
    "not UTF-8": ({"berth/sys/file.cc": b"// \xff\n"}, ["berth/sys/file.cc:1", "UTF-8"]),
    "file in no layer": ({"berth/stray/x.cc": ""}, ["berth/stray/x.cc:1", "belongs to no layer"]),
    "file beside main": ({"berth/other.cc": ""}, ["berth/other.cc:1", "belongs to no layer"]),
    "folder in a layer": ({"berth/sys/deep/x.cc": ""}, ["berth/sys/deep/x.cc:1", "belongs to no layer"]),
    "layer without tests": ({"tests/app/run_test.cc": None}, ["tests/app:1", "no *_test.cc"]),
    "layer without files": ({"CMakeLists.txt": CMAKE + "berth_layer(empty)\n"}, ["berth/empty:1", "no file"]),
}

# name: (CMakeLists.txt, words that must stand in the error)
UNREADABLE = {
    "upward arrow": ("berth_layer(base USES sys)\nberth_layer(sys)\n", "not declared above it"),
    "circle of one": ("berth_layer(base USES base)\n", "not declared above it"),
    "twice": ("berth_layer(base)\nberth_layer(base)\n", "declared twice"),
    "nameless": ("berth_layer(USES base)\n", "no name"),
    "stray word": ("berth_layer(base)\nberth_layer(sys base)\n", "stands before USES"),
    "none": ("project(x)\n", "no berth_layer"),
}


def plant(folder, files):
    for name, content in files.items():
        if content is None:
            continue
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


class CheckLayers(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            plant(folder, files)
            return check_layers.check_tree(folder)

    def test_good_tree_passes(self):
        self.assertEqual(self.check(GOOD), ([], []))

    def test_each_defect_is_found_once(self):
        for name, (change, words) in BAD.items():
            with self.subTest(name):
                problems, _ = self.check({**GOOD, **change})
                self.assertEqual(len(problems), 1, problems)
                for word in words:
                    self.assertIn(word, problems[0])

    def test_bad_declarations_are_refused(self):
        for name, (cmake, words) in UNREADABLE.items():
            with self.subTest(name):
                with self.assertRaisesRegex(check_layers.DeclarationError, words.replace("(", r"\(")):
                    self.check({**GOOD, "CMakeLists.txt": cmake})

    def test_long_file_is_noticed(self):
        problems, notices = self.check({**GOOD, "berth/sys/file.cc": "int x;\n" * 301})
        self.assertEqual(problems, [])
        self.assertEqual(len(notices), 1)
        self.assertIn("301 lines", notices[0])

    def test_exit_status_tells(self):
        with tempfile.TemporaryDirectory() as folder:
            plant(folder, GOOD)
            self.assertEqual(check_layers.main([folder]), 0)
            plant(folder, BAD["arrow up"][0])
            self.assertEqual(check_layers.main([folder]), 1)
            self.assertEqual(check_layers.main([folder + "/none"]), 2)


if __name__ == "__main__":
    unittest.main()
