//! The JSON Schema of `settings:` for editors, made from the table.
//!
//! It is JSON Schema 2020-12, but uses only keywords that have the same meaning in draft-07, and has no constraints
//! next to a `$ref`, so that yaml-language-server 1.15 to 2.0 behave the same. Completions and messages come from the
//! first of several alternatives, so the first one is the recommended one.

mod shape;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Allowed, Catalogue, CspNode};
use crate::setting::Scope;
use shape::Shapes;

/// The location of the shared shapes in the schema of a policy.
const SHAPES: &str = "#/properties/settings/$defs/";

/// Names that the editor does not check: full addresses, and the longer forms of short ones.
const OTHER_NAMES: &str = r"^(?:\.\/|Device\/|csp:)";

const UNKNOWN: &str = "Unknown setting. Names are case-sensitive; user settings begin with User/. \
                       To use a setting that is not in the catalogue, write { type: string, raw: …, unchecked: reason }.";

impl Catalogue {
    /// The schema of `settings:`. It refers to the definitions `SettingValue` and `SettingForm` of the document that
    /// contains it, and must be placed at `/properties/settings`.
    pub fn settings_schema(&self) -> Json {
        let mut shapes = Shapes::default();
        let mut named: BTreeMap<String, Json> = BTreeMap::new();
        let mut nodes: Vec<&CspNode> = self.nodes().filter(|node| node.is_settable()).collect();
        // If two nodes share a name, the name means the one in the Policy CSP.
        nodes.sort_by_key(|node| node.address(node.first_scope()).policy_parts().is_some());
        for node in nodes {
            let shape = format!("{SHAPES}{}", shapes.name(node));
            for scope in [Scope::Device, Scope::User] {
                if node.scope.has(scope) {
                    named.insert(name(node, scope), setting(node, scope, &shape));
                }
            }
        }
        let mut patterns = Map::from_iter([(OTHER_NAMES.to_string(), json!({ "$ref": "#/$defs/SettingValue" }))]);
        patterns.extend(named.iter().filter_map(|(name, setting)| Some((pattern(name)?, setting.clone()))));
        json!({
            "title": "A Windows setting",
            "description": "The settings, by `Area/Name` or by OMA-URI.",
            "type": "object",
            "properties": named,
            "patternProperties": patterns,
            "additionalProperties": {
                // A list of types, because the server has its own message for a single one.
                "type": ["object"],
                "required": ["unchecked"],
                "errorMessage": UNKNOWN,
                "if": { "type": "object" },
                "then": { "$ref": "#/$defs/SettingForm" }
            },
            "$defs": shapes.into_definitions()
        })
    }
}

/// The name of a node in a policy: `Area/Name`, with `User/` in front for users.
fn name(node: &CspNode, scope: Scope) -> String {
    match scope {
        Scope::Device => node.short(),
        Scope::User => format!("User/{}", node.short()),
    }
}

/// A name with placeholders as a pattern, in which a placeholder matches any single part.
fn pattern(name: &str) -> Option<String> {
    // There is already a pattern for full addresses.
    if !name.contains('{') || name.starts_with("./") {
        return None;
    }
    let part = |part: &str| if part.starts_with('{') { r"[^\/]+".to_string() } else { shape::escape(part) };
    Some(format!("^{}$", name.split('/').map(part).collect::<Vec<_>>().join(r"\/")))
}

