"""The kernel of the virtual machine: the distribution's, unpacked beside our own build, with an initramfs of ours."""
import hashlib
import os
import shutil
import tempfile

import initramfs
from commands import Lacking, output_of

PACKAGE = 'linux-image-amd64'  # not the cloud kernel: that has no 9p
MODULES = ('crc32c_generic',  # asked for by name, not as a dependency
           'virtio_pci', 'virtio_blk', '9pnet_virtio', '9p', 'overlay', 'ext4',
           # The network of containers: nobody in the machine loads a module when it is asked for.
           'veth', 'tun', 'dummy', 'bridge', 'nf_tables', 'nft_ct', 'nft_masq', 'nft_nat', 'nft_chain_nat',
           'nft_reject_inet', 'nft_limit', 'nft_log', 'nft_fib_inet')
HERE = os.path.dirname(os.path.abspath(__file__))


def newest_package():
    """(name, version) of the newest kernel that the distribution offers."""
    for line in output_of('apt-cache', 'depends', PACKAGE).splitlines():
        kind, _, name = line.strip().partition(': ')
        if kind == 'Depends' and name.startswith('linux-image-'):
            for field in output_of('apt-cache', 'show', '--no-all-versions', name).splitlines():
                if field.startswith('Version: '):
                    return name, field.split(' ')[1]
    raise Lacking("no package '%s' in the package lists: apt-get update" % PACKAGE)


def files_of(package, version, folder):
    """Fetches the package and unpacks it into `folder`, which is made: nothing is installed."""
    os.makedirs(folder)
    output_of('apt-get', '-o', 'APT::Sandbox::User=root', 'download', '%s=%s' % (package, version), cwd=folder)
    deb = [name for name in os.listdir(folder) if name.endswith('.deb')][0]
    output_of('dpkg-deb', '-x', deb, '.', cwd=folder)


def kernel(cache):
    """(kernel, initramfs): two files below the folder `cache`, made when they are not there. Errors: Lacking."""
    package, version = newest_package()
    busybox = shutil.which('busybox', path='/bin:/usr/bin')
    if busybox is None:
        raise Lacking('no busybox: apt-get install busybox-static')
    key = hashlib.sha256(repr((package, version, MODULES)).encode())
    for name in (busybox, os.path.join(HERE, 'first_stage'), os.path.join(HERE, 'initramfs.py')):
        with open(name, 'rb') as file:
            key.update(file.read())
    made = os.path.join(cache, 'kernel-' + key.hexdigest()[:16])
    if not os.path.isdir(made):
        os.makedirs(cache, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix='new-') as folder:
            unpacked, draft = os.path.join(folder, 'package'), os.path.join(folder, 'made')
            files_of(package, version, unpacked)
            os.mkdir(draft)
            release = package[len('linux-image-'):]
            shutil.move(os.path.join(unpacked, 'boot', 'vmlinuz-' + release), os.path.join(draft, 'vmlinuz'))
            with open(os.path.join(draft, 'initramfs'), 'wb') as file:
                file.write(initramfs.archive(busybox, os.path.join(HERE, 'first_stage'),
                                             os.path.join(unpacked, 'lib', 'modules', release), MODULES))
            os.rename(draft, made)
    return os.path.join(made, 'vmlinuz'), os.path.join(made, 'initramfs')
