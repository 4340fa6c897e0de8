"""The figures that the tests assert, printed where they are measured and once more, together, at the end."""

FIGURES = []


def figure(probe, what, value):
    """One line: `K07 cpu used: 0.998 of 1 cpus`."""
    line = '%s %s: %s' % (probe, what, value)
    FIGURES.append(line)
    print(line)
