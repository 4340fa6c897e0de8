"""Declarations from which tools make an integration's YAML; when it runs they do nothing."""


class ParameterTypes(object):
    """Kinds of an instance's parameters."""
    STRING = 0
    NUMBER = 1
    ENCRYPTED = 4
    BOOLEAN = 8
    AUTH = 9
    DOWNLOAD_LINK = 11
    TEXT_AREA = 12
    INCIDENT_TYPE = 13
    TEXT_AREA_ENCRYPTED = 14
    SINGLE_SELECT = 15
    MULTI_SELECT = 16


class _BerthDeclaration(object):
    """Takes whatever it is given."""

    def __init__(self, *args, **kwargs):
        pass


class OutputArgument(_BerthDeclaration):
    """An output of a command."""


class InputArgument(_BerthDeclaration):
    """An argument of a command."""


class ConfKey(_BerthDeclaration):
    """A parameter of an instance."""


class YMLMetadataCollector(_BerthDeclaration):
    """An integration."""

    def command(self, command_name, outputs_prefix=None, outputs_list=None, inputs_list=None, execution=None,
                file_output=False, multiple_output_prefixes=False, deprecated=False, restore=False, description=None):
        """A decorator of the function that carries out a command; `restore` gives it the declaration as arguments."""
        declared = {'command_name': command_name, 'outputs_prefix': outputs_prefix, 'execution': execution}

        def decorate(func):
            def call(*args, **kwargs):
                return func(*args, **dict(kwargs, **declared)) if restore else func(*args, **kwargs)
            call.__name__ = func.__name__
            call.__doc__ = func.__doc__
            return call
        return decorate


_berth_end_of_optional_part('declarations.py')
