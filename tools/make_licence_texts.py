#!/usr/bin/env python3
"""Makes data/licence_texts.bin from the texts of the SPDX list, as the npm package spdx-license-list has them.

    npm pack spdx-license-list@6.12.0      # SPDX list 3.28.0, CC0-1.0
    tar xzf spdx-license-list-6.12.0.tgz
    tools/make_licence_texts.py package/spdx-full.json data/licence_groups.txt data/licence_texts.bin

The file holds no text: of each licence the hashes of three words in a row (berth/vet/licence_texts.h reads it; the words
and hashes here and there must be the same). Little endian: "BLT2"; the number of licences; of each its number of hashes, 1
where one in four is kept, 1 where the OSI approved it, and its id; then of all licences the hashes, in order; then of all
licences the hashes of the sentences that give something, behind their number: a text that lacks one of them gives
something else. Only those that are taken by default have such. What has no id is no licence, but known.
"""

import json
import re
import struct
import sys

MOST_WHOLE = 700  # hashes; of longer texts one in four is enough
# But not of those that are taken by default: what somebody added to one must be seen, word for word.
TAKEN = ("permissive", "weak-copyleft")


# Words for whose the work is, which stand differently in every copy, and those that join them.
NAMES = set(
    "the a an and or by of s author authors copyright holder holders owner owners contributor contributors regents isc "
    "name names company corporation foundation university organization organisation project inc c".split()
)


# What stands before the licence of Python in every copy.
HISTORY = (
    "Python was created in the early 1990s by Guido van Rossum at Stichting Mathematisch Centrum (CWI, see "
    "https://www.cwi.nl) in the Netherlands as a successor of a language called ABC. Guido remains Python's "
    "principal author, although it includes many contributions from others. In 1995, Guido continued his work on "
    "Python at the Corporation for National Research Initiatives (CNRI, see https://www.cnri.reston.va.us) in "
    "Reston, Virginia where he released several versions of the software. In May 2000, Guido and the Python core "
    "development team moved to BeOpen.com to form the BeOpen PythonLabs team. In October of the same year, the "
    "PythonLabs team moved to Digital Creations, which became Zope Corporation. In 2001, the Python Software "
    "Foundation (PSF, see https://www.python.org/psf/) was formed, a non-profit organization created specifically "
    "to own Python-related Intellectual Property. Zope Corporation was a sponsoring member of the PSF. All Python "
    "releases are Open Source (see https://opensource.org for the Open Source Definition). Historically, most, but "
    "not all, Python releases have also been GPL-compatible; the table below summarizes the various releases. "
    "Release Derived Year Owner GPL- from compatible? (1) 0.9.0 thru 1.2 1991-1995 CWI yes 1.3 thru 1.5.2 1.2 "
    "1995-1999 CNRI yes 1.6 1.5.2 2000 CNRI no 2.0 1.6 2000 BeOpen.com no 1.6.1 1.6 2001 CNRI yes (2) 2.1 2.0+1.6.1 "
    "2001 PSF no 2.0.1 2.0+1.6.1 2001 PSF yes 2.1.1 2.1+2.0.1 2001 PSF yes 2.1.2 2.1.1 2002 PSF yes 2.1.3 2.1.2 "
    "2002 PSF yes 2.2 and above 2.1.1 2001-now PSF yes Footnotes: (1) GPL-compatible doesn't mean that we're "
    "distributing Python under the GPL. All Python licenses, unlike the GPL, let you distribute a modified version "
    "without making your changes open source. The GPL-compatible licenses make it possible to combine Python with "
    "other software that is released under the GPL; the others don't. (2) According to Richard Stallman, 1.6.1 is "
    "not GPL-compatible, because its license has a choice of law clause. According to CNRI, however, Stallman's "
    "lawyer has told CNRI's lawyer that 1.6.1 is 'not incompatible' with the GPL. Thanks to the many outside "
    "volunteers who have worked under Guido's direction to make these releases possible. B. TERMS AND CONDITIONS "
    "FOR ACCESSING OR OTHERWISE USING PYTHON Python software and documentation are licensed under the Python "
    "Software Foundation License Version 2. Starting with Python 3.8.6, examples, recipes, and other code in the "
    "documentation are dual licensed under the PSF License Version 2 and the Zero-Clause BSD license. Some software "
    "incorporated into Python is under different licenses. The licenses are listed with code falling under that "
    "license."
)
# Exceptions that give more, and that: they are no licence, and stand without an id.
EXCEPTIONS = [
    "In addition, as a special exception, the copyright holders give permission to link this program with the OpenSSL "
    "library (or with modified versions of OpenSSL that use the same license as OpenSSL), and distribute linked "
    "combinations including the two. You must obey the GNU %s Public License in all respects for all of the code used "
    "other than OpenSSL. If you modify file(s) with this exception, you may extend this exception to your version of the "
    "file(s), but you are not obligated to do so. If you do not wish to do so, delete this exception statement from your "
    "version. If you delete this exception statement from all source files in the program, then also delete it here."
    % family
    for family in ("General", "Lesser General")
]


