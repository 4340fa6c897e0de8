"""Generates a content tree of any size whose items are like real ones: `python3 bench/content_tree.py FOLDER [N]`."""
import pathlib
import random
import sys

WORDS = ("alert asset case cluster device domain endpoint event export feed file filter finding group hash host "
         "identity incident indicator ledger limit list policy query record region report request resource rule "
         "sensor severity status tenant ticket time token user vessel zone").split()


class Author:
    """Writes YAML as the tools of content authors do, the same text for the same seed."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def word(self):
        return self._random.choice(WORDS)

    def sentence(self, words):
        return " ".join(self.word() for _ in range(words)).capitalize() + "."

    def arguments(self, indent, count):
        blank = " " * indent
        for _ in range(count):
            name = f"{self.word()}_{self.word()}"
            yield f"{blank}- name: {name}{self._random.randrange(1000)}\n{blank}  description: {self.sentence(12)}\n"
            if self._random.random() < 0.4:
                yield f"{blank}  auto: PREDEFINED\n{blank}  predefined:\n{blank}  - 'true'\n{blank}  - 'false'\n"
            yield f"{blank}  defaultValue: '{self._random.randrange(500)}'\n{blank}  isArray: true\n"

    def outputs(self, indent, count, brand):
        blank = " " * indent
        for _ in range(count):
            yield (f"{blank}- contextPath: {brand}.{self.word().capitalize()}.{self.word().capitalize()}\n"
                   f"{blank}  description: {self.sentence(10)}\n{blank}  type: String\n")

    def command(self, name, brand, outputs):
        yield f"  - name: {name}\n    description: '{self.sentence(14)}'\n    arguments:\n"
        yield from self.arguments(4, 6)
        yield "    outputs:\n"
        yield from self.outputs(4, outputs, brand)

    def parameters(self):
        for number in range(8):
            yield (f"- display: {self.sentence(4)}\n  name: parameter{number}\n  defaultvalue: ''\n  type: 0\n"
                   f"  required: false\n  additionalinfo: {self.sentence(15)}\n  section: Connect\n")

    def integration(self, name, size):
        prefix = name.lower()
        yield (f"category: Utilities\ncommonfields:\n  id: {name}\n  version: -1\nname: {name}\ndisplay: {name}\n"
               f"description: {self.sentence(30)}\nconfiguration:\n")
        yield from self.parameters()
        yield ("script:\n  script: ''\n  type: python\n  subtype: python3\n  dockerimage: demisto/python3:3.11.10.115186\n"
               "  commands:\n")
        for number in range(10):
            yield from self.command(f"{prefix}-{self.word()}-{number}", name, size)
        yield "  isfetch: true\n  runonce: false\nfromversion: 5.0.0\ntests:\n- No tests (auto formatted)\n"

    def script(self, name):
        yield (f"commonfields:\n  id: {name}\n  version: -1\nname: {name}\nscript: ''\ntype: python\nsubtype: python3\n"
               f"tags:\n- Utility\ncomment: |-\n  {self.sentence(30)}\nenabled: true\nargs:\n")
        yield from self.arguments(0, 5)
        yield "outputs:\n"
        yield from self.outputs(0, 8, name)
        yield "scripttarget: 0\nfromversion: 5.0.0\ndockerimage: demisto/python3:3.11.10.115186\n"


def make_tree(folder, items):
    """Half integrations of 5 to 60 KB with ten commands each, half scripts; twenty items a pack. Returns their bytes."""
    size_bytes = 0
    for number in range(items):
        author = Author(number)
        is_integration = number % 2 == 0
        kind, name = ("Integrations", f"Brand{number}") if is_integration else ("Scripts", f"Script{number}")
        text = "".join(author.integration(name, number * 7 % 27) if is_integration else author.script(name))
        place = pathlib.Path(folder) / "Packs" / f"Pack{number // 20}" / kind / name
        place.mkdir(parents=True)
        (place / f"{name}.yml").write_text(text)
        (place / f"{name}.py").write_text("import demistomock as demisto\nfrom CommonServerPython import *\n"
                                          "demisto.results('ok')\n")
        size_bytes += len(text)
    for pack in (pathlib.Path(folder) / "Packs").iterdir():
        (pack / "pack_metadata.json").write_text(f'{{"name": "{pack.name}", "currentVersion": "1.0.0"}}\n')
    return size_bytes


if __name__ == "__main__":
    print(make_tree(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3000))
