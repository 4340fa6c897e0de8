"""The services of a small port, for the example integrations to talk to: registry, customs desk, feed, gates, vault.

    python3 examples/harbour_service.py --address 127.0.0.1 --port 8086
    python3 examples/harbour_service.py --port 8443 --certificate both.pem     # HTTPS; certificate and key in one file

It prints `ready` once it listens. Standard library only. The same command line gives the same answers: all that has a
time counts from --now, which is the time of the start by default; only changes bear the time that they are made at. A
request for a whole URL, as a client sends it to a proxy, is answered as well, so the service can be its own proxy.
"""
import argparse
import base64
import datetime
import hashlib
import hmac
import json
import re
import ssl
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Whom it lets in. An example has no secrets; what the example instances do with them is what counts.
USER, PASSWORD = 'pilot', 'low-tide-4711'
CLIENT_ID, CLIENT_SECRET = 'desk', 'sealed-container-0815'
API_KEY = 'gate-key-2718'

NAMES = ('Aurora', 'Borealis', 'Cormorant', 'Dory', 'Eider', 'Fulmar', 'Gull', 'Heron', 'Ibis', 'Jackdaw', 'Kestrel',
         'Loon')
FLAGS = 'NL', 'PA', 'DE', 'LR', 'SG'
KINDS = 'container ship', 'bulk carrier', 'tanker'
SUBJECTS = ('Seal broken', 'Weight differs from the manifest', 'Consignee unknown', 'Radiation alarm')
MOST_BODY_BYTES = 1 << 20


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status, text, headers=()):
        Exception.__init__(self, text)
        self.status = status
        self.headers = headers


def imo_number(stem):
    """The IMO number with these six digits: the seventh is the last digit of 7, 6 .. 2 times each, summed."""
    return stem + str(sum(weight * int(digit) for weight, digit in zip(range(7, 1, -1), stem)) % 10)


def container_number(stem):
    """The container number (ISO 6346) with these four letters and six digits: letters count 10 to 38 without 11s."""
    values = [number for number in range(10, 39) if number % 11]
    sum_ = sum((int(sign) if sign.isdigit() else values[ord(sign) - ord('A')]) << at for at, sign in enumerate(stem))
    return stem + str(sum_ % 11 % 10)


def text_of(moment):
    return moment.strftime('%Y-%m-%dT%H:%M:%S')


def time_of_change():
    """UTC, to the microsecond, so that who asks for what is new since a moment gets no change twice."""
    return datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%f')


class Port:
    """Everything the services know. For one request at a time."""

    def __init__(self, now):
        self.now = now
        self.vessels = {}
        for at, name in enumerate(NAMES):
            imo = imo_number('9%05d' % (7474 + 1111 * at))
            self.vessels[imo] = {'imo': imo, 'name': name, 'flag': FLAGS[at % len(FLAGS)],
                                 'kind': KINDS[at % len(KINDS)], 'draught': 6 + at * 3 % 11 + 0.5}
        self.notes = {imo: [] for imo in self.vessels}
        self.alerts = {}
        for at in range(12):
            self.add_alert(360 - 30 * at, SUBJECTS[at % len(SUBJECTS)])
        self.inspections = {}
        self.tokens = {}
        self.warmed = set()
        self.seen = {'requests': 0, 'through_proxy': 0, 'tokens': 0, 'refused': 0}

    def add_alert(self, minutes_ago, subject):
        number = len(self.alerts)
        created = text_of(self.now - datetime.timedelta(minutes=minutes_ago))
        alert = {'id': 'CA-%d' % (1001 + number), 'subject': subject, 'severity': number % 4 + 1,
                 'container': container_number('BRTU%06d' % (700 + 7 * number)), 'status': 'open', 'assignee': '',
                 'created': created, 'modified': created, 'comments': []}
        self.alerts[alert['id']] = alert
        return alert

    def calls_of(self, imo):
        """The port calls of a vessel: two, a week apart."""
        at = list(self.vessels).index(imo)
        rows = []
        for week in (0, 1):
            arrival = self.now.replace(hour=6, minute=0, second=0) - datetime.timedelta(days=7 * week + at)
            rows.append({'id': 'PC-%d%d' % (at + 1, week), 'berth': at % 3 + 1, 'arrival': text_of(arrival),
                         'departure': text_of(arrival + datetime.timedelta(hours=18)),
                         'tonnes': 1000 * (at + 1) + week})
        return rows

    def indicators(self):
        """What the feed has: hosts, domains and files of smugglers, each domain with the host it is at."""
        found = []
        for at in range(20):
            address, domain = '203.0.113.%d' % (at + 1), 'manifest-%02d.example' % at
            seen = text_of(self.now - datetime.timedelta(days=at))
            common = {'score': at % 3 + 1, 'tlp': ('GREEN', 'AMBER')[at % 2], 'first_seen': seen, 'tags': ['smuggling']}
            digest = hashlib.sha256(b'bill of lading %d' % at).hexdigest()
            found += [dict(common, type='ip', value=address, related=[]),
                      dict(common, type='domain', value=domain,
                           related=[{'relation': 'resolves-to', 'type': 'ip', 'value': address}]),
                      dict(common, type='sha256', value=digest,
                           related=[{'relation': 'downloaded-from', 'type': 'domain', 'value': domain}])]
        return found

    def events(self):
        """What happened at the gates: one event a minute."""
        return [{'seq': seq, 'time': text_of(self.now - datetime.timedelta(minutes=40 - seq)),
                 'gate': 'G%d' % (seq % 4 + 1), 'action': 'denied' if seq % 9 == 0 else 'opened',
                 'badge': 'B-%04d' % (seq * 37 % 500)}
                for seq in range(1, 41)]


