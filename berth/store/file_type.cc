#include "berth/store/file_type.h"

#include <algorithm>
#include <array>

#include "berth/base/lower_case.h"

namespace berth::store {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view type;
};

// The longer and rarer ones first where one could be taken for another.
constexpr Magic kMagics[] = {
    {0, "%PDF-"sv, "PDF document"},
    {0, "\x89PNG\r\n\x1a\n"sv, "PNG image data"},
    {0, "\xff\xd8\xff"sv, "JPEG image data"},
    {0, "GIF87a"sv, "GIF image data"},
    {0, "GIF89a"sv, "GIF image data"},
    {0, "II*\0"sv, "TIFF image data"},
    {0, "MM\0*"sv, "TIFF image data"},
    {8, "WEBP"sv, "WebP image data"},
    {0, "PK\x03\x04"sv, "Zip archive data"},
    {0, "PK\x05\x06"sv, "Zip archive data (empty)"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "Composite Document File V2 Document"},
    {0, "{\\rtf"sv, "Rich Text Format data"},
    {0, "\x1f\x8b"sv, "gzip compressed data"},
    {0, "BZh"sv, "bzip2 compressed data"},
    {0, "\xfd\x37zXZ\0"sv, "XZ compressed data"},
    {0, "\x28\xb5\x2f\xfd"sv, "Zstandard compressed data"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "7-zip archive data"},
    {0, "Rar!\x1a\x07"sv, "RAR archive data"},
    {257, "ustar"sv, "POSIX tar archive"},
    {0, "MSCF\0\0\0\0"sv, "Microsoft Cabinet archive data"},
    {0,
     "\x7f"
     "ELF\x01"sv,
     "ELF 32-bit"},
    {0,
     "\x7f"
     "ELF\x02"sv,
     "ELF 64-bit"},
    {0, "\xcf\xfa\xed\xfe"sv, "Mach-O 64-bit"},
    {0, "\xce\xfa\xed\xfe"sv, "Mach-O 32-bit"},
    {0, "\xca\xfe\xba\xbe"sv, "compiled Java class or Mach-O universal binary"},
    {0, "L\0\0\0\x01\x14\x02\0"sv, "MS Windows shortcut"},
    {0, "SQLite format 3\0"sv, "SQLite 3.x database"},
    {0, "\xd4\xc3\xb2\xa1"sv, "pcap capture file"},
    {0, "\xa1\xb2\xc3\xd4"sv, "pcap capture file"},
    {0, "\x0a\x0d\x0d\x0a"sv, "pcapng capture file"},
    {0, "ElfFile\0"sv, "MS Windows Vista Event Log"},
    {0, "!<arch>\n"sv, "current ar archive"},
    {0, "OggS"sv, "Ogg data"},
    {4, "ftyp"sv, "ISO Media"},
    {0, "ID3"sv, "Audio file with ID3"},
    {0, "-----BEGIN CERTIFICATE-----"sv, "PEM certificate"},
    {0, "-----BEGIN PGP MESSAGE-----"sv, "PGP message"},
};

struct Refined {
  std::string_view type;
  std::string_view extension;
  std::string_view refined;
};

// What looks like a plain container from inside, and is known by its name.
constexpr Refined kRefined[] = {
    {"Zip archive data", "docx", "Microsoft Word 2007+"},
    {"Zip archive data", "docm", "Microsoft Word 2007+"},
    {"Zip archive data", "xlsx", "Microsoft Excel 2007+"},
    {"Zip archive data", "xlsm", "Microsoft Excel 2007+"},
    {"Zip archive data", "pptx", "Microsoft PowerPoint 2007+"},
    {"Zip archive data", "pptm", "Microsoft PowerPoint 2007+"},
    {"Zip archive data", "odt", "OpenDocument Text"},
    {"Zip archive data", "ods", "OpenDocument Spreadsheet"},
    {"Zip archive data", "jar", "Java archive data (JAR)"},
    {"Zip archive data", "apk", "Android package (APK)"},
    {"Composite Document File V2 Document", "doc", "Microsoft Word 97-2003"},
    {"Composite Document File V2 Document", "xls", "Microsoft Excel 97-2003"},
    {"Composite Document File V2 Document", "ppt", "Microsoft PowerPoint 97-2003"},
    {"Composite Document File V2 Document", "msg", "CDFV2 Microsoft Outlook Message"},
    {"Composite Document File V2 Document", "msi", "MSI Installer"},
    {"ASCII text", "eml", "RFC 822 mail, ASCII text"},
    {"UTF-8 text", "eml", "RFC 822 mail, UTF-8 text"},
    {"ASCII text", "csv", "CSV text"},
    {"UTF-8 text", "csv", "CSV text"},
};

