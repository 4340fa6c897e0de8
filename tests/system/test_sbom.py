"""berth sbom: valid by the published schemas, the same bytes for the same input.

The validators are those that the makers of the formats publish: CycloneDX's own library for JavaScript, with its strict
schemas, and SPDX's own tools for Python.
"""

import json
import os
import subprocess
import sys

import pytest

from calls import BERTH
from references import References, require

pytestmark = pytest.mark.third_lane

STATUS = """Package: bash
Status: install ok installed
Version: 5.2.15-2+b7
Architecture: amd64

Package: libstdc++6
Status: install ok installed
Version: 12.2.0-14
Architecture: amd64
"""

METADATA = """Metadata-Version: 2.4
Name: Example_Thing
Version: 1.0+local
License-Expression: MIT OR Apache-2.0
"""

FREEWARE = """Metadata-Version: 2.1
Name: gratis
Version: 2
Classifier: License :: Freeware
"""


APK = """P:musl
V:1.2.5-r0
A:x86_64
L:MIT

P:odd-licence
V:1
L:none of your business

"""

# Of names and licences that nobody should write.
HOSTILE = """Metadata-Version: 2.1
Name: a\x1b[2J\u202e"<x>&'
Version: 1 \u0000; DROP
License-Expression: MIT AND LicenseRef-\u00e9 WITH
"""
OURS = """Metadata-Version: 2.4
Name: ours
Version: 1!2.0.post1+deb.1
License-Expression: LicenseRef-Ours OR (GPL-2.0-or-later WITH Classpath-exception-2.0 AND LicenseRef-Theirs)
"""

CYCLONEDX = ["@cyclonedx/cyclonedx-library@7.1.0", "ajv@8.20.0", "ajv-formats@3.0.1", "ajv-formats-draft2019@1.6.1"]
CYCLONEDX_SCRIPT = """
const {Spec, Validation} = require('@cyclonedx/cyclonedx-library');
const text = require('fs').readFileSync(0, 'utf8');
new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text)
  .then(found => console.log(JSON.stringify(found)), why => { console.error(String(why)); process.exit(1); });
"""
SPDX = "spdx-tools==0.8.5"
SPDX_SCRIPT = """
import json, sys
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
try:
    found = [message.validation_message for message in validate_full_spdx_document(parse_file(sys.argv[1]))]
except SPDXParsingError as error:
    found = error.get_messages()
print(json.dumps(found))
"""


@pytest.fixture(autouse=True)
def untouched():
    """Nothing here makes a container: there is no need to look at the machine."""


@pytest.fixture(scope="module")
def references():
    made = References()
    yield made
    made.end()


@pytest.fixture
def cyclonedx(references):
    """What the validator has to say of a text; nothing of a valid one."""
    folder = require("cyclonedx-library", *references.node(CYCLONEDX))

    def validate(text):
        done = subprocess.run(
            ["node", "-e", CYCLONEDX_SCRIPT], input=text, text=True, cwd=folder, capture_output=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) or []

    return validate


@pytest.fixture
def spdx(references, tmp_path):
    folder = require("spdx-tools", *references.library(SPDX))

    def validate(text):
        path = tmp_path / "document.spdx.json"
        path.write_text(text)
        done = subprocess.run(
            [sys.executable, "-c", SPDX_SCRIPT, path],
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONPATH": folder},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return validate


@pytest.fixture
def root(tmp_path):
    """A small root of Debian with Python packages."""

    def write(name, text):
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    write("etc/os-release", 'ID=debian\nVERSION_ID="12"\n')
    write("var/lib/dpkg/status", STATUS)
    for folder, text in (("example_thing-1.0.dist-info", METADATA), ("gratis-2.dist-info", FREEWARE)):
        write(f"usr/local/lib/python3.11/site-packages/{folder}/METADATA", text)
    return tmp_path / "root"


@pytest.fixture
def mixed(root):
    """The same with what other distributions and strangers write."""
    for name, text in (
        ("lib/apk/db/installed", APK),
        ("usr/lib/python3.11/site-packages/hostile-1.dist-info/METADATA", HOSTILE),
        ("usr/lib/python3.11/site-packages/ours-1.dist-info/METADATA", OURS),
        ("opt/a/ours-1.dist-info/METADATA", OURS),
        ("opt/b/ours-1.dist-info/METADATA", OURS),
        ("opt/b/nothing-1.dist-info/METADATA", ""),
        ("var/lib/rpm/Packages", "old"),
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def sbom(root, form, **environment):
    return subprocess.run(
        [BERTH, "sbom", f"{root}/", "--format", form],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_the_same_bytes_for_the_same_input(root, form):
    first = sbom(root, form)
    assert first.returncode == 0, first.stderr
    assert sbom(root, form).stdout == first.stdout
    dated = sbom(root, form, SOURCE_DATE_EPOCH="86400")
    assert "1970-01-02T00:00:00Z" in dated.stdout
    assert dated.stdout != first.stdout


def test_names_what_is_there(root):
    document = json.loads(sbom(root, "cyclonedx").stdout)
    assert [component.get("purl") for component in document["components"]] == [
        None,
        "pkg:pypi/example-thing@1.0%2Blocal",
        "pkg:pypi/gratis@2",
        "pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12",
        "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12",
    ]
    assert document["components"][1]["licenses"] == [{"expression": "MIT OR Apache-2.0"}]


def test_cyclonedx_is_valid(mixed, cyclonedx):
    text = sbom(mixed, "cyclonedx").stdout
    document = json.loads(text)
    assert len(document["components"]) >= 9
    assert document["compositions"] == [{"aggregate": "incomplete", "assemblies": ["subject"]}]
    assert cyclonedx(text) == []
    assert cyclonedx(sbom(mixed, "cyclonedx", SOURCE_DATE_EPOCH="86400").stdout) == []
    # Else the validator looks at nothing.
    assert cyclonedx(text.replace('"library"', '"book"')) != []
    assert cyclonedx(text.replace('"MIT"', '17')) != []


def test_spdx_is_valid(mixed, spdx):
    text = sbom(mixed, "spdx").stdout
    document = json.loads(text)
    assert len(document["packages"]) >= 9
    assert "var/lib/rpm/Packages" in document["comment"]
    assert spdx(text) == []
    assert spdx(text.replace('"SPDX-2.3"', '"SPDX-9"')) != []
    assert spdx(text.replace('LicenseRef-Theirs"', 'Theirs"')) != []


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_of_nothing_is_valid(tmp_path, form, request):
    (tmp_path / "nothing").mkdir()
    validate = request.getfixturevalue(form)
    assert validate(sbom(tmp_path / "nothing", form).stdout) == []


def test_says_what_could_not_be_read(mixed):
    done = sbom(mixed, "spdx")
    assert done.returncode == 0
    assert "berth: warning: packages may be missing: could not read var/lib/rpm/Packages: it is no database" in done.stderr


def test_says_what_is_wrong(tmp_path):
    gone = sbom(tmp_path / "gone", "spdx")
    assert gone.returncode != 0 and "gone" in gone.stderr and gone.stdout == ""
    dated = sbom(tmp_path, "spdx", SOURCE_DATE_EPOCH="tomorrow")
    assert dated.returncode != 0 and "SOURCE_DATE_EPOCH" in dated.stderr
