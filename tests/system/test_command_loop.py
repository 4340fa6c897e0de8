"""`berth loop`: the bridge to a loop over standard input and output."""
import json
import os

from calls import IMAGE

ECHO = '{"script": "demisto.log(\\"this is an example entry log\\")", "integration": false, "native": false}\n'


def lines(answer):
    return [json.loads(line) for line in answer.out.splitlines()]


def test_documented_example(berth):
    answer = berth('loop', '--image', IMAGE, stdin=ECHO.encode())
    assert answer.code == 0, answer
    assert lines(answer) == [{'type': 'entryLog', 'args': {'message': 'this is an example entry log'}},
                             {'type': 'completed'}]
    assert answer.err == ''


def test_ping_and_jobs_one_after_another(berth):
    job = {'script': "n = globals().get('n', 0) + 1\ndemisto.results(n)", 'integration': False, 'native': False}
    text = 'ping\n' + json.dumps(job) + '\n' + 'ping\n' + json.dumps(job) + '\n'
    answer = berth('loop', '--image', IMAGE, stdin=text.encode())
    assert [line['type'] for line in lines(answer)] == ['pong', 'result', 'completed', 'pong', 'result', 'completed']
    assert [line['results'][0]['Contents'] for line in lines(answer) if line['type'] == 'result'] == ['1', '1']


def test_native_job_ends_the_loop(berth):
    job = {'script': 'demisto.results(1)', 'integration': False, 'native': True}
    answer = berth('loop', '--image', IMAGE, stdin=(json.dumps(job) + '\n').encode() * 2)
    assert (answer.code, len(lines(answer))) == (0, 2), answer


def test_a_request_and_its_answer(berth):
    """P09: a marker of errors inside an answer does no harm; one at its start is an error."""
    script = "demisto.results(demisto.demistoUrls())\ntry:\n    demisto.demistoUrls()\nexcept ValueError as e:\n" \
             "    demisto.results('refused: %s' % e)"
    job = {'script': script, 'integration': False, 'native': False}
    text = json.dumps(job) + '\n' + '{"server": "a$$##b"}\n' + '$$##not today\n'
    answer = berth('loop', '--image', IMAGE, stdin=text.encode())
    contents = [line['results'][0]['Contents'] for line in lines(answer) if line['type'] == 'result']
    assert [json.loads(contents[0]), contents[1]] == [{'server': 'a$$##b'}, 'refused: not today']


FOREIGN = '''
import json, os, sys
assert sys.argv[1:] == []
print('a foreign loop', file=sys.stderr)
while True:
    line = sys.stdin.readline()
    if not line:
        break
    if line == 'ping\\n':
        print(json.dumps({'type': 'pong', 'uid': os.getuid(), 'cwd': os.getcwd()}), flush=True)
sys.exit(3)
'''


def test_foreign_loop(berth):
    answer = berth('loop', '--image', IMAGE, '--loop', berth.write('foreign.py', FOREIGN), stdin=b'ping\nping\n')
    assert lines(answer) == [{'type': 'pong', 'uid': 4000, 'cwd': '/work'}] * 2, answer
    assert answer.err == 'a foreign loop\n'
    assert answer.code == 3


def test_limits_of_a_loop(berth):
    slow = berth.write('slow.py', 'import time\ntime.sleep(60)')
    answer = berth('loop', '--image', IMAGE, '--loop', slow, '--timeout', '300ms')
    assert answer.code == 4 and '--timeout' in answer.err, answer
    greedy = berth.write('greedy.py', "held = [b'1' * (16 << 20) for _ in range(64)]")
    answer = berth('loop', '--image', IMAGE, '--loop', greedy, '--memory', '64m')
    assert answer.code == 5 and '--memory' in answer.err, answer


def test_loop_that_is_not_there(berth):
    answer = berth('loop', '--image', IMAGE, '--loop', os.path.join(berth.folder, 'none.py'))
    assert answer.code == 2 and len(answer.err.splitlines()) == 1, answer
    answer = berth('loop', '--image', 'no-such-image:1')
    assert answer.code == 2 and 'no-such-image:1' in answer.err, answer
