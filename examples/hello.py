"""The smallest script: greets whoever it is told to.

    berth run examples/hello.py name=Ada
"""
name = demisto.args().get('name', 'world')
demisto.info('greeting', name)
print('A line for the war room.')
demisto.results({
    'Type': 1,
    'ContentsFormat': 'json',
    'Contents': {'greeting': 'Hello, ' + name},
    'HumanReadable': '### Hello, ' + name,
    'EntryContext': {'Hello.Name': name},
})
