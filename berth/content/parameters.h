// The parameters of an integration's instance: what its YAML declares against what was given. Pure.
#pragma once

#include <string>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/content/assignment.h"
#include "berth/content/item.h"

namespace berth::content {

// How each type of parameter is given, and what code sees in demisto.params():
//
//   boolean        name=true|false|yes|no              true or false; false when not given
//   multi select   name=a,b or a JSON list             list of texts
//   credentials    name.identifier=U                   {"identifier": U, "password": S}
//                  name.password=@F                    with name.sshkey=@F also {"credentials": {"sshkey": S}}
//                  name=U: as name.identifier=U; name=@F with a JSON object in F: all of it, or, where no user name is
//                  asked for, the password
//   others         name=text                           text; "" when not given
//
// Secret are encrypted texts (types 4 and 14) and the password and key of credentials: they come as name=@F or name=-,
// never in the command line, where every user of the machine can read them. One line end is taken off what comes from
// a file, but for long texts, which are kept whole. Titles, links and placeholders of the page have no value.
//
// `from_file` is a JSON object (null: none) of name to value, credentials as an object; `given` goes before it.
// Defaults of the YAML fill what neither has.
//
// Errors, all InvalidInput: a parameter that is not known (with the nearest name), or is given twice; a required one
// that is missing or empty; a value that is not of its type, or outside the options of a select; a secret in the
// command line; `from_file` that is no object. No secret is ever in the text.
Result<Json> check_parameters(const Item& integration, const Json& from_file, const std::vector<Assignment>& given);

// The secret texts in `params`, longest first, for masking: each as a whole and, where it has several lines, every line
// of eight characters or more, since logs carry lines. Empty ones are left out.
std::vector<std::string> secret_values(const Item& integration, const Json& params);

// The names that may be given, for completion and suggestions: "url", "credentials.identifier".
std::vector<std::string> parameter_names(const Item& integration);

}  // namespace berth::content
