"""
id: K08
title: fill every writable place; files without end; a sparse file of 1 TiB; a folder 2,000 deep
expected: ENOSPC at 128 MiB and 16,000 files; the rest is read-only
quick: yes
runs:
- arguments: {deep: 2000}
  expect:
    filled*: '["ENOSPC"*'
    many: ENOSPC
    files: 15900..16000
    sparse: ENOSPC
    deep: ok
    outside *: EROFS
    most MiB: 120..128
    kinds: '["devpts", "proc", "tmpfs"]'
  show: [most MiB, files, sparse]
- control: 256 MiB and 30,000 files
  with: {writable: 256m, writable_files: 30000}
  arguments: {deep: 2000}
  expect:
    most MiB: 240..256
    many: ok
  show: [most MiB, files]
"""
def writable_mounts():
    found = []
    for line in open('/proc/self/mountinfo'):
        before, after = line.split(' - ')
        point, options = before.split()[4:6]
        if 'ro' not in options.split(','):
            found.append((point, after.split()[0]))
    return found

block = b'\1' * (1 << 20)
filled = {}
for place in ('/tmp', '/var/tmp', '/dev/shm', '/home/demisto', '/work'):
    path, mib = place + '/fill', 0
    def write():
        global mib
        with open(path, 'wb', 0) as file:
            while mib < 400:
                mib += file.write(block) / (1 << 20)
    filled[place] = [attempt(write), os.stat(path).st_size]
    os.unlink(path)
folder, files = '/tmp/many', 0
os.mkdir(folder)
def make():
    global files
    for files in range(20000):
        os.close(os.open('%s/%d' % (folder, files), os.O_CREAT | os.O_WRONLY))
many = attempt(make)
for name in os.listdir(folder):
    os.unlink(folder + '/' + name)
def sparse():
    with open('/tmp/sparse', 'wb') as file:
        file.truncate(1 << 40)
        os.posix_fallocate(file.fileno(), 0, 1 << 40)
vast = attempt(sparse)
os.unlink('/tmp/sparse')
def deep():
    os.chdir('/tmp')
    for _ in range(int(demisto.args().get('deep') or 10000)):
        os.mkdir('d')
        os.chdir('d')
outside = {path: attempt(lambda: open(path, 'w'))
           for path in ('/etc/x', '/usr/x', '/x', '/dev/x', '/run/x', '/sys/x', '/var/x')}
kinds = sorted({kind for _, kind in writable_mounts()})
demisto.results({'most MiB': round(max(size for _, size in filled.values()) / (1 << 20), 1), 'kinds': kinds, 'filled': filled, 'files': files, 'many': many, 'sparse': vast, 'deep': attempt(deep),
                 'outside': outside, 'mounts': writable_mounts()})
