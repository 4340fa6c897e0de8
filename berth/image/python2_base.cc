// The recipe of the Python 2 base image: Python 2.7 and what else Debian 11, the last release that had it, still
// packages for it; libraries that content expects and that release had dropped, as the last wheels that run under it.
#include "berth/image/base_recipe.h"

namespace berth::image {
namespace {

constexpr std::string_view kPackages[] = {
    "ca-certificates",
    "publicsuffix",  // the data behind /var/public_list.dat
    "python-is-python2", "python-setuptools", "python2", "tzdata",
};

// Each the newest version with a wheel for Python 2.7. dateparser and regex have none.
constexpr std::string_view kWheels = R"(
backports.functools-lru-cache==1.6.6 --hash=sha256:77e27d0ffbb463904bdd5ef8b44363f6cd5ef503e664b3f599a3bf5843ed37cf
beautifulsoup4==4.9.3 --hash=sha256:4c98143716ef1cb40bf7f39a8e3eec8f8b009509e74904ba3a7b315431577e35
certifi==2021.10.8 --hash=sha256:d62a0163eb4c2344ac042ab2bdf75399a71a2d8c7d47eac2e2ee91b9d6339569
chardet==4.0.0 --hash=sha256:f864054d66fd9118f2e67044ac8981a54775ec5b67aed0441892edb553d21da5
defusedxml==0.7.1 --hash=sha256:a352e7e428770286cc899e2542b6cdaedb2b4953ff269a210103ec58f6198a61
dnspython==1.16.0 --hash=sha256:f69c21288a962f4da86e56c4905b49d11aba7938d3d740e80d9e366ee4f1632d
enum34==1.1.10 --hash=sha256:a98a201d6de3f2ab3db284e70a33b0f896fbf35f8086594e8c9e74b909058d53
html5lib==1.1 --hash=sha256:0d78f8fde1c230e99fe37986a60526d7049ed4bf8a9fadbad5f00e22e58e041d
idna==2.10 --hash=sha256:b97d804b1e9b523befed77c48dacec60e6dcb0b5391d57af6a65a312a90648c0
ipaddress==1.0.23 --hash=sha256:6e0f4a39e66cb5bb9a137b00276a2eff74f93b71dcbdad6f10ff7df9d3557fcc
Jinja2==2.11.3 --hash=sha256:03e47ad063331dd6a3f04a43eddca8a966a26ba0c5b7207a9a9e4e08f1b29419
more-itertools==5.0.0 --hash=sha256:c0a5785b1109a6bd7fac76d6837fd1feca158e54e521ccd2ae8bfe393cc9d4fc
netaddr==0.7.19 --hash=sha256:56b3558bd71f3f6999e4c52e349f38660e54a7a8a9943335f73dfc96883e08ca
pip==20.3.4 --hash=sha256:217ae5161a0e08c0fb873858806e3478c9775caffce5168b50ec885e358c199d
pycparser==2.21 --hash=sha256:8ee45429555515e1f6b185e78100aea234072576aa43ab53aefcae078162fca9
PyJWT==1.7.1 --hash=sha256:5c6eca3c2940464d106b99ba83b00c6add741c9becaec087fb7ccdefea71350e
pyOpenSSL==21.0.0 --hash=sha256:8935bd4920ab9abfebb07c41a4f58296407ed77f04bd1a92914044b848ba1ed6
PySocks==1.7.1 --hash=sha256:08e69f092cc6dbe92a0fdd16eeb9b9ffbc13cadfe5ca4c7bd92ffb078b293299
python-dateutil==2.8.2 --hash=sha256:961d03dc3453ebbc59dbdea9e4e11c5651520a876d0f4db161e8674aae935da9
pytz==2024.1 --hash=sha256:328171f4e3623139da4983451950b28e95ac706e13f3f2630a879749e7a8b319
requests-file==1.5.1 --hash=sha256:dfe5dae75c12481f68ba353183c53a65e6044c923e64c24b2209f6c7570ca953
requests-toolbelt==1.0.0 --hash=sha256:cccfdd665f0a24fcf4726e690f65639d272bb0637b9b92dfd91a5568ccf6bd06
requests==2.27.1 --hash=sha256:f22fa1e554c9ddfd16e6e41ac79759e17be9e492b3587efa038054674760e72d
six==1.16.0 --hash=sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254
soupsieve==1.9.6 --hash=sha256:feb1e937fa26a69e08436aad4a9037cd7e1d4c7212909502ba30701247ff8abd
tldextract==2.2.3 --hash=sha256:c2a8a392edf3ea6fa8be80930f04c3ac29e91fa604cb2139bdf6a37fc1e1ac6d
urllib3==1.26.20 --hash=sha256:0ed14ccfbf1c30a9072c7ca157e4319b70d65f623e91e7b32fadb2853431016e
webencodings==0.5.1 --hash=sha256:a0af1213f3c2226497a97e2b3aa01a7e4bee4f403f95be16fc9acd2947514a78
xmltodict==0.12.0 --hash=sha256:8bbcb45cc982f48b2ca8fe7e7827c5d792f217ecf1792626f808bf41c3b86051
)"
#ifdef __x86_64__
                                     R"(
cffi==1.15.1 --hash=sha256:ed9cb427ba5504c1dc15ede7d516b84757c3e3d7868ccc85121d9310d27eed0b
cryptography==3.3.2 --hash=sha256:c7390f9b2119b2b43160abb34f63277a638504ef8df99f11cb52c1fda66a2e6f
lxml==4.6.5 --hash=sha256:f33d8efb42e4fc2b31b3b4527940b25cdebb3026fb56a80c1c1c11a4271d2352
MarkupSafe==1.1.1 --hash=sha256:43a55c2930bbc139570ac2452adf3d70cdbb3cfe5912c71cdce1c2c6bbd9c5d1
PyYAML==5.4.1 --hash=sha256:bb4191dfc9306777bc594117aee052446b3fa88737cd13b7188d0e7aa8162185
)"
#endif
    ;

