"""
id: P10
title: close or replace the descriptors of the call
expected: the call ends with its cause named
runs:
- {arguments: {close: "0"}, expect: {after: 1, call cause: completed}, show: [call cause]}
- {arguments: {close: "1"}, expect: {after: 1, call cause: completed}, show: [call cause]}
- {arguments: {close: "3"}, expect: {after: 1, call cause: completed}, show: [call cause]}
- {arguments: {close: "4"}, expect: {before: 1, call cause: ended early, call exit: 10}, show: [call cause]}
- {arguments: {close: all}, expect: {before: 1, call cause: ended early, call exit: 10}, show: [call cause]}
- {arguments: {close: socket}, expect: {after: 1, call cause: completed}, show: [call cause]}
- {arguments: {close: streams}, expect: {after: 1, call cause: completed}, show: [call cause]}
- {control: nothing closed, arguments: {close: none}, expect: {after: 1, call cause: completed}, show: [call cause]}
"""
import socket

demisto.results({'before': 1})
close = argument('close')
if close.isdigit():
    os.close(int(close))
elif close == 'all':
    os.closerange(0, 9999)
elif close == 'socket':
    pair = socket.socketpair()
    os.dup2(pair[0].fileno(), 1)
elif close == 'streams':
    sys.stdout = sys.stderr = sys.__stdout__ = None
print('a line')
demisto.results({'after': 1})
