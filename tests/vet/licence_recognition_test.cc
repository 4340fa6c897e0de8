#include "berth/vet/licence_recognition.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/vet/licence_notice.h"
#include "berth/vet/licence_remainder.h"
#include "berth/vet/licence_rules.h"
#include "berth/vet/licence_texts.h"
#include "tests/support/labelled_licences.h"

namespace berth::vet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char* const kMit = R"(Copyright (c) 2019 Jane Doe

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
)";

const char* const kGplNotice =
    "This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public "
    "License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any "
    "later version.\nSee the GNU General Public License for more details.\n";

TEST(LicenceRecognition, KnowsATextByItsWords) {
  const RecognisedLicence found = recognise_licence(kMit);
  EXPECT_EQ(found.expression, "MIT");
  EXPECT_GT(found.likeness, 0.95);
  EXPECT_FALSE(found.is_by_notice);
}

TEST(LicenceRecognition, KnowsANotice) {
  const RecognisedLicence found = recognise_licence(kGplNotice);
  EXPECT_EQ(found.expression, "GPL-2.0-or-later");
  EXPECT_TRUE(found.is_by_notice);
}

TEST(LicenceRecognition, PassesNothingOverThatBinds) {
  EXPECT_EQ(recognise_licence(std::string(kMit) + kGplNotice).expression, "MIT AND GPL-2.0-or-later");
}

TEST(LicenceRecognition, DoesNotGuess) {
  for (const char* text : {"", "LIMITED USE ONLY", "Not Apache licensed; proprietary",
                           "All rights reserved. You may not copy, modify or distribute this software.",
                           "This is MIT software, but you may not use it for commercial purposes in any way at all."}) {
    EXPECT_EQ(recognise_licence(text).expression, "") << text;
  }
}

// None of them is of a list of phrases: each limits use, sale, copies, users or a field in its own words.
const char* const kRiders[] = {
    "The Software shall not be used for any commercial purpose.",
    "The License does not grant to you, and its grant of rights will not include, the right to Sell the Software.",
    "This software is made available for academic research only.",
    "Use by military organisations is prohibited.",
    "You may not redistribute this file without asking us first.",
    "Companies with more than 50 employees must pay a yearly fee.",
    "You may not offer the software to third parties as a hosted or managed service.",
    "This copy is for evaluation and expires after 30 days.",
    "Training of models with this code is forbidden.",
    "Any other use needs our written permission.",
    "The Software shall be used for Good, not Evil.",
    "It must not be sold.",
    "All content under ee/ directories is licensed under the licence in ee/LICENSE. Content outside of them is "
    "available "
    "under the MIT Expat license.",
    "The files in pro/ are under the ACME License.",
    "See plugins/LICENSE for the license of the plugins.",
    "This license is valid for 30 days.",
    "Buy a subscription after 30 days of evaluation.",
    "It is free until you make money; then pay us.",
    "Hosting it as a service is reserved to ACME.",
    "It is MIT for yourself; for everyone else a commercial license is required.",
    "Organisations with more than 700 million monthly users request a license from us.",
    "For licensing ask sales@acme.example.",
    "Cloud providers need a contract with ACME.",
    "You shall display the logo of ACME on every page.",
    "Copyright (c) 2020 ACME. Commercial use is forbidden.",
    "Copyright 2024 ACME, noncommercial evaluation by academic institutions",
    "Copyright (c) 2024 ACME, confidential",
    "Copyright 2024 ACME. Government employees excluded.",
    "(c) Copyright 2024 ACME. Source available.",
    "Commons Clause License Condition v1.0",
    "SPDX-License-Identifier: ACME",
    "spdx-license-identifier: Acme-EULA",
    "Don't sell it.",
    "Kindly refrain from redistributing it.",
    "Selling copies is illegal.",
    "Ask us when you run it at work.",
    "Donate 5 EUR if you have it at work.",
    "Shareware.",
    "A trade secret of ACME.",
    "Keep it inside your household.",
    "Up to 5 users.",
    "Valid through 2025-12-31.",
    "You have to send us your changes.",
    "Closed source.",
    "No AI companies.",
    "Die Nutzung ist nur daheim gestattet.",
    "Uso comercial prohibido.",
    "\u0437\u0430\u043f\u0440\u0435\u0449\u0435\u043d\u043e.",
    "\u7981\u6b62\u5546\u4e1a\u4f7f\u7528",
    "For com\u00admercial pur\u200bposes: com\u00adpete with nobody.",
};

