//! Accounts in user rights.

use super::value_problem::ValueProblem;
use crate::diagnostic::Code;
use crate::source::Span;

/// The names of well-known accounts are translated on devices in other languages, but their SIDs are the same
/// (Microsoft, "Security identifiers"; Policy CSP UserRights asks for `*SID`).
const WELL_KNOWN: [(&str, &str); 45] = [
    ("Everyone", "S-1-1-0"),
    ("LOCAL", "S-1-2-0"),
    ("CONSOLE LOGON", "S-1-2-1"),
    ("CREATOR OWNER", "S-1-3-0"),
    ("CREATOR GROUP", "S-1-3-1"),
    ("DIALUP", "S-1-5-1"),
    ("NETWORK", "S-1-5-2"),
    ("BATCH", "S-1-5-3"),
    ("INTERACTIVE", "S-1-5-4"),
    ("SERVICE", "S-1-5-6"),
    ("ANONYMOUS LOGON", "S-1-5-7"),
    ("Authenticated Users", "S-1-5-11"),
    ("RESTRICTED", "S-1-5-12"),
    ("TERMINAL SERVER USER", "S-1-5-13"),
    ("REMOTE INTERACTIVE LOGON", "S-1-5-14"),
    ("IUSR", "S-1-5-17"),
    ("SYSTEM", "S-1-5-18"),
    ("LOCAL SERVICE", "S-1-5-19"),
    ("NETWORK SERVICE", "S-1-5-20"),
    ("Local account", "S-1-5-113"),
    ("Local account and member of Administrators group", "S-1-5-114"),
    ("Administrators", "S-1-5-32-544"),
    ("Users", "S-1-5-32-545"),
    ("Guests", "S-1-5-32-546"),
    ("Power Users", "S-1-5-32-547"),
    ("Account Operators", "S-1-5-32-548"),
    ("Server Operators", "S-1-5-32-549"),
    ("Print Operators", "S-1-5-32-550"),
    ("Backup Operators", "S-1-5-32-551"),
    ("Replicator", "S-1-5-32-552"),
    ("Remote Desktop Users", "S-1-5-32-555"),
    ("Network Configuration Operators", "S-1-5-32-556"),
    ("Performance Monitor Users", "S-1-5-32-558"),
    ("Performance Log Users", "S-1-5-32-559"),
    ("Distributed COM Users", "S-1-5-32-562"),
    ("IIS_IUSRS", "S-1-5-32-568"),
    ("Cryptographic Operators", "S-1-5-32-569"),
    ("Event Log Readers", "S-1-5-32-573"),
    ("Hyper-V Administrators", "S-1-5-32-578"),
    ("Access Control Assistance Operators", "S-1-5-32-579"),
    ("Remote Management Users", "S-1-5-32-580"),
    ("NT SERVICE\\ALL SERVICES", "S-1-5-80-0"),
    ("NT VIRTUAL MACHINE\\Virtual Machines", "S-1-5-83-0"),
    ("Window Manager\\Window Manager Group", "S-1-5-90-0"),
    ("RESTRICTED SERVICES\\ALL RESTRICTED SERVICES", "S-1-5-99-0"),
];

/// The SID of a well-known account; any other name is returned unchanged.
pub(super) fn account(name: &str) -> String {
    let name = name.trim();
    let bare = ["BUILTIN\\", "NT AUTHORITY\\"].into_iter().find_map(|authority| {
        let (start, rest) = name.split_at_checked(authority.len())?;
        start.eq_ignore_ascii_case(authority).then_some(rest)
    });
    let bare = bare.unwrap_or(name);
    let known = WELL_KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(bare));
    known.map_or_else(|| name.to_string(), |(_, sid)| format!("*{sid}"))
}

/// The name of a well-known account, by its SID in the form of user rights: `*S-1-5-32-544`.
pub fn well_known_account(sid: &str) -> Option<&'static str> {
    let bare = sid.strip_prefix('*')?;
    WELL_KNOWN.iter().find(|(_, known)| *known == bare).map(|(name, _)| *name)
}

/// Detects several accounts in one text: the name of an account cannot contain a comma or a semicolon (Microsoft,
/// "SAM-Account-Name").
pub(super) fn complaint(name: &str, span: Span) -> Option<ValueProblem> {
    if !name.contains([',', ';']) {
        return None;
    }
    let names: Vec<&str> = name.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).collect();
    let problem = ValueProblem::new(Code::InvalidListItem, "this text contains several accounts".into())
        .at(span, "Windows would look for a single account with this name");
    Some(problem.fix(format!("[{}]", names.join(", ")), false))
}
