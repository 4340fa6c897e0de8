"""What a zygote imports ahead: the modules that earlier calls with its key have loaded (docs/warm.md).

The list comes from the host, which has it from scripts: a line `berth-imports 1`, then for each module `? NAME` (never
tried), `+ NAME` (good) or `- NAME WHY` (left out). The answer is the same list with what trying came to, at ANSWER.

What was never tried is imported in a process of its own first (Trial), which is looked at after each import: one that
leaves a thread, a descriptor, or anything else of Watch behind, fails, ends the process or takes long is left out. The
others are imported here. All of it happens with the rights of a script: an image may hold modules that are not for it.

Python 3.6 or later.
"""
import os
import sys
import time

from watch import AsScript, Draws, Fosterage, Quiet, Trial, Watch, load_often_patched

FIRST_LINE = 'berth-imports 1'
ANSWER = '/work/learned'
TRIAL_SECONDS = 20  # for all trials of one zygote; what is left then is tried by the next one
MOST_TRIALS = 50


def parse(text):
    """The list: [mark, name, why] for each module."""
    lines = text.decode('ascii').splitlines()
    if lines[:1] != [FIRST_LINE]:
        return []
    return [(line.split(' ', 2) + [''])[:3] for line in lines[1:]]


def print_list(modules):
    return '\n'.join([FIRST_LINE] + [' '.join(module).rstrip() for module in modules] + ['']).encode('ascii')


# --- trying ----------------------------------------------------------------------------------------------------------


def run_trial(loop, modules, foster, said):
    """In a process of its own: imports `modules` in turn, and says of each `+` or why not. It ends with the first that
    is to be left out."""
    load_often_patched()
    quiet = Quiet()
    try:
        draws = Draws()
    except ImportError:
        draws = None
    for _, name, _ in modules:
        why = ''
        if name not in sys.modules:
            watch = Watch(foster)
            try:
                __import__(name)
            except BaseException:
                why = 'fails'
            why = watch.difference() or why or ('speaks' if quiet.has_heard() else '')
            why = why or ('draws' if draws is not None and draws.have_been() else '')
        file = getattr(sys.modules.get(name), '__file__', None)
        if not why and file is not None and not loop.is_of_image(file):
            why = 'foreign'
        os.write(said, ('%s\n' % (why or '+')).encode('ascii'))
        if why:
            return


def import_here(modules):
    """Imports what is good. One that fails all the same is left out."""
    for module in modules:
        if module[0] == '+' and module[1] not in sys.modules:
            try:
                __import__(module[1])
            except BaseException:
                module[:] = ['-', module[1], 'fails']


def try_out(loop, modules):
    """Settles what was never tried, as far as time allows."""
    until = time.monotonic() + TRIAL_SECONDS
    for _ in range(MOST_TRIALS):
        untried = [module for module in modules if module[0] == '?']
        if not untried or time.monotonic() > until:
            return
        with Fosterage(), Trial(lambda *where: run_trial(loop, untried, *where)) as trial:
            for module in untried:
                word = trial.next_word(until)
                if word == 'slow' and time.monotonic() > until:
                    break
                module[:] = ['+', module[1], ''] if word == '+' else ['-', module[1], word]
                if word != '+':
                    break
        import_here(modules)


# --- the zygote's part -----------------------------------------------------------------------------------------------


def import_ahead(loop, text):
    """Imports what is good of the list `text`, tries what was never tried, and leaves the answer for the host.

    Returns the names of the list, and the word for what is not as it was after all, or ''.
    """
    modules = parse(text)
    with AsScript():
        watch, quiet = Watch(os.getpid()), Quiet()
        import_here(modules)
        try_out(loop, modules)
        changed = 'speaks' if quiet.has_heard() else ''
        quiet.end()
        changed = watch.difference(passed_over=('files',)) or changed
        answer = print_list(modules)
        if answer != text:
            loop.write_whole(ANSWER, answer)
    return [module[1] for module in modules], changed
