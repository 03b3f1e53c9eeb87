//! Joins DDF nodes with the Group Policies that they name, which define the registry values.

use std::collections::{HashMap, HashSet};

use super::ddf::{Described, GpMapping};
use super::native;
use super::policy_definitions::AdmxPolicy;
use crate::catalogue::{CspNode, DataForm, GroupPolicy, RegistryForm, Relation, Scopes};

/// The Group Policies by name.
pub(super) struct Policies<'a> {
    all: &'a [AdmxPolicy],
    by_name: HashMap<String, Vec<usize>>,
    /// The policies that a node names.
    named: HashSet<usize>,
}

impl<'a> Policies<'a> {
    pub fn new(all: &'a [AdmxPolicy]) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, policy) in all.iter().enumerate() {
            by_name.entry(policy.name.to_lowercase()).or_default().push(at);
        }
        Self { all, by_name, named: HashSet::new() }
    }

    /// Finds the policy that a node names. The case of file names often differs, and some names are different
    /// (`WindowsAI.admx` became `WindowsCopilot.admx`). Then the name of the policy decides, if only one file has it.
    /// Ten nodes name a policy by its title.
    fn find(&self, mapping: &GpMapping, scope: Scopes) -> Option<usize> {
        let file = file_of(mapping);
        let in_file = |at: &usize| self.all[*at].file.eq_ignore_ascii_case(&file);
        let named = self.by_name.get(&mapping.name.to_lowercase()).cloned().unwrap_or_default();
        let mut candidates: Vec<usize> = named.iter().copied().filter(in_file).collect();
        if candidates.is_empty() {
            candidates = named;
        }
        if candidates.is_empty() {
            let plain = |title: &str| title.trim_end_matches('.').to_lowercase();
            let titled = |at: &usize| in_file(at) && plain(&self.all[*at].title) == plain(&mapping.name);
            candidates = (0..self.all.len()).filter(titled).collect();
        }
        let files: HashSet<&str> = candidates.iter().map(|at| self.all[*at].file.as_str()).collect();
        if files.len() > 1 {
            return None;
        }
        let class = if scope == Scopes::User { "User" } else { "Machine" };
        let of_class = |at: &&usize| [class, "Both"].contains(&self.all[**at].class.as_str());
        candidates.iter().find(of_class).or(candidates.first()).copied()
    }

    /// The policies that no node names, in order.
    pub fn unnamed(&self) -> impl Iterator<Item = &'a AdmxPolicy> {
        self.all.iter().enumerate().filter(|(at, _)| !self.named.contains(at)).map(|(_, policy)| policy)
    }

    /// Nodes that the DDF of February 2026 maps to the wrong policy, with the correct file and policy (Microsoft,
    /// "BitLocker CSP", which names the elements).
    const MENDED: [(&'static str, &'static str, &'static str); 1] =
        [("/BitLocker/EncryptionMethodByDriveType", "VolumeEncryption.admx", "EncryptionMethodWithXts_Name")];

    /// Adds the facts of its Group Policy to a node, and warns if the policy is not found.
    pub fn join(&mut self, described: Described, warnings: &mut Vec<String>) -> CspNode {
        let Described { mut node, policy } = described;
        let Some(mut mapping) = policy else {
            return node;
        };
        if let Some((_, file, name)) = Self::MENDED.iter().find(|(end, ..)| node.uri.ends_with(end)) {
            (mapping.file, mapping.name) = (Some((*file).to_string()), (*name).to_string());
            node.note = Some("the DDF of February 2026 binds it to another policy; mended here".into());
        }
        if !mapping.backed && !mapping.area.contains("~AT~") {
            node.group_policy = Some(GroupPolicy {
                path: mapping.area.replace('~', " > "),
                title: mapping.name.clone(),
                name: mapping.name,
                ..GroupPolicy::default()
            });
            return node;
        }
        let Some(at) = self.find(&mapping, node.scope) else {
            warnings.push(format!("{}: its policy {} was not found in the ADMX files", node.uri, mapping.name));
            let file = Some(file_of(&mapping));
            node.group_policy = Some(GroupPolicy { name: mapping.name, file, ..GroupPolicy::default() });
            return node;
        };
        self.named.insert(at);
        let policy = &self.all[at];
        node.registry = if mapping.backed {
            Some(admx_form(policy, node.scope))
        } else {
            native::registry_form(&node, policy, mapping.element.as_deref(), &hive(policy, node.scope))
        };
        node.group_policy = Some(names(policy));
        node
    }
}

/// The ADMX file of a mapping: the one that it names, or the one that its area begins with.
fn file_of(mapping: &GpMapping) -> String {
    let area = mapping.area.split('~').next().unwrap_or_default();
    mapping.file.clone().unwrap_or_else(|| format!("{area}.admx"))
}

/// The names of a policy in the editor and in its file.
pub(super) fn names(policy: &AdmxPolicy) -> GroupPolicy {
    GroupPolicy {
        name: policy.name.clone(),
        title: policy.title.clone(),
        path: policy.path.clone(),
        class: policy.class.clone(),
        file: Some(policy.file.clone()),
        template: None,
    }
}

/// The registry form of a policy whose payload is the value of a node, or of a policy without a node.
pub(super) fn admx_form(policy: &AdmxPolicy, scope: Scopes) -> RegistryForm {
    RegistryForm {
        relation: if policy.partial { Relation::Partial } else { Relation::Exact },
        key: format!("{}\\{}", hive(policy, scope), policy.key),
        value: None,
        data: DataForm::Admx(policy.form.clone()),
        source: None,
    }
}

/// The hive that the class of the policy decides (four nodes of the device name user policies). If the class is `Both`,
/// the node's scope decides.
fn hive(policy: &AdmxPolicy, scope: Scopes) -> String {
    let hive = match (policy.class.as_str(), scope) {
        ("User", _) | ("Both", Scopes::User) => "HKCU",
        ("Both", Scopes::Both) => "HK*",
        _ => "HKLM",
    };
    hive.to_string()
}

/// Merges device and user nodes with the same facts into one node of both scopes.
pub(super) fn merge_twins(nodes: Vec<CspNode>) -> Vec<CspNode> {
    let mut merged: Vec<CspNode> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for node in nodes {
        if places.contains_key(&node.uri) {
            // Some files describe a node twice, with the same facts.
            continue;
        }
        let twin = match node.scope {
            Scopes::User => node.uri.replacen("./User/", "./Device/", 1),
            _ => node.uri.replacen("./Device/", "./User/", 1),
        };
        let other = places.get(&twin).copied().filter(|at| same_facts(&merged[*at], &node));
        match other {
            Some(at) => {
                let device = if node.scope == Scopes::Device { node.clone() } else { merged[at].clone() };
                let key = |node: &CspNode| node.registry.as_ref().map(|form| form.key.clone());
                let both_hives = key(&merged[at]) != key(&node);
                places.insert(node.uri.clone(), at);
                merged[at] = CspNode { scope: Scopes::Both, ..device };
                if let Some(form) = merged[at].registry.as_mut().filter(|_| both_hives) {
                    form.key = form.key.replacen("HKLM\\", "HK*\\", 1);
                }
            }
            None => {
                places.insert(node.uri.clone(), merged.len());
                merged.push(node);
            }
        }
    }
    merged
}

/// Whether two nodes differ only in their scope.
fn same_facts(a: &CspNode, b: &CspNode) -> bool {
    let plain = |node: &CspNode| {
        let mut node = node.clone();
        node.uri = String::new();
        node.scope = Scopes::Device;
        if let Some(form) = &mut node.registry {
            form.key = form.key.replacen("HKCU\\", "HKLM\\", 1);
        }
        node
    };
    plain(a) == plain(b)
}
