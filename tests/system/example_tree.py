"""The tree of the example content: which items it has, where they lie, and which of them tests run."""
import glob
import os
import re

from calls import ROOT

TREE = os.path.join(ROOT, 'examples', 'content')

_shown = set()


def items():
    """{name: path to run} of all scripts and integrations."""
    found = {}
    for path in glob.glob(os.path.join(TREE, 'Packs', '*', '*', '**', '*.yml'), recursive=True):
        with open(path) as text:
            name = re.search(r'^name: (.+)$', text.read(), re.M).group(1)
        folder = os.path.dirname(path)
        found[name] = folder if os.path.basename(folder) == name else path
    return found


def item_names():
    return sorted(items())


def path_of(name):
    return items()[name]


def runs(*names):
    """A decorator: the test runs these items."""
    _shown.update(names)
    return lambda test: test


def shown():
    """All items that a test says it runs."""
    return set(_shown)
