#include "berth/vet/licence_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace berth::vet {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

// Where a classifier may mean several licences all of them stand there: none is chosen for its user.
constexpr auto kClassifiers = std::to_array<Name>({
    {"Academic Free License (AFL)", "AFL-3.0"},
    {"Apache Software License", "Apache-2.0"},
    {"Apple Public Source License", "APSL-2.0"},
    {"Artistic License", "Artistic-1.0 AND Artistic-2.0"},
    {"Attribution Assurance License", "AAL"},
    {"BSD License", "BSD-2-Clause AND BSD-3-Clause"},
    {"Blue Oak Model License (BlueOak-1.0.0)", "BlueOak-1.0.0"},
    {"Boost Software License 1.0 (BSL-1.0)", "BSL-1.0"},
    {"CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"},
    {"CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)", "CECILL-2.1"},
    {"CMU License (MIT-CMU)", "MIT-CMU"},
    {"CeCILL-B Free Software License Agreement (CECILL-B)", "CECILL-B"},
    {"CeCILL-C Free Software License Agreement (CECILL-C)", "CECILL-C"},
    {"Common Development and Distribution License 1.0 (CDDL-1.0)", "CDDL-1.0"},
    {"Common Public License", "CPL-1.0"},
    {"Eclipse Public License 1.0 (EPL-1.0)", "EPL-1.0"},
    {"Eclipse Public License 2.0 (EPL-2.0)", "EPL-2.0"},
    {"Educational Community License, Version 2.0 (ECL-2.0)", "ECL-2.0"},
    {"Eiffel Forum License", "EFL-2.0"},
    {"European Union Public Licence 1.0 (EUPL 1.0)", "EUPL-1.0"},
    {"European Union Public Licence 1.1 (EUPL 1.1)", "EUPL-1.1"},
    {"European Union Public Licence 1.2 (EUPL 1.2)", "EUPL-1.2"},
    {"GNU Affero General Public License v3", "AGPL-3.0-only"},
    {"GNU Affero General Public License v3 or later (AGPLv3+)", "AGPL-3.0-or-later"},
    {"GNU Free Documentation License (FDL)", "GFDL-1.3-or-later"},
    {"GNU General Public License (GPL)", "GPL-1.0-or-later"},
    {"GNU General Public License v2 (GPLv2)", "GPL-2.0-only"},
    {"GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"},
    {"GNU General Public License v3 (GPLv3)", "GPL-3.0-only"},
    {"GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"},
    {"GNU Lesser General Public License v2 (LGPLv2)", "LGPL-2.0-only"},
    {"GNU Lesser General Public License v2 or later (LGPLv2+)", "LGPL-2.0-or-later"},
    {"GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"},
    {"GNU Lesser General Public License v3 or later (LGPLv3+)", "LGPL-3.0-or-later"},
    {"GNU Library or Lesser General Public License (LGPL)", "LGPL-2.0-or-later"},
    {"Historical Permission Notice and Disclaimer (HPND)", "HPND"},
    {"IBM Public License", "IPL-1.0"},
    {"ISC License (ISCL)", "ISC"},
    {"Intel Open Source License", "Intel"},
    {"MIT License", "MIT"},
    {"MIT No Attribution License (MIT-0)", "MIT-0"},
    {"MirOS License (MirOS)", "MirOS"},
    {"Motosoto License", "Motosoto"},
    {"Mozilla Public License 1.0 (MPL)", "MPL-1.0"},
    {"Mozilla Public License 1.1 (MPL 1.1)", "MPL-1.1"},
    {"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
    {"Mulan Permissive Software License v2 (MulanPSL-2.0)", "MulanPSL-2.0"},
    {"NASA Open Source Agreement v1.3 (NASA-1.3)", "NASA-1.3"},
    {"Nethack General Public License", "NGPL"},
    {"Nokia Open Source License", "Nokia"},
    {"Open Group Test Suite License", "OGTSL"},
    {"Open Software License 3.0 (OSL-3.0)", "OSL-3.0"},
    {"PostgreSQL License", "PostgreSQL"},
    {"Python License (CNRI Python License)", "CNRI-Python"},
    {"Python Software Foundation License", "PSF-2.0"},
    {"Qt Public License (QPL)", "QPL-1.0"},
    {"Ricoh Source Code Public License", "RSCPL"},
    {"SIL Open Font License 1.1 (OFL-1.1)", "OFL-1.1"},
    {"Sleepycat License", "Sleepycat"},
    {"Sun Public License", "SPL-1.0"},
    {"The Unlicense (Unlicense)", "Unlicense"},
    {"Universal Permissive License (UPL)", "UPL-1.0"},
    {"University of Illinois/NCSA Open Source License", "NCSA"},
    {"Vovida Software License 1.0", "VSL-1.0"},
    {"W3C License", "W3C"},
    {"X.Net License", "Xnet"},
    {"Zero-Clause BSD (0BSD)", "0BSD"},
    {"Zope Public License", "ZPL-2.1"},
    {"zlib/libpng License", "Zlib"},
    {"Public Domain", "LicenseRef-Public-Domain"},
    {"Other/Proprietary License", "LicenseRef-Proprietary"},
    {"Free For Educational Use", "LicenseRef-Free-For-Educational-Use"},
    {"Free For Home Use", "LicenseRef-Free-For-Home-Use"},
    {"Free for non-commercial use", "LicenseRef-Free-For-Non-Commercial-Use"},
    {"Free To Use But Restricted", "LicenseRef-Free-To-Use-But-Restricted"},
    {"Freely Distributable", "LicenseRef-Freely-Distributable"},
    {"Freeware", "LicenseRef-Freeware"},
    {"Repoze Public License", "LicenseRef-Repoze"},
    {"Aladdin Free Public License (AFPL)", "Aladdin"},
    {"DFSG approved", "LicenseRef-DFSG-Approved"},
    {"Netscape Public License (NPL)", "NPL-1.1"},
});

// In lower case, with single blanks and without a leading "the ".
constexpr auto kNames = std::to_array<Name>({
    {"mit license", "MIT"},
    {"mit license (mit)", "MIT"},
    {"expat", "MIT"},
    {"expat license", "MIT"},
    {"bsd", "BSD-2-Clause AND BSD-3-Clause"},
    {"bsd license", "BSD-2-Clause AND BSD-3-Clause"},
    {"new bsd", "BSD-3-Clause"},
    {"new bsd license", "BSD-3-Clause"},
    {"modified bsd", "BSD-3-Clause"},
    {"modified bsd license", "BSD-3-Clause"},
    {"revised bsd license", "BSD-3-Clause"},
    {"bsd 3-clause", "BSD-3-Clause"},
    {"bsd 3 clause", "BSD-3-Clause"},
    {"bsd-3", "BSD-3-Clause"},
    {"3-clause bsd", "BSD-3-Clause"},
    {"3-clause bsd license", "BSD-3-Clause"},
    {"bsd 3-clause license", "BSD-3-Clause"},
    {"bsd 3-clause \"new\" or \"revised\" license", "BSD-3-Clause"},
    {"simplified bsd", "BSD-2-Clause"},
    {"simplified bsd license", "BSD-2-Clause"},
    {"bsd 2-clause", "BSD-2-Clause"},
    {"bsd 2-clause license", "BSD-2-Clause"},
    {"2-clause bsd", "BSD-2-Clause"},
    {"2-clause bsd license", "BSD-2-Clause"},
    {"bsd-2", "BSD-2-Clause"},
    {"apache 2", "Apache-2.0"},
    {"apache 2.0", "Apache-2.0"},
    {"apache2", "Apache-2.0"},
    {"apache2.0", "Apache-2.0"},
    {"apache-2", "Apache-2.0"},
    {"apache license 2.0", "Apache-2.0"},
    {"apache license v2.0", "Apache-2.0"},
    {"apache license version 2.0", "Apache-2.0"},
    {"apache license, version 2.0", "Apache-2.0"},
    {"apache 2.0 license", "Apache-2.0"},
    {"apache software license", "Apache-2.0"},
    {"apache software license 2.0", "Apache-2.0"},
    {"apache software license, version 2.0", "Apache-2.0"},
    {"asl 2.0", "Apache-2.0"},
    {"isc license", "ISC"},
    {"isc license (iscl)", "ISC"},
    {"iscl", "ISC"},
    {"mpl 2.0", "MPL-2.0"},
    {"mpl2", "MPL-2.0"},
    {"mozilla public license 2.0", "MPL-2.0"},
    {"mozilla public license 2.0 (mpl 2.0)", "MPL-2.0"},
    {"psf", "PSF-2.0"},
    {"psfl", "PSF-2.0"},
    {"psf license", "PSF-2.0"},
    {"python software foundation license", "PSF-2.0"},
    {"zpl 2.1", "ZPL-2.1"},
    {"zope public license", "ZPL-2.1"},
    {"zlib", "Zlib"},
    {"zlib license", "Zlib"},
    {"unlicense", "Unlicense"},
    {"cc0", "CC0-1.0"},
    {"cc0 1.0 universal", "CC0-1.0"},
    {"epl 2.0", "EPL-2.0"},
    {"gpl", "GPL-1.0-or-later"},
    {"gnu gpl", "GPL-1.0-or-later"},
    {"gplv2", "GPL-2.0-only"},
    {"gpl v2", "GPL-2.0-only"},
    {"gpl-2", "GPL-2.0-only"},
    {"gplv2+", "GPL-2.0-or-later"},
    {"gplv3", "GPL-3.0-only"},
    {"gpl v3", "GPL-3.0-only"},
    {"gpl-3", "GPL-3.0-only"},
    {"gnu gplv3", "GPL-3.0-only"},
    {"gnu general public license v3.0", "GPL-3.0-only"},
    {"gnu general public license v3 (gplv3)", "GPL-3.0-only"},
    {"gplv3+", "GPL-3.0-or-later"},
    {"lgpl", "LGPL-2.0-or-later"},
    {"gnu lgpl", "LGPL-2.0-or-later"},
    {"lgplv2", "LGPL-2.0-only"},
    {"lgplv2.1", "LGPL-2.1-only"},
    {"lgplv2+", "LGPL-2.0-or-later"},
    {"lgplv3", "LGPL-3.0-only"},
    {"lgplv3+", "LGPL-3.0-or-later"},
    {"agplv3", "AGPL-3.0-only"},
    {"agplv3+", "AGPL-3.0-or-later"},
    {"public domain", "LicenseRef-Public-Domain"},
    {"proprietary", "LicenseRef-Proprietary"},
});

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (is_blank && (text.empty() || text.back() == ' ')) continue;
    text += is_blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text.starts_with("the ") ? text.substr(4) : text;
}

template <std::size_t N>
std::string_view expression_in(const std::array<Name, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &Name::first);
  return found == names.end() ? std::string_view() : found->second;
}

}  // namespace

std::string_view expression_of_classifier(std::string_view tail) { return expression_in(kClassifiers, tail); }

std::string_view expression_of_name(std::string_view name) { return expression_in(kNames, plain(name)); }

}  // namespace berth::vet
