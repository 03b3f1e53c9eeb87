//! Whole nodes, and converting every node to registry values and back.

use std::collections::BTreeMap;

use sspr_policy::catalogue::{AdmxElement, Allowed, Catalogue, CspNode, DataForm, ElementType, Payload, Relation};
use sspr_policy::setting::{OmaType, OmaValue, RegistryAction, RegistryLocation, Scope};

use super::node;

/// The settings that decide whether "Reset password" works, as they are in the catalogue.
#[test]
fn nodes_of_password_reset() {
    let names = [
        "Authentication/AllowAadPasswordReset",
        "WindowsLogon/HideFastUserSwitching",
        "WindowsLogon/DisableLockScreenAppNotifications",
        "ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen",
        "LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn",
        "LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL",
        "ApplicationManagement/BlockNonAdminUserInstall",
    ];
    for name in names {
        let pretty = serde_json::to_string_pretty(node(name)).unwrap();
        insta::assert_snapshot!(name.split_once('/').unwrap().1, pretty);
    }
}

/// The registry form of a value, or why it has none.
fn written(name: &str, value: OmaValue) -> String {
    let found = Catalogue::embedded().resolve(name).unwrap();
    match found.node.unwrap().registry_writes(found.uri.scope(), &value) {
        Ok(writes) => writes.iter().map(|(place, action)| format!("{place} = {action:?}\n")).collect(),
        Err(reason) => format!("refused: {reason}\n"),
    }
}

#[test]
fn a_node_of_each_relation_in_the_registry() {
    let text = |text: &str| OmaValue::String(text.into());
    let said = [
        written("Authentication/AllowAadPasswordReset", OmaValue::Integer(1)),
        // Allowed means "do not turn off".
        written("Experience/AllowWindowsConsumerFeatures", OmaValue::Integer(1)),
        // The value of one element of a Group Policy.
        written("DeliveryOptimization/DOMaxCacheAge", OmaValue::Integer(604_800)),
        // One of several values.
        written("Update/ActiveHoursEnd", OmaValue::Integer(17)),
        written("Defender/AllowUserUIAccess", OmaValue::Integer(1)),
        written("AboveLock/AllowToasts", OmaValue::Integer(0)),
        // The element writes the policy's own value.
        written(
            "BitLocker/FixedDrivesEncryptionType",
            text("<enabled/><data id=\"FDVEncryptionTypeDropDown_Name\" value=\"2\"/>"),
        ),
        written("BitLocker/FixedDrivesEncryptionType", text("<disabled/>")),
    ];
    insta::assert_snapshot!(said.concat());
}

/// Every value of a node that the catalogue lists.
fn values(node: &CspNode) -> Vec<OmaValue> {
    let payload = |enabled| OmaValue::String(Payload { enabled, data: Vec::new() }.write().into());
    match (&node.allowed, node.format.oma_type()) {
        (Allowed::Enum(values), Some(OmaType::Integer)) => {
            values.iter().map(|value| OmaValue::Integer(value.0.parse().unwrap())).collect()
        }
        (Allowed::Enum(values), Some(OmaType::String)) => {
            values.iter().map(|value| OmaValue::String(value.0.as_str().into())).collect()
        }
        (Allowed::Enum(values), Some(OmaType::Boolean)) => {
            values.iter().map(|value| OmaValue::Boolean(value.0.eq_ignore_ascii_case("true"))).collect()
        }
        (Allowed::Range([low, high]), Some(OmaType::Integer)) => {
            let ends = [*low, *high].map(|number| number.clamp(i64::from(i32::MIN), i64::from(i32::MAX)));
            ends.map(OmaValue::Integer).to_vec()
        }
        (Allowed::Admx, _) => match node.admx() {
            Some(form) if form.elements.is_empty() => vec![payload(true), payload(false)],
            Some(form) if form.elements.iter().all(|element| element.kind != ElementType::List) => {
                [true, false].map(|last| filled(&form.elements, last)).to_vec()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A payload with the first or the last choice of every element.
fn filled(elements: &[AdmxElement], last: bool) -> OmaValue {
    let data = elements.iter().map(|element| {
        let choices = element.choices();
        let value = match element.kind {
            ElementType::Enum if last => choices.last().unwrap().0.clone(),
            ElementType::Enum => choices[0].0.clone(),
            ElementType::Decimal if last => element.max.unwrap_or(9999).min(u64::from(u32::MAX)).to_string(),
            ElementType::Decimal => element.min.unwrap_or(0).to_string(),
            ElementType::Boolean => last.to_string(),
            _ => "one\u{f000}two".into(),
        };
        (element.id.clone(), value)
    });
    OmaValue::String(Payload { enabled: true, data: data.collect() }.write().into())
}

#[test]
fn every_node_is_found_by_each_of_its_names() {
    let catalogue = Catalogue::embedded();
    let plain = |text: &str| {
        text.split('/')
            .map(|part| if part.starts_with('{') || part == "*" { "Contoso" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let mut lost = Vec::new();
    for node in catalogue.nodes() {
        for scope in [Scope::Device, Scope::User].into_iter().filter(|scope| node.scope.has(*scope)) {
            let address = node.address(scope);
            let mut names = vec![plain(address.as_str())];
            if address.as_str().contains("/Vendor/MSFT/") {
                names.push(plain(&match scope {
                    Scope::Device => address.short().to_string(),
                    Scope::User => format!("User/{}", address.short()),
                }));
            }
            for name in names {
                let found = catalogue.resolve(&name).ok().and_then(|found| found.node);
                if found.is_none_or(|found| found.uri != node.uri) {
                    lost.push(name);
                }
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn registry_values_are_converted_back() {
    let exact = |node: &&CspNode| node.registry.as_ref().is_some_and(|form| form.relation == Relation::Exact);
    let (mut tried, mut lost) = (0, Vec::new());
    for node in Catalogue::embedded().nodes().filter(exact) {
        for scope in [Scope::Device, Scope::User].into_iter().filter(|scope| node.scope.has(*scope)) {
            for value in values(node) {
                let Ok(writes) = node.registry_writes(scope, &value) else {
                    lost.push(format!("{} {value:?} cannot be written", node.uri));
                    continue;
                };
                // Without choices, enabled deletes the same values as disabled.
                let disabled = node.registry_writes(scope, &OmaValue::String("<disabled/>".into()));
                if matches!(&value, OmaValue::String(text) if text.starts_with("<enabled/>"))
                    && disabled.as_ref() == Ok(&writes)
                {
                    continue;
                }
                tried += 1;
                let registry: BTreeMap<RegistryLocation, RegistryAction> = writes.into_iter().collect();
                let back = node.value_in_registry(scope, &|place| registry.get(place).cloned());
                if back.as_ref() != Some(&value) {
                    lost.push(format!("{} {} came back as {back:?}", node.uri, value.canonical()));
                }
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
    assert!(tried > 3000, "{tried}");
}

#[test]
fn a_location_is_written_once() {
    let maps = |node: &&CspNode| node.registry.as_ref().is_some_and(|form| matches!(form.data, DataForm::Admx(_)));
    for node in Catalogue::embedded().nodes().filter(maps) {
        let Ok(mut writes) = node.registry_writes(node.first_scope(), &OmaValue::String("<disabled/>".into())) else {
            continue;
        };
        let count = writes.len();
        writes.sort_by(|a, b| a.0.cmp(&b.0));
        writes.dedup_by(|a, b| a.0 == b.0);
        assert_eq!(writes.len(), count, "{}", node.uri);
    }
}
