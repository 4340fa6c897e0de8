"""Sending events and assets to the server's own collector, where it has one."""

XSIAM_EVENT_CHUNK_SIZE = 2 ** 20  # bytes
XSIAM_EVENT_CHUNK_SIZE_LIMIT = 4 * 10 ** 6  # bytes
EVENTS = 'events'
ASSETS = 'assets'
DATA_TYPES = [EVENTS, ASSETS]


def split_data_to_chunks(data, target_chunk_size):
    """Lists of the elements of `data`, or of the lines of a text, each of about `target_chunk_size` bytes in all."""
    target = min(target_chunk_size, XSIAM_EVENT_CHUNK_SIZE_LIMIT)
    chunk, size = [], 0
    for one in data.split('\n') if isinstance(data, STRING_OBJ_TYPES) else data:
        if chunk and size >= target:
            yield chunk
            chunk, size = [], 0
        chunk.append(one)
        size += sys.getsizeof(one)
    if chunk:
        yield chunk


def _berth_collector_text(data, data_type):
    """(text with one item a line, its format or None) of items."""
    import json
    if isinstance(data, list):
        if isinstance(data[0], dict):
            return '\n'.join([json.dumps(one) for one in data]), 'json'
        return '\n'.join(data), None
    if not isinstance(data, STRING_OBJ_TYPES):
        raise DemistoException('send %s: they must be text or a list, not %s' % (data_type, type(data).__name__))
    return data, None


def xsiam_api_call_with_retries(client, xsiam_url, zipped_data, headers, num_of_attempts, events_error_handler=None,
                                error_msg='', is_json_response=False, data_type=EVENTS):
    """Sends one chunk, again after a second while the collector is asked too much. Returns its answer.

    Errors: DemistoException, after the last attempt, or when the answer names an error.
    """
    import time
    for attempt in range(1, num_of_attempts + 1):
        answer = client._http_request('POST', full_url=urljoin(xsiam_url, '/logs/v1/xsiam'), data=zipped_data,
                                      headers=headers, error_handler=events_error_handler, resp_type='response',
                                      ok_codes=(200, 429) if attempt < num_of_attempts else None)
        demisto.debug('send %s: attempt %d: status %d' % (data_type, attempt, answer.status_code))
        if answer.status_code != 429:
            break
        time.sleep(1)
    if is_json_response:
        answer = answer.json()
        if str(answer.get('error', '')).lower() != 'false':
            raise DemistoException('%s%s' % (error_msg, answer.get('error')))
    return answer


def send_data_to_xsiam(data, vendor, product, data_format=None, url_key='url', num_of_attempts=3,
                       chunk_size=XSIAM_EVENT_CHUNK_SIZE, data_type=EVENTS, should_update_health_module=True,
                       add_proxy_to_request=False, snapshot_id='', items_count=None):
    """Sends `data`, a list of dictionaries or texts, or text with one item a line, and tells the server how many.

    `data_format`: cef or leef for such text. `url_key`: the parameter with the address that the data is from.
    `chunk_size`: bytes. Errors: DemistoException when the server has no collector, or it takes them not.
    """
    import gzip
    import io
    import time
    if data_type not in DATA_TYPES:
        raise DemistoException("send data: type '%s' is none of: %s" % (data_type, ', '.join(DATA_TYPES)))
    count = 0
    if data:
        token = demisto.getLicenseCustomField('Http_Connector.token')
        domain = demisto.getLicenseCustomField('Http_Connector.url')
        if not token or not domain:
            raise DemistoException('send %s: this server has no collector (its licence names none): nothing was sent'
                                   % data_type)
        address = 'https://api-' + domain
        calling = _berth_calling()
        instance = calling.get('IntegrationInstance', '')
        text, found_format = _berth_collector_text(data, data_type)
        headers = {
            'authorization': token, 'format': found_format or data_format or 'text', 'product': product,
            'vendor': vendor, 'content-encoding': 'gzip', 'collector-name': calling.get('IntegrationBrand', ''),
            'instance-name': instance, 'final-reporting-device': demisto.params().get(url_key),
            'collector-type': data_type,
        }
        if data_type == ASSETS:
            # Snapshots must be in the order of their ids.
            headers['snapshot-id'] = (snapshot_id or str(int(time.time() * 1000))) + instance
            headers['total-items-count'] = str(items_count or (len(data) if isinstance(data, list) else 1))
        what = 'send %s to the collector: ' % data_type

        def refuse(res):
            raise DemistoException('%s[%d] %s\n%s' % (what, res.status_code, res.reason, res.text), res=res)

        client = BaseClient(address, proxy=add_proxy_to_request)
        for chunk in split_data_to_chunks(text, chunk_size):
            packed = io.BytesIO()
            with gzip.GzipFile(fileobj=packed, mode='wb') as pack:
                pack.write('\n'.join(chunk).encode('utf-8'))
            xsiam_api_call_with_retries(client, address, packed.getvalue(), headers, num_of_attempts, refuse, what,
                                        is_json_response=True, data_type=data_type)
            count += len(chunk)
    if should_update_health_module:
        demisto.updateModuleHealth({data_type + 'Pulled': count})


def send_events_to_xsiam(events, vendor, product, data_format=None, url_key='url', num_of_attempts=3,
                         chunk_size=XSIAM_EVENT_CHUNK_SIZE, should_update_health_module=True,
                         add_proxy_to_request=False):
    """send_data_to_xsiam() of events."""
    send_data_to_xsiam(events, vendor, product, data_format, url_key, num_of_attempts, chunk_size, EVENTS,
                       should_update_health_module, add_proxy_to_request)


_berth_end_of_optional_part('collecting.py')
