// A context as a few integrations leave it.
#pragma once

#include "berth/base/json.h"

namespace berth::testing {

inline Json sample_context() {
  return *parse_json(R"json({
    "Host": {"Name": "web-1", "Ports": [22, 80, 443], "Tags": ["only"], "Owner": {"Name": "Ada", "Mail": null},
             "Empty": [], "Nothing": null, "Up": true, "Load": 0.5, "Count": 0, "Note": ""},
    "Score": [
      {"Vendor": "north", "Value": 3, "Who": "10.0.0.1", "Kind": "ip", "Seen": ["mon", "tue"]},
      {"Vendor": "south", "Value": 1, "Who": "10.0.0.2", "Kind": "ip", "Seen": []},
      {"Vendor": "East Wind", "Value": 2, "Who": "10.0.0.1", "Kind": "IP", "Seen": ["wed"]},
      {"Vendor": "west", "Who": "example.com", "Kind": "domain"}
    ],
    "One": [{"A": 1, "B": [{"C": "deep"}]}],
    "Grid": [[1, 2], [3, 4], [5]],
    "Mixed": [1, "1", "one", null, true, {"x": 1}, [7]],
    "Names": ["anna", "Bob", "carl"],
    "Odd": {"a.b": 1, "c d": 2, "e-f": 3, "(g)": 4, "h=i": 5, "\u00e9": 6, "['j']": 7, "0": 8},
    "Big": {"Whole": 9007199254740993, "More": 10000000000000000000000000000000000000000, "Minus": -0, "Nan": NaN},
    "Text": "plain",
    "Number": 7
  })json");
}

}  // namespace berth::testing
