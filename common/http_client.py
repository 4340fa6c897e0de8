"""BaseClient: HTTP requests with retries, and errors that say what to look at."""

_BERTH_RETRIED_METHODS = ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')


def SSLAdapter(verify=True, **kwargs):
    """A requests.adapters.HTTPAdapter for servers that speak only what OpenSSL 3 refuses by default.

    Without `verify` it also takes any certificate, and renegotiation as old servers do it.
    """
    import ssl
    from requests.adapters import HTTPAdapter
    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context()
    context.set_ciphers('DEFAULT:@SECLEVEL=1')
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.options |= getattr(ssl, 'OP_LEGACY_SERVER_CONNECT', 0x4)

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args, **options):
            return HTTPAdapter.init_poolmanager(self, *args, ssl_context=context, **options)

        def proxy_manager_for(self, *args, **options):
            return HTTPAdapter.proxy_manager_for(self, *args, ssl_context=context, **options)

    return Adapter(**kwargs)


def _berth_retry_policy(retries, statuses, backoff_factor, backoff_jitter, on_redirect, on_status):
    """urllib3's Retry for all methods that content retries, whatever its version calls its arguments."""
    import random
    from urllib3.util.retry import Retry

    class JitteringRetry(Retry):
        def get_backoff_time(self):
            pause = Retry.get_backoff_time(self)
            return pause + random.uniform(0, backoff_jitter) if pause else pause

    methods = 'allowed_methods' if hasattr(Retry.DEFAULT, 'allowed_methods') else 'method_whitelist'
    options = {methods: frozenset(_BERTH_RETRIED_METHODS), 'total': retries, 'read': retries, 'connect': retries,
               'status': retries, 'status_forcelist': statuses, 'backoff_factor': backoff_factor,
               'raise_on_redirect': on_redirect, 'raise_on_status': on_status}
    return (JitteringRetry if backoff_jitter else Retry)(**options)