def number_in(query, name, default, most=1000):
    text = query.get(name, str(default))
    if not text.isdigit() or int(text) > most:
        raise Refusal(400, "%s: '%s' is no number up to %d" % (name, text[:20], most))
    return int(text)


def page_of(rows, query, usual=5, most=50):
    offset, limit = number_in(query, 'offset', 0, 1000000), number_in(query, 'limit', usual, most)
    following = offset + limit
    return {'total': len(rows), 'items': rows[offset:following],
            'next_offset': following if following < len(rows) else None}


def one_of(found, name, what):
    if name not in found:
        raise Refusal(404, "there is no %s '%s'" % (what, name))
    return found[name]


# Registry.

def health(port, request):
    return {'status': 'ok', 'version': '1.4', 'vessels': len(port.vessels)}


def list_vessels(port, request):
    flag, least = request.query.get('flag'), float(number_in(request.query, 'min_draught', 0))
    return page_of([vessel for vessel in port.vessels.values()
                    if flag in (None, vessel['flag']) and vessel['draught'] >= least], request.query)


def get_vessel(port, request, imo):
    return dict(one_of(port.vessels, imo, 'vessel'), notes=len(port.notes[imo]))


def list_calls(port, request, imo):
    one_of(port.vessels, imo, 'vessel')
    return {'items': port.calls_of(imo)}


def get_certificate(port, request, imo):
    vessel = one_of(port.vessels, imo, 'vessel')
    return ('CERTIFICATE OF REGISTRY\nship: %(name)s\nIMO: %(imo)s\nflag: %(flag)s\n' % vessel).encode()


def list_notes(port, request, imo):
    one_of(port.vessels, imo, 'vessel')
    return {'items': port.notes[imo]}


def add_note(port, request, imo):
    one_of(port.vessels, imo, 'vessel')
    text = request.body.get('text')
    if not isinstance(text, str) or not text.strip():
        raise Refusal(422, 'a note needs a text')
    number = max([note['id'] for note in port.notes[imo]] or [0]) + 1
    port.notes[imo].append({'id': number, 'text': text, 'author': USER})
    return 201, port.notes[imo][-1]


def remove_note(port, request, imo, number):
    one_of(port.vessels, imo, 'vessel')
    kept = [note for note in port.notes[imo] if note['id'] != int(number)]
    if len(kept) == len(port.notes[imo]):
        raise Refusal(404, "there is no note '%s'" % number)
    port.notes[imo] = kept
    return 204, None


def get_tides(port, request):
    """High waters of a day. The first to ask for a day is asked to come again: they are worked out first."""
    day = request.query.get('date', '')
    if not re.match(r'\d{4}-\d\d-\d\d$', day):
        raise Refusal(400, "date: '%s' is no day such as 2026-03-01" % day[:20])
    if day not in port.warmed:
        port.warmed.add(day)
        raise Refusal(503, 'the tides of %s are being worked out' % day, [('Retry-After', '0')])
    minutes = int(day.replace('-', '')) * 50 % 745
    return {'date': day, 'high_waters': [{'time': '%02d:%02d' % divmod(minutes + 745 * at, 60), 'metres': 3.5 + at / 2}
                                         for at in range(2) if minutes + 745 * at < 1440]}


# Customs desk.

def issue_token(port, request):
    if request.body.get('grant_type') != 'client_credentials':
        raise Refusal(400, 'grant_type must be client_credentials')
    given = str(request.body.get('client_id')), str(request.body.get('client_secret'))
    if not hmac.compare_digest('\0'.join(given), '\0'.join((CLIENT_ID, CLIENT_SECRET))):
        raise Refusal(401, 'unknown client or wrong secret')
    port.seen['tokens'] += 1
    token = 'T%d-%s' % (port.seen['tokens'], hashlib.sha256(b'token %d' % port.seen['tokens']).hexdigest()[:24])
    port.tokens[token] = True
    return {'access_token': token, 'token_type': 'Bearer', 'expires_in': 3600}


