//! Reads Microsoft's device description framework, version 2 (grammar: Microsoft, "DDF v2 schema", 2022 and later).
//! Microsoft's own files do not follow its XSD, so elements are accepted in any order.

use super::SourceFile;
use super::allowed::{allowed, delimiter, words};
use super::xml::{self, Element};
use crate::catalogue::{Allowed, CspNode, Dependency, Edition, Format, Scopes};

/// A node as a DDF file describes it, with the Group Policy that the file names.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub node: CspNode,
    pub policy: Option<GpMapping>,
}

/// The Group Policy that sets the same as a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GpMapping {
    /// The ADMX policy's name, or the title of a security setting.
    pub name: String,
    /// `Logon~AT~System~Logon`, or `Windows Settings~Security Settings~…`.
    pub area: String,
    /// Its ADMX file, if the DDF names one.
    pub file: Option<String>,
    /// The element that the node sets, if it is only one.
    pub element: Option<String>,
    /// Whether the value of the node is the payload of the policy.
    pub backed: bool,
}

/// What nodes inherit from their parents.
#[derive(Debug, Clone, Default)]
struct Applicability {
    builds: Vec<String>,
    insider: bool,
    editions: Vec<Edition>,
}

/// All leaves of all files, in the order of the files. A file that is not a DDF file is an error.
pub(super) fn read(files: &[SourceFile]) -> Result<Vec<Described>, String> {
    let mut found = Vec::new();
    for file in files {
        let named = |reason: String| format!("{}: {reason}", file.name);
        let root = xml::decode(&file.bytes).and_then(|text| xml::read(&text)).map_err(named)?;
        if root.name != "MgmtTree" {
            return Err(named(format!("the root element is <{}>, but a DDF file must have <MgmtTree>", root.name)));
        }
        for top in root.all("Node") {
            let path = top.text_of("Path").unwrap_or(".").trim_end_matches('/');
            let legacy = path.starts_with("./Vendor");
            let base = if legacy { path.replacen("./Vendor", "./Device/Vendor", 1) } else { path.to_string() };
            walk(top, &base, legacy, &Applicability::default(), &mut found);
        }
    }
    if found.is_empty() {
        return Err("it does not contain any nodes; is it a DDF v2 bundle?".into());
    }
    Ok(found)
}

fn walk(element: &Element, parent: &str, legacy: bool, inherited: &Applicability, found: &mut Vec<Described>) {
    let empty = Element::default();
    let properties = element.child("DFProperties").unwrap_or(&empty);
    // The server, the client or a rule names the nodes without a name.
    let title = || properties.text_of("DFTitle").unwrap_or("?").replace(char::is_whitespace, "");
    let name = element.text_of("NodeName").map_or_else(|| format!("{{{}}}", title()), String::from);
    let uri = format!("{parent}/{name}");
    let here = properties.child("Applicability").map(applicability);
    let here = here.map_or_else(|| inherited.clone(), |own| own.over(inherited));
    if let Some(format) = format(properties).filter(|format| *format != Format::Node) {
        found.push(leaf(&uri, format, properties, legacy, &here));
    }
    for child in element.all("Node") {
        walk(child, &uri, legacy, &here, found);
    }
}

fn format(properties: &Element) -> Option<Format> {
    let word = &properties.child("DFFormat")?.children.first()?.name;
    serde_json::from_value(serde_json::Value::String(word.to_lowercase())).ok()
}

fn leaf(uri: &str, format: Format, properties: &Element, legacy: bool, here: &Applicability) -> Described {
    let values = properties.child("AllowedValues");
    let scope = if uri.starts_with("./User/") { Scopes::User } else { Scopes::Device };
    let mut node = CspNode {
        uri: uri.to_string(),
        scope,
        format,
        access: access(properties),
        default: properties.text_of("DefaultValue").filter(|text| is_short(text)).map(String::from),
        allowed: values.map_or(Allowed::Any, allowed),
        list: values.and_then(|values| delimiter(values.child("List")?.attribute("Delimiter")?)),
        builds: here.builds.clone(),
        editions: here.editions.clone(),
        depends: depends(properties),
        reboot: properties.text_of("RebootBehavior").filter(|word| *word != "None").map(String::from),
        conflict: properties.text_of("ConflictResolution").map(String::from),
        insider: here.insider,
        deprecated: properties.child("Deprecated").map(|mark| {
            let build = mark.attribute("OsBuildDeprecated").unwrap_or_default().trim();
            if build.is_empty() { "yes".to_string() } else { build.to_string() }
        }),
        vendor_root: legacy,
        group_policy: None,
        registry: None,
        source: None,
        note: None,
    };
    if format == Format::Bool {
        lower_case(&mut node);
    }
    Described { node, policy: mapping(properties) }
}

