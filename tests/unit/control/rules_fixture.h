#pragma once

// A model with the world of support.h and a transaction open on it.

#include <variant>

#include "control/model/build.h"
#include "control/model/transaction.h"
#include "tests/unit/control/support.h"

namespace vipswitch::test {

class RulesTest : public testing::Test {
 protected:
  model::Model model_ = std::get<model::Model>(model::build(make_world()));
  model::Transaction transaction_{model_};
};

}  // namespace vipswitch::test