def list_alerts(port, request):
    rows = sorted(port.alerts.values(), key=lambda alert: (alert['created'], alert['id']))
    for name, key in (('created_from', 'created'), ('modified_from', 'modified')):
        if name in request.query:
            rows = [alert for alert in rows if alert[key] >= request.query[name]]
    return page_of(rows, request.query, usual=50)


def get_alert(port, request, identity):
    return one_of(port.alerts, identity, 'alert')


def change_alert(port, request, identity, author=CLIENT_ID):
    alert = one_of(port.alerts, identity, 'alert')
    unknown = set(request.body) - {'status', 'assignee', 'comment', 'severity'}
    if unknown:
        raise Refusal(422, 'an alert has no field ' + ', '.join(sorted(unknown)))
    if request.body.get('status', 'open') not in ('open', 'held', 'released'):
        raise Refusal(422, 'status must be open, held or released')
    alert['modified'] = time_of_change()
    if 'comment' in request.body:
        alert['comments'].append({'author': author, 'text': str(request.body['comment']), 'time': alert['modified']})
    alert.update({name: value for name, value in request.body.items() if name != 'comment'})
    return alert


def order_inspection(port, request):
    container = str(request.body.get('container', ''))
    if len(container) != 11 or container_number(container[:10]) != container:
        raise Refusal(422, "container: '%s' is no container number" % container[:20])
    identity = 'I-%d' % (len(port.inspections) + 1)
    port.inspections[identity] = {'id': identity, 'container': container, 'asked': 0}
    return 202, {'id': identity, 'container': container, 'state': 'queued'}


def get_inspection(port, request, identity):
    """It goes on each time that somebody asks."""
    inspection = one_of(port.inspections, identity, 'inspection')
    inspection['asked'] += 1
    answer = {'id': identity, 'container': inspection['container'], 'state': 'done'}
    if inspection['asked'] < 3:
        return dict(answer, state=('queued', 'scanning')[inspection['asked'] - 1])
    return dict(answer, finding='contraband' if int(answer['container'][4:10]) % 2 else 'clear')


def get_vault(port, request):
    return {'items': [{'name': 'crane-%d' % at, 'user': 'operator%d' % at, 'password': 'hoist-%d-0x5eed' % at}
                      for at in (1, 2, 3)]}


# Feed and gates.

def list_indicators(port, request):
    tlp, rows = request.query.get('tlp'), port.indicators()
    page = page_of([row for row in rows if tlp in (None, row['tlp'])],
                   {'offset': request.query.get('page_token', '0'), 'limit': request.query.get('limit', '25')})
    following = page['next_offset']
    return {'items': page['items'], 'next_page_token': None if following is None else str(following)}


def list_events(port, request):
    after = number_in(request.query, 'after', 0, 1000000)
    rows = [event for event in port.events() if event['seq'] > after][:number_in(request.query, 'limit', 10)]
    return {'events': rows, 'last': rows[-1]['seq'] if rows else after}


# What happens in the port besides, for tests to bring about and look at.

def file_alert(port, request):
    return 201, port.add_alert(int(request.body.get('minutes_ago', 0)), str(request.body.get('subject', SUBJECTS[0])))


def change_alert_there(port, request, identity):
    """As an officer of the customs does."""
    return change_alert(port, request, identity, author='officer')


def revoke_tokens(port, request):
    port.tokens.clear()
    return {}


def get_seen(port, request):
    return port.seen


