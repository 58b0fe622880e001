#include <gtest/gtest.h>

#include "control/shell/suggest.h"
#include "control/shell/text_table.h"
#include "control/shell/words.h"

namespace vipswitch::shell {
namespace {

std::vector<std::string> texts(std::string_view line) {
  std::vector<std::string> texts;
  for (const auto& word : split_words(line).words) texts.push_back(word.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(SplitWords, BlanksSeparate) {
  EXPECT_EQ(texts("  vpc \t add  shop\r\n"), (Texts{"vpc", "add", "shop"}));
}

TEST(SplitWords, QuotesKeepBlanksAndComments) {
  EXPECT_EQ(texts("load \"a b#c.yaml\""), (Texts{"load", "a b#c.yaml"}));
  EXPECT_EQ(texts("x \"a\\\"b\\\\c\""), (Texts{"x", "a\"b\\c"}));
  EXPECT_EQ(texts("device=\"a b\"c"), (Texts{"device=a bc"}));
  EXPECT_EQ(texts("x \"\""), (Texts{"x", ""}));
}

TEST(SplitWords, CommentBeginsAtAWord) {
  EXPECT_EQ(texts("vpc show # all"), (Texts{"vpc", "show"}));
  EXPECT_EQ(texts("#vpc show"), Texts{});
  EXPECT_EQ(texts("iface=a#b"), (Texts{"iface=a#b"}));
}

TEST(SplitWords, EndOfTheLineIsTold) {
  EXPECT_TRUE(split_words("vpc").ends_in_word);
  EXPECT_FALSE(split_words("vpc ").ends_in_word);
  EXPECT_FALSE(split_words("").ends_in_word);
  EXPECT_TRUE(split_words("load \"a b").ends_in_quotes);
  EXPECT_FALSE(split_words("load \"a b\"").ends_in_quotes);
  EXPECT_TRUE(split_words("vpc # x").has_comment);
}

TEST(QuoteIfNeeded, QuotedWordsReadBack) {
  for (const std::string word : {"plain", "", "a b", "a\"b", "a\\b", "#x", "a\nb", "net_tap0,iface=x"}) {
    EXPECT_EQ(texts("x " + quote_if_needed(word)), (Texts{"x", word}));
  }
  EXPECT_EQ(quote_if_needed("net_tap0,iface=x"), "net_tap0,iface=x");
}

TEST(EditDistance, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("havip", "havip"), 0u);
  EXPECT_EQ(edit_distance("hvip", "havip"), 1u);
  EXPECT_EQ(edit_distance("ahvip", "havip"), 1u);
  EXPECT_EQ(edit_distance("", "eip"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggest, OnlyNearWordsAreMeant) {
  EXPECT_EQ(suggest("hvip", {"eip", "havip", "vpc"}), "havip");
  EXPECT_EQ(suggest("xyzzy", {"eip", "havip", "vpc"}), std::nullopt);
  EXPECT_EQ(suggest("q", {"ab"}), std::nullopt);
}

TEST(TextTable, ColumnsAlignWithoutTrailingBlanks) {
  TextTable table({{"NAME"}, {"COUNT", Align::kRight}, {"HELP"}});
  table.add({"a", "12345", "first"});
  table.add({"long name", "7", ""});
  EXPECT_EQ(table.text(1),
            " NAME       COUNT  HELP\n"
            " a          12345  first\n"
            " long name      7\n");
}

}  // namespace
}  // namespace vipswitch::shell
