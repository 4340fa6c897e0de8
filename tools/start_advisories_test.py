#!/usr/bin/python3
"""What comes with the program is the same on whatever day it was imported."""

import hashlib
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import start_advisories  # noqa: E402


def stored(imported, dated="2024-10-10"):
    """A file as `berth vet db import` writes it (berth/vet/sealed_text.h)."""
    source = {"name": "pypa", "imported": imported, "dated": dated, "problems": ["ü: \\ 'x'"]}
    contents = json.dumps(source, ensure_ascii=False).encode() + b"\n\x00records\n\xff\n"
    return b"berth advisories 1\n" + hashlib.sha256(contents).hexdigest().encode() + b"\n" + contents


class Renewed(unittest.TestCase):
    def test_is_of_the_day_of_its_data(self):
        made = start_advisories.renewed(stored("2026-11-27T00:33:05Z"))
        self.assertEqual(made, start_advisories.renewed(stored("2031-01-01T10:00:00Z")))
        self.assertEqual(made, stored("2024-10-10T00:00:00Z"))

    def test_without_a_day_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "--dated"):
            start_advisories.renewed(stored("2026-11-27T00:33:05Z", ""))


if __name__ == "__main__":
    unittest.main()
