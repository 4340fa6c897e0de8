#include "berth/vet/metadata_resolver.h"

#include <algorithm>

#include "berth/base/utf8.h"

namespace berth::vet {
namespace {

constexpr std::string_view kTold = "berth: fetched whole: ";
constexpr std::size_t kMostTold = 20;

// Runs pip in this process, with one of its functions replaced: the one that makes a requirement's metadata known, and
// leaves the file behind that it came from. Where a pip has not what this stands on, or anything goes wrong, pip's own
// function does it, which fetches the file. Python 3.7 or newer.
constexpr std::string_view kResolver = R"py(import sys

if sys.path[0] in ('', '.'):
    del sys.path[0]  # as pip itself does it: nothing is imported from where this runs

import atexit
import hashlib
import io
import os
import re
import runpy
import shutil
import tempfile
import zipfile

MOST_METADATA = 8 << 20
MOST_PARTS = 8 << 20  # of one wheel
BLOCK = 16 << 10
HEADERS = {'Accept-Encoding': 'identity'}
KEYS = 'core-metadata', 'dist-info-metadata'

offered = {}     # what pages say of metadata beside a file: its hashes, or none of them
whole = []       # the wheels that pip had to fetch
without = set()  # hosts that give no parts of files
folders = []


class NoParts(Exception):
    pass


def body_of(response, most):
    data = b''
    for chunk in response.iter_content(64 << 10):
        data += chunk
        if len(data) > most:
            raise ValueError('too long')
    return data


class Parts(io.RawIOBase):
    """A file of an index, of which only what is asked for is fetched."""

    def __init__(self, session, url):
        self.session, self.url = session, url
        self.held, self.at, self.fetched, self.length = [], 0, 0, None
        self.knows_parts = False
        if self.fetch('-%d' % BLOCK):
            return
        if not self.knows_parts or not self.fetch('0-0'):  # some know none from the end
            raise NoParts
        self.hold(max(0, self.length - BLOCK), BLOCK)

    def fetch(self, wanted):
        headers = dict(HEADERS, Range='bytes=' + wanted)
        headers['Cache-Control'] = 'no-cache'  # a cache of whole files knows no parts
        with self.session.get(self.url, headers=headers, stream=True) as response:
            told = re.match(r'bytes (\d+)-(\d+)/(\d+)$', response.headers.get('Content-Range', ''))
            if response.status_code != 206 or not told:
                self.knows_parts = response.headers.get('Accept-Ranges') == 'bytes'
                return False
            first, last, length = (int(number) for number in told.groups())
            if self.length not in (None, length) or not first <= last < length:
                raise ValueError('another file')
            self.length = length
            size = last - first + 1
            self.fetched += size
            if self.fetched > MOST_PARTS:
                raise ValueError('too long')
            data = body_of(response, size)
            if len(data) != size:
                raise ValueError('not what was asked for')
            self.held.append((first, data))
            return True

    def find(self, start, size):
        for first, data in self.held:
            if first <= start and start + size <= first + len(data):
                return data[start - first:start - first + size]

    def hold(self, start, size):
        end = min(start + size, self.length)
        if start < end and self.find(start, end - start) is None and not self.fetch('%d-%d' % (start, end - 1)):
            raise NoParts

    def seekable(self):
        return True

    def readable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=0):
        self.at = max(0, offset + (0, self.at, self.length)[whence])
        return self.at

    def read(self, size=-1):
        left = max(0, self.length - self.at)
        size = left if size is None or size < 0 else min(size, left)
        if not size:
            return b''
        data = self.find(self.at, size)
        if data is None:
            self.hold(self.at, max(size, BLOCK))
            data = self.find(self.at, size)
        if data is None:
            raise ValueError('not what was asked for')
        self.at += size
        return data


def normal(name):
    return re.sub('[-_.]+', '-', name).lower()


def beside(session, link):
    """METADATA as the index keeps it beside the file (PEP 658, 714), with the hash that its page gives."""
    hashes = offered.get((link.url, str(link.comes_from)))
    if hashes is None:
        return None
    with session.get(link.url_without_fragment + '.metadata', headers=HEADERS, stream=True) as response:
        if response.status_code != 200:
            return None
        data = body_of(response, MOST_METADATA)
    for name, digest in hashes.items():
        if name not in hashlib.algorithms_guaranteed or hashlib.new(name, data).hexdigest() != digest.lower():
            return None
    return data


def inside(session, link):
    """METADATA from the wheel, with as little else of it as can be."""
    host = link.netloc
    if host in without:
        return None
    try:
        parts = Parts(session, link.url_without_fragment)
    except NoParts:
        without.add(host)
        return None
    with zipfile.ZipFile(parts) as archive:
        tops = set(name.split('/')[0] for name in archive.namelist())
        infos = [name for name in tops if name.endswith('.dist-info')]
        if len(infos) != 1 or not normal(infos[0]).startswith(normal(link.filename.split('-')[0])):
            return None
        metadata = archive.getinfo(infos[0] + '/METADATA')
        if max(metadata.file_size, metadata.compress_size) > MOST_METADATA:
            return None
        parts.hold(metadata.header_offset, 30 + len(metadata.filename) + 512 + metadata.compress_size)
        return archive.read(metadata)


def folder_of(link, data):
    name, version = link.filename.split('-')[:2]
    if not re.match(r'[A-Za-z0-9._]+$', name) or not re.match(r'[A-Za-z0-9._!+]+$', version):
        return None
    if not folders:
        folders.append(tempfile.mkdtemp(prefix='metadata-'))
        atexit.register(shutil.rmtree, folders[0], ignore_errors=True)
    folder = os.path.join(tempfile.mkdtemp(dir=folders[0]), '%s-%s.dist-info' % (name, version))
    os.mkdir(folder)
    with open(os.path.join(folder, 'METADATA'), 'wb') as file:
        file.write(data)
    return folder


def take_hold():
    from pip._internal.models.link import Link
    from pip._internal.operations import prepare
    from pip._internal.utils.direct_url_helpers import direct_url_from_link
    kind = prepare.RequirementPreparer
    plain = kind.prepare_linked_requirement
    check = getattr(prepare, '_check_linked_requirement_metadata', None)