class BaseClient(object):
    """An HTTP client for one service. Needs module requests in the image.

    `base_url` is what url_suffix is put after. `verify`: whether its certificate must be trusted. `proxy`: whether to
    use the proxies of the environment, which loses them otherwise. `ok_codes`: statuses that are no error, all below
    400 when empty. `headers`, `auth`: for requests that have none of their own. `timeout`: seconds to connect and
    between two parts of an answer; REQUESTS_TIMEOUT and REQUESTS_TIMEOUT.NAME-OF-THE-ITEM in the environment go first.
    """

    REQUESTS_TIMEOUT = 60

    def __init__(self, base_url, verify=True, proxy=False, ok_codes=tuple(), headers=None, auth=None,
                 timeout=REQUESTS_TIMEOUT):
        import requests
        self._base_url = base_url
        self._verify = verify
        self._ok_codes = ok_codes
        self._headers = headers
        self._auth = auth
        self._session = requests.Session()
        self.execution_metrics = ExecutionMetrics()
        if not verify:
            skip_cert_verification()
            disable_warnings()
            self._session.mount('https://', self._berth_adapter())
        if proxy:
            ensure_proxy_has_http_prefix()
        else:
            skip_proxy()
        name = get_integration_name() or get_script_name()
        self.timeout = float(os.environ.get('REQUESTS_TIMEOUT.' + name)
                             or os.environ.get('REQUESTS_TIMEOUT.' + name.replace(' ', '-'))
                             or os.environ.get('REQUESTS_TIMEOUT') or timeout)

    def __del__(self):
        self._return_execution_metrics_results()
        session = getattr(self, '_session', None)
        if session is not None:
            try:
                session.close()
            except Exception as error:
                demisto.debug('close the session of a client: %s' % error)

    def _return_execution_metrics_results(self):
        """Posts the metrics when there are any."""
        metrics = getattr(getattr(self, 'execution_metrics', None), 'metrics', None)
        if metrics:
            return_results(metrics)

    def _berth_adapter(self, **kwargs):
        """What carries HTTPS: Python from 3.10 on refuses old servers, which are wanted when none is verified."""
        from requests.adapters import HTTPAdapter
        if self._verify or not IS_PY3 or PY_VER_MINOR < 10:
            return HTTPAdapter(**kwargs)
        return SSLAdapter(verify=self._verify, **kwargs)

    def _implement_retry(self, retries=0, status_list_to_retry=None, backoff_factor=5, backoff_jitter=0.0,
                         raise_on_redirect=False, raise_on_status=False):
        """Has all later requests repeated up to `retries` times: after failed connections, and after those statuses.

        The pause grows: backoff_factor * 2 ** (attempts - 1) seconds, `backoff_jitter` at most added by chance; a
        Retry-After of the service goes first. `raise_on_redirect`, `raise_on_status`: whether the last such answer is
        an error of its own.
        """
        from requests.adapters import HTTPAdapter
        policy = _berth_retry_policy(retries, status_list_to_retry, backoff_factor, backoff_jitter, raise_on_redirect,
                                     raise_on_status)
        self._session.mount('https://', self._berth_adapter(max_retries=policy))
        self._session.mount('http://', HTTPAdapter(max_retries=policy))

    def _http_request(self, method, url_suffix='', full_url=None, headers=None, auth=None, json_data=None, params=None,
                      data=None, files=None, timeout=None, resp_type='json', ok_codes=None,
                      return_empty_response=False, retries=0, status_list_to_retry=None, backoff_factor=5,
                      backoff_jitter=0.0, raise_on_redirect=False, raise_on_status=False, error_handler=None,
                      empty_valid_codes=None, params_parser=None, with_metrics=False, **kwargs):
        """Asks the service and returns its answer in the form `resp_type`: json, text, content, xml or response.

        `full_url` takes the place of base_url and url_suffix. `headers`, `auth`, `timeout`, `ok_codes`: see the class.
        `json_data`, `params`, `data`, `files` and further keyword arguments: see requests.request. `retries`,
        `status_list_to_retry`, `backoff_factor`, `backoff_jitter`, `raise_on_redirect`, `raise_on_status`: see
        _implement_retry(). `error_handler` is called with an answer whose status is an error; when it returns, so does
        this. `return_empty_response`: return the response as it is for a status of `empty_valid_codes` (204).
        `params_parser`: how parameters are quoted (Python 3). `with_metrics`: count how requests end.
        Errors: DemistoException, with the answer when there was one; requests.exceptions.ReadTimeout and others that
        are neither of connecting nor of a status.
        """
        from requests import exceptions
        address = full_url or urljoin(self._base_url, url_suffix)
        if retries:
            self._implement_retry(retries, status_list_to_retry, backoff_factor, backoff_jitter, raise_on_redirect,
                                  raise_on_status)
        if params_parser and params and IS_PY3:
            from urllib.parse import urlencode
            params = urlencode(params, quote_via=params_parser)
        try:
            res = self._session.request(method, address, verify=self._verify, params=params, data=data, json=json_data,
                                        files=files, headers=headers or self._headers, auth=auth or self._auth,
                                        timeout=timeout or self.timeout, **kwargs)
        except exceptions.RequestException as error:
            self._berth_raise(error, address, retries, with_metrics)
        if not self._is_status_code_valid(res, ok_codes):
            self._handle_error(error_handler, res, with_metrics)
        return self._handle_success(res, resp_type, empty_valid_codes, return_empty_response, with_metrics)

    def _berth_raise(self, error, address, retries, with_metrics):
        """Raises what a request that was not answered means."""
        from requests import exceptions
        # In this order: the first two are connection errors as well.
        for kind, counter, explain in ((exceptions.ConnectTimeout, 'timeout_error', self._berth_connect_timeout),
                                       (exceptions.SSLError, 'ssl_error', self._berth_ssl_error),
                                       (exceptions.ProxyError, 'proxy_error', self._berth_proxy_error),
                                       (exceptions.ConnectionError, 'connection_error', self._berth_connection_error),
                                       (exceptions.RetryError, 'retry_error', self._berth_retry_error)):
            if isinstance(error, kind):
                if with_metrics:
                    setattr(self.execution_metrics, counter, getattr(self.execution_metrics, counter) + 1)
                if kind is exceptions.SSLError and not self._verify:
                    break  # no certificate was to blame
                raise DemistoException(explain(error, address, retries), error)
        raise error

    def _berth_connect_timeout(self, error, address, retries):
        return ("Connection Timeout Error: '%s' did not answer in time; see that the server URL is right, and that it "
                'can be reached from here' % address)

    def _berth_ssl_error(self, error, address, retries):
        return ("SSL Certificate Verification Failed: the certificate of '%s' is not trusted; add its authority to the "
                "system's certificates, or choose 'Trust any certificate' for this instance\n%s" % (address, error))

    def _berth_proxy_error(self, error, address, retries):
        return ("Proxy Error: the proxy did not let '%s' be reached; see the system's proxy, or clear 'Use system "
                "proxy' for this instance\n%s" % (address, error))

    def _berth_connection_error(self, error, address, retries):
        kind = '%s.%s' % (type(error).__module__, type(error).__name__)
        said = '[%s] %s' % (error.errno, error.strerror) if error.errno and error.strerror else error
        return ("Connection Error: '%s' could not be reached; see that the server URL is right, and that access to it "
                'is allowed from here\nError Type: <%s>\n%s' % (address, kind, said))

    def _berth_retry_error(self, error, address, retries):
        reason = error.args[0] if error.args else error
        return ("Max Retries Error: '%s' failed %d times and once more\nReason: %s"
                % (address, retries, getattr(reason, 'reason', None) or reason))

    def _is_status_code_valid(self, response, ok_codes=None):
        """Whether the status of an answer is no error."""
        expected = ok_codes or self._ok_codes
        return response.status_code in expected if expected else response.ok

    def _handle_error(self, error_handler, res, should_update_metrics):
        """Raises what the handler, or client_error_handler(), makes of an answer."""
        try:
            (error_handler or self.client_error_handler)(res)
        except Exception:
            if should_update_metrics:
                self._update_metrics(res, success=False)
            raise

    def client_error_handler(self, res):
        """Errors: DemistoException, always, with status, reason and body of the answer. Clients may replace it."""
        import json
        try:
            body = json.dumps(res.json())
        except ValueError:
            body = res.text
        # Content looks for this beginning.
        raise DemistoException(u'Error in API call [%d] - %s\n%s' % (res.status_code, res.reason, body), res=res)

    def _handle_success(self, res, resp_type, empty_valid_codes, return_empty_response, should_update_metrics):
        """The answer in the form that was asked for."""
        if should_update_metrics:
            self._update_metrics(res, success=True)
        if return_empty_response and res.status_code in (empty_valid_codes or [204]):
            return res
        return self.cast_response(res, resp_type)

    def cast_response(self, res, resp_type, raise_on_error=True):
        """The answer as json, text or content; the response itself for xml (which is checked), response and others.

        Errors: DemistoException when it is no JSON or XML; None is returned instead without `raise_on_error`.
        """
        kind = resp_type.lower()
        if kind not in ('json', 'text', 'content', 'xml'):
            return res
        try:
            if kind == 'json':
                return res.json()
            if kind == 'xml':
                _berth_parse_xml(res.content)
                return res
        except (ValueError, SyntaxError) as error:
            if raise_on_error:
                raise DemistoException('Failed to parse %s object from response: %r' % (kind, res.content), error, res)
            return None
        return res.text if kind == 'text' else res.content

    def _update_metrics(self, res, success):
        """Counts an answer."""
        counters = {ErrorTypes.QUOTA_ERROR: 'quota_error', ErrorTypes.AUTH_ERROR: 'auth_error',
                    ErrorTypes.SERVICE_ERROR: 'service_error', ErrorTypes.GENERAL_ERROR: 'general_error'}
        if success:
            name = None if self.is_polling_in_progress(res) else 'success'
        else:
            name = counters.get(self.determine_error_type(res))
        if name:
            setattr(self.execution_metrics, name, getattr(self.execution_metrics, name) + 1)

    def determine_error_type(self, response):
        """What kind of error an answer is, of ErrorTypes. Clients may replace it."""
        return {401: ErrorTypes.AUTH_ERROR, 429: ErrorTypes.QUOTA_ERROR,
                500: ErrorTypes.SERVICE_ERROR}.get(response.status_code, ErrorTypes.GENERAL_ERROR)

    def is_polling_in_progress(self, response):
        """Whether an answer only says that there is none yet, and is not counted. Clients may replace it."""
        return False


