"""What an instance keeps from one call to the next: integration context, last run, last mirror run."""

CONTEXT_UPDATE_RETRY_TIMES = 3
MIN_VERSION_FOR_VERSIONED_CONTEXT = '6.0.0'


def is_versioned_context_available():
    """Whether the server tells versions of an integration context."""
    return is_demisto_version_ge(MIN_VERSION_FOR_VERSIONED_CONTEXT)


def get_integration_context(sync=True, with_version=False):
    """The integration context, or {'context': ..., 'version': ...} when asked for the version.

    `sync`: from the database, not from the server's memory.
    """
    if not is_versioned_context_available():
        return demisto.getIntegrationContext()
    found = demisto.getIntegrationContextVersioned(sync) or {}
    return found if with_version else found.get('context') or {}


def get_integration_context_with_version(sync=True):
    """(integration context, its version); the version is -1 when it does not matter."""
    found = get_integration_context(sync, with_version=True)
    if not is_versioned_context_available():
        return found, -1
    return found.get('context') or {}, found.get('version', 0) if sync else -1


def set_integration_context(context, sync=True, version=-1):
    """Replaces the integration context. Errors: ValueError when the stored one is of a later version than `version`."""
    if is_versioned_context_available():
        return demisto.setIntegrationContextVersioned(context, version, sync)
    return demisto.setIntegrationContext(context)


def update_integration_context(context, object_keys=None, sync=True):
    """(the stored context with the keys of `context` in it, its version). Nothing is stored.

    Values are kept as JSON text. `object_keys`: for a list, the key by which its elements are merged with the stored
    ones, see merge_lists(); other values are replaced.
    """
    import json
    stored, version = get_integration_context_with_version(sync)
    for name, value in context.items():
        if name in (object_keys or {}):
            value = merge_lists(json.loads(stored.get(name) or '[]'), value, object_keys[name])
        stored[name] = json.dumps(value)
    return stored, version


def set_to_integration_context_with_retries(context, object_keys=None, sync=True,
                                            max_retry_times=CONTEXT_UPDATE_RETRY_TIMES):
    """Stores update_integration_context(), again with what is stored then when another call was faster.

    Errors: Exception when others were faster `max_retry_times` times.
    """
    import random
    import time
    for attempt in range(1, max_retry_times + 1):
        merged, version = update_integration_context(context, object_keys, sync)
        try:
            set_integration_context(merged, sync, version)
            return
        except ValueError as error:
            demisto.debug('integration context: attempt %d of %d with version %s: %s'
                          % (attempt, max_retry_times, version, error))
            time.sleep(random.uniform(0.001, 0.1))
    raise Exception('store the integration context: other calls changed it during each of %d attempts'
                    % max_retry_times)


def get_feed_last_run():
    """A feed's last run; what an older feed left in the integration context is moved there."""
    found = demisto.getLastRun() or {}
    if not found:
        found = demisto.getIntegrationContext() or {}
        if found:
            demisto.setLastRun(found)
            demisto.setIntegrationContext({})
    return found


def set_feed_last_run(last_run_indicators):
    """Stores a feed's last run."""
    demisto.setLastRun(last_run_indicators)


def _berth_check_mirror_run():
    if not is_demisto_version_ge('6.6.0'):
        raise DemistoException('the last mirror run: servers keep it from version 6.6.0 on, this one is %s'
                               % get_demisto_version_as_str())


def get_last_mirror_run():
    """What the mirroring of this instance stored. Errors: DemistoException before version 6.6.0."""
    _berth_check_mirror_run()
    return demisto.getLastMirrorRun() or {}


def set_last_mirror_run(last_mirror_run):
    """Stores it. Errors: DemistoException before version 6.6.0, TypeError when it is no dictionary."""
    _berth_check_mirror_run()
    if not isinstance(last_mirror_run, dict):
        raise TypeError('the last mirror run must be a dictionary, not %s' % type(last_mirror_run).__name__)
    demisto.setLastMirrorRun(last_mirror_run)


_berth_end_of_optional_part('memory.py')