// What names another licence that binds: by its id, by its name, in any place.
const char* const kOtherLicences[][2] = {
    {"SPDX-License-Identifier: AGPL-3.0-only", "MIT AND AGPL-3.0-only"},
    {"Files in server/ are licensed under the GNU Affero General Public License v3.0.", "MIT AND AGPL-3.0-only"},
    {"This product bundles GNU readline, which is covered by the GNU GPL version 3.", "MIT AND GPL-3.0-only"},
    {"Contains code of others: GPLv2.", "MIT AND GPL-2.0-only"},
    {"The server part is under EUPL-1.2.", "MIT AND EUPL-1.2"},
    {"The server is under the Server Side Public License.", "MIT AND SSPL-1.0"},
    {"Files in server/ are AGPL.", "MIT AND AGPL-3.0-or-later"},
    {"The server directory is GPL.", "MIT AND GPL-1.0-or-later"},
    {"Images: Creative Commons Attribution NoDerivatives.", "MIT AND CC-BY-ND-4.0"},
    {"Images: CC BY-NC.", "MIT AND CC-BY-NC-4.0"},
    {"Images: CC BY-NC-SA 3.0.", "MIT AND CC-BY-NC-SA-3.0"},
    {"Server: BUSL", "MIT AND BUSL-1.1"},
    {"Copyright (c) 2024 ACME (AGPL-3.0)", "MIT AND AGPL-3.0-only"},
    {"Copyright (c) 2024 ACME, EUPL-1.2", "MIT AND EUPL-1.2"},
};

TEST(LicenceRecognition, TakesNoTextWithARiderForItsLicence) {
  for (const char* rider : kRiders) {
    for (const std::string& text : {std::string(kMit) + "\n" + rider, std::string(rider) + "\n\n" + kMit}) {
      const RecognisedLicence found = recognise_licence(text);
      EXPECT_EQ(found.expression, "") << rider;
      EXPECT_EQ(found.closest, "MIT") << rider;
      EXPECT_NE(found.restriction, "") << rider;
    }
  }
  // What is refused stays refused.
  EXPECT_EQ(recognise_licence(std::string(kGplNotice) + "It must not be sold.").expression, "GPL-2.0-or-later");
}

TEST(LicenceRecognition, TakesNoOtherGrantForTheLicences) {
  const std::pair<const char*, const char*> changes[] = {
      {"obtaining a copy", "obtaining, for non-commercial purposes, a copy"},
      {"to any person", "to any employee of ACME Inc."},
      {"to any person", "to any member"},
      {"copy, modify, merge", "copy, merge"},
      {"use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of", "view"},
      {"without restriction, including", "including"},
  };
  for (const auto& [old, changed] : changes) {
    std::string text = kMit;
    std::ranges::replace(text, '\n', ' ');
    text.replace(text.find(old), std::string_view(old).size(), changed);
    const RecognisedLicence found = recognise_licence(text);
    EXPECT_EQ(found.expression, "") << changed;
    EXPECT_NE(found.restriction, "") << changed;
  }
}

TEST(LicenceRecognition, PassesNoOtherLicenceOver) {
  for (const auto& [other, expression] : kOtherLicences) {
    for (const std::string& text : {std::string(kMit) + "\n" + other + "\n", std::string(other) + "\n\n" + kMit}) {
      EXPECT_EQ(recognise_licence(text).expression, expression) << other;
    }
  }
}

