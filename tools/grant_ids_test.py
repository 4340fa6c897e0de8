#!/usr/bin/python3
"""Which range is granted, and that a second run changes nothing."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent / "grant_ids"
loader = importlib.machinery.SourceFileLoader("grant_ids", str(TOOL))
grant_ids = importlib.util.module_from_spec(importlib.util.spec_from_loader("grant_ids", loader))
loader.exec_module(grant_ids)

LOW, COUNT = grant_ids.LOWEST, grant_ids.COUNT

# name: (subuid, subgid, first id granted, whether each file gets a line)
PLANS = {
    "empty": ("", "", LOW, (True, True)),
    "people's ranges below": ("ada:100000:65536\n", "ada:100000:65536\n", LOW, (True, True)),
    "granted before": (f"berth:{LOW}:{COUNT}\n", f"berth:{LOW}:{COUNT}\n", LOW, (False, False)),
    "granted elsewhere, larger": (f"berth:{2 * LOW}:{2 * COUNT}", f"berth:{2 * LOW}:{2 * COUNT}", 2 * LOW, (False, False)),
    "first taken by a user": (f"ada:{LOW}:1\n", "", LOW + COUNT, (True, True)),
    "first taken by a group": ("", f"ada:{LOW + COUNT - 1}:1\n", LOW + COUNT, (True, True)),
    "one that reaches in from below": (f"ada:{LOW - 5}:6\n", "", LOW + COUNT, (True, True)),
    "one that ends just before": (f"ada:{LOW - 5}:5\n", "", LOW, (True, True)),
    "two taken": (f"a:{LOW}:{COUNT}\nb:{LOW + COUNT}:{COUNT}\n", "", LOW + 2 * COUNT, (True, True)),
    "interrupted after the first file": (f"berth:{LOW}:{COUNT}\n", "", LOW, (False, True)),
    "interrupted after the second file": ("", f"berth:{LOW}:{COUNT}\n", LOW, (True, False)),
    "lines that are none": ("# x\nada\nada:x:y\n:::\n", "", LOW, (True, True)),
}

# name: (subuid, subgid, words of the error)
CONFLICTS = {
    "different": (f"berth:{LOW}:{COUNT}\n", f"berth:{LOW + COUNT}:{COUNT}\n", "differ"),
    "too small": ("berth:100000:65536\n", "berth:100000:65536\n", "less than"),
    "other file has it taken": (f"berth:{LOW}:{COUNT}\n", f"ada:{LOW}:5\n", "differ"),
    "all taken": (f"ada:{LOW}:{2**32 - LOW}\n", "", "free"),
}


class GrantIds(unittest.TestCase):
    def test_plans(self):
        for name, (subuid, subgid, first, lines) in PLANS.items():
            with self.subTest(name):
                planned = grant_ids.plan(subuid, subgid)
                self.assertEqual((planned[0], (bool(planned[1]), bool(planned[2]))), (first, lines))

    def test_conflicts(self):
        for name, (subuid, subgid, words) in CONFLICTS.items():
            with self.subTest(name):
                with self.assertRaisesRegex(grant_ids.Conflict, words):
                    grant_ids.plan(subuid, subgid)

    def test_second_run_changes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            subuid, subgid = pathlib.Path(folder, "subuid"), pathlib.Path(folder, "subgid")
            subuid.write_text("ada:100000:65536")  # no line feed at the end
            command = [str(TOOL), "--subuid", str(subuid), "--subgid", str(subgid)]
            first = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            written = subuid.read_text(), subgid.read_text()
            self.assertEqual(written, (f"ada:100000:65536\nberth:{LOW}:{COUNT}\n", f"berth:{LOW}:{COUNT}\n"))
            second = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            self.assertEqual((subuid.read_text(), subgid.read_text()), written)
            self.assertIn("granted before", second)
            self.assertNotIn("before", first)


if __name__ == "__main__":
    unittest.main()