/// Some nodes list `True`, or 1 as the default, but devices accept `true`.
fn lower_case(node: &mut CspNode) {
    node.default = node.default.as_ref().map(|text| match text.as_str() {
        "0" => "false".into(),
        "1" => "true".into(),
        other => other.to_lowercase(),
    });
    if let Allowed::Enum(values) = &mut node.allowed {
        for value in values {
            value.0 = value.0.to_lowercase();
        }
    }
}

/// Long defaults are whole documents and are not kept.
fn is_short(text: &str) -> bool {
    text.chars().count() <= 120 && !text.starts_with('<')
}

fn access(properties: &Element) -> String {
    let verbs = properties.child("AccessType").map_or(&[][..], |access| &access.children);
    let mut letters: Vec<char> = verbs
        .iter()
        .filter_map(|verb| match verb.name.as_str() {
            "Add" => Some('A'),
            "Copy" => Some('C'),
            "Delete" => Some('D'),
            "Exec" => Some('E'),
            "Get" => Some('G'),
            // Two nodes list Set, which SyncML does not define; Replace has this effect.
            "Replace" | "Set" => Some('R'),
            _ => None,
        })
        .collect();
    letters.sort_unstable();
    letters.dedup();
    letters.into_iter().collect()
}

/// Drops builds that mean "not released", and corrects `11.0.26100` and `10.19041.789` to `10.0.…`.
fn build(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with("99.") || text.starts_with("88.") {
        return None;
    }
    let short = || text.strip_prefix("10.").filter(|rest| !rest.starts_with("0.") && rest.len() >= 9);
    let rest = text.strip_prefix("11.0.").or_else(short);
    Some(rest.map_or_else(|| text.to_string(), |rest| format!("10.0.{rest}")))
}

fn applicability(element: &Element) -> Applicability {
    let listed: Vec<&str> = element
        .text_of("OsBuildVersion")
        .unwrap_or_default()
        .split([',', ';'])
        .filter(|b| !b.trim().is_empty())
        .collect();
    let builds: Vec<String> = listed.iter().filter_map(|text| build(text)).collect();
    Applicability {
        insider: builds.is_empty() && !listed.is_empty(),
        builds,
        editions: element.text_of("EditionAllowList").map(Edition::of_codes).unwrap_or_default(),
    }
}

impl Applicability {
    /// Adds what the parent states and the node does not.
    fn over(mut self, parent: &Self) -> Self {
        if self.builds.is_empty() && !self.insider {
            self.builds.clone_from(&parent.builds);
            self.insider = parent.insider;
        }
        if self.editions.is_empty() {
            self.editions.clone_from(&parent.editions);
        }
        self
    }
}

fn mapping(properties: &Element) -> Option<GpMapping> {
    let text = |element: &Element, name: &str| element.attribute(name).map(str::trim).unwrap_or_default().to_string();
    let backed = properties.child("AllowedValues").and_then(|values| values.child("AdmxBacked"));
    if let Some(backed) = backed {
        return Some(GpMapping {
            name: text(backed, "Name"),
            area: text(backed, "Area"),
            file: Some(text(backed, "File")).filter(|file| !file.is_empty()),
            element: None,
            backed: true,
        });
    }
    let mapping = properties.child("GpMapping")?;
    Some(GpMapping {
        name: text(mapping, "GpEnglishName"),
        area: text(mapping, "GpAreaPath"),
        file: None,
        element: Some(text(mapping, "GpElement")).filter(|element| !element.is_empty()),
        backed: false,
    })
}

/// Corrects the address of a dependency: some lack `./` or the scope, or have `[Id]` instead of `{Id}`.
fn address(text: &str) -> String {
    let path = text.trim_start_matches("./").replace('[', "{").replace(']', "}");
    if path.starts_with("Vendor/") { format!("./Device/{path}") } else { format!("./{path}") }
}

fn depends(properties: &Element) -> Vec<Dependency> {
    let groups = properties.child("DependencyBehavior").map_or(&[][..], |behavior| &behavior.children);
    let dependencies = groups.iter().filter(|group| group.name == "DependencyGroup").flat_map(|group| &group.children);
    dependencies
        .filter(|dependency| dependency.name == "Dependency")
        .filter_map(|dependency| {
            let uri = dependency.text_of("DependencyUri")?;
            Some(Dependency {
                uri: address(uri),
                values: dependency.child("DependencyAllowedValue").map(words).unwrap_or_default(),
                not: dependency.attribute("Type") == Some("Not"),
            })
        })
        .collect()
}
