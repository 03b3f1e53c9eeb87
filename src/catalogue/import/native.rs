//! Nodes that take a number or text and name a Group Policy: how their values map to the policy's registry value.
//!
//! The DDF names the policy, but not which value of the node is which state of the policy; often it is the inverse. A
//! mapping is `exact` only if names and values allow no other interpretation. Everything else is `unproven`, or
//! `partial` if the policy writes more than the node, and cannot be exported to the registry.

use std::collections::BTreeMap;

use super::policy_definitions::AdmxPolicy;
use crate::catalogue::{
    AdmxElement, Allowed, CspNode, DataForm, ElementType, Format, RegistryForm, Relation, SameType,
};

/// The registry form of a node that is not ADMX-backed; `None` if the policy does not write a value that could match
/// it.
pub(super) fn registry_form(
    node: &CspNode,
    policy: &AdmxPolicy,
    element: Option<&str>,
    hive: &str,
) -> Option<RegistryForm> {
    let own = policy.form.value.as_deref();
    let named = element.and_then(|id| policy.form.elements.iter().find(|known| known.id == id));
    // If the DDF does not name an element, the policy may consist of a single one.
    let only = || policy.form.elements.first().filter(|_| own.is_none() && element.is_none());
    let part = named.or_else(only);
    let key = part.and_then(|part| part.key.as_deref()).unwrap_or(&policy.key);
    let value = match part {
        Some(part) => part.value.as_deref(),
        None => own,
    };
    let name = node.name();
    let surely = |part: &AdmxElement| {
        let alone = policy.form.elements.len() == 1;
        named.is_some() || alone && part.value.as_ref().is_some_and(|value| value.eq_ignore_ascii_case(name))
    };
    let (relation, data) = match part {
        Some(part) if surely(part) => of_element(node, policy, part),
        Some(_) => (Relation::Unproven, unproven(node)),
        None => of_policy(node, policy),
    };
    // A list writes one value per item, and no value with its own name.
    let value = value.map(String::from);
    Some(RegistryForm { relation, key: format!("{hive}\\{key}"), value, data, source: None })
}

fn unproven(node: &CspNode) -> DataForm {
    DataForm::Same(if node.format == Format::Int { SameType::Dword } else { SameType::Sz })
}

/// The mapping for a policy with a single value.
fn of_policy(node: &CspNode, policy: &AdmxPolicy) -> (Relation, DataForm) {
    let review = (Relation::Unproven, unproven(node));
    let form = &policy.form;
    let alone = form.elements.is_empty() && form.on_list.is_empty() && form.off_list.is_empty();
    let Some(value) = form.value.as_deref().filter(|_| alone && takes_zero_and_one(node)) else {
        return review;
    };
    let name = node.name();
    let on = form.on.clone().unwrap_or_else(|| "dword:1".into());
    let off = form.off.clone().unwrap_or_else(|| "delete".into());
    // By the names of the policies: the node's 1 means that the policy is enabled. Agreeing titles and labels prove it;
    // a contradiction rules out any other proof.
    let told = direction(&policy.title).0 == direction(&policy.name).0 && labels_say_on_and_off(node);
    let by_policy = sense(name, &policy.name).map(|same| if same { (&on, &off) } else { (&off, &on) });
    let contradicted = match (word_of(&policy.name), word_of(&policy.title)) {
        (Some(name), Some(title)) => name != title,
        _ => false,
    };
    // By the name of the value: the node's 1 is the value's 1, or its 0.
    let number = |data: &str| data.strip_prefix("dword:").map_or(data == "delete", |digits| digits == "0");
    let (one, zero) = if number(&on) { (&off, &on) } else { (&on, &off) };
    let by_value = sense(name, value).map(|same| if same { (one, zero) } else { (zero, one) });
    let chosen = match (by_policy, by_value) {
        (Some(a), Some(b)) if a != b => None,
        (a, b) => b.or(a.filter(|_| told)),
    };
    match chosen.filter(|_| on != off && !contradicted) {
        Some((one, zero)) => {
            let map = BTreeMap::from([("0".to_string(), zero.clone()), ("1".to_string(), one.clone())]);
            (Relation::Exact, DataForm::Map(map))
        }
        None => review,
    }
}

fn takes_zero_and_one(node: &CspNode) -> bool {
    match &node.allowed {
        Allowed::Enum(values) => {
            let mut numbers: Vec<&str> = values.iter().map(|value| value.0.as_str()).collect();
            numbers.sort_unstable();
            numbers == ["0", "1"]
        }
        Allowed::Range(range) => *range == [0, 1],
        _ => false,
    }
}

/// Whether the labels of 0 and 1 mean off and on.
fn labels_say_on_and_off(node: &CspNode) -> bool {
    let begins = |text: &str, words: &[&str]| words.iter().any(|word| text.to_lowercase().starts_with(word));
    match &node.allowed {
        Allowed::Enum(values) => values.iter().all(|value| match value.0.as_str() {
            "1" => begins(&value.1, &["allow", "enable", "on", "yes"]),
            _ => begins(&value.1, &["not", "do not", "disable", "prevent", "block", "off", "no"]),
        }),
        _ => false,
    }
}

