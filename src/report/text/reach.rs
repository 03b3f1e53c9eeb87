//! Who a plan reaches, for a terminal.

use super::style::visible;
use crate::diagnostic::{counted, grouped};
use crate::plan::{LimitLine, PlanDocument, ReachLine, ReachWord, TargetKind};
use crate::setting::Members;

/// How many names one part of the line has at most.
const NAMES: usize = 4;

/// The ways in their order, and what is printed before and after the number. Without a filter, the same word means that
/// one was removed.
const WAYS: [(ReachWord, &str, &str); 7] = [
    (ReachWord::Comes, "+", ""),
    (ReachWord::Released, "", " no longer excluded"),
    (ReachWord::Refiltered, "", " under another filter"),
    (ReachWord::Narrows, "", " under a filter from now on"),
    (ReachWord::Stays, "", " as before"),
    (ReachWord::Excluded, "", " excluded from now on"),
    (ReachWord::Leaves, "-", ""),
];

/// `310 devices`, `7 users and 4 devices`, `5,200 members (the first 999 are users)`, `nobody`.
pub fn members(members: Members) -> String {
    if !members.estimated {
        let others = members.total.saturating_sub(members.users + members.devices);
        return parts("", members.users, members.devices, others, 0);
    }
    let kinds = match (members.users, members.devices) {
        (users, 0) if users > 0 => "the first 999 are users".into(),
        (0, devices) if devices > 0 => "the first 999 are devices".into(),
        (users, devices) => format!("of the first 999, {}", parts("", users, devices, 0, 0)),
    };
    format!("{} ({kinds})", counted(members.total, "member"))
}

/// `310 devices and 8 users`, each with a sign in front.
fn parts(sign: &str, users: usize, devices: usize, others: usize, unsorted: usize) -> String {
    let all = [(devices, "device"), (users, "user"), (unsorted, "member"), (others, "other")];
    let there: Vec<String> = all
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{sign}{}", counted(count, what)))
        .collect();
    if there.is_empty() { "nobody".into() } else { there.join(" and ") }
}

/// One line about who the changes reach, and one for each number that is not known; none if they reach no one.
pub fn reach(plan: &PlanDocument) -> Vec<String> {
    let mut lines = Vec::new();
    let split = WAYS.iter().flat_map(|(how, sign, after)| match how {
        ReachWord::Refiltered => {
            vec![(how, sign, " without a filter from now on", Some(false)), (how, sign, *after, Some(true))]
        }
        _ => vec![(how, sign, *after, None)],
    });
    let ways = split.filter_map(|(how, sign, after, filtered)| {
        let all = plan.reach.targets.iter().filter(|target| target.how == *how);
        let targets: Vec<&ReachLine> =
            all.filter(|target| filtered.is_none_or(|filtered| target.filtered == filtered)).collect();
        let known =
            targets.iter().any(|target| target.members.is_some()) || targets.iter().any(|one| is_all_users(one));
        known.then(|| way(&targets, sign, after))
    });
    let ways: Vec<String> = ways.collect();
    if !ways.is_empty() {
        lines.push(format!("Reach: {}.", ways.join(", ")));
    }
    for unknown in &plan.reach.unknown {
        let needs = unknown.permission.as_ref().map_or(String::new(), |needed| format!("; reading needs {needed}"));
        lines.push(format!("Reach: not known for {} ({}{needs}).", unknown.what.word(), unknown.reason));
    }
    lines
}

fn is_all_users(target: &ReachLine) -> bool {
    target.kind == TargetKind::AllUsers
}

/// `+310 devices (SSPR Ring 2)`; the sum of groups that may overlap is an upper limit.
fn way(targets: &[&ReachLine], sign: &str, after: &str) -> String {
    let known = distinct(targets);
    let number = match (known.is_empty(), targets.iter().any(|target| is_all_users(target))) {
        (true, true) => format!("{sign}all users"),
        (false, true) => format!("{} and {sign}all users", sum(&known, sign)),
        _ => sum(&known, sign),
    };
    let several = |count: fn(&Members) -> bool| known.iter().filter(|one| count(one)).count() > 1;
    let overlap = several(|one| one.devices > 0) || several(|one| one.users > 0);
    let narrowed = targets.iter().any(|target| target.filtered || target.kind == TargetKind::AllDevices);
    let most = if (overlap || narrowed) && number != "nobody" { " at most" } else { "" };
    format!("{number}{most}{after}{}", listed(targets))
}

/// The known numbers of members. Only enrolled devices get profiles, so no group adds a device to all devices.
fn distinct(targets: &[&ReachLine]) -> Vec<Members> {
    let all_devices = targets.iter().any(|target| target.kind == TargetKind::AllDevices && target.members.is_some());
    let known = targets.iter().filter_map(|target| {
        let members = target.members?;
        let within = all_devices && target.kind == TargetKind::Group && !members.estimated;
        let devices = if within { 0 } else { members.devices };
        Some(Members { devices, total: members.total - (members.devices - devices), ..members })
    });
    known.collect()
}

fn sum(known: &[Members], sign: &str) -> String {
    let all = |count: fn(&Members) -> usize| known.iter().filter(|one| !one.estimated).map(count).sum::<usize>();
    let unsorted = known.iter().filter(|one| one.estimated).map(|one| one.total).sum::<usize>();
    let others = all(|one| one.total.saturating_sub(one.users + one.devices));
    parts(sign, all(|one| one.users), all(|one| one.devices), others, unsorted)
}

fn listed(targets: &[&ReachLine]) -> String {
    let names: Vec<String> = targets.iter().filter(|target| !is_all_users(target)).map(|target| name(target)).collect();
    let shown = names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES) {
        _ if names.is_empty() => String::new(),
        0 => format!(" ({shown})"),
        more => format!(" ({shown} and {more} more)"),
    }
}

/// Marks targets whose number of members is not known.
fn name(target: &ReachLine) -> String {
    let name = target.name.as_ref().or(target.id.as_ref()).map_or(target.kind.word(), String::as_str);
    match target.members {
        Some(_) => visible(name),
        None => format!("{}: not known", visible(name)),
    }
}

/// The number of new profiles that get the default scope tag because their policies have none, in one line.
pub fn default_scope_tag(plan: &PlanDocument) -> Option<String> {
    match plan.default_scope_tag.len() {
        0 => None,
        1 => Some("Scope tags: 1 new profile has none, so it gets Default.".into()),
        count => Some(format!("Scope tags: {} have none, so they get Default.", counted(count, "new profile"))),
    }
}

/// The limits that a plan overrides, in one line; `None` if there are none.
pub fn limits_line(plan: &PlanDocument) -> Option<String> {
    let number = |count: u64| grouped(count as usize);
    let word = |line: &LimitLine| match (line.limit.as_str(), line.found) {
        ("allow_all_targets", Some(found)) => {
            format!("allow_all_targets (false, {} to all devices or all users)", counted(found as usize, "profile"))
        }
        (limit, Some(found)) => {
            format!("{limit} ({}, but the plan has {})", number(line.allowed), number(found))
        }
        (limit, None) => format!("{limit} ({}, but the number in the plan is not known)", number(line.allowed)),
    };
    let words: Vec<String> = plan.limits_overridden.iter().map(word).collect();
    (!words.is_empty()).then(|| format!("Limits overridden: {}.", words.join(", ")))
}
