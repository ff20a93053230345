#include "watch/ingest/journal_export.hpp"

#include <gtest/gtest.h>

#include "watch/ingest/said.hpp"

namespace haidang::ingest {
namespace {

const std::string two_entries = std::string("__CURSOR=a\nMESSAGE=hi=ho\n\n\n_PID=1\nMESSAGE\n") +
                                std::string("\3\0\0\0\0\0\0\0x\ny\n\n", 13);

TEST(JournalExport, ReadsTextAndBinaryFieldsHoweverTheBlocksAreCut) {
  for (std::size_t cut = 0; cut < two_entries.size(); ++cut) {
    event::Names names;
    Said said(names);
    const auto reader = make_journal_export();
    reader->read({std::string_view(two_entries).substr(0, cut), 1}, names, said);
    reader->read({std::string_view(two_entries).substr(cut), 1}, names, said);
    reader->finish(names, said);
    const std::vector<std::string> wanted{"1 __CURSOR=a MESSAGE=hi=ho", "2 _PID=1 MESSAGE=x\ny"};
    EXPECT_EQ(said.heard.lines, wanted) << cut;
  }
}

TEST(JournalExport, NamesWhatItCannotRead) {
  struct Row {
    std::string text;
    std::vector<std::string> lines;
  };
  const Row rows[] = {
      {"A=1", {"1 A=1"}},
      {"A\n" + std::string("\1\0\0\0\0\0\0\0xy\n\nB=1\n\n", 17),
       {"1 ! a field's size is wrong", "2 B=1"}},
      {"A\n" + std::string("\xFF\0\0\0\0\0\0\0xy\n\n", 12),
       {"1 ! the file ends inside this entry"}},
      {"A=" + std::string(100, 'x'), {"1 ! the entry is longer than is allowed"}},
  };
  for (const auto& row : rows) {
    event::Names names;
    const auto reader = make_journal_export(64);
    EXPECT_EQ(read_all(*reader, row.text, names).lines, row.lines);
  }
}

}  // namespace
}  // namespace haidang::ingest