    def metadata_only(preparer, req):
        link = req.link
        if not link.is_wheel or link.scheme not in ('http', 'https') or not link.hash:
            return None
        if preparer.require_hashes or getattr(req, 'hash_options', None) or req.download_info is not None:
            return None
        for way in beside, inside:
            try:
                data = way(preparer._session, link)
                folder = data and folder_of(link, data)
            except OSError:
                break  # it is not reached: pip says so in its own way
            except Exception:
                continue
            if not folder:
                continue
            try:
                req.metadata_directory = folder
                dist = req.get_dist()
                dist.metadata_dict
                req.download_info = direct_url_from_link(link)
                return dist
            except Exception:
                req.metadata_directory = req.download_info = None
        return None

    def prepare_linked_requirement(self, req, *args, **kwargs):
        try:
            dist = metadata_only(self, req)
        except Exception:
            dist = None
        if dist is None:
            if req.link and req.link.is_wheel and not req.link.is_file:
                whole.append(req.link.filename)
            return plain(self, req, *args, **kwargs)
        if check:
            check(req, dist)
        return dist

    def notice(make, prefix):
        def read(told):
            told = dict(told)
            found = [told.pop(prefix + key, None) for key in KEYS]
            # An old pip knows no other form than its own, and a new one is to leave the files to us.
            told.pop('data-dist-info-metadata', None)
            best = next((one for one in found if one), None)
            if isinstance(best, str):
                best = dict([best.split('=', 1)]) if '=' in best else {}
            return told, best if best is None or isinstance(best, dict) else {}

        def with_notice(cls, *args, **kwargs):
            try:
                told, hashes = read(args[0])
            except Exception:
                return make(*args, **kwargs)
            link = make(told, *args[1:], **kwargs)
            if hashes is not None and link is not None:
                offered[link.url, str(link.comes_from)] = hashes
            return link
        return classmethod(with_notice)

    for name, prefix in ('from_json', ''), ('from_element', 'data-'):
        if hasattr(Link, name):
            setattr(Link, name, notice(getattr(Link, name), prefix))
    kind.prepare_linked_requirement = prepare_linked_requirement
    try:  # which pip before 25 leaves out
        from pip._internal.metadata import _json
        wanted = 'License-Expression', False
        if wanted not in _json.METADATA_FIELDS:
            _json.METADATA_FIELDS.append(wanted)
    except Exception:
        pass


try:
    take_hold()
except Exception:
    whole.append('*')
sys.argv[0] = 'pip'
try:
    runpy.run_module('pip', run_name='__main__', alter_sys=True)
except SystemExit as end:
    if whole and not end.code:
        sys.stderr.write('berth: fetched whole: %s\n' % ' '.join(sorted(set(whole))))
    raise
)py";

}  // namespace

std::vector<std::string> metadata_resolver(std::string python) {
  return {std::move(python), "-c", std::string(kResolver)};
}

std::vector<std::string> fetched_whole(std::string_view err) {
  std::vector<std::string> files;
  while (!err.empty()) {
    std::string_view line = err.substr(0, err.find('\n'));
    err.remove_prefix(std::min(line.size() + 1, err.size()));
    if (!line.starts_with(kTold)) continue;
    line.remove_prefix(kTold.size());
    while (!line.empty() && files.size() < kMostTold) {
      const std::string_view file = line.substr(0, line.find(' '));
      line.remove_prefix(std::min(file.size() + 1, line.size()));
      if (!file.empty()) files.push_back(to_visible(file, false));
    }
  }
  return files;
}

}  // namespace berth::vet