/// The mapping for a node that is one element of a policy: the same value, if types and values agree.
fn of_element(node: &CspNode, policy: &AdmxPolicy, element: &AdmxElement) -> (Relation, DataForm) {
    let same = match (node.format, element.kind) {
        (Format::Int, ElementType::Decimal) if !element.as_text => Some(DataForm::Same(SameType::Dword)),
        (Format::Int, ElementType::Enum) if choices_agree(node, element) => Some(DataForm::Same(SameType::Dword)),
        (Format::Int, ElementType::Boolean) => of_box(node, element),
        (Format::Chr, ElementType::Text) if element.expand => Some(DataForm::Same(SameType::ExpandSz)),
        (Format::Chr, ElementType::Text) => Some(DataForm::Same(SameType::Sz)),
        (Format::Chr, ElementType::MultiText) if node.list.is_some() => Some(DataForm::Same(SameType::MultiSz)),
        _ => None,
    };
    let form = &policy.form;
    let alone = form.value.is_none() && form.on_list.is_empty() && form.off_list.is_empty();
    match same {
        Some(data) if alone => (Relation::Exact, data),
        // Enabling the policy writes its own value in addition to the element's.
        Some(data) => (Relation::Partial, data),
        None => (Relation::Unproven, unproven(node)),
    }
}

/// Whether the element has every number that the node accepts. For only 0 and 1, the names must agree as well.
fn choices_agree(node: &CspNode, element: &AdmxElement) -> bool {
    let data: Vec<&str> =
        element.items.iter().filter_map(|(value, _)| value.as_str()?.strip_prefix("dword:")).collect();
    let numbers: Vec<String> = match &node.allowed {
        Allowed::Enum(values) => values.iter().map(|value| value.0.clone()).collect(),
        Allowed::Range([low, high]) if high - low < 100 => (*low..=*high).map(|number| number.to_string()).collect(),
        _ => return false,
    };
    let within = numbers.iter().all(|number| data.contains(&number.as_str()));
    let name = node.name();
    let inverted = sense(name, element.value.as_deref().unwrap_or(&element.id)) == Some(false);
    within && !(takes_zero_and_one(node) && inverted)
}

fn of_box(node: &CspNode, element: &AdmxElement) -> Option<DataForm> {
    let name = node.name();
    let same = sense(name, element.value.as_deref()?).filter(|_| takes_zero_and_one(node))?;
    let ticked = element.on.clone().unwrap_or_else(|| "dword:1".into());
    let empty = element.off.clone().unwrap_or_else(|| "dword:0".into());
    if ticked != "dword:1" || empty != "dword:0" {
        return None;
    }
    let (one, zero) = if same { (ticked, empty) } else { (empty, ticked) };
    Some(DataForm::Map(BTreeMap::from([("0".into(), zero), ("1".into(), one)])))
}

/// Words that show the direction of a switch.
const FORBID: [&str; 14] = [
    "disallow", "disable", "disabled", "prevent", "prohibit", "block", "hide", "turnoff", "donot", "dont", "deny",
    "restrict", "remove", "no",
];
const ALLOW: [&str; 7] = ["allow", "enable", "enabled", "permit", "show", "turnon", "use"];

/// Whether two names mean the same switch in the same direction (`true`) or in opposite directions (`false`). `None` if
/// they may not be the same switch.
fn sense(node: &str, other: &str) -> Option<bool> {
    let (a, b) = (direction(node), direction(other));
    if a.1 != b.1 || a.1.is_empty() {
        return None;
    }
    Some(a.0 == b.0)
}

/// The direction of the first word that shows one.
fn word_of(name: &str) -> Option<bool> {
    let plain = name.replace([' ', '\''], "").to_lowercase();
    let plain = plain.rsplit('_').find(|part| part.len() > 1).unwrap_or(&plain);
    let begins = |words: &[&str]| words.iter().any(|word| plain.starts_with(word));
    if begins(&FORBID) { Some(false) } else { begins(&ALLOW).then_some(true) }
}

/// The direction of a name, and the rest of it. Without such a word, the name is positive.
fn direction(name: &str) -> (bool, String) {
    let name = &name.replace([' ', '\''], "");
    // Names have prefixes such as `Pol_` and `FindMy_`. `_1` and `_2` distinguish user and computer twins.
    let name = name.trim_end_matches("_1").trim_end_matches("_2");
    let name = name.rsplit('_').next().unwrap_or(name);
    let plain = name.to_lowercase();
    let without = |words: &[&str]| words.iter().find_map(|word| plain.strip_prefix(word).map(String::from));
    if let Some(rest) = without(&FORBID) {
        return (false, rest);
    }
    (true, without(&ALLOW).unwrap_or(plain))
}

#[cfg(test)]
mod tests {
    use super::sense;

    #[test]
    fn names_prove_the_direction_of_a_switch_or_are_ignored() {
        for (node, other, expected) in [
            ("HideFastUserSwitching", "HideFastUserSwitching", Some(true)),
            ("AllowWindowsConsumerFeatures", "DisableWindowsConsumerFeatures", Some(false)),
            ("AllowFindMyDevice", "AllowFindMyDevice", Some(true)),
            ("EnableAuthRateLimiter", "Pol_EnableAuthRateLimiter", Some(true)),
            ("AllowUserUIAccess", "UX_Configuration_UILockdown", None),
            ("DisableStoreOriginatedApps", "DisableStoreApps", None),
            ("HidePeopleBar", "HidePeopleBar", Some(true)),
        ] {
            assert_eq!(sense(node, other), expected, "{node}, {other}");
        }
    }
}
