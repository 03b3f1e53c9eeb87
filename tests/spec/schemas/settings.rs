//! The schema of `settings:` and the program agree: `check` refuses what an editor marks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use sspr_policy::catalogue::{AdmxElement, Allowed, Catalogue, CspNode, ElementType, EnumValue};
use sspr_policy::compile::{Context, Secrets, compile};
use sspr_policy::diagnostic::{Code, Kind, Severity};
use sspr_policy::policy::{read_configuration, read_policy};
use sspr_policy::setting::Scope;
use sspr_policy::source::{Source, parse};

use crate::harness::documents::json_of;

const CONFIGURATION: &str = "
owner: contoso
default: lab
environments:
  lab: { tenant: sandbox, variables: { number: 7, text: x, list: [a, b], flag: true } }
";

/// Values that are valid for some nodes and invalid for others.
const ANYTHING: [&str; 58] = [
    "0",
    "1",
    "7",
    "-1",
    "1.5",
    "0x1",
    "99999999999",
    "'0'",
    "'1'",
    "' 7 '",
    "'+7'",
    "true",
    "false",
    "True",
    "'true'",
    "'FALSE'",
    "enabled",
    "disabled",
    "Enabled",
    "DISABLED",
    "yes",
    "on",
    "text",
    "''",
    "' '",
    "[]",
    "[a, b]",
    "[1]",
    "[[a]]",
    "[a, { b: c }]",
    "<enabled/>",
    "<disabled/>",
    "' <enabled/>'",
    "2027-03-31T08:00:00Z",
    "2027-03-31",
    "${var:number}",
    "${var:text}",
    "${env:SECRET}",
    "a${secret-file:x}",
    "{ value: 1 }",
    "{ value: text }",
    "{ value: [a] }",
    "{ value: true }",
    "{ value: { value: 1 } }",
    "{ value: { enabled: {} } }",
    "{ enabled: {} }",
    "{ enabled: true }",
    "{ enabled: 1 }",
    "{ enabled: text }",
    "{ enabled: [a] }",
    "{ enabled: { a: b } }",
    "{ raw: <enabled/> }",
    "{ raw: '1' }",
    "{ file: x.xml }",
    "{ base64: aGk= }",
    "{ value: 7, unchecked: x }",
    "{ raw: x, unchecked: y, type: string }",
    "{ value: 1, registry: { 'HKLM\\A': { B: 1 } } }",
];

/// Text as YAML in double quotes.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

fn of_choices<'v>(values: impl IntoIterator<Item = (&'v str, &'v str)>) -> Vec<String> {
    let forms = |(value, label): (&str, &str)| {
        let bare = if value.chars().all(char::is_alphanumeric) { value.to_string() } else { quoted(value) };
        [bare, quoted(value), quoted(label), quoted(&label.to_uppercase()), format!("[{}]", quoted(label))]
    };
    values.into_iter().filter(|(value, _)| !value.is_empty()).flat_map(forms).collect()
}

fn of_element(element: &AdmxElement) -> Vec<String> {
    let mut values: Vec<String> =
        ["x", "''", "5", "true", "'1'", "[a, 1]", "{ a: b }", "{ a: 1 }", "{ a: [b] }"].map(String::from).into();
    values.extend(["'${var:number}'", "'${var:text}'", "'${var:list}'", "'${var:flag}'", "-1"].map(String::from));
    let (low, high) = (element.min.unwrap_or(0), element.max.unwrap_or(9999));
    values.extend([low, high, high + 1].map(|number| number.to_string()));
    values.push(quoted(&"x".repeat(element.maxlen.unwrap_or(1023))));
    let choices = element.choices();
    values.extend(of_choices(choices.iter().map(|(value, label)| (value.as_str(), label.as_str()))));
    if element.kind == ElementType::Enum { values } else { values.into_iter().take(24).collect() }
}

/// The values to try for one node.
fn candidates(node: &CspNode) -> Vec<String> {
    let mut values: Vec<String> = ANYTHING.map(String::from).into();
    match &node.allowed {
        Allowed::Enum(choices) | Allowed::Flags(choices) => {
            values.extend(of_choices(choices.iter().map(|EnumValue(value, label)| (value.as_str(), label.as_str()))));
        }
        Allowed::Range([low, high]) => {
            values.extend([low - 1, *low, *high, high + 1].iter().flat_map(|n| [n.to_string(), format!("'{n}'")]));
        }
        _ => {}
    }
    let elements = node.admx().map_or(&[][..], |form| &form.elements);
    let tried: Vec<Vec<String>> = elements.iter().map(of_element).collect();
    for at in 0..tried.iter().map(Vec::len).max().unwrap_or(0) {
        let value = |values: &Vec<String>| values[at % values.len()].clone();
        if let [only] = tried.as_slice() {
            values.push(format!("{{ enabled: {} }}", value(only)));
        }
        let by_id =
            elements.iter().zip(&tried).map(|(element, values)| format!("{}: {}", quoted(&element.id), value(values)));
        values.push(format!("{{ enabled: {{ {} }} }}", by_id.collect::<Vec<_>>().join(", ")));
    }
    values
}

