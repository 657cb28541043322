// The right-hand side of a test: checks that the field allows the operator, and turns the values as
// written into what evaluation compares (browsers, networks, ports, host names, patterns).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "routing/condition.h"
#include "routing/condition_lexer.h"

namespace pointsman::routing {

// Null where the field allows the operator.
std::optional<ConditionError> check_operator(Field field, Operator op, std::size_t operator_offset);

// Fills test.values and test.regex; the field and the operator are set. Null when all is well.
std::optional<ConditionError> set_values(Test& test, std::vector<Literal> literals);

}  // namespace pointsman::routing