TEST(LicenceRecognition, SeesWhatATextOfNoLicenceRestricts) {
  for (const char* text : {"Commercial License. All rights reserved. Contact sales@acme.example.",
                           "ACME License. You accept it by using this.", "Evaluation copy: 30 days."}) {
    const RecognisedLicence found = recognise_licence(text);
    EXPECT_EQ(found.expression, "") << text;
    EXPECT_NE(found.restriction, "") << text;
  }
  for (const char* text : {"The license can be found in LICENSE.txt.", "See AUTHORS for the list of people.",
                           "This software is made available under the terms of either of the licenses found in "
                           "LICENSE.APACHE or LICENSE.BSD. Contributions are made under the terms of both these "
                           "licenses."}) {
    EXPECT_EQ(recognise_licence(text).restriction, "") << text;
  }
}

TEST(LicenceRemainder, IsNoRestrictionWhereOnlyTheNamesAreOthers) {
  for (const char* text : {"with the distribution. 3. Neither the name of Dan nor the names of his contributors may be "
                           "used to endorse or promote products",
                           "Python was owned by a non-profit organization", "version 2 only of the license"}) {
    EXPECT_EQ(restriction_in(licence_words(text)), "") << text;
  }
  EXPECT_EQ(restriction_in(licence_words("It must not be sold to anybody")), "it must [not] be [sold] to anybody");
}

TEST(LicenceRecognition, TakesWhatTakesNothingAway) {
  for (const char* more : {"Thanks to all who have helped, see AUTHORS.", "This product includes software of others.",
                           "The project is a part of a non profit organisation.", "Portions copyright Jane Doe 1999",
                           "Foo is licensed under the MIT license, see LICENSE.", "SPDX-License-Identifier: MIT",
                           "It is GPL-compatible, unlike the old one.", "Copyright (c) 2019 \u5f20\u4e09",
                           "Thanks to Don for the tests that we run.", "Thanks to Andr\u00e9 and J\u00f6rg.",
                           "Bundled: foo.js, License: BSD-3-Clause, https://foo.example/license.txt",
                           "It incorporates code from bar, which is also "
                           "made available under the MIT license."}) {
    EXPECT_EQ(recognise_licence(std::string(kMit) + "\n" + more).expression, "MIT") << more;
  }
}

TEST(LicenceRecognition, TakesOwnersForNoMoreThanThat) {
  for (const char* owner : {"Copyright (c) 2015 International Business Machines Corporation and others",
                            "Copyright 2002 Naval Research Laboratory (NRL/CCS)", "Copyright (c) 2015 Arm Limited",
                            "Copyright (c) 2015 Hewlett Packard Enterprise. All rights reserved.",
                            "(c) Copyright 2020 ACME Private Limited", "Copyright 2001 by Jason Price"}) {
    EXPECT_THAT(licence_words(owner), IsEmpty()) << owner;
  }
}

