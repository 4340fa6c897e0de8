"""How code runs: threads, pauses, retries, profiles."""

import time as _berth_time

PROFILING_DUMP_ROWS_LIMIT = 20


def _berth_moment_of_start():
    """A list with the time at which the call began; empty while the call is not known."""
    moment = []
    _berth_when_known(lambda: moment.append(_berth_time.time()))
    return moment


_BERTH_STARTED = _berth_moment_of_start()


def support_multithreading():
    """Lets several threads call demisto. Berth's own object always does; others get a lock."""
    import threading
    if hasattr(demisto, 'enable_multithreading'):
        demisto.enable_multithreading()
        return
    lock, ask = threading.Lock(), demisto._Demisto__do
    demisto.lock = lock

    def ask_in_turn(message):
        if IS_PY3 and not lock.acquire(timeout=60):
            raise RuntimeError('another thread has held the connection to the server for 60 seconds')
        if not IS_PY3:
            lock.acquire()
        try:
            return ask(message)
        finally:
            lock.release()

    demisto._Demisto__do = ask_in_turn


def safe_sleep(duration_seconds):
    """Sleeps. Errors: ValueError, at once, when the call's time would be over before."""
    calling = _berth_calling()
    if 'runDuration' in calling:
        left = int(calling['runDuration']) * 60 - (_berth_time.time() - _BERTH_STARTED[0])
        if duration_seconds > left:
            raise ValueError('sleep for %s seconds: the call has only %d left' % (duration_seconds, left))
    _berth_time.sleep(duration_seconds)


def retry(times=3, delay=1, exceptions=Exception):
    """A decorator: calls the function again, `times` at most, `delay` seconds after it raised one of `exceptions`."""
    def decorate(func):
        def call(*args, **kwargs):
            for attempt in range(1, times):
                try:
                    return func(*args, **kwargs)
                except exceptions as error:
                    demisto.debug('%s: attempt %d of %d: %s' % (func.__name__, attempt, times, error))
                    _berth_time.sleep(delay)
            return func(*args, **kwargs)
        call.__name__ = func.__name__
        call.__doc__ = func.__doc__
        return call
    return decorate


def content_profiler(func):
    """A decorator: posts the profile of each call as a file for pstats, called after the item."""
    def profiled(*args, **kwargs):
        import cProfile
        import marshal
        profile = cProfile.Profile()
        try:
            return profile.runcall(func, *args, **kwargs)
        finally:
            profile.create_stats()
            name = (demisto.command() if hasattr(demisto, 'command') else '') or get_script_name() or 'stats'
            demisto.results(fileResult(name + '.prof', marshal.dumps(profile.stats)))
    profiled.__name__ = func.__name__
    profiled.__doc__ = func.__doc__
    return profiled


def get_message_threads_dump(_sig, _frame):
    """Where each thread is, as text; the arguments are those of a signal handler."""
    import traceback
    parts = ['--- Start Threads Dump ---']
    for thread, frame in sys._current_frames().items():
        parts.append('# ThreadID: %s\n%s' % (thread, ''.join(traceback.format_stack(frame))))
    return fix_traceback_line_numbers('\n'.join(parts + ['--- End Threads Dump ---']))


def signal_handler_profiling_dump(_sig, _frame):
    """Logs where each thread is."""
    demisto.info(get_message_threads_dump(_sig, _frame))


def register_signal_handler_profiling_dump(signal_type=None, profiling_dump_rows_limit=PROFILING_DUMP_ROWS_LIMIT):
    """Has each signal of `signal_type`, SIGUSR1 by default, log where each thread is."""
    import signal
    signal.signal(signal_type or signal.SIGUSR1, signal_handler_profiling_dump)


_berth_end_of_optional_part('running.py')
