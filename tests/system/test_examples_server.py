ITEMS = ('x',)