TEST(LicenceRecognition, TakesNamesOfOwnersForNoLimits) {
  for (const char* owner :
       {"Copyright (c) 2015-2016 Ask Solem & contributors. All rights reserved.",
        "Copyright (c) 2009, 2010 Ask Solem, and individual contributors.", "Copyright 2015 Jane Doe, Ask Solem",
        "Copyright 2020 Pay Pal", "Copyright 2020 Only Office Ltd", "Copyright 2020 Best Buy Co, Inc.",
        "Copyright 2020 Sue Smith. All rights reserved.", "Copyright 2020 Academic Press Inc. <sales@x.example>",
        "Copyright 2020 Sales Force", "Copyright (c) 2020 Academic Press", "Copyright 2020 Cloud Hosting Ltd",
        "Copyright 2020 Non-Profit Foundation", "Copyright 2020 Jane <https://x.example/license>",
        "Copyright 2020 Jane, https://use.x.example/LICENSE.txt", "Copyright 2020 use@x.example"}) {
    EXPECT_THAT(licence_words(owner), IsEmpty()) << owner;
  }
  for (const char* more : {"Copyright 2020 Academic Use Only",
                           "Copyright 2020 ACME. Ask Jane first",
                           "COPYRIGHT 2020 ASK SALES",
                           "Copyright 2020 ask Solem",
                           "Copyright 2020 Academic Version",
                           "Copyright 2020 ACME, Academic Only",
                           "Copyright 2020 Jane, see https://www.gnu.org/licenses/gpl-3.0.txt",
                           "Copyright 2020 Pay Ask Jane",
                           "Copyright 2020 Only For Friends",
                           "Copyright 2020 Only Friends",
                           "Copyright 2020 Pay Acme Five Dollars",
                           "Copyright 2020 Competition Barred, Acme Ltd",
                           "Copyright 2020 Acme and Buy First",
                           "Copyright 2020 Acme and Buy Acme Ltd",
                           "Copyright 2020 Ask Jane First",
                           "Copyright 2020 Hosting Barred",
                           "Copyright 2020 Acme, see https://acme.example/commercial-license-required",
                           "Copyright 2020 Acme <https://acme.example/pay-per-seat>",
                           "Copyright 2020 not-for-commercial-use@acme",
                           "Copyright 2020 Acme <https://pay@acme.example>",
                           "Copyright 2020 Acme <www.acme.example/license/commercial>",
                           "Copyright 2020 Acme <jane@acme.example,pay>"}) {
    EXPECT_FALSE(licence_words(more).empty()) << more;
  }
}

TEST(LicenceRecognition, TakesWhatPointsToTheLicenceForNoOther) {
  for (const char* more :
       {"Foo is licensed under the BSD license and is GPL-compatible(1).\n(1) A GPL-compatible license makes it "
        "possible "
        "to combine Foo with other software that is released under the GPL, it does not mean that we're distributing "
        "Foo under the GPL license.",
        "The following is the required license notice for those parts.",
        "The files in src/platform/ directory are of others. See LICENSE.PSF and http://x.example for details.",
        "The Foo licensing terms\nFoo is licensed under the terms of the MIT License, as follows.",
        "Much of the code is copyright of others. All have been licensed under extremely permissive terms."}) {
    EXPECT_EQ(recognise_licence(std::string(kMit) + "\n" + more).restriction, "") << more;
  }
}

TEST(LicenceRecognition, QuotesWhatRestricts) {
  const std::string text = std::string(kMit) + "Use it as you like, but not in plays.\n" +
                           "Thanks to all. For use in commercial aircraft there is another one.";
  EXPECT_THAT(recognise_licence(text).restriction, ::testing::HasSubstr("[use] in [commercial] aircraft"));
}

TEST(LicenceRecognition, LetsChooseWhereTheTextDoes) {
  const std::pair<const char*, const char*> choices[] = {
      {"Dual licensed under the MIT or GPL-3.0, at your option.", "(MIT OR GPL-3.0-only)"},
      {"You may choose the GNU General Public License version 2 or later or the MIT license.",
       "(MIT OR GPL-2.0-or-later)"},
      {"It is under either MIT or GPLv2.", "(MIT OR GPL-2.0-only)"},
      {"It is under MIT or GPL-3.0.", "MIT AND GPL-3.0-only"},
      {"Dual licensed under the MIT or GPL-3.0, at your option. The server is under the GPL-3.0.",
       "MIT AND GPL-3.0-only"},
      {"Dual licensed under the MIT or GPL-3.0, at your option, without any warranty.", "(MIT OR GPL-3.0-only)"},
      {"You do not have the option of MIT or GPL-3.0 license.", "MIT AND GPL-3.0-only"},
      {"You can't choose between MIT or GPL-3.0.", "MIT AND GPL-3.0-only"},
      {"Under MIT or GPL-3.0, of which never choose the first.", "MIT AND GPL-3.0-only"},
      {"You may choose MIT or GPL-3.0: this software is under the GPL.", "MIT AND GPL-3.0-only"},
      {"You may choose MIT or GPL-3.0. MIT is GPL-compatible.", "(MIT OR GPL-3.0-only)"},
      {"You may choose MIT or GPL-3.0. Of the server the GPL applies.", "MIT AND GPL-3.0-only"},
      {"Dual licensed under the ACME license or GPL-3.0, at your option.", "MIT AND GPL-3.0-only"},
  };
  for (const auto& [more, expression] : choices) {
    EXPECT_EQ(recognise_licence(std::string(more) + "\n\n" + kMit).expression, expression) << more;
  }
}

