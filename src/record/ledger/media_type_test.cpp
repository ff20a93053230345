#include "record/ledger/media_type.hpp"

#include <string>

#include <gtest/gtest.h>

#include "record/ledger/trial_files.hpp"

namespace haidang::ledger {
namespace {

using namespace std::string_view_literals;

// Real files made by other programs than ours.
constexpr std::string_view make_files = R"PY(
import gzip, sys, zipfile, zlib, struct
def office(name, *entries):
    with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('[Content_Types].xml', '<Types/>')
        for entry in entries: z.writestr(entry, '<x/>' * 100)
office('a.docx', '_rels/.rels', 'word/document.xml')
office('a.docm', 'word/document.xml', 'word/vbaProject.bin')
office('a.xlsx', 'xl/workbook.xml')
office('a.pptx', 'ppt/presentation.xml')
office('far.docx', *['word/media/%0200d' % i for i in range(5000)])
with zipfile.ZipFile('a.odt', 'w') as z:
    z.writestr('mimetype', 'application/vnd.oasis.opendocument.text')
    z.writestr('content.xml', '<x/>')
with zipfile.ZipFile('a.zip', 'w') as z:
    z.writestr('notes.txt', 'mimetype')
    z.comment = b'PK\x05\x06 is no end record'
with zipfile.ZipFile('a.jar', 'w') as z: z.writestr('META-INF/MANIFEST.MF', 'Main-Class: A')
with zipfile.ZipFile('empty.zip', 'w'): pass
gzip.open('a.gz', 'wb').write(b'log')
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
open('a.png', 'wb').write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 0, 0, 0, 0))
    + chunk(b'IDAT', zlib.compress(b'\0\0')) + chunk(b'IEND', b''))
)PY";

class MadeFiles : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_content(folder() / "make.py", make_files);
    const std::string command = "cd '" + folder().path().string() + "' && python3 make.py";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  static const Folder& folder() {
    static const Folder made;
    return made;
  }
};

TEST_F(MadeFiles, AreToldByTheirContent) {
  struct Row {
    std::string_view file, type;
  };
  constexpr Row rows[] = {
      {"a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"a.docm", "application/vnd.ms-word.document.macroEnabled.12"},
      {"a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"a.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
      {"a.odt", "application/vnd.oasis.opendocument.text"},
      {"a.zip", "application/zip"},
      {"a.jar", "application/java-archive"},
      {"empty.zip", "application/zip"},
      {"far.docx", "application/zip"},  // its directory is longer than what is kept of the end
      {"a.gz", "application/gzip"},
      {"a.png", "image/png"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(media_type_of(content_of(folder() / row.file)), row.type) << row.file;
  }
}

TEST_F(MadeFiles, AreToldTheSamePieceByPiece) {
  for (const std::string_view name : {"a.docx", "far.docx", "a.odt", "a.zip"}) {
    const std::string content = content_of(folder() / name);
    MediaTeller teller;
    for (std::size_t at = 0; at < content.size(); at += 7) teller.update(content.substr(at, 7));
    EXPECT_EQ(teller.tell(), media_type_of(content)) << name;
  }
}

TEST_F(MadeFiles, ArePassedOverWhenAZipIsCut) {
  const std::string content = content_of(folder() / "a.docx");
  EXPECT_EQ(media_type_of(std::string_view(content).substr(0, content.size() - 1)), "");
}

TEST(MediaType, TellsTheProgramsOfThisMachine) {
  EXPECT_EQ(media_type_of(content_of("/proc/self/exe")), "application/x-executable");
  EXPECT_TRUE(is_program("application/x-executable"));
  EXPECT_FALSE(is_program("application/pdf"));
}

TEST(MediaType, IsToldFromTheFirstBytes) {
  struct Row {
    std::string_view content, type;
  };
  constexpr Row rows[] = {
      {"%PDF-1.7\n1 0 obj", "application/pdf"},
      {"\xFF\xD8\xFF\xE0\0\x10JFIF"sv, "image/jpeg"},
      {"GIF89a\1\0\1\0"sv, "image/gif"},
      {"RIFF\x24\0\0\0WEBPVP8 "sv, "image/webp"},
      {"RIFF\x24\0\0\0WAVEfmt "sv, ""},
      {"RIFF", "text/plain"},
      {"\x28\xB5\x2F\xFD\x04\0"sv, "application/zstd"},
      {"7z\xBC\xAF\x27\x1C\0\4"sv, "application/x-7z-compressed"},
      {"\xD4\xC3\xB2\xA1\2\0\4\0"sv, "application/vnd.tcpdump.pcap"},
      {"\x0A\x0D\x0D\x0A\x1C\0\0\0\x4D\x3C\x2B\x1A"sv, "application/x-pcapng"},
      {"ElfFile\0\0\0"sv, "application/x-ms-evtx"},
      {"MZ\x90\0\3\0\0\0"sv, "application/vnd.microsoft.portable-executable"},
      {"MZ is where the old rules begin", "text/plain"},
      {"#!/bin/sh\nrm -rf /\n", "text/x-shellscript"},
      {"L\0\0\0\x01\x14\x02\0\0"sv, "application/x-ms-shortcut"},
      {"\xCA\xFE\xBA\xBE\0\0\0\x34"sv, "application/java-vm"},
      {"Kính gửi: Sở Thông tin và Truyền thông\r\n", "text/plain"},
      {"\xEF\xBB\xBFngày;giờ\n", "text/plain"},
      {"K\xEDnh g\xEDi", ""},            // no UTF-8
      {"cut in a letter \xE1\xBB", ""},  // nor this
      {"one\0two"sv, ""},                // a control that no text has
      {"\x1B[2Jgone", ""},
      {"", ""},
      {"<a.b@c.vn> wrote", "text/plain"},
      {"<A HREF=x>", "text/html"},
      {"  <!DOCTYPE HTML><p>", "text/html"},
      {"<?xml version='1.0'?><svg onload=x>", "image/svg+xml"},
      {"<?xml version='1.0'?><note/>", "text/plain"},
      {"Received: by mx.vn\r\n\twith ESMTP\r\nFrom: a@b.vn\r\nSubject: x\r\n\r\n\xFF",
       "message/rfc822"},
      {"From: the office\nTo: all\nwe meet at nine\n", "text/plain"},
      {"key: value\nother: value\n", "text/plain"},
  };
  for (const auto& row : rows) EXPECT_EQ(media_type_of(row.content), row.type) << row.content;
}

TEST(MediaType, OfATextDoesNotDependOnWhereItsPiecesEnd) {
  const std::string text = "Thành phố Hải Phòng 🏮 đã ban hành";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    MediaTeller teller;
    teller.update(text.substr(0, cut));
    teller.update(text.substr(cut));
    EXPECT_EQ(teller.tell(), "text/plain") << cut;
  }
}

TEST(MediaType, ThatIsToldIsListed) {
  for (const std::string_view content : {"%PDF-1"sv, "#!x"sv, "a"sv, "<p>"sv}) {
    const auto all = media_types();
    EXPECT_NE(std::find(all.begin(), all.end(), media_type_of(content)), all.end()) << content;
  }
}

}  // namespace
}  // namespace haidang::ledger
