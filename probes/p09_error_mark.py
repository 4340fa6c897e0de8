"""
id: P09
title: the marks of refused requests ($$## and its successor) in data that goes to the script
expected: the data arrives whole
quick: yes
runs:
- calls: 2
  arguments: {text: "$$##not an error"}
  expect: {argument: whole, answer: whole, context: whole, call completed: 2}
  show: [argument, answer, context]
- control: a channel with its errors in band
  reused: yes
  arguments: {ask: 1}
  answer: "$$##not an error"
  expect: {answer: "ValueError: not an error"}
  show: [answer]
"""
TEXTS = ['$$##not an error', '[ERROR-fd5a7750-7182-4b38-90ba-091824478903]', 'in the $$## middle', '$$##']


def ask():
    try:
        return 'answered %s' % demisto.demistoUrls()
    except ValueError as error:
        return 'ValueError: %s' % error


if argument('ask'):
    demisto.results({'answer': ask()})
elif argument('call') == '1':
    demisto.setContext('Marks', TEXTS)
else:
    demisto.results({'argument': 'whole' if argument('text') == TEXTS[0] else argument('text'),
                     'context': 'whole' if demisto.context().get('Marks') == TEXTS else str(demisto.context()),
                     'answer': 'whole' if ask().startswith('answered {') else ask()})
