"""Other programs, as the making of the machine uses them."""
import subprocess


class Lacking(Exception):
    """The machine cannot be had here; the text says what is missing and the remedy."""


def output_of(*argv, **options):
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=300, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Lacking('run %s: %s' % (argv[0], error)) from None
    if done.returncode != 0:
        raise Lacking('%s: %s' % (' '.join(argv[:4]), done.stderr.decode('utf-8', 'replace').strip()[-400:]))
    return done.stdout.decode('utf-8', 'replace')
