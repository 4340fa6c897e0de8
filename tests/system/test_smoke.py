def test_one(berth):
    a = berth.script("demisto.results({'a': 1})", '--trace')
    print(a)
    assert a.code == 0 and a.value == {'a': 1}
