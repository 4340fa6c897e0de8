"""The example content, assembled and run in the loop."""
import base64
import hashlib
import hmac
import os
import unittest

from assembly import PACKS, driver, read, run

SCRIPTS = os.path.join(PACKS, 'Harbour', 'Scripts')
KEY = 'key'
# {"alg":"HS256"} . {"sub":"pilot","exp":2000000000} to be signed
SIGNED = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwaWxvdCIsImV4cCI6MjAwMDAwMDAwMH0'


def token(key):
    digest = hmac.new(key.encode(), SIGNED.encode(), hashlib.sha256).digest()
    return SIGNED + '.' + base64.urlsafe_b64encode(digest).decode().rstrip('=')


def script(name, args, answer=driver.echo):
    return run(read(SCRIPTS, name, name + '.py'), answer, name, args=args)


def command(name, args, **params):
    params.setdefault('credentials', {'identifier': 'me', 'password': KEY})
    return run(read(PACKS, 'Harbour', 'Integrations', 'HarbourRegistry', 'HarbourRegistry.py'), name='HarbourRegistry',
               integration=True, command=name, args=args, params=params)


@unittest.skipIf(driver.PY2, 'the examples are written for Python 3')
class Examples(unittest.TestCase):
    def test_hello(self):
        out = driver.run(read(driver.ROOT, 'examples', 'hello.py'), args={'name': 'Ada'})
        self.assertEqual(out.contents(), [{'greeting': 'Hello, Ada'}])

    def test_berth_plan(self):
        out = script('BerthPlan', {'vessels': 'Aurora:13.5,Mole:7,Dory:8,Gull:9', 'berths': '15,12,9'})
        self.assertEqual([(row['Vessel'], row['Berth']) for row in out.contents()[0]],
                         [('Aurora', 1), ('Gull', 2), ('Dory', 3), ('Mole', 0)])
        out = script('BerthPlan', {'vessels': 'Aurora'})
        self.assertEqual((out.entries()[0]['Type'], out.entries()[0]['Contents']),
                         (4, "Failed to execute BerthPlan: vessel 'Aurora': expected name:draught"))

    def test_vessel_screening(self):
        plan = lambda message: ([{'Type': 1, 'Contents': [{'Vessel': 'Gull', 'Berth': 0}]}]
                                if message['type'] == 'executeCommand' else None)
        out = script('VesselScreening', {'vessels': 'Gull:9', 'watchlist': 'gull'}, plan)
        self.assertEqual(out.contents()[0], [{'Vessel': 'Gull', 'Berth': 0, 'Waits': True, 'Flagged': True}])

    def test_manifest_digest(self):
        path = os.path.join(driver.ROOT, 'examples', 'manifest.csv')
        out = script('ManifestDigest', {'entryID': '3@7'}, lambda message: {'id': '3@7', 'path': path, 'name': 'm.csv'})
        self.assertEqual((out.contents()[0]['Containers'], out.contents()[0]['Kilograms']), (2, 40600))
        self.assertEqual(out.entries()[1]['File'], 'sums-of-m.csv')

    def test_cidr_plan(self):
        lines = read(SCRIPTS, 'script-CidrPlan.yml').split('script: |\n')[1].split('\nfromversion')[0].split('\n')
        out = run('\n'.join(line[2:] for line in lines), name='CidrPlan', args={'network': '10.0.0.0/24', 'parts': '3'})
        self.assertEqual(out.contents()[0], [{'CIDR': '10.0.0.%d/26' % at, 'Hosts': 62} for at in (0, 64, 128)])

    def test_registry(self):
        out = command('harbour-imo-decode', {'imo': 'IMO 9074729,9074720'})
        self.assertEqual([row['Valid'] for row in out.contents()[0]], [True, False])
        out = command('harbour-imo-decode', {'imo': '9074720'}, on_invalid='fail')
        self.assertEqual(out.entries()[0]['Type'], 4)
        out = command('harbour-mmsi-decode', {'mmsi': '211331640,002320011,123'})
        self.assertEqual([(row['Valid'], row.get('Kind'), row.get('Country')) for row in out.contents()[0]],
                         [(True, 'ship', 'DE'), (True, 'coast station', 'GB'), (False, None, None)])

    def test_registry_tokens(self):
        rows = [(token(KEY), {}, 1900000000, (True, False)), (token(KEY), {}, 2100000000, (True, True)),
                (token('other'), {'insecure': 'true'}, 1900000000, (False, False))]
        for text, params, at, expected in rows:
            context = command('harbour-token-inspect', {'token': text, 'at': str(at)}, **params).entries()[0]
            (found,) = context['EntryContext'].values()
            self.assertEqual((found['Verified'], found['Expired'], found['Subject']), expected + ('pilot',))
        for text in (token('other'), 'a.b', 'a.b.c'):
            self.assertEqual(command('harbour-token-inspect', {'token': text}).entries()[0]['Type'], 4)

    def test_registry_settings(self):
        self.assertEqual(command('test-module', {}).contents(), ['ok'])
        self.assertIn('no token key', command('test-module', {}, credentials={}).contents()[0])


if __name__ == '__main__':
    unittest.main()
