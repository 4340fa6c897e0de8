"""Calls at once: apart from each other, and all of them complete."""
import time

from figures import figure

WAITING = '''
import os, time
outside = [line.split() for line in open('/proc/self/uid_map')]
while not os.path.exists('/tmp/never') and time.monotonic() < float(demisto.args()['until']):
    time.sleep(0.01)
seen = sorted(int(pid) for pid in os.listdir('/proc') if pid.isdigit())
open('/dev/shm/mark', 'x').close()
demisto.results({'ids': outside, 'pids': seen, 'work': sorted(os.listdir('/work') + os.listdir('/tmp')),
                 'net': os.readlink('/proc/self/ns/net'), 'ipc': os.readlink('/proc/self/ns/ipc')})
'''


def test_two_calls_have_nothing_in_common(berth):
    until = 'until=%f' % (time.monotonic() + 1.5)
    running = [berth.begin_script(WAITING, until) for _ in range(2)]
    one, two = [call.wait(60).value for call in running]
    ranges = sorted((int(first), int(count)) for value in (one, two) for _, first, count in value['ids'])
    assert len(ranges) == 2 and all(count == 65536 for _, count in ranges)
    assert ranges[0][0] + ranges[0][1] <= ranges[1][0]
    assert len(one['pids']) == len(two['pids']) <= 2
    assert one['work'] == two['work'] == []
    assert one['net'] != two['net'] and one['ipc'] != two['ipc']
    figure('two calls', 'host ids', ', '.join('%d to %d' % (first, first + count - 1) for first, count in ranges))


def test_twenty_calls_at_once(berth, host):
    begun = time.monotonic()
    running = [berth.begin_script("import time\ntime.sleep(0.5)\ndemisto.results(%d)" % number) for number in range(20)]
    most = 0
    while most < 20 and time.monotonic() < begun + 5:
        most = max(most, len(host.slots()))
    answers = [call.wait(120) for call in running]
    taken = time.monotonic() - begun
    assert [answer.value for answer in answers] == [str(number) for number in range(20)]
    assert len({answer.json['id'] for answer in answers}) == 20
    host.settle()
    figure('20 calls at once', 'completed, at once at most, seconds in all',
           '%d, %d, %.2f' % (len(answers), most, taken))
