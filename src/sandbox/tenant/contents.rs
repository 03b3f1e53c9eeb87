//! The contents of a new sandbox, always the same, including ids. They include names that are easy to get wrong, duplicate
//! names, and profiles as people create them in the portal.

use serde_json::Value;

use super::behavior::Behavior;
use super::configurations::DeviceConfigurations;
use super::state::TenantState;

mod directory;
mod portal;

use directory::{filter, group, organization, scope_tag};

pub use directory::TENANT_ID;

/// Display names that a sandbox also has, from `seed:` in the configuration. Missing ones are added at every open.
#[derive(Debug, Clone, Default)]
pub struct SeedNames {
    /// Security groups.
    pub groups: Vec<String>,
    /// Assignment filters. A new one matches every device.
    pub filters: Vec<String>,
    /// Role scope tags.
    pub scope_tags: Vec<String>,
}

pub(crate) fn new_tenant() -> TenantState {
    let groups = [
        group("SSPR Pilot", 0),
        group("SSPR Ring 2", 0),
        group("Kiosks", 0),
        group("All Staff", 0),
        group("Bob's PCs", 0),
        group("Front Desk", 0),
        group("Front Desk", 1),
        group("R&D #1 100% + A/B", 0),
        group("Größe Ölmühle", 0),
    ];
    let windows_11 = r#"(device.osVersion -startsWith "10.0.22") and (device.deviceOwnership -eq "Corporate")"#;
    let filters = [
        filter("Windows 11 corporate", 0, windows_11),
        filter("Kiosk hardware", 0, r#"(device.model -startsWith "Kiosk")"#),
        filter("Duplicate filter", 0, r#"(device.manufacturer -eq "Contoso")"#),
        filter("Duplicate filter", 1, r#"(device.manufacturer -eq "Fabrikam")"#),
    ];
    let scope_tags = [
        scope_tag("0", "Default", true),
        scope_tag("1", "Service Desk", false),
        scope_tag("2", "Branch Office", false),
    ];
    let mut state = TenantState {
        policies: policies(&groups),
        behavior: Behavior::default(),
        organization: organization(),
        groups: groups.into(),
        filters: filters.into(),
        scope_tags: scope_tags.into(),
        reader_tags: None,
        configurations: DeviceConfigurations::default(),
        approvals: Vec::new(),
        last_write: 0,
    };
    portal::add_custom_profiles(&mut state);
    portal::add_other_profiles(&mut state);
    state
}

/// The settings-catalog policies of a new tenant, for a state from before the sandbox had any.
pub(crate) fn policies(groups: &[Value]) -> Vec<Value> {
    portal::policies(groups)
}

/// Adds what the seed names and the tenant lacks; returns whether anything was added.
pub(crate) fn add_seed(state: &mut TenantState, seed: &SeedNames) -> bool {
    let mut changed = false;
    for name in &seed.groups {
        changed |= add_missing(&mut state.groups, name, |name, _| group(name, 0));
    }
    for name in &seed.filters {
        let everything = r#"(device.osVersion -startsWith "10.")"#;
        changed |= add_missing(&mut state.filters, name, |name, _| filter(name, 0, everything));
    }
    for name in &seed.scope_tags {
        changed |= add_missing(&mut state.scope_tags, name, |name, tags| scope_tag(&next_number(tags), name, false));
    }
    changed
}

fn add_missing(all: &mut Vec<Value>, name: &str, make: impl Fn(&str, &[Value]) -> Value) -> bool {
    if all.iter().any(|one| one["displayName"] == name) {
        return false;
    }
    all.push(make(name, all));
    true
}

/// Ids of scope tags are numbers.
fn next_number(tags: &[Value]) -> String {
    let numbers = tags.iter().filter_map(|tag| tag["id"].as_str()?.parse::<u64>().ok());
    (numbers.max().unwrap_or(0) + 1).to_string()
}
