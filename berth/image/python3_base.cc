// The recipe of the Python 3 base image: this machine's distribution alone.
#include "berth/image/base_recipe.h"

namespace berth::image {
namespace {

// Sorted; each line a reason of its own: the libraries are those that content expects of the originals' base.
constexpr std::string_view kPackages[] = {
    "ca-certificates",
    "publicsuffix",  // the data behind /var/public_list.dat
    "python3",
    "python3-bs4",
    "python3-certifi",
    "python3-chardet",
    "python3-cryptography",
    "python3-dateparser",
    "python3-dateutil",
    "python3-defusedxml",
    "python3-dnspython",
    "python3-html5lib",
    "python3-idna",
    "python3-jinja2",
    "python3-jwt",
    "python3-lxml",
    "python3-more-itertools",
    "python3-netaddr",
    "python3-olefile",
    "python3-openssl",
    "python3-pip",
    "python3-requests",
    "python3-requests-toolbelt",
    "python3-six",
    "python3-socks",
    "python3-tabulate",
    "python3-tldextract",
    "python3-tz",
    "python3-urllib3",
    "python3-xmltodict",
    "python3-yaml",
    "tzdata",
    "usr-is-merged",  // instead of usrmerge, see PrivateApt::kPreferences
};

// Cached code is made anew with the sources' times in it: with SOURCE_DATE_EPOCH set, the packages' own scripts have
// written code that hashes its source at every import. No source may be newer than the time that the image's files are
// clamped to, or that code would be stale.
constexpr std::string_view kFinishScript = R"sh(
find "$root"/usr/lib/python3* -name '*.py' -newermt "@$SOURCE_DATE_EPOCH" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
find "$root"/usr/lib/python3* -name '*.pyc' -delete
version=$(chroot "$root" python3 -B -c 'import sys; print("%d.%d" % sys.version_info[:2])')
env -u SOURCE_DATE_EPOCH PYTHONHASHSEED=0 chroot "$root" python3 -m compileall -q -f \
  --invalidation-mode timestamp /usr/lib/python3 "/usr/lib/python$version"
chroot "$root" python3 -B -c 'import requests, dateutil, pytz, dateparser, tldextract, yaml,\
 xmltodict, bs4, defusedxml, cryptography.fernet, jwt, dns.resolver, netaddr, chardet, six, lxml.etree, certifi, idna,\
 urllib3, OpenSSL, socks, jinja2, pip'
)sh";

}  // namespace

const BaseRecipe& python3_recipe() {
  static constexpr BaseRecipe kRecipe = {.name = "berth/python3-deb",
                                         .short_name = "python3",
                                         .title = "Python 3",
                                         .python_package = "python3",
                                         .release = "",
                                         .command = "python3",
                                         .packages = kPackages,
                                         .wheels = "",
                                         .finish_script = kFinishScript};
  return kRecipe;
}

}  // namespace berth::image
