"""The last part: what takes all others to be there."""

_berth_when_known(_berth_start_debug_log)
_berth_end_of_part('finish.py')
register_module_line('CommonServerPython', 'end', __line__())