TEST(LicenceRecognition, TakesAnExceptionForMore) {
  const std::string lesser =
      "foo is free software: you can redistribute it and/or modify it under the terms of the GNU Lesser General Public "
      "License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any "
      "later version.\n\n";
  const std::string exception =
      "In addition, as a special exception, the copyright holders give permission to link this program with the "
      "OpenSSL "
      "library (or with modified versions of OpenSSL that use the same license as OpenSSL), and distribute linked "
      "combinations including the two. You must obey the GNU Lesser General Public License in all respects for all of "
      "the code used other than OpenSSL.\n";
  EXPECT_EQ(recognise_licence(lesser + exception).expression, "LGPL-3.0-or-later");
  EXPECT_EQ(recognise_licence(lesser + exception + "It must not be sold.").expression, "");
}

TEST(LicenceRecognition, TakesTextsOfAnySize) {
  std::string filled = std::string(kMit);
  while (filled.size() < (300 << 10)) filled += "word ";
  EXPECT_EQ(recognise_licence(filled + "It must not be sold.").expression, "");
  EXPECT_EQ(recognise_licence(std::string(10 << 20, 'x')).expression, "");
  std::string long_text;
  while (long_text.size() < (1 << 20)) long_text += "word and word again ";
  EXPECT_EQ(recognise_licence(long_text).expression, "");
}

// Of the thread's own time, so that what else runs does not count: what looks at the whole text for each of its words
// takes many times as long, built as tests are.
TEST(LicenceRecognition, TakesNotLongForTextsThatRepeat) {
  constexpr double kSeconds = 5;
  recognise_licence("");  // what is made once
  for (const char* unit : {"license file ", "gnu gpl ", "on debian "}) {
    std::string text = kMit;
    while (text.size() < (64 << 10)) text += unit;
    timespec begin = {};
    timespec end = {};
    ASSERT_EQ(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin), 0);
    recognise_licence(text);
    ASSERT_EQ(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end), 0);
    EXPECT_LT(static_cast<double>(end.tv_sec - begin.tv_sec) + 1e-9 * static_cast<double>(end.tv_nsec - begin.tv_nsec),
              kSeconds)
        << unit;
  }
}

struct Notice {
  const char* test;
  const char* text;
  const char* id;
};

const Notice kNotices[] = {
    {"Before", "under version 2.1 of the GNU Lesser General Public License.", "LGPL-2.1-only"},
    {"Short", "licensed under the terms of the GNU GPL, version 3 or later", "GPL-3.0-or-later"},
    {"ShorterStill", "License: LGPL v3", "LGPL-3.0-only"},
    {"Affero", "GNU Affero General Public License as published; version 3 of the License, or any later version",
     "AGPL-3.0-or-later"},
    {"Library", "the GNU Library General Public License, version 2", "LGPL-2.0-only"},
    {"NoVersion", "under the GNU General Public License", "GPL-1.0-or-later"},
    {"Apache", "Licensed under the Apache License, Version 2.0 (the \"License\")", "Apache-2.0"},
    {"Mozilla", "subject to the terms of the Mozilla Public License, v. 2.0", "MPL-2.0"},
    {"Pointer", "the full text is in /usr/share/common-licenses/Apache-2.0", "Apache-2.0"},
    {"OtherVersionOfTheText",
     "GNU General Public License, version 2 or later. On Debian systems see /usr/share/common-licenses/GPL-3",
     "GPL-2.0-or-later"},
};

class LicenceNotice : public ::testing::TestWithParam<Notice> {};

TEST_P(LicenceNotice, NamesItsLicence) {
  EXPECT_THAT(licences_noticed(licence_words(GetParam().text)), ElementsAre(GetParam().id));
}