/// A name for each shape in the schema, with the values to try. There are so many choices and ADMX-backed policies that
/// only some are tried; shapes are named after digests, so the selection is arbitrary.
fn tried(schema: &Json) -> BTreeMap<String, Vec<String>> {
    let large = Catalogue::embedded().nodes().count() > 1000;
    let mut shapes = BTreeSet::new();
    let mut tried = BTreeMap::new();
    for node in Catalogue::embedded().nodes().filter(|node| node.is_settable()) {
        let name = if node.first_scope() == Scope::User { format!("User/{}", node.short()) } else { node.short() };
        let shape = &schema["properties"]["settings"]["properties"][&name]["$ref"];
        let shape = shape.as_str().unwrap_or_else(|| panic!("{name} is not in the schema"));
        let left_out = match shape.rsplit('/').next().and_then(|shape| shape.split_once('-')) {
            Some(("admx", digest)) => digest > "2" && node.admx().is_none_or(|form| form.elements.len() < 3),
            Some(("enum", digest)) => digest > "6",
            _ => false,
        };
        if shapes.insert(shape) && !(large && left_out) {
            // Placeholders are replaced with a name; the tenant's is filled in.
            let part = |part: &str| {
                let left = part == "*" || part.starts_with('{') && part != "{TenantId}";
                if left { "Contoso".to_string() } else { part.to_string() }
            };
            tried.insert(name.split('/').map(part).collect::<Vec<_>>().join("/"), candidates(node));
        }
    }
    tried
}

/// The lines of a policy that have errors; all of them if it cannot be read at all.
fn refused(policy: &str) -> BTreeSet<usize> {
    let mut problems = Vec::new();
    let configuration_source = Source::new("sspr-policy.yaml", CONFIGURATION.into()).unwrap();
    let configuration = read_configuration(&configuration_source, &mut problems).unwrap();
    let context = Context {
        suggestions: Default::default(),
        catalogue: Catalogue::embedded(),
        configuration: &configuration,
        configuration_source: &configuration_source,
        environment: "lab",
        settings: configuration.environments.get("lab").unwrap(),
        tenant_id: "{TenantId}",
        secrets: &Secrets::Placeholders,
        files: &[("policies/x.xml".to_string(), Ok(b"<a/>".to_vec()))].into(),
    };
    let source = Source::new("policies/values.yaml", policy.into()).unwrap();
    let Some(policy) = read_policy(&source, Some("values"), &mut problems) else {
        return (1..=policy.lines().count()).collect();
    };
    compile(&[policy], &context, &mut problems);
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error && problem.kind != Kind::Problem(Code::TooManySettings));
    errors.map(|problem| problem.place.as_ref().unwrap().position().line).collect()
}

#[test]
fn check_refuses_what_the_schema_of_settings_marks() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/policy.schema.json");
    let schema: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let tried = tried(&schema);
    let (mut wrong, mut taken, mut marked, mut unmarked) = (Vec::new(), 0, 0, 0);
    for at in 0..tried.values().map(Vec::len).max().unwrap() {
        let lines: Vec<(&String, &String)> =
            tried.iter().filter_map(|(name, values)| Some((name, values.get(at)?))).collect();
        let text: String = lines.iter().map(|(name, value)| format!("  {}: {value}\n", quoted(name))).collect();
        let policy = format!("name: Values\nsettings:\n{text}");
        let refused = refused(&policy);
        let document = json_of(&parse(&Source::new("policy.yaml", policy.into()).unwrap()).unwrap());
        let setting = |path: &str| path.split('/').nth(2).map(str::to_string);
        let complaints: BTreeSet<String> =
            validator.iter_errors(&document).filter_map(|error| setting(error.instance_path().as_str())).collect();
        for (line, (name, value)) in lines.iter().enumerate() {
            let marks = complaints.contains(&name.replace('~', "~0").replace('/', "~1"));
            match (marks, refused.contains(&(line + 3))) {
                (true, false) => wrong.push(format!("{name}: {value}")),
                (true, true) => marked += 1,
                (false, true) => unmarked += 1,
                (false, false) => taken += 1,
            }
        }
    }
    assert!(wrong.is_empty(), "marked in editors, and taken:\n{}", wrong.join("\n"));
    // An editor marks most of it, except where a secret is, where a variable's value decides, or in `raw:`.
    assert!(taken > 500 && marked > 5 * unmarked, "{taken} taken, {marked} marked, {unmarked} refused and not marked");
}
