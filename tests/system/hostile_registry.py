"""A registry that breaks the rules, one at a time."""
import http.server
import re
import threading

from registries import OCI_MANIFEST, digest_of


class HostileRegistry:
    """Serves `image` as `team/x:1` without TLS, but for what `rules` says: {name of a stage: function(handler, path)},
    which answers in its place, or returns False to have the usual answer. Stages: 'ping', 'manifest', 'blob', 'token',
    'upload', 'other'."""

    def __init__(self, image):
        self.image = image
        self.rules = {}
        self.asked = []  # (method, path, headers)
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            timeout = 100

            def log_message(self, *_):
                pass

            def answer(self, status, body=b'', **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace('_', '-'), value)
                if 'Content_Length' not in headers:
                    self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                if self.command != 'HEAD':
                    self.wfile.write(body)

            def handle_any(self):
                length = int(self.headers.get('Content-Length') or 0)
                self.given = self.rfile.read(length)
                registry.asked.append((self.command, self.path, dict(self.headers)))
                try:
                    registry.serve(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = handle_any

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.name = '127.0.0.1:%d' % self.port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def serve(self, handler):
        path = handler.path
        stage = 'other'
        if path == '/v2/':
            stage = 'ping'
        elif '/manifests/' in path:
            stage = 'manifest'
        elif '/blobs/uploads' in path:
            stage = 'upload'
        elif '/blobs/' in path:
            stage = 'blob'
        elif path.startswith('/token'):
            stage = 'token'
        rule = self.rules.get(stage)
        if rule is not None and rule(handler, path) is not False:
            return
        if stage == 'ping':
            handler.answer(200)
        elif stage == 'manifest':
            body = self.image.manifest
            asked = path.rsplit('/', 1)[1]
            if asked in ('1', digest_of(body)) and handler.command in ('GET', 'HEAD'):
                handler.answer(200, body, Content_Type=OCI_MANIFEST, Docker_Content_Digest=digest_of(body))
            else:
                handler.answer(404)
        elif stage == 'blob':
            data = self.image.blobs.get(path.rsplit('/', 1)[1])
            if data is None:
                handler.answer(404)
            elif match := re.fullmatch(r'bytes=(\d+)-', handler.headers.get('Range', '')):
                begin = int(match[1])
                handler.answer(206, data[begin:], Content_Range='bytes %d-%d/%d' % (begin, len(data) - 1, len(data)))
            else:
                handler.answer(200, data)
        else:
            handler.answer(404)

    def count(self, text):
        return sum(text in path for _, path, _ in self.asked)

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def taking(registry):
    """Has the registry take what is pushed to it, and serve that alone: ({digest: blob}, {tag: manifest})."""
    blobs, manifests = {}, {}

    def blob(handler, path):
        data = blobs.get(path.rsplit('/', 1)[1])
        return handler.answer(404) if data is None else handler.answer(200, data)

    def upload(handler, path):
        if handler.command == 'POST':
            return handler.answer(202, Location='/v2/team/y/blobs/uploads/1?state=x')
        blobs[path.split('digest=')[1]] = handler.given
        return handler.answer(201)

    def manifest(handler, path):
        tag = path.rsplit('/', 1)[1]
        if handler.command == 'PUT':
            manifests[tag] = handler.given
            return handler.answer(201)
        body = manifests.get(tag)
        return handler.answer(404) if body is None else handler.answer(200, body, Content_Type=OCI_MANIFEST)

    registry.rules.update(blob=blob, upload=upload, manifest=manifest)
    return blobs, manifests
