"""An initramfs: a shell, its script, and the modules of a kernel in the order in which they load."""
import os


def plain(name):
    """A module is called with - or _ alike."""
    return name.replace('-', '_')


def needed_by(module):
    """Names of the modules that the module text `module` says it depends on: its .modinfo section has depends=A,B."""
    at = module.find(b'\0depends=')
    if at < 0:
        return []
    text = module[at + len(b'\0depends='):module.index(b'\0', at + 1)].decode()
    return [plain(name) for name in text.split(',') if name]


def in_order(wanted, read):
    """All of `wanted` and what they need, each after what it needs. `read(name)` is the text of a module, or None for
    one that is part of the kernel. Errors: LookupError where modules need each other in a ring."""
    order, under_way = [], set()

    def add(name):
        if name in order:
            return
        if name in under_way:
            raise LookupError("module '%s' needs itself" % name)
        text = read(name)
        if text is None:
            return
        under_way.add(name)
        for other in needed_by(text):
            add(other)
        order.append(name)

    for name in wanted:
        add(name)
    return order


def newc(name, mode, data):
    """One entry of a cpio archive as the kernel reads it: see Documentation/driver-api/early-userspace/buffer-format."""
    path = name.encode() + b'\0'
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    head = b'070701' + b''.join(b'%08X' % field for field in fields) + path
    return head + b'\0' * (-len(head) % 4) + data + b'\0' * (-len(data) % 4)


def archive(shell, script, modules, wanted):
    """The bytes of the initramfs: the program `shell` as /busybox, `script` as /init, and of the folder `modules` the
    modules `wanted` with a list /modules/order. Errors: OSError, LookupError."""
    paths = {}
    for folder, _, names in os.walk(modules):
        for name in names:
            if name.endswith('.ko'):
                paths[plain(name[:-len('.ko')])] = os.path.join(folder, name)

    with open(os.path.join(modules, 'modules.builtin')) as file:
        built_in = {plain(os.path.basename(line.strip())[:-len('.ko')]) for line in file}

    def content(path):
        with open(path, 'rb') as file:
            return file.read()

    def read(name):
        if name in built_in:
            return None
        if name not in paths:
            raise LookupError("the kernel has no module '%s'" % name)
        return content(paths[name])

    order = in_order(wanted, read)
    parts = [newc('busybox', 0o100755, content(shell)), newc('init', 0o100755, content(script)),
             newc('dev', 0o40755, b''), newc('modules', 0o40755, b''),
             newc('modules/order', 0o100644, ''.join(name + '.ko\n' for name in order).encode())]
    parts += [newc('modules/%s.ko' % name, 0o100644, read(name)) for name in order]
    return b''.join(parts) + newc('TRAILER!!!', 0, b'')
