"""
id: S03
title: modules, builtins, hooks and codecs that the call before changed
expected: fresh each call
quick: yes
runs:
- calls: 2
  expect: {"*": fresh}
- control: a process that is used again
  calls: 2
  reused: yes
  expect: {module: kept, builtins: kept, json: kept, ssl: kept, import hook: kept, gc callback: kept, codec: kept, audit hook: kept}
"""
import builtins
import codecs
import gc
import json
import ssl
import types

if argument('call') == '1':
    sys.modules['left_by_a_call'] = types.ModuleType('left_by_a_call')
    builtins.left_by_a_call = True
    json.dumps.__dict__['left'] = True
    ssl._create_default_https_context = 'left'
    sys.meta_path.append(type('Left', (), {'find_spec': staticmethod(lambda *_: None)}))
    gc.callbacks.append(lambda *_: None)
    # What these need is theirs: the globals of a call are emptied at its end.
    codecs.register(lambda name, utf8=codecs.lookup('utf-8'): utf8 if name == 'left_by_a_call' else None)
    left_by_audit = []
    sys.addaudithook(lambda event, args, heard=left_by_audit: heard.append(1) if event == 'left.by.a.call' else None)
    sys.left_by_audit = left_by_audit
    import atexit
    atexit.register(lambda: None)
    sys.settrace(lambda *_: None)
else:
    sys.audit('left.by.a.call')
    try:
        codecs.lookup('left_by_a_call')
        codec = True
    except LookupError:
        codec = False
    demisto.results({name: 'kept' if kept else 'fresh' for name, kept in {
        'module': 'left_by_a_call' in sys.modules, 'builtins': hasattr(builtins, 'left_by_a_call'),
        'json': hasattr(json.dumps, 'left'), 'ssl': ssl._create_default_https_context == 'left',
        'import hook': any(getattr(finder, '__name__', '') == 'Left' for finder in sys.meta_path),
        'gc callback': len(gc.callbacks) > 0, 'codec': codec, 'audit hook': bool(getattr(sys, 'left_by_audit', [])),
        'trace function': sys.gettrace() is not None}.items()})