// Cached code holds its source's time; see python3_base.cc. The interpreter has broken examples among its own tests,
// which compileall reports with its status.
constexpr std::string_view kFinishScript = R"sh(
mkdir "$root/wheels"
cp "$here"/wheels/*.whl "$root/wheels/"
pip=$(cd "$root" && ls wheels/pip-*.whl)
chroot "$root" env PYTHONPATH="/$pip" python2 -B -m pip install --quiet --no-index --find-links /wheels --no-deps \
  --no-compile --no-cache-dir --disable-pip-version-check $(cd "$root" && ls wheels/*.whl)
rm -rf "$root/wheels"
find "$root"/usr/lib/python2* "$root"/usr/local/lib/python2* -name '*.py' -newermt "@$SOURCE_DATE_EPOCH" \
  -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
find "$root"/usr/lib/python2* "$root"/usr/local/lib/python2* -name '*.pyc' -delete
chroot "$root" python2 -m compileall -q -f /usr/lib/python2.7 /usr/local/lib/python2.7 > /dev/null || true
native='jinja2, yaml, cryptography.fernet, OpenSSL, lxml.etree'
if ! [ -e "$root"/usr/local/lib/python2.7/dist-packages/yaml ]; then native='sys'; fi
chroot "$root" python2 -B -c "import requests, dateutil, pytz, tldextract, xmltodict, bs4, defusedxml, jwt, dns.resolver,\
 netaddr, chardet, six, certifi, idna, urllib3, socks, html5lib, pip, $native"
)sh";

}  // namespace

const BaseRecipe& python2_recipe() {
  static constexpr BaseRecipe kRecipe = {.name = "berth/python-deb",
                                         .short_name = "python2",
                                         .title = "Python 2",
                                         .python_package = "python2.7",
                                         .release = "bullseye",
                                         .command = "python2",
                                         .packages = kPackages,
                                         .wheels = kWheels,
                                         .finish_script = kFinishScript};
  return kRecipe;
}

}  // namespace berth::image
