//! What editors are told of every setting: a JSON Schema of `settings:`, made from the table.
//!
//! It is JSON Schema 2020-12, but of its keywords only those that mean the same in draft-07, and no constraint stands
//! beside a `$ref`: yaml-language-server 1.15 to 2.0 then show the same. Which of several alternatives it completes and
//! complains with is decided by their order: the first one says what is right.

mod shape;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Allowed, Catalogue, Node};
use crate::setting::Scope;
use shape::Shapes;

/// Where the shared shapes stand in the schema of a policy.
const SHAPES: &str = "#/properties/settings/$defs/";

/// Names of settings that the editor does not look into: full addresses, and the longer ways to write a short one.
const OTHER_NAMES: &str = r"^(?:\.\/|Device\/|csp:)";

const UNKNOWN: &str = "Unknown setting. Names are case-sensitive; user settings begin with User/. \
                       To use a setting that is not in the catalogue, write { type: string, raw: …, unchecked: reason }.";

impl Catalogue {
    /// The schema of `settings:`. It refers to the definitions `SettingValue` and `SettingForm` of the document that it
    /// becomes a part of, and must stand at `/properties/settings`.
    pub fn settings_schema(&self) -> Json {
        let mut shapes = Shapes::default();
        let mut named: BTreeMap<String, Json> = BTreeMap::new();
        let mut nodes: Vec<&Node> = self.nodes().filter(|node| node.is_settable()).collect();
        // A name that two nodes share is the one of the Policy CSP.
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
                // A list of types, because the server words a single one itself.
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

/// What people write for a node: `Area/Name`, with `User/` in front for users.
fn name(node: &Node, scope: Scope) -> String {
    match scope {
        Scope::Device => node.short(),
        Scope::User => format!("User/{}", node.short()),
    }
}

/// A name with placeholders as a pattern: any one part may stand in their places.
fn pattern(name: &str) -> Option<String> {
    // Full addresses have a pattern already.
    if !name.contains('{') || name.starts_with("./") {
        return None;
    }
    let part = |part: &str| if part.starts_with('{') { r"[^\/]+".to_string() } else { shape::escape(part) };
    Some(format!("^{}$", name.split('/').map(part).collect::<Vec<_>>().join(r"\/")))
}

/// One setting: the Group Policy's title, the address, and which shape its values have.
fn setting(node: &Node, scope: Scope, shape: &str) -> Json {
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
        // One part a line is enough to read.
        let parts = schema["$defs"][shape]["anyOf"].as_array().cloned().unwrap_or_default();
        let parts: Vec<String> = parts.iter().map(Json::to_string).collect();
        format!("{setting}\n{shape}\n{}", parts.join("\n"))
    }

    #[test]
    fn a_choice_is_offered_by_label_and_number_and_taken_in_any_case() {
        insta::assert_snapshot!(shown("Authentication/AllowAadPasswordReset"), @r##"
        {"description":"./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset, default 0","$ref":"#/properties/settings/$defs/enum-dc6be386"}
        enum-dc6be386
        {"enum":["Not allowed","Allowed",0,1]}
        {"description":"","type":"string","pattern":"^(?:[Nn][Oo][Tt] [Aa][Ll][Ll][Oo][Ww][Ee][Dd]|0|[Aa][Ll][Ll][Oo][Ww][Ee][Dd]|1)$|\\$\\{"}
        {"title":"","allOf":[{"$ref":"#/$defs/SettingForm"},{"if":{"not":{"required":["unchecked"]}},"then":{"properties":{"value":{"$ref":"#/properties/settings/$defs/enum-dc6be386"},"enabled":false,"base64":false,"file":false}}}]}
        "##);
    }

    #[test]
    fn elements_of_a_policy_stand_under_enabled() {
        insta::assert_snapshot!(shown("ADMX_CredentialProviders/DefaultCredentialProvider"), @r##"
        {"title":"Assign a default credential provider","description":"./Device/Vendor/MSFT/Policy/Config/ADMX_CredentialProviders/DefaultCredentialProvider","$ref":"#/properties/settings/$defs/admx-9782db1e"}
        admx-9782db1e
        {"enum":["disabled"],"errorMessage":"Write disabled, or enabled: with DefaultCredentialProvider_Message."}
        {"description":"","type":"string","pattern":"^(?:[Dd][Ii][Ss][Aa][Bb][Ll][Ee][Dd])$|\\$\\{|^\\s*<"}
        {"title":"","allOf":[{"$ref":"#/$defs/SettingForm"},{"if":{"not":{"required":["unchecked"]}},"then":{"properties":{"value":{"$ref":"#/properties/settings/$defs/admx-9782db1e"},"enabled":{"anyOf":[{"allOf":[{"type":["object"],"errorMessage":"Write a text."},{"properties":{"DefaultCredentialProvider_Message":{"anyOf":[{"allOf":[{"$ref":"#/properties/settings/$defs/text"},{"maxLength":48}]},{"description":"","type":"string","pattern":"\\$\\{"}],"description":"Assign the following credential provider as the default…"}},"required":["DefaultCredentialProvider_Message"],"additionalProperties":false}]},{"anyOf":[{"allOf":[{"$ref":"#/properties/settings/$defs/text"},{"maxLength":48}]},{"description":"","type":"string","pattern":"\\$\\{"}]}]},"base64":false}}}],"defaultSnippets":[{"label":"enabled","body":{"enabled":{"DefaultCredentialProvider_Message":"$1"}}}]}
        "##);
    }

    #[test]
    fn a_placeholder_takes_any_text() {
        let schema = Catalogue::embedded().settings_schema();
        let name = "PassportForWork/{TenantId}/Policies/EnablePinRecovery";
        let pattern = r"^PassportForWork\/[^\/]+\/Policies\/EnablePinRecovery$";
        assert!(schema["properties"][name].is_object());
        assert_eq!(schema["patternProperties"][pattern], schema["properties"][name]);
    }
}
