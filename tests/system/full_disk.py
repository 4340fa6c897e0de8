"""File systems of the tests' own that are full, of bytes or of files."""
import errno
import os
import subprocess

MARK = 'berth-full-disk'


class Disk:
    """A tmpfs at `folder`. What fills it are files named ballast."""

    def __init__(self, folder, size, files=0):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%s,nr_inodes=%d,mode=755' % (size, files), MARK, folder],
                       check=True)

    def allow_files(self, count):
        subprocess.run(['mount', '-o', 'remount,nr_inodes=%d' % count, self.folder], check=True)

    def allow_no_more_files(self):
        status = os.statvfs(self.folder)
        self.allow_files(status.f_files - status.f_ffree)

    def fill(self, left=0):
        """Until `left` bytes are free."""
        self.make_room()
        size = 0
        with open(self.folder + '/ballast', 'wb') as file:
            for step in (1 << 20, 4096):  # others may write meanwhile
                while True:
                    try:
                        os.posix_fallocate(file.fileno(), size, step)
                    except OSError as error:
                        assert error.errno == errno.ENOSPC, error
                        break
                    size += step
            file.truncate(max(size - left, 0))

    def make_room(self):
        for name in os.listdir(self.folder):
            if name.startswith('ballast'):
                os.remove(os.path.join(self.folder, name))

    def filling(self, folder, program, left=0):
        """A folder for PATH with `program`, which fills this disk first. It may be allowed small files only."""
        text = '#!/bin/sh\n'
        text += 'for i in 1 2 3 4; do dd if=/dev/zero of=%s/ballast$i bs=1M count=32; done 2>/dev/null\n' % self.folder
        text += 'truncate --size=-%d %s/ballast1\n' % (left, self.folder) if left else ''
        text += 'exec /usr/bin/%s "$@"\n' % program
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, program)
        with open(path, 'w') as file:
            file.write(text)
        os.chmod(path, 0o755)
        return folder

    def end(self):
        """With what tools have mounted on it."""
        with open('/proc/self/mountinfo') as mounts:
            points = [line.split()[4] for line in mounts]
        for point in reversed([point for point in points if point == self.folder or point.startswith(self.folder + '/')]):
            subprocess.run(['umount', point], check=True)