bool stands_at(std::string_view head, std::size_t at, std::string_view bytes) {
  return head.size() >= at && head.substr(at).starts_with(bytes);
}

// "MZ" alone is a DOS program; at the offset that it names, a Windows program says so.
std::string_view dos_program(std::string_view head) {
  if (head.size() < 0x40) return "";
  std::size_t at = 0;
  for (std::size_t i = 4; i-- > 0;) at = at << 8 | static_cast<unsigned char>(head[0x3c + i]);
  if (!stands_at(head, at, "PE\0\0"sv)) return "MS-DOS executable";
  return stands_at(head, at + 24, "\x0b\x02"sv) ? "PE32+ executable (MS Windows)" : "PE32 executable (MS Windows)";
}

// Of text, by how it begins; empty when that says nothing.
std::string_view text_format(std::string_view head, std::string_view extension) {
  head.remove_prefix(std::min(head.find_first_not_of("\xef\xbb\xbf \t\r\n"), head.size()));
  const std::string start = lower_case(head.substr(0, 64));
  if (start.starts_with("<!doctype html") || start.starts_with("<html")) return "HTML document";
  if (start.starts_with("<?xml")) return "XML document";
  if (start.starts_with("#!")) {
    return start.find("python") != std::string::npos ? "Python script" : "script text executable";
  }
  if (extension == "json" && (start.starts_with('{') || start.starts_with('['))) return "JSON text data";
  if (extension == "py") return "Python script";
  return "";
}

std::string_view plain_type(std::string_view head, const TextWatch& text, std::string_view extension) {
  if (head.empty()) return "empty";
  for (const Magic& magic : kMagics) {
    if (stands_at(head, magic.at, magic.bytes)) return magic.type;
  }
  if (head.starts_with("MZ") && !text.is_utf8()) {
    if (const std::string_view program = dos_program(head); !program.empty()) return program;
  }
  if (head.starts_with("\xff\xfe"sv) || head.starts_with("\xfe\xff"sv)) return "UTF-16 text";
  if (!text.is_utf8()) return head.starts_with("BM") && extension == "bmp" ? "PC bitmap" : "data";
  if (const std::string_view format = text_format(head, extension); !format.empty()) return format;
  return text.is_ascii() ? "ASCII text" : "UTF-8 text";
}

}  // namespace

void TextWatch::update(std::string_view bytes) {
  for (const char byte : bytes) {
    if (!is_text_) return;
    take(static_cast<unsigned char>(byte));
  }
}

// RFC 3629, section 4: what may follow a first octet, without overlong forms and surrogates.
void TextWatch::take(unsigned char octet) {
  if (awaited_ > 0) {
    is_text_ = octet >= lowest_ && octet <= highest_;
    lowest_ = 0x80;
    highest_ = 0xbf;
    --awaited_;
    return;
  }
  if (octet < 0x80) {
    // The control characters that text has: \a \b \t \n \f \r and escape.
    is_text_ = (octet >= 0x20 && octet != 0x7f) || (octet >= 0x07 && octet <= 0x0d && octet != 0x0b) || octet == 0x1b;
    return;
  }
  seen_wide_ = true;
  is_text_ = octet >= 0xc2 && octet <= 0xf4;
  awaited_ = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
  if (octet == 0xe0) lowest_ = 0xa0;
  if (octet == 0xed) highest_ = 0x9f;
  if (octet == 0xf0) lowest_ = 0x90;
  if (octet == 0xf4) highest_ = 0x8f;
}

std::string file_type_of(std::string_view head, const TextWatch& text, std::string_view extension) {
  const std::string_view type = plain_type(head, text, extension);
  const auto* refined = std::ranges::find_if(
      kRefined, [&](const Refined& row) { return row.type == type && row.extension == extension; });
  return std::string(refined == std::end(kRefined) ? type : refined->refined);
}

}  // namespace berth::store