def generic_http_request(method, server_url, timeout=60, verify=True, proxy=False, client_headers=None, headers=None,
                         url_suffix=None, data=None, ok_codes=None, auth=None, error_handler=None, files=None,
                         params=None, retries=0, resp_type='json', status_list_to_retry=None, json_data=None,
                         return_empty_response=False, backoff_factor=5, raise_on_redirect=False, raise_on_status=False,
                         empty_valid_codes=None, params_parser=None, with_metrics=False, **kwargs):
    """One request of a BaseClient made for it. `client_headers`: for when there are no `headers`."""
    client = BaseClient(server_url, verify=verify, proxy=proxy, ok_codes=ok_codes, headers=client_headers, auth=auth,
                        timeout=timeout)
    return client._http_request(method, url_suffix=url_suffix or '', headers=headers, json_data=json_data,
                                params=params, data=data, files=files, resp_type=resp_type, ok_codes=ok_codes,
                                return_empty_response=return_empty_response, retries=retries,
                                status_list_to_retry=status_list_to_retry, backoff_factor=backoff_factor,
                                raise_on_redirect=raise_on_redirect, raise_on_status=raise_on_status,
                                error_handler=error_handler, empty_valid_codes=empty_valid_codes,
                                params_parser=params_parser, with_metrics=with_metrics, **kwargs)


_berth_end_of_optional_part('http_client.py')