IMO, ID = r'(\d{7})', r'([A-Z]+-\d+)'
ROUTES = [(method, re.compile(path + '$'), guard, handler) for method, path, guard, handler in (
    ('GET', '/registry/v1/health', 'basic', health),
    ('GET', '/registry/v1/vessels', 'basic', list_vessels),
    ('GET', '/registry/v1/vessels/' + IMO, 'basic', get_vessel),
    ('GET', '/registry/v1/vessels/' + IMO + '/calls', 'basic', list_calls),
    ('GET', '/registry/v1/vessels/' + IMO + '/certificate', 'basic', get_certificate),
    ('GET', '/registry/v1/vessels/' + IMO + '/notes', 'basic', list_notes),
    ('POST', '/registry/v1/vessels/' + IMO + '/notes', 'basic', add_note),
    ('DELETE', '/registry/v1/vessels/' + IMO + r'/notes/(\d+)', 'basic', remove_note),
    ('GET', '/registry/v1/tides', 'basic', get_tides),
    ('POST', '/oauth/token', None, issue_token),
    ('GET', '/customs/v1/alerts', 'bearer', list_alerts),
    ('GET', '/customs/v1/alerts/' + ID, 'bearer', get_alert),
    ('PATCH', '/customs/v1/alerts/' + ID, 'bearer', change_alert),
    ('POST', '/customs/v1/inspections', 'bearer', order_inspection),
    ('GET', '/customs/v1/inspections/' + ID, 'bearer', get_inspection),
    ('GET', '/customs/v1/vault', 'key', get_vault),
    ('GET', '/feed/v1/indicators', 'key', list_indicators),
    ('GET', '/watch/v1/events', 'key', list_events),
    ('POST', '/control/alerts', None, file_alert),
    ('GET', '/control/alerts/' + ID, None, get_alert),
    ('PATCH', '/control/alerts/' + ID, None, change_alert_there),
    ('POST', '/control/revoke', None, revoke_tokens),
    ('GET', '/control/seen', None, get_seen),
)]


class Request(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_version = 'Harbour'

    def log_message(self, *_):
        """Nothing: tests read what stands in /control/seen."""

    def do_GET(self):
        self.body = self._read_body()
        with self.server.lock:
            self._answer(*self._handle())

    do_POST = do_PATCH = do_DELETE = do_GET

    def _read_body(self):
        length = self.headers.get('Content-Length', '0')
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _handle(self):
        """(status, value, headers) of the answer."""
        port, target = self.server.port, urllib.parse.urlsplit(self.path)
        port.seen['requests'] += 1
        port.seen['through_proxy'] += bool(target.scheme)
        self.query = dict(urllib.parse.parse_qsl(target.query))
        try:
            self.body = self._parse(self.body)
            for method, path, guard, handler in ROUTES:
                match = path.match(target.path)
                if match and method == self.command:
                    self._check(guard)
                    answer = handler(port, self, *match.groups())
                    return (answer if isinstance(answer, tuple) else (200, answer)) + ((),)
            raise Refusal(404, "there is nothing at '%s'" % target.path)
        except Refusal as refusal:
            port.seen['refused'] += 1
            return refusal.status, {'error': str(refusal)}, refusal.headers

    def _parse(self, data):
        """The members of a body of JSON or of a form."""
        if data is None:
            raise Refusal(413, 'a body has at most %d bytes' % MOST_BODY_BYTES)
        if not data:
            return {}
        if self.headers.get_content_type() == 'application/x-www-form-urlencoded':
            return dict(urllib.parse.parse_qsl(data.decode('utf-8', 'replace')))
        try:
            body = json.loads(data)
        except ValueError as error:
            raise Refusal(400, 'the body is no JSON: %s' % error)
        if not isinstance(body, dict):
            raise Refusal(400, 'the body is no JSON object')
        return body

    def _check(self, guard):
        said = self.headers.get('Authorization', '')
        if guard == 'basic':
            expected = 'Basic ' + base64.b64encode(('%s:%s' % (USER, PASSWORD)).encode()).decode()
            if not hmac.compare_digest(said.encode(), expected.encode()):
                raise Refusal(401, 'unknown user or wrong password', [('WWW-Authenticate', 'Basic realm="harbour"')])
        if guard == 'bearer' and said.replace('Bearer ', '', 1) not in self.server.port.tokens:
            raise Refusal(401, 'the token is unknown or has been revoked')
        if guard == 'key' and not hmac.compare_digest(self.headers.get('X-Api-Key', '').encode(), API_KEY.encode()):
            raise Refusal(403, 'the key is not known here')

    def _answer(self, status, value, headers):
        data = value if isinstance(value, bytes) else b'' if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/octet-stream' if isinstance(value, bytes) else 'application/json')
        self.send_header('Content-Length', str(len(data)))
        for header in headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(data)


def make_server(address, port, now, certificate=None):
    """A server that listens, and serves once serve_forever() is called."""
    server = ThreadingHTTPServer((address, port), Request)
    server.daemon_threads = True
    server.lock = threading.Lock()
    server.port = Port(now)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--address', default='127.0.0.1')
    parser.add_argument('--port', type=int, default=8086)
    parser.add_argument('--now', help='such as 2026-03-01T12:00:00, in UTC')
    parser.add_argument('--certificate', help='a PEM file with certificate and key: speak HTTPS')
    given = parser.parse_args()
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
    server = make_server(given.address, given.port, datetime.datetime.fromisoformat(given.now) if given.now else now,
                         given.certificate)
    print('ready', flush=True)
    server.serve_forever()


if __name__ == '__main__':
    main()
