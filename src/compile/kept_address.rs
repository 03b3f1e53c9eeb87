//! `oma_uri:`, the address of a setting exactly as a profile in Intune has it. With it, a profile can be adopted without
//! any change.

use super::context::Context;
use crate::catalogue::Resolved;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Policy;
use crate::rules::LACKS_SCOPE;
use crate::setting::OmaUri;
use crate::source::Spanned;

/// The placeholder for the tenant's ID, which the catalogue's addresses have.
const TENANT: &str = "{TenantId}";

/// The address to send. It has to be another spelling of the setting's address.
pub(super) fn read(
    policy: &Policy,
    context: &Context<'_>,
    setting: &Resolved<'_>,
    exact: &Spanned<String>,
    problems: &mut Vec<Diagnostic>,
) -> Option<OmaUri> {
    let place = policy.place(exact.span);
    let text = exact.value.as_str();
    let filled = text.replace(TENANT, context.tenant_id);
    let uri = &setting.uri;
    if text.chars().any(char::is_control) || !uri.is_spelled(&filled) && !uri.is_spelled(text) {
        let problem = Diagnostic::error(Code::OtherAddress, format!("this is not a spelling of {uri}"));
        problems.push(problem.at(place, "another setting, or not an OMA-URI").help("correct it, or remove `oma_uri:`"));
        return None;
    }
    let help = format!("to send {uri}, remove `oma_uri:`");
    match why_it_matters(text, setting) {
        Some(Doubt::NoScope) => {
            let finding = LACKS_SCOPE.finding(policy.oldest_build());
            problems.push(finding.at(place, "some devices ignore this form").help(help));
        }
        Some(Doubt::Spelling(label)) => {
            let warning = Diagnostic::warning(Code::AddressKept, "this OMA-URI is sent in another spelling");
            problems.push(warning.at(place, label).help(help));
        }
        None => {}
    }
    Some(OmaUri::verbatim(text))
}

enum Doubt {
    /// `./Vendor/…` at a node that devices have below `./Device`.
    NoScope,
    Spelling(&'static str),
}

/// Why a device may not accept the address as it is.
fn why_it_matters(text: &str, setting: &Resolved<'_>) -> Option<Doubt> {
    let Ok(parsed) = OmaUri::parse(text) else {
        return Some(Doubt::Spelling(
            "devices may not find the setting: the address has a backslash, a space or an empty part too many",
        ));
    };
    if text.contains(TENANT) {
        return Some(Doubt::Spelling("devices expect the ID of their own tenant instead of `{TenantId}`"));
    }
    if parsed != setting.uri {
        return Some(Doubt::Spelling("Windows is case-sensitive, so devices may not find the setting"));
    }
    let has_scope = setting.node.is_none_or(|node| node.vendor_root) || !OmaUri::lacks_scope(text);
    (!has_scope).then_some(Doubt::NoScope)
}
