"""
id: S01
title: environment, limits, umask, folder, locale, time zone, signal masks of the call before
expected: fresh each call
runs:
- calls: 2
  expect: {"*": fresh}
- control: a process that is used again
  calls: 2
  reused: yes
  expect: {umask: kept, limits: kept, locale: kept, time zone: kept, signal mask: kept, signal handler: kept, C environment: kept, priority: kept}
  show: [umask, limits, locale, time zone, signal mask]
"""
import locale
import resource
import signal
import time

libc.getenv.restype = ctypes.c_char_p
if argument('call') == '1':
    os.environ['BERTH_PROBE'] = 'left'
    libc.setenv(b'BERTH_PROBE_C', b'left', 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))
    os.umask(0o7)
    os.chdir('/tmp')
    locale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')
    os.environ['TZ'] = 'XYZ+5'
    time.tzset()
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    os.nice(11)
else:
    mask = os.umask(0o22)
    demisto.results({name: 'kept' if kept else 'fresh' for name, kept in {
        'environment': 'BERTH_PROBE' in os.environ, 'C environment': libc.getenv(b'BERTH_PROBE_C') is not None,
        'limits': resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 99, 'umask': mask == 0o7,
        'folder': os.getcwd() == '/tmp', 'locale': locale.setlocale(locale.LC_NUMERIC) == 'C.UTF-8',
        'time zone': time.timezone == 5 * 3600, 'signal handler': signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
        'signal mask': signal.SIGUSR2 in signal.pthread_sigmask(signal.SIG_BLOCK, []),
        'priority': os.nice(0) > 10}.items()})
