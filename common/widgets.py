"""Widgets: what a script returns to be shown on a dashboard."""


class BaseWidget(object):
    """What return_results() takes for a widget."""

    def to_display(self):
        """What is posted."""
        raise NotImplementedError('%s has no to_display()' % type(self).__name__)


class TextWidget(BaseWidget):
    """Markdown."""

    def __init__(self, text):
        self.text = text

    def to_display(self):
        return self.text


class NumberWidget(BaseWidget):
    """A number."""

    def __init__(self, number):
        self.number = number

    def to_display(self):
        return self.number


class TrendWidget(BaseWidget):
    """A number beside what it was."""

    def __init__(self, current_number, previous_number):
        self.current_number = current_number
        self.previous_number = previous_number

    def to_display(self):
        import json
        return json.dumps({'currSum': self.current_number, 'prevSum': self.previous_number})


class BarColumnPieWidget(BaseWidget):
    """A number for each category."""

    def __init__(self, categories=None):
        self.categories = categories or []

    def add_category(self, name, number):
        """Adds a category."""
        self.categories.append({'name': name, 'data': [number]})

    def to_display(self):
        import json
        return json.dumps(self.categories)


class LineWidget(BaseWidget):
    """Numbers over time; a category of the same name is added to the one before, with its group."""

    def __init__(self, categories=None):
        self.categories = categories or []

    def add_category(self, name, number, group):
        """Adds a number of a group to a point of time."""
        self.categories.append({'name': name, 'data': [number], 'groups': [{'name': group, 'data': [number]}]})

    def to_display(self):
        import json
        shown = []
        for one in self.categories:
            same = [other for other in shown if other['name'] == one['name']]
            if same:
                same[0]['data'] = [same[0]['data'][0] + one['data'][0]]
                same[0]['groups'] = same[0]['groups'] + one['groups']
            else:
                shown.append(dict(one))
        return json.dumps(shown)


class TableOrListWidget(BaseWidget):
    """Rows."""

    def __init__(self, data=None):
        self.data = data if isinstance(data, list) else [data] if data else []

    def add_row(self, data):
        """Adds a row."""
        self.data.append(data)

    def to_display(self):
        import json
        return json.dumps({'total': len(self.data), 'data': self.data})


_berth_end_of_optional_part('widgets.py')
