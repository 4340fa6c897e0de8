"""How HTTP requests leave: proxies and certificates, which `requests` takes from the environment."""

_BERTH_PROXY_VARIABLES = ('HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy')


def urljoin(url, suffix=''):
    """`url` and `suffix` with one slash between them."""
    return (url if url.endswith('/') else url + '/') + (suffix[1:] if suffix.startswith('/') else suffix)


def add_http_prefix_if_missing(address=''):
    """A proxy's address with http:// in front unless it has a scheme; '' for none."""
    known = ('http://', 'https://', 'socks5://', 'socks5h://', 'socks4://', 'socks4a://')
    return address if not address or address.startswith(known) else 'http://' + address


def ensure_proxy_has_http_prefix():
    """Puts a scheme in front of the addresses of proxies in the environment that have none."""
    for name in _BERTH_PROXY_VARIABLES:
        if os.environ.get(name):
            os.environ[name] = add_http_prefix_if_missing(os.environ[name])


def skip_proxy():
    """Takes the proxies out of the environment, so that requests go straight to their servers."""
    for name in _BERTH_PROXY_VARIABLES:
        os.environ.pop(name, None)


def skip_cert_verification():
    """Takes the bundles of certificates out of the environment: they would be used even where verify is False."""
    for name in ('REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'):
        os.environ.pop(name, None)


def handle_insecure(insecure_param_name=None):
    """skip_cert_verification() when the instance trusts any certificate, by parameter insecure or unsecure."""
    names = (insecure_param_name,) if insecure_param_name else ('insecure', 'unsecure')
    if any(demisto.params().get(name) for name in names):
        skip_cert_verification()


def handle_proxy(proxy_param_name='proxy', checkbox_default_value=False, handle_insecure=True,
                 insecure_param_name=None):
    """{'http': address, 'https': address} of the system's proxies when the instance uses them, by its parameter.

    Otherwise {}, and the environment loses them. `handle_insecure`: see the function of this name.
    """
    proxies = {}
    if demisto.params().get(proxy_param_name, checkbox_default_value):
        ensure_proxy_has_http_prefix()
        proxies = {'http': os.environ.get('HTTP_PROXY') or os.environ.get('http_proxy', ''),
                   'https': os.environ.get('HTTPS_PROXY') or os.environ.get('https_proxy', '')}
    else:
        skip_proxy()
    if handle_insecure:
        globals()['handle_insecure'](insecure_param_name)
    return proxies


def handle_proxy_for_long_running(proxy_param_name='proxy', checkbox_default_value=False, handle_insecure=True,
                                  insecure_param_name=None):
    """(proxies, whether to use TLS) for a long-running integration, which may have a proxy of its own."""
    own = os.environ.get('CRTX_HTTP_PROXY')
    if own:
        demisto.info('proxy of long-running integrations: %s' % own)
        return {'http': own, 'https': own}, True
    return handle_proxy(proxy_param_name, checkbox_default_value, handle_insecure, insecure_param_name), handle_insecure


_berth_end_of_optional_part('proxies.py')