/// The schema of one setting: the Group Policy's title, the address, and a reference to the shape of its values.
fn setting(node: &CspNode, scope: Scope, shape: &str) -> Json {
    let mut setting = Map::new();
    if let Some(policy) = node.group_policy.as_ref().filter(|policy| !policy.title.is_empty()) {
        setting.insert("title".into(), policy.title.as_str().into());
    }
    let mut description = node.address(scope).to_string();
    if let Allowed::Range([low, high]) = node.allowed {
        description.push_str(&format!(", {low} to {high}"));
    }
    if let Some(default) = node.default.as_ref().filter(|default| !default.is_empty() && default.len() <= 40) {
        description.push_str(&format!(", default {default}"));
    }
    if node.deprecated.is_some() {
        description.push_str(", deprecated");
    }
    setting.insert("description".into(), description.into());
    setting.insert("$ref".into(), shape.into());
    Json::Object(setting)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A setting and its shape.
    fn shown(name: &str) -> String {
        let schema = Catalogue::embedded().settings_schema();
        let setting = &schema["properties"][name];
        let shape = setting["$ref"].as_str().and_then(|path| path.strip_prefix(SHAPES)).unwrap_or("none");
        // One alternative per line, to keep it readable.
        let parts = schema["$defs"][shape]["anyOf"].as_array().cloned().unwrap_or_default();
        let parts: Vec<String> = parts.iter().map(Json::to_string).collect();
        format!("{setting}\n{shape}\n{}", parts.join("\n"))
    }

    #[test]
    fn a_choice_completes_labels_and_numbers_and_accepts_any_case() {
        insta::assert_snapshot!(shown("Authentication/AllowAadPasswordReset"), @r##"
        {"description":"./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset, default 0","$ref":"#/properties/settings/$defs/enum-dc6be386"}
        enum-dc6be386
        {"enum":["Not allowed","Allowed",0,1]}
        {"description":"","type":"string","pattern":"^(?:[Nn][Oo][Tt] [Aa][Ll][Ll][Oo][Ww][Ee][Dd]|0|[Aa][Ll][Ll][Oo][Ww][Ee][Dd]|1)$|\\$\\{"}
        {"title":"","allOf":[{"$ref":"#/$defs/SettingForm"},{"if":{"not":{"required":["unchecked"]}},"then":{"properties":{"value":{"$ref":"#/properties/settings/$defs/enum-dc6be386"},"enabled":false,"base64":false,"file":false}}}]}
        "##);
    }

    #[test]
    fn elements_of_a_policy_are_under_enabled() {
        insta::assert_snapshot!(shown("ADMX_CredentialProviders/DefaultCredentialProvider"), @r##"
        {"title":"Assign a default credential provider","description":"./Device/Vendor/MSFT/Policy/Config/ADMX_CredentialProviders/DefaultCredentialProvider","$ref":"#/properties/settings/$defs/admx-4564365c"}
        admx-4564365c
        {"enum":["disabled"],"errorMessage":"Write disabled, or enabled: with DefaultCredentialProvider_Message."}
        {"description":"","type":"string","pattern":"^(?:[Dd][Ii][Ss][Aa][Bb][Ll][Ee][Dd])$|\\$\\{|^\\s*<"}
        {"title":"","allOf":[{"$ref":"#/$defs/SettingForm"},{"if":{"not":{"required":["unchecked"]}},"then":{"properties":{"value":{"$ref":"#/properties/settings/$defs/admx-4564365c"},"enabled":{"anyOf":[{"allOf":[{"type":["object"],"errorMessage":"Write text."},{"properties":{"DefaultCredentialProvider_Message":{"anyOf":[{"allOf":[{"$ref":"#/properties/settings/$defs/text"},{"maxLength":48}]},{"description":"","type":"string","pattern":"\\$\\{"}],"description":"Assign the following credential provider as the default…"}},"required":["DefaultCredentialProvider_Message"],"additionalProperties":false}]},{"anyOf":[{"allOf":[{"$ref":"#/properties/settings/$defs/text"},{"maxLength":48}]},{"description":"","type":"string","pattern":"\\$\\{"}]}]},"base64":false}}}],"defaultSnippets":[{"label":"enabled","body":{"enabled":{"DefaultCredentialProvider_Message":"$1"}}}]}
        "##);
    }

    #[test]
    fn a_placeholder_matches_any_text() {
        let schema = Catalogue::embedded().settings_schema();
        let name = "PassportForWork/{TenantId}/Policies/EnablePinRecovery";
        let pattern = r"^PassportForWork\/[^\/]+\/Policies\/EnablePinRecovery$";
        assert!(schema["properties"][name].is_object());
        assert_eq!(schema["patternProperties"][pattern], schema["properties"][name]);
    }
}
