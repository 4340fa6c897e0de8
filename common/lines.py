"""Berth's common library: what content finds in its globals when the loaded packs bring no library of their own.

Its parts are the files beside this one, put after each other in the order of parts.txt, and stand before the item's
code. They are executed on every cold call, so nothing heavy is imported before it is used. Names that content calls,
their parameters and results are those that published content relies on; names of the library's own begin with _berth_,
because the item shares these globals and may give any other name a new meaning. For the same reason functions import
the modules they need themselves.

Optional parts, which end with _berth_end_of_optional_part(), are left out where nothing that follows the library has
one of their names (berth/content/common_parts); so no other part may use a name of theirs.

This part: line numbers. Each part ends with a call of _berth_end_of_part().
"""
import os
import sys

_BERTH_PARTS = []  # (name, its last line in the assembled code), in order
_BERTH_MODULES = {}  # name: its block of lines


def __line__():
    """The line of the caller in the assembled code."""
    return sys._getframe(1).f_lineno


def _berth_end_of_part(name):
    """Notes that the file common/`name` ends with the calling line."""
    _BERTH_PARTS.append(('common/' + name, sys._getframe(1).f_lineno))


_berth_end_of_optional_part = _berth_end_of_part


def register_module_line(module_name, start_end, line, wrapper=0):
    """Notes where the code of `module_name` starts or ends in the assembled code.

    `line` is that of the call itself. `wrapper` is added to it for the first or last line that was put in for this
    module, so that lines after it can be told as they stand in the file around it.
    """
    block = _BERTH_MODULES.setdefault(module_name, {'start': 0, 'end': float('inf'), 'first': 0, 'last': float('inf')})
    if start_end not in ('start', 'end') or not isinstance(line, int) or line < 0:
        demisto.info('register_module_line: ignored %r, %r, %r' % (module_name, start_end, line))
        return
    block[start_end] = line
    block['first' if start_end == 'start' else 'last'] = line + wrapper


def _berth_blocks_within(module_name):
    """The blocks that stand directly in that of `module_name`."""
    outer = _BERTH_MODULES[module_name]
    inner = [block for name, block in _BERTH_MODULES.items()
             if name != module_name and outer['start'] < block['start'] and block['end'] < outer['end']]
    return [block for block in inner
            if not any(other['start'] < block['start'] and block['end'] < other['end'] for other in inner)]


def _berth_line_in_file(line):
    """(name of the module or part, line in its own file) of a line of the assembled code."""
    before = 0
    for name, last in _BERTH_PARTS:
        if line <= last:
            return name, line - before
        before = last
    around = [name for name, block in _BERTH_MODULES.items() if block['start'] <= line <= block['end']]
    if not around:
        return 'string', line
    name = max(around, key=lambda one: _BERTH_MODULES[one]['start'])
    put_in = sum(block['last'] - block['first'] for block in _berth_blocks_within(name) if block['last'] < line)
    return name, line - _BERTH_MODULES[name]['start'] - put_in


def fix_traceback_line_numbers(trace_str):
    """`trace_str` with the frames of the assembled code told by file and by line of that file.

    Frames of the library are told as those of its part, File "<common/dates.py>", line 12.
    """
    import re
    return re.sub(r'File "<string>", line (\d+)',
                  lambda found: 'File "<%s>", line %d' % _berth_line_in_file(int(found.group(1))), trace_str)


_berth_end_of_part('lines.py')
