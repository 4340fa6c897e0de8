import demistomock as demisto  # noqa: F401
from CommonServerPython import *  # noqa: F401
from CommonServerUserPython import *  # noqa: F401

import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST_BYTES = 65536
MOST_ALARMS_REMEMBERED = 1000
NOTHING = {'alarms': 0, 'incidents': 0, 'last': ''}


class BadAlarm(Exception):
    """Why an alarm is not taken, with the HTTP status that says so."""

    def __init__(self, status, text):
        Exception.__init__(self, text)
        self.status = status


def stats():
    """What the instance remembers, as the integration context has it."""
    return dict(NOTHING, **json.loads(get_integration_context().get('stats') or '{}'))


def remember(**added):
    """Adds to the counts. Commands of the instance may do so at the same time: what another stored is not lost."""
    for attempt in range(5):
        stored, version = get_integration_context_with_version()
        found = dict(NOTHING, **json.loads(stored.get('stats') or '{}'))
        for name, value in added.items():
            found[name] = found[name] + value if isinstance(value, int) else value
        try:
            set_integration_context(dict(stored, stats=json.dumps(found)), version=version)
            return found
        except ValueError as error:
            demisto.debug('count an alarm: attempt %d: %s' % (attempt + 1, error))
            time.sleep(0.02 * (attempt + 1))
    raise DemistoException('count an alarm: the integration context was changed during each of 5 attempts')


def parse_alarm(data):
    """The alarm in a body. Errors: BadAlarm."""
    try:
        alarm = json.loads(data.decode('utf-8'))
    except ValueError:
        raise BadAlarm(400, 'the body is no JSON')
    if not isinstance(alarm, dict) or not isinstance(alarm.get('title'), str) or not alarm['title'].strip():
        raise BadAlarm(422, 'an alarm needs a title')
    severity = alarm.get('severity', 1)
    if severity not in (1, 2, 3, 4) or isinstance(severity, bool):
        raise BadAlarm(422, 'severity must be 1, 2, 3 or 4')
    return {'title': alarm['title'].strip()[:200], 'source': str(alarm.get('source') or 'unknown')[:100],
            'severity': severity}


class Tower(object):
    """Takes alarms. Used by many threads at once; one alarm is dealt with at a time."""

    def __init__(self, params):
        self.token = ((params.get('credentials') or {}).get('password') or '').encode()
        self.quiet = arg_to_number(params.get('quiet') or 60, 'quiet')
        self.kind = params.get('incidentType') or ''
        self._lock = threading.Lock()
        self._latest = {}

    def admits(self, token):
        return not self.token or hmac.compare_digest(self.token, token.encode())

    def take(self, alarm, now):
        """Opens an incident unless the same alarm came a moment ago. Returns whether it did."""
        key = alarm['source'], alarm['title']
        with self._lock:
            is_new = now - self._latest.get(key, float('-inf')) >= self.quiet
            if is_new:
                demisto.createIncidents([assign_params(
                    name='%s: %s' % (alarm['source'], alarm['title']), type=self.kind, severity=alarm['severity'],
                    rawJSON=json.dumps(alarm))])
                if len(self._latest) >= MOST_ALARMS_REMEMBERED:
                    self._latest.clear()
                self._latest[key] = now
            remember(alarms=1, incidents=int(is_new), last=alarm['title'])
        return is_new


class Listener(BaseHTTPRequestHandler):
    timeout = 10  # seconds that a sender may be silent

    def log_message(self, form, *values):
        demisto.debug('watch tower: ' + form % values)

    def do_GET(self):
        if self.path == '/health':
            self.say(200, {'status': 'ok'})
        else:
            self.say(404, {'error': 'alarms are posted to /alarms'})

    def do_POST(self):
        try:
            if self.path != '/alarms':
                raise BadAlarm(404, 'alarms are posted to /alarms')
            if not self.server.tower.admits(self.headers.get('X-Tower-Token', '')):
                raise BadAlarm(401, 'the token is not known here')
            length = self.headers.get('Content-Length', '')
            if not length.isdigit() or int(length) > MOST_BYTES:
                raise BadAlarm(413, 'an alarm has at most %d bytes' % MOST_BYTES)
            is_new = self.server.tower.take(parse_alarm(self.rfile.read(int(length))), time.monotonic())
            self.say(201 if is_new else 202, {'incident': is_new})
        except BadAlarm as error:
            self.say(error.status, {'error': str(error)})
        except Exception as error:
            demisto.error('watch tower: %s' % error)
            demisto.updateModuleHealth('an alarm was lost: %s' % error, True)
            self.say(503, {'error': 'the alarm could not be taken'})

    def say(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def port_of(params):
    port = arg_to_number(params.get('longRunningPort'), 'longRunningPort', required=True)
    if not 1024 <= port <= 65535:
        raise ValueError('longRunningPort: %d is not between 1024 and 65535' % port)
    return port


def serve(params):
    """Never returns."""
    support_multithreading()
    port = port_of(params)
    server = ThreadingHTTPServer(('', port), Listener)
    server.daemon_threads = True
    server.tower = Tower(params)
    demisto.updateModuleHealth('')
    demisto.info('watch tower: listening on port %d' % port)
    server.serve_forever()


def stats_command():
    found = stats()
    outputs = {'Instance': demisto.integrationInstance(), 'Alarms': found['alarms'], 'Incidents': found['incidents'],
               'LastAlarm': found['last']}
    return CommandResults(outputs_prefix='Watch.Tower', outputs_key_field='Instance', outputs=outputs,
                          readable_output=tableToMarkdown('Watch tower', outputs, removeNull=True))


def reset_command():
    set_integration_context({})
    return 'The alarms are forgotten.'


def main():
    command, params = demisto.command(), demisto.params()
    try:
        if command == 'test-module':
            port_of(params)
            return_results('ok')
        elif command == 'long-running-execution':
            serve(params)
        elif command == 'watchtower-stats':
            return_results(stats_command())
        elif command == 'watchtower-reset':
            return_results(reset_command())
        else:
            raise NotImplementedError('command %s is not there' % command)
    except Exception as error:
        return_error('Failed to execute %s: %s' % (command, error), error)

if __name__ in ('__main__', '__builtin__', 'builtins'):
    main()
