#include "berth/container/side_tools.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

namespace berth::container {
namespace {

// A program of the given parts (PT_...).
std::string elf_with(std::initializer_list<unsigned> parts) {
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<Elf64_Half>(parts.size());
  std::string elf(reinterpret_cast<const char*>(&header), sizeof(header));
  for (const unsigned type : parts) {
    Elf64_Phdr part = {};
    part.p_type = type;
    elf.append(reinterpret_cast<const char*>(&part), sizeof(part));
  }
  return elf;
}

std::string with_byte(std::string elf, std::size_t at, char byte) {
  elf[at] = byte;
  return elf;
}

struct Row {
  const char* name;
  std::string bytes;
  bool is_static;
};

const Row kRows[] = {
    {"Static", elf_with({PT_LOAD, PT_LOAD, PT_TLS}), true},
    {"WithALinker", elf_with({PT_PHDR, PT_INTERP, PT_LOAD}), false},
    {"WithoutParts", elf_with({}), false},
    {"PartsCutOff", elf_with({PT_LOAD, PT_LOAD}).substr(0, sizeof(Elf64_Ehdr) + 60), false},
    {"PartsBehindTheEnd", with_byte(elf_with({PT_LOAD}), offsetof(Elf64_Ehdr, e_phoff) + 3, '\x7f'), false},
    {"Of32Bits", with_byte(elf_with({PT_LOAD}), EI_CLASS, ELFCLASS32), false},
    {"AScript", "#!/bin/sh\n" + std::string(100, '#'), false},
    {"Empty", "", false},
};

class StaticProgram : public ::testing::TestWithParam<Row> {};

TEST_P(StaticProgram, IsToldByItsHeaders) { EXPECT_EQ(is_static_program(GetParam().bytes), GetParam().is_static); }

INSTANTIATE_TEST_SUITE_P(Table, StaticProgram, ::testing::ValuesIn(kRows), [](auto& row) { return row.param.name; });

}  // namespace
}  // namespace berth::container
