"""What an editor says to a debugger, as far as the tests need it: the Debug Adapter Protocol over a socket.

    python3 dap.py PORT    runs the conversation that standard input describes, for a test that needs another user
"""
import json
import socket
import sys
import time


class Editor:
    """Attached to a debugger on this machine's loopback interface."""

    def __init__(self, port, seconds=60):
        self._end = time.monotonic() + seconds
        while True:
            try:
                self._socket = socket.create_connection(('127.0.0.1', port), 5)
                break
            except OSError:
                assert time.monotonic() < self._end, 'nobody listens on port %d' % port
                time.sleep(0.05)
        self._read = b''
        self._seq = 0
        self.events = []

    def _receive(self):
        """The next message; none once the debugger has gone."""
        while True:
            head, mark, rest = self._read.partition(b'\r\n\r\n')
            if mark:
                size = int(head.split(b'Content-Length: ')[1].split(b'\r\n')[0])
                if len(rest) >= size:
                    self._read = rest[size:]
                    return json.loads(rest[:size])
            self._socket.settimeout(max(self._end - time.monotonic(), 0.01))
            try:
                data = self._socket.recv(65536)
            except ConnectionResetError:
                data = b''
            if not data:
                return None
            self._read += data

    def send(self, command, **arguments):
        self._seq += 1
        text = json.dumps({'seq': self._seq, 'type': 'request', 'command': command, 'arguments': arguments}).encode()
        self._socket.sendall(b'Content-Length: %d\r\n\r\n%s' % (len(text), text))
        return self._seq

    def answer(self, seq):
        while True:
            message = self._receive()
            assert message is not None, 'the debugger has gone'
            if message['type'] == 'event':
                self.events.append(message)
            elif message['type'] == 'response' and message['request_seq'] == seq:
                assert message['success'], message
                return message.get('body') or {}

    def ask(self, command, **arguments):
        return self.answer(self.send(command, **arguments))

    def event(self, name):
        """The next event of that name; none once the debugger has gone."""
        while True:
            for at, message in enumerate(self.events):
                if message['event'] == name:
                    return self.events.pop(at).get('body') or {}
            message = self._receive()
            if message is None:
                return None
            if message['type'] == 'event':
                self.events.append(message)

    def attach(self, breakpoints, **attach):
        """Attaches with breakpoints, as path -> lines; returns what became of them."""
        self.ask('initialize', clientID='test', adapterID='python', pathFormat='path', linesStartAt1=True,
                 columnsStartAt1=True)
        attached = self.send('attach', **{'justMyCode': True, **attach})
        assert self.event('initialized') is not None
        made = {path: self.ask('setBreakpoints', source={'path': path},
                               breakpoints=[{'line': line} for line in lines])['breakpoints']
                for path, lines in breakpoints.items()}
        self.ask('configurationDone')
        self.answer(attached)
        return made

    def stopped(self):
        """Waits until the program stops: (reason, thread, its frames as (name, path, line))."""
        body = self.event('stopped')
        assert body is not None, 'the program ended without a stop'
        frames = self.ask('stackTrace', threadId=body['threadId'])['stackFrames']
        return body['reason'], body['threadId'], [(frame['name'], (frame.get('source') or {}).get('path'), frame['line'])
                                                  for frame in frames], frames[0]['id']

    def evaluate(self, expression, frame):
        return self.ask('evaluate', expression=expression, frameId=frame, context='watch')['result']

    def go_on(self, thread):
        self.ask('continue', threadId=thread)

    def close(self):
        self._socket.close()


if __name__ == '__main__':
    wanted = json.load(sys.stdin)
    editor = Editor(int(sys.argv[1]))
    breakpoints = editor.attach(wanted['breakpoints'])
    reason, thread, frames, top = editor.stopped()
    value = editor.evaluate(wanted['expression'], top)
    editor.go_on(thread)
    json.dump({'breakpoints': breakpoints, 'reason': reason, 'frames': frames, 'value': value}, sys.stdout)
