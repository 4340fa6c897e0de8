"""A virtual machine that runs one program on a copy of this machine, and is gone.

It has the distribution's kernel, cgroup version 2 (or both versions at once), no network, this machine's root read-only below a memory file
system, and the container storage on a disk. Nothing that happens in it reaches this machine.
"""
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from commands import Lacking
from kernel import kernel
from storage import disk

EMULATOR = 'qemu-system-x86_64'
TRIAL_SECONDS = 15


def boots(accelerator, image):
    """Whether the kernel comes up: without anything to run it panics, and the machine ends."""
    argv = [EMULATOR] + accelerator + ['-m', '512M', '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
                                       '-kernel', image, '-append', 'panic=-1']
    try:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=TRIAL_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def accelerator(cache, image):
    """Options of the emulator: the processor's own virtualisation where the kernel runs on it, else translation.

    Found by booting. That /dev/kvm can be opened, and makes machines, is not enough: some hosts' runs none but kernels
    made for it. The answer holds until this machine boots again.
    """
    kvm, translated = ['-machine', 'q35,accel=kvm', '-cpu', 'host'], ['-machine', 'q35', '-accel', 'tcg,thread=multi',
                                                                      '-cpu', 'max']
    with open('/proc/sys/kernel/random/boot_id') as file:
        note = os.path.join(cache, 'kvm-' + file.read().strip())
    if not os.access('/dev/kvm', os.R_OK | os.W_OK):
        return translated
    if not os.path.exists(note):
        answer = 'yes' if boots(kvm, image) else 'no'
        with open(note, 'w') as file:
            file.write(answer)
    with open(note) as file:
        return kvm if file.read() == 'yes' else translated


def make_job(folder, argv, environment):
    """The program that the machine runs: `argv` in our working folder."""
    path = os.path.join(folder, 'job')
    settings = [shlex.quote('%s=%s' % item) for item in sorted(environment.items())]
    with open(path, 'w') as file:
        file.write('#!/bin/sh\ncd %s || exit 126\nexec env %s %s\n'
                   % (shlex.quote(os.getcwd()), ' '.join(settings), ' '.join(map(shlex.quote, argv))))
    os.chmod(path, 0o755)


def emulator(parts, folder, parameters, megabytes, processors):
    """The argument vector that starts the machine."""
    accelerated, image, initramfs, storage = parts
    return [EMULATOR] + accelerated + [
            '-smp', str(processors), '-m', '%dM' % megabytes, '-nodefaults', '-no-user-config', '-display', 'none',
            '-no-reboot', '-kernel', image, '-initrd', initramfs,
            '-append', 'console=ttyS0 quiet loglevel=4 panic=-1 ' + parameters,
            '-serial', 'file:' + os.path.join(folder, 'console'),
            '-chardev', 'stdio,id=output,signal=off', '-serial', 'chardev:output',
            '-serial', 'file:' + os.path.join(folder, 'status'),
            '-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap',
            '-device', 'virtio-9p-pci,fsdev=root,mount_tag=tests',
            # What the tests write to the disk is dropped with the machine.
            '-drive', 'file=%s,if=virtio,format=raw,snapshot=on' % storage]


def status_of(folder):
    """({'up': seconds, 'exit': status} as far as they came, the last lines of the console)."""
    said, console = {}, ''
    for name in ('status', 'console'):
        try:
            with open(os.path.join(folder, name), errors='replace') as file:
                text = file.read()
        except OSError:
            continue
        if name == 'console':
            console = '\n'.join(text.splitlines()[-20:])
        else:
            said = dict(line.split(None, 1) for line in text.splitlines() if ' ' in line)
    return said, console


def run(argv, source, cache, environment=None, megabytes=3072, processors=2, seconds=600,
        cgroups='v2'):
    """Runs `argv` in a machine with the source tree `source`; its output is our standard output. Returns its exit
    status and the seconds that the machine took to come up. `cgroups` is v2, or split: memory in version 1. Errors: Lacking, also when the machine did not get as far
    as an exit status within `seconds`."""
    if shutil.which(EMULATOR) is None:
        raise Lacking('no %s: apt-get install qemu-system-x86' % EMULATOR)
    image, initramfs = kernel(cache)
    parts = accelerator(cache, image), image, initramfs, disk(cache)
    with tempfile.TemporaryDirectory(prefix='berth-vm-') as folder:
        make_job(folder, argv, environment or {})
        parameters = 'berth.root=%s berth.job=%s berth.cgroups=%s' % (source, folder, cgroups)
        begun = time.monotonic()
        sys.stdout.flush()
        process = subprocess.Popen(emulator(parts, folder, parameters, megabytes, processors), stdin=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        said, console = status_of(folder)
        if 'exit' not in said:
            raise Lacking('the machine gave no exit status after %.0f s; its console:\n%s'
                          % (time.monotonic() - begun, console or '(nothing)'))
        return int(said['exit']), float(said['up'])
