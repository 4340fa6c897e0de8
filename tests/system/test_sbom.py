"""berth sbom: valid by the published schemas, the same bytes for the same input."""

import importlib
import json
import os
import subprocess

import pytest

BERTH = os.environ["BERTH"]

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


def test_cyclonedx_is_valid(root):
    try:
        validation = importlib.import_module("cyclonedx.validation.json")
        schema = importlib.import_module("cyclonedx.schema")
        importlib.import_module("jsonschema")
    except ImportError as missing:
        pytest.skip(f"cyclonedx-python-lib[json-validation] is not installed: {missing}")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_5)
    assert validator.validate_str(sbom(root, "cyclonedx").stdout) is None


def test_spdx_is_valid(root, tmp_path):
    try:
        parse = importlib.import_module("spdx_tools.spdx.parser.parse_anything")
        validate = importlib.import_module("spdx_tools.spdx.validation.document_validator")
    except ImportError as missing:
        pytest.skip(f"spdx-tools is not installed: {missing}")
    path = tmp_path / "document.spdx.json"
    path.write_text(sbom(root, "spdx").stdout)
    messages = validate.validate_full_spdx_document(parse.parse_file(str(path)))
    assert [message.validation_message for message in messages] == []


def test_says_what_is_wrong(tmp_path):
    gone = sbom(tmp_path / "gone", "spdx")
    assert gone.returncode != 0 and "gone" in gone.stderr and gone.stdout == ""
    dated = sbom(tmp_path, "spdx", SOURCE_DATE_EPOCH="tomorrow")
    assert dated.returncode != 0 and "SOURCE_DATE_EPOCH" in dated.stderr
