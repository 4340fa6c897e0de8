#!/usr/bin/python3
"""What the virtual machine of the tests is made of: the order of modules, the archive, the choice of images."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "vm"))

import initramfs  # noqa: E402: found beside the tests
import storage  # noqa: E402


def module(*needed):
    return b"ELF\0license=GPL\0depends=" + ",".join(needed).encode() + b"\0retpoline=Y\0"


# name: (modules, wanted, order)
ORDERS = {
    "alone": ({"a": module()}, ["a"], ["a"]),
    "what is needed first": ({"a": module("b", "c"), "b": module("c"), "c": module()}, ["a"], ["c", "b", "a"]),
    "each once": ({"a": module("c"), "b": module("c"), "c": module()}, ["a", "b"], ["c", "a", "b"]),
    "part of the kernel": ({"a": module("b"), "b": None}, ["a", "b"], ["a"]),
    "dash and underscore": ({"a": module("b-c"), "b_c": module()}, ["a"], ["b_c", "a"]),
    "no list of needs": ({"a": b"ELF"}, ["a"], ["a"]),
}

# names: the newest of each
NEWEST = {
    ("l/a:3.11.2.1", "l/a:3.11.2.10", "l/a:3.11.2.9"): ["l/a:3.11.2.10"],
    ("l/a:1", "l/b:2.7"): ["l/a:1", "l/b:2.7"],
    ("l/a:latest", "l/a:0.1"): ["l/a:0.1"],
    ("host:5000/a:1", "host:5000/a:2"): ["host:5000/a:2"],
    (): [],
}


class Vm(unittest.TestCase):
    def test_order_of_modules(self):
        for name, (modules, wanted, order) in ORDERS.items():
            with self.subTest(name):
                self.assertEqual(initramfs.in_order(wanted, modules.__getitem__), order)

    def test_ring_of_modules(self):
        with self.assertRaisesRegex(LookupError, "'a' needs itself"):
            initramfs.in_order(["a"], {"a": module("b"), "b": module("a")}.__getitem__)

    def test_archive_entry(self):
        entry = initramfs.newc("ab", 0o100644, b"hello")
        self.assertEqual(len(entry) % 4, 0)
        self.assertEqual(entry[:6], b"070701")
        fields = [int(entry[6 + 8 * i:14 + 8 * i], 16) for i in range(13)]
        self.assertEqual((fields[1], fields[6], fields[11]), (0o100644, 5, 3))
        self.assertEqual(entry[110:113], b"ab\0")
        self.assertEqual(entry[116:121], b"hello")

    def test_newest_images(self):
        for names, newest in NEWEST.items():
            with self.subTest(names):
                self.assertEqual(storage.newest(names), newest)


if __name__ == "__main__":
    unittest.main()
