"""Files of entries: the server picks them up from the working directory."""


def _berth_file_entry(name, file_type, hand_over):
    """The entry of a file that `hand_over` puts at the path that it is called with."""
    file_id = demisto.uniqueFile()
    hand_over('%s_%s' % (demisto.investigation().get('id', ''), file_id))
    # The server would look for the file in the folder above.
    return {'Contents': '', 'ContentsFormat': EntryFormat.TEXT, 'Type': file_type,
            'File': name.replace('../', '') if isinstance(name, STRING_OBJ_TYPES) else name, 'FileID': file_id}


def fileResult(filename, data, file_type=None):
    """Hands over `data`, text or bytes, as a file called `filename`. Returns its entry.

    `file_type`: EntryType.FILE, or EntryType.ENTRY_INFO_FILE for one that no indicators are looked for in.
    """
    def write(path):
        with open(path, 'wb') as handed_over:
            handed_over.write(data if isinstance(data, bytes) else data.encode('utf-8'))
    return _berth_file_entry(filename, EntryType.FILE if file_type is None else file_type, write)


def file_result_existing_file(filename, saveFilename=None):
    """Hands over a file of the working directory, which is moved. Returns its entry. Errors: OSError."""
    return _berth_file_entry(saveFilename or filename, EntryType.FILE, lambda path: os.rename(filename, path))


_berth_end_of_part('files.py')
