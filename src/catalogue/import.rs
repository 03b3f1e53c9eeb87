//! Creates the table: Microsoft's DDF files, a PolicyDefinitions folder and our overlay become one node per line.

mod allowed;
mod archive;
mod ddf;
mod join;
mod native;
mod overlay;
mod policy_definitions;
mod xml;

use super::table::TableHeader;
use super::{AdmxForm, Catalogue, CspNode, DataForm, Edition, OnlyPolicy, Scopes};
use join::Policies;

/// A file with its name inside its folder or archive.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name, with `/` between folders.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The files that a table is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The name of the release, such as `DDF February 2026`.
    pub release: String,
    /// The files of a DDF v2 bundle.
    pub ddf: Vec<SourceFile>,
    /// The ADMX and ADML files of a PolicyDefinitions folder. Without them, the facts about Group Policies are taken
    /// from `known`.
    pub admx: Vec<SourceFile>,
}

/// A new table with the warnings about its sources.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The text of the table. The same files always give the same bytes.
    pub text: String,
    /// What the sources contradict or lack.
    pub warnings: Vec<String>,
    /// The number of nodes.
    pub nodes: usize,
    /// The number of Group Policies without a node.
    pub policies: usize,
}

/// The reason why files cannot become a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImportError(String);

/// Reads the files of a DDF bundle from a zip file.
///
/// # Errors
/// What is wrong with the zip file.
pub fn unpack(bytes: &[u8]) -> Result<Vec<SourceFile>, ImportError> {
    archive::unpack(bytes).map_err(ImportError)
}

/// Creates a table.
///
/// # Errors
/// A file that is not a DDF file, or no nodes. ADMX files that cannot be read are warnings.
pub fn import(sources: &Sources, known: &Catalogue) -> Result<Imported, ImportError> {
    let mut warnings = Vec::new();
    let described = ddf::read(&sources.ddf).map_err(ImportError)?;
    let admx = policy_definitions::read(&sources.admx, &mut warnings);
    let mut policies = Policies::new(&admx);
    let with_admx = !sources.admx.is_empty();
    let mut joined = Vec::new();
    let mut unfound = Vec::new();
    for one in described.into_iter().filter(|one| is_a_setting(&one.node)) {
        if is_sound(&one.node.uri) {
            joined.push(policies.join(one, &mut unfound));
        } else {
            warnings.push(format!("{}: this is not a valid node address", one.node.uri.escape_debug()));
        }
    }
    let mut nodes = join::merge_twins(joined);
    let mut only: Vec<OnlyPolicy> = if with_admx {
        warnings.extend(unfound);
        policies.unnamed().map(without_a_node).chain(overlay::policies().map_err(ImportError)?).collect()
    } else {
        keep_what_is_known(&mut nodes, known);
        known.only_policies().cloned().collect()
    };
    overlay::lay_over(&mut nodes, &mut warnings).map_err(ImportError)?;
    nodes.sort_by(|a, b| a.uri.cmp(&b.uri));
    only.retain(|policy| is_sound(&policy.policy));
    only.sort_by(|a, b| a.policy.cmp(&b.policy));
    only.dedup_by(|a, b| a.policy == b.policy);
    let text = write(sources, &nodes, &only).map_err(|error| ImportError(error.to_string()))?;
    Ok(Imported { text, warnings, nodes: nodes.len(), policies: only.len() })
}

/// Whether a name can be in the table unchanged: lines are sorted and found by name.
fn is_sound(name: &str) -> bool {
    !name.contains(|c: char| c.is_control() || matches!(c, '"' | '\\'))
}

/// The Policy CSP describes itself with `{AreaName}/{PolicyName}`, which would match every misspelled setting.
fn is_a_setting(node: &CspNode) -> bool {
    !node.uri.contains("/{AreaName}/{PolicyName}")
}

fn keep_what_is_known(nodes: &mut [CspNode], known: &Catalogue) {
    for node in nodes {
        let before = known.nodes.find(&node.uri).and_then(|at| known.nodes.get(at));
        let same = |before: &&CspNode| {
            let name = |node: &CspNode| node.group_policy.as_ref().map(|policy| policy.name.to_lowercase());
            // Some nodes name their policy by its title.
            let title = before.group_policy.as_ref().map(|policy| policy.title.to_lowercase());
            name(before) == name(node) || title.is_some() && title == name(node)
        };
        if let Some(before) = before.filter(same) {
            node.group_policy.clone_from(&before.group_policy);
            node.registry.clone_from(&before.registry);
        }
    }
}

/// What the table keeps of a policy without a node: its names and its registry values.
fn without_a_node(policy: &policy_definitions::AdmxPolicy) -> OnlyPolicy {
    let mut form = join::admx_form(policy, if policy.class == "Both" { Scopes::Both } else { Scopes::Device });
    if let DataForm::Admx(AdmxForm { elements, .. }) = &mut form.data {
        for element in elements {
            element.label = None;
        }
    }
    OnlyPolicy {
        policy: format!("{}/{}", policy.file, policy.name),
        group_policy: join::names(policy),
        registry: Some(form),
    }
}

fn write(sources: &Sources, nodes: &[CspNode], only: &[OnlyPolicy]) -> Result<String, serde_json::Error> {
    let editions: Vec<String> = Edition::all().map(|edition| format!("{} {edition}", edition.letter())).collect();
    let mut from = vec![format!("Microsoft, {} ({} files)", sources.release, sources.ddf.len())];
    let admx = sources.admx.iter().filter(|file| file.name.to_lowercase().ends_with(".admx")).count();
    if admx > 0 {
        from.push(format!("Microsoft, PolicyDefinitions ({admx} ADMX files)"));
    }
    from.push("overlay of sspr-policy, each fact with its source".into());
    let header = TableHeader {
        release: sources.release.clone(),
        nodes: Some(nodes.len()),
        policies: Some(only.len()),
        sources: from,
        legend: format!("access is ADGR where it is not said; builds are 10.0.x; editions: {}", editions.join(", ")),
    };
    let mut text = serde_json::to_string(&header)?;
    text.push('\n');
    for node in nodes {
        text.push_str(&serde_json::to_string(node)?);
        text.push('\n');
    }
    for policy in only {
        text.push_str(&serde_json::to_string(policy)?);
        text.push('\n');
    }
    Ok(text)
}