def says_whose(of_line):
    if of_line[:1] == ["c"]:
        of_line = of_line[1:]
    if of_line[:1] == ["copyright"]:
        return len(of_line) > 1 and (of_line[1] in ("c", "by", "year", "yyyy") or of_line[1].isdigit())
    return of_line == ["all", "rights", "reserved"]


def words(text):
    """In lower case, ASCII letters and digits; without lines that only say whose the work is, and without names."""
    kept = []
    for line in text.splitlines():
        line = line.lower()
        of_line = re.findall(r"[a-z0-9]+", line)
        if says_whose(of_line):
            continue
        kept += ["license" if word == "licence" else word for word in of_line if word not in NAMES]
    return kept


def fnv(text):
    value = 2166136261
    for byte in text:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def hashes(text):
    of_text = words(text)
    return {fnv(" ".join(of_text[i : i + 3]).encode()) for i in range(len(of_text) - 2)}


GIVES = re.compile(r"\b(granted|grants?|permitted|permission (to|is)|is free|are free|may be (used|copied|distributed))\b", re.I)
DENIES = re.compile(r"\b(not|neither|nor|cannot|without (specific|express))\b", re.I)
# What differs from version to version.
CHANGES = re.compile(r"[0-9]|python")


def hashes_of_grant(text):
    found = set()
    for sentence in re.split(r"(?<=[.;:])\s+|\n\s*\n", text):
        if not GIVES.search(sentence) or DENIES.search(sentence):
            continue
        of_text = words(sentence.replace("\n", " "))
        threes = (" ".join(of_text[i : i + 3]) for i in range(len(of_text) - 2))
        found.update(fnv(three.encode()) for three in threes if not CHANGES.search(three))
    return found


def licences_taken(path):
    group, taken = "", set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line.startswith("["):
                group = line.strip("[]")
            elif line and group in TAKEN:
                taken.update((line, line.removesuffix("-only")))
    return taken


def main():
    source, groups, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        licences = json.load(file)
    taken = licences_taken(groups)
    body = []
    tail = []
    grants = []
    for id, licence in sorted(licences.items()):
        # Ids that only say which versions may be used have one text: it is kept under the plain id.
        if id.endswith(("-only", "-or-later", "+")) or not licence.get("licenseText"):
            continue
        if id == "LGPL-3.0":  # the list has the GPL-3.0 behind it, which lies in a file of its own
            licence["licenseText"] = re.split(r"\n\s*GNU GENERAL PUBLIC LICENSE\s*\n", licence["licenseText"])[0]
        found = hashes(licence["licenseText"])
        if len(found) < 8:
            continue
        sampled = len(found) > MOST_WHOLE and id not in taken
        if sampled:
            found = {value for value in found if value % 4 == 0}
        name = id.encode()
        body.append(struct.pack("<IBBB", len(found), sampled, bool(licence.get("osiApproved")), len(name)) + name)
        tail.append(struct.pack("<%dI" % len(found), *sorted(found)))
        # A sentence that the words of a whole text would put otherwise is left out.
        given = hashes_of_grant(licence["licenseText"]) & found if id in taken else set()
        grants.append(struct.pack("<I%dI" % len(given), len(given), *sorted(given)))
    for text in [*EXCEPTIONS, HISTORY]:
        found = hashes(text)
        body.append(struct.pack("<IBBB", len(found), False, False, 0))
        tail.append(struct.pack("<%dI" % len(found), *sorted(found)))
        grants.append(struct.pack("<I", 0))
    with open(target, "wb") as file:
        file.write(b"BLT2" + struct.pack("<I", len(body)) + b"".join(body + tail + grants))


if __name__ == "__main__":
    main()
