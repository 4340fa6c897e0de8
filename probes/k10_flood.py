"""
id: K10
title: 1 GB on standard error
expected: ended at 64 MiB, which is named; Berth's own memory grows by 32 MiB at most
quick: yes
runs:
- arguments: {mib: 1024}
  expect:
    call cause: output limit
    call exit: 9
    call limit: 64 MiB of output
    call output MiB: 64..65
    call memory of berth MiB: <= 32
  show: [call cause, call output MiB, call memory of berth MiB]
- control: 2 GiB of output
  with: {output: 2g}
  arguments: {mib: 128}
  expect:
    written: 128
    call cause: completed
    call output MiB: 128..129
  show: [call cause, call output MiB, call dropped log MiB]
"""
line = b'x' * 1023 + b'\n'
block = line * 1024
for _ in range(int(argument('mib'))):
    rest = block
    while rest:
        rest = rest[os.write(2, rest):]
demisto.results({'written': int(argument('mib'))})
