"""The disk of the virtual machine: a file system with the container storage, holding Berth's base images alone.

Made without mounting anything. A disk of its own, because layers are mounted with other owners, which neither the 9p
share nor an overlay allows.
"""
import hashlib
import json
import os
import shutil
import tempfile

from commands import Lacking, output_of

OURS = 'localhost/berth/'
SPARE_BYTES = 2 << 30  # for what tests put in; the file is sparse


def newest(names):
    """Of names `repository:tag`, the one with the highest tag of each repository."""
    found = {}
    for name in names:
        repository, _, tag = name.rpartition(':')
        version = [int(part) if part.isdigit() else 0 for part in tag.split('.')]
        found[repository] = max(found.get(repository, ([], '')), (version, name))
    return sorted(name for _, name in found.values())


def base_images():
    """[(id, name)] of the newest of each of this machine's images that Berth made."""
    listed = json.loads(output_of('buildah', 'images', '--json', '--no-trunc') or '[]')
    ids = {name: image['id'] for image in listed for name in image.get('names') or () if name.startswith(OURS)}
    return [(ids[name], name) for name in newest(ids)]


def copy_images(images, folder):
    """A storage in `folder` that holds `images`; nothing of it stays mounted."""
    run_root = os.path.join(folder, 'run')
    for _, name in images:
        to = 'containers-storage:[overlay@%s+%s]%s' % (os.path.join(folder, 'files', 'storage'), run_root, name)
        output_of('skopeo', 'copy', '--quiet', 'containers-storage:' + name, to)
    output_of('sh', '-c', 'umount "$1" 2>/dev/null || true', 'sh', os.path.join(folder, 'files', 'storage', 'overlay'))


def bytes_below(folder):
    return sum(os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(folder) for name in names)


def disk(cache):
    """The file of the disk, below the folder `cache`; made when these images have none. Errors: Lacking."""
    images = base_images()
    if not images:
        raise Lacking('no base image: berth image init')
    made = os.path.join(cache, 'storage-%s.ext4' % hashlib.sha256(repr(images).encode()).hexdigest()[:16])
    if not os.path.exists(made):
        os.makedirs(cache, exist_ok=True)
        folder = tempfile.mkdtemp(dir=cache, prefix='new-')
        try:
            copy_images(images, folder)
            files, draft = os.path.join(folder, 'files'), os.path.join(folder, 'disk')
            with open(draft, 'wb') as file:
                file.truncate(bytes_below(files) * 3 // 2 + SPARE_BYTES)
            output_of('mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal', '-E', 'lazy_itable_init=1,root_owner=0:0',
                      '-d', files, draft)
            os.rename(draft, made)
        finally:
            shutil.rmtree(folder)
    return made
