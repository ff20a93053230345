#include <array>

#include "record/procedure/parse.hpp"

namespace haidang::procedure::parsing {
namespace {

void read_action_guards(Reader& in, const Node& node, Action& into) {
  into.guards = read_guards(in, node);
}
void read_action_effects(Reader& in, const Node& node, Action& into) {
  into.effects = read_effects(in, node);
}

// A list of states, or "*": every state that is not final (filled in when all is read).
void read_origin(Reader& in, const Node& node, Action& into) {
  if (node.is_scalar() && node.text == "*")
    into.from = {"*"};
  else
    into.from = in.names(node, Sort::state);
}

constexpr std::array keys{
    Key<Action>{"label", read_label<&Action::label>, true},
    Key<Action>{"help", read_label<&Action::help>},
    Key<Action>{"parties", read_names<&Action::parties, Sort::party>, true},
    Key<Action>{"roles", read_names<&Action::roles, Sort::access_role>},
    Key<Action>{"from", read_origin, true},
    Key<Action>{"to", read_name<&Action::to, Sort::state>},
    Key<Action>{"asks", read_names<&Action::asks, Sort::field>},
    Key<Action>{"requires", read_names<&Action::requires_, Sort::field>},
    Key<Action>{"documents", read_names<&Action::documents, Sort::document>},
    Key<Action>{"comment_required", read_flag<&Action::comment_required>},
    Key<Action>{"once_per_party", read_flag<&Action::once_per_party>},
    Key<Action>{"confirm", read_flag<&Action::confirm>},
    Key<Action>{"guards", read_action_guards},
    Key<Action>{"effects", read_action_effects},
};

}  // namespace

void read_actions(Reader& in, const Node& node, std::vector<Action>& into) {
  read_parts(in, node, keys, "action", into);
}

}  // namespace haidang::procedure::parsing
