"""
id: K29
title: sockets of the host (abstract, D-Bus, container engines, systemd, X11, vsock) and of rare kinds
expected: none is there or reachable; only Unix, IPv4, IPv6 and netlink sockets can be made
quick: yes
runs:
- expect:
    abstract socket of the host: ECONNREFUSED
    abstract names in sight: 0
    sockets on paths: 0
    path *: ENOENT
    families: "[1, 2, 10, 16]"
    netlink changes an interface: EPERM
    own abstract socket: ok
  show: [abstract socket of the host, sockets on paths, families]
- control: without seccomp and network_namespace
  without: [seccomp, network_namespace]
  expect:
    abstract socket of the host: ok
    abstract names in sight: ">= 1"
    own abstract socket: ok
  show: [abstract socket of the host, abstract names in sight]
"""
import socket
import stat
import struct

PATHS = '''/run/docker.sock /var/run/docker.sock /run/containerd/containerd.sock /run/podman/podman.sock
/run/crio/crio.sock /run/dbus/system_bus_socket /run/user/0/bus /run/user/4000/bus /run/systemd/notify
/run/systemd/private /run/systemd/journal/socket /run/systemd/journal/dev-log /dev/log /run/udev/control
/tmp/.X11-unix/X0 /run/nscd/socket /run/snapd.socket /run/libvirt/libvirt-sock /run/berth/berth.sock
/var/run/lxd/unix.socket'''.split()


def connect(address):
    with socket.socket(socket.AF_UNIX) as made:
        made.settimeout(3)
        made.connect(address)


def change_interface():
    """RTM_NEWLINK for the loopback interface: down."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as made:
        made.settimeout(3)
        made.send(struct.pack('=IHHII', 32, 16, 5, 1, 0) + struct.pack('=BBHiII', 0, 0, 0, 1, 0, 1))
        code = struct.unpack('=i', made.recv(4096)[16:20])[0]
        if code != 0:
            raise OSError(-code, 'refused')


def families():
    made = []
    for family in range(0, 64):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            try:
                socket.socket(family, kind).close()
                made.append(family)
                break
            except OSError:
                pass
    return made


def sockets_on_paths():
    found = 0
    for folder, names, files in os.walk('/'):
        if folder in ('/proc', '/sys'):
            names.clear()
        for name in files:
            try:
                found += stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode)
            except OSError:
                pass
    return found


with open('/proc/net/unix') as file:
    in_sight = sum(' @' in line for line in file)
own = socket.socket(socket.AF_UNIX)
own.bind('\0own of the probe')
own.listen()
found = {'path ' + path: attempt(lambda: connect(path)) for path in PATHS}
demisto.results(dict(found, **{
    'abstract socket of the host': attempt(lambda: connect('\0' + argument('abstract'))),
    'own abstract socket': attempt(lambda: connect('\0own of the probe')), 'abstract names in sight': in_sight,
    'sockets on paths': sockets_on_paths(), 'families': families(),
    'netlink changes an interface': attempt(change_interface)}))