INSTANTIATE_TEST_SUITE_P(Table, LicenceNotice, ::testing::ValuesIn(kNotices), [](auto& row) { return row.param.test; });

TEST(LicenceNotices, AreNotSeenWhereNoneIs) {
  EXPECT_THAT(licences_noticed(licence_words("This is not licensed under anything, say the gnu herders.")), IsEmpty());
  EXPECT_THAT(licences_noticed({}), IsEmpty());
}

bool is_permissive(const std::string& expression) {
  const auto read = parse_licence_expression(expression);
  if (!read) return false;
  const LicenceRules only_permissive = {.groups = {{LicenceGroup::Permissive, Verdict::Allow},
                                                   {LicenceGroup::WeakCopyleft, Verdict::Refuse},
                                                   {LicenceGroup::Copyleft, Verdict::Refuse},
                                                   {LicenceGroup::Restrictive, Verdict::Refuse},
                                                   {LicenceGroup::Other, Verdict::Refuse}}};
  return only_permissive.verdict_of(*read) == Verdict::Allow;
}

TEST(LicenceRecognition, KnowsTheTextsOfDebian) {
  const auto data = std::filesystem::path(__FILE__).parent_path() / "data";
  const auto corpus = testing::labelled_licences("/usr/share/doc", data);
  if (corpus.packages < 100) GTEST_SKIP() << "only " << corpus.packages << " of the listed packages are installed";
  std::size_t right = 0;
  std::size_t permissive = 0;
  std::size_t rightly = 0;
  std::size_t with_rider = 0;
  std::vector<const char*> riders(std::begin(kRiders), std::end(kRiders));
  for (const auto& [other, expression] : kOtherLicences) {
    if (!is_permissive(expression)) riders.push_back(other);
  }
  for (const auto& licence : corpus.licences) {
    const RecognisedLicence found = recognise_licence(licence.text);
    const std::string first = found.expression.empty() ? found.closest : found.expression;
    right += testing::without_later(first) == testing::without_later(licence.id);
    if (!is_permissive(found.expression)) continue;
    ++permissive;
    rightly += is_permissive(licence.id);
    // Each text with four riders, so that each rider stands in many texts.
    for (std::size_t n = 0; n < 4; ++n) {
      const char* rider = riders[(permissive * 4 + n) % riders.size()];
      const bool passes = is_permissive(recognise_licence(licence.text + "\n" + rider + "\n").expression);
      with_rider += passes;
      if (passes) fmt::print("permissive with a rider: {} ({}): {}\n", licence.id, licence.package, rider);
    }
    if (!is_permissive(licence.id)) fmt::print("wrongly permissive: {} ({}): {}\n", licence.id, licence.package, first);
  }
  const auto percent = [](std::size_t part, std::size_t all) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(all);
  };
  fmt::print("licence texts of {} packages: first right {} of {}, {:.1f} %; rightly permissive {} of {}, {:.1f} %\n",
             corpus.packages, right, corpus.licences.size(), percent(right, corpus.licences.size()), rightly,
             permissive, percent(rightly, permissive));
  fmt::print("the same {} texts with four riders each: permissive {}\n", permissive, with_rider);
  EXPECT_EQ(with_rider, 0u);
  EXPECT_GE(percent(right, corpus.licences.size()), 95);
  EXPECT_GE(percent(rightly, permissive), 99.5);
}

TEST(LicenceTexts, AreWhole) {
  const LicenceTexts& texts = LicenceTexts::built_in();
  EXPECT_GT(texts.size(), 600U);
  EXPECT_THAT(texts.closest_to({}, 3), IsEmpty());
  const auto closest = texts.closest_to(licence_words(kMit), 3);
  ASSERT_EQ(closest.size(), 3U);
  EXPECT_EQ(closest[0].id, "MIT");
  EXPECT_TRUE(closest[0].is_osi_approved);
  EXPECT_GT(closest[0].of_licence, 0.95);
}

}  // namespace
}  // namespace berth::vet
