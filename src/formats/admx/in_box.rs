//! Settings that Windows' own templates contain, and what to choose for them.

use crate::catalogue::{Allowed, CspNode, EnumValue, read_payload};
use crate::compile::{Compiled, CompiledSetting};
use crate::diagnostic::{Code, Diagnostic};
use crate::setting::{RegistryAction, Scope};
use crate::source::Place;

/// A setting that Windows' own templates or security settings contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InBox {
    /// The key of the policy.
    pub policy: String,
    /// The name of the setting, as `Area/Name`.
    pub setting: String,
    /// Its path in the Group Policy editor, with parts separated by ` > `.
    pub path: String,
    /// What to choose in the editor, such as `Disabled`. Secrets remain references.
    pub choose: String,
    /// The place of the setting.
    pub place: Place,
}

/// What to choose for each of these settings. Equal settings of several policies are listed once.
pub(super) fn list(settings: &[(&Compiled<'_>, CompiledSetting<'_>)], problems: &mut Vec<Diagnostic>) -> Vec<InBox> {
    let mut list: Vec<(CompiledSetting<'_>, InBox)> = Vec::new();
    for &(policy, setting) in settings {
        let Some((node, known)) = setting.node.and_then(|node| Some((node, node.group_policy.as_ref()?))) else {
            continue;
        };
        let scope = setting.uri.scope();
        if let Some((twin, _)) = list.iter().find(|(other, _)| other.uri == setting.uri) {
            // If the registry form is known, the contradiction was already reported.
            if twin.value != setting.value && node.registry_writes(scope, setting.value).is_err() {
                problems.push(
                    Diagnostic::error(Code::Contradiction, format!("{} has two different values", setting.uri.short()))
                        .at(setting.value_place(), "different value here")
                        .and(twin.value_place(), "one value here"),
                );
            }
            continue;
        }
        let found = InBox {
            policy: policy.key.clone(),
            setting: setting.uri.short().to_string(),
            path: known.full_path(scope),
            choose: choice(node, known.file.is_some(), setting, scope),
            place: setting.name_place(),
        };
        list.push((setting, found));
    }
    list.into_iter().map(|(_, found)| found).collect()
}

fn choice(node: &CspNode, administrative: bool, setting: CompiledSetting<'_>, scope: Scope) -> String {
    let text = setting.shown.map_or_else(|| setting.value.canonical(), String::from);
    if node.allowed == Allowed::Admx {
        return payload(&text);
    }
    let label = match &node.allowed {
        Allowed::Enum(values) => values.iter().find(|value| value.0 == text).map(EnumValue::shown),
        _ => None,
    };
    let value = label.unwrap_or_else(|| text.replace('\u{f000}', ", "));
    if !administrative {
        return value;
    }
    // The editor's state is not the node's value: `Turn off …` is enabled if the node is 0. The registry value connects
    // the two.
    match node.registry_writes(scope, setting.value).as_deref() {
        Ok([(place, RegistryAction::Set(data))]) => match data.number() {
            Some(1) => format!("Enabled (it writes {} = 1)", place.name),
            Some(0) => format!("Disabled (it writes {} = 0)", place.name),
            _ => format!("the choice that writes {} = {data}", place.name),
        },
        _ => format!("the choice that matches {value} in Intune"),
    }
}

/// `Enabled; Element = value; …`
fn payload(text: &str) -> String {
    let Ok(payload) = read_payload(text) else {
        return text.to_string();
    };
    if !payload.enabled {
        return "Disabled".into();
    }
    let elements = payload.data.iter().map(|(id, value)| format!("; {id} = {}", value.replace('\u{f000}', ", ")));
    std::iter::once("Enabled".to_string()).chain(elements).collect()
}
