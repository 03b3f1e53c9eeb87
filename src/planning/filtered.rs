//! A reader to whom Intune does not show all profiles.

use crate::diagnostic::{Code, Diagnostic};
use crate::tenant::Shown;

/// The warning that the plan does not know all profiles; `None` if it does, as far as can be found out.
pub(super) fn is_filtered(shown: &Shown) -> Option<Diagnostic> {
    let Shown::WithScopeTags(tags) = shown else { return None };
    let only = match tags.as_slice() {
        [] => "only those with the scope tags of the role are shown".to_string(),
        tags => format!("only those with the scope tags {} are shown", tags.join(", ")),
    };
    let warning = Diagnostic::warning(Code::ListFiltered, format!("the list of profiles is filtered: {only}"));
    Some(
        warning
            .note("no profile is created while others may exist, and conflicts with them are not found")
            .help("plan with an application, an Intune administrator, or a role assignment without scope tags"),
    )
}
