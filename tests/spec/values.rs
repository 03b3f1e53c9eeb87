//! Values under `settings:`, and what a device gets: address, Graph's type, value.

mod forms;
mod variables;

use std::collections::BTreeMap;

use sspr_policy::catalogue::Catalogue;
use sspr_policy::compile::{Context, Secrets, compile};
use sspr_policy::policy::{read_configuration, read_policy};
use sspr_policy::source::Source;

use crate::harness::repository::dedent;

const CONFIGURATION: &str = r#"
owner: contoso
default: production
environments:
  production:
    tenant: contoso.onmicrosoft.com
    variables:
      minutes: 15
      seconds: '900'
      image: https://contoso.example/lock.jpg
      pin: true
      allowed: Allowed
      admins: [Administrators, Contoso\Helpdesk]
      codes: [007]
      joined: ["Users\uF000Guests"]
"#;

/// `address | type | value`, one setting per line; the separator of a list is shown as `␟`.
fn compiled(policy: &str) -> String {
    compiled_with(policy, &Secrets::Placeholders)
}

fn compiled_with(policy: &str, secrets: &Secrets) -> String {
    let mut problems = Vec::new();
    let source = Source::new("sspr-policy.yaml", CONFIGURATION.into()).unwrap();
    let configuration = read_configuration(&source, &mut problems).unwrap();
    let file = |name: &str, bytes: &[u8]| (format!("policies/{name}"), Ok(bytes.to_vec()));
    let files: BTreeMap<String, Result<Vec<u8>, String>> = [
        file("applocker/exe.xml", b"\xef\xbb\xbf<RuleCollection>\r\n  <Rule/>\r\n</RuleCollection>\r\n"),
        file("wdac.bin", &[0xef, 0xbb, 0xbf, 0, 13, 10, 255]),
    ]
    .into();
    let context = Context {
        catalogue: Catalogue::embedded(),
        configuration: &configuration,
        configuration_source: &source,
        environment: "production",
        settings: configuration.environments.get("production").unwrap(),
        tenant_id: "8f6d0000-0000-4000-8000-000000000000",
        secrets,
        files: &files,
        suggestions: Default::default(),
    };
    let lines: String = dedent(policy).lines().map(|line| format!("  {line}\n")).collect();
    let policy = format!("name: Values\nsettings:\n{lines}");
    let source = Source::new("policies/values.yaml", policy.into_bytes()).unwrap();
    let policies: Vec<_> = read_policy(&source, Some("values"), &mut problems).into_iter().collect();
    let compiled = compile(&policies, &context, &mut problems);
    let mut lines = String::new();
    for problem in &problems {
        lines.push_str(&format!("{} {}: {}\n", problem.place.as_ref().unwrap(), problem.message, problem.label));
    }
    for setting in compiled.iter().flat_map(|policy| policy.settings.iter()) {
        let value = setting.value.canonical().replace('\u{f000}', "␟").replace('\r', "␍").replace('\n', "␊");
        let shown = setting.shown.as_ref().map_or(String::new(), |shown| format!("   (shown as {shown})"));
        lines.push_str(&format!("{} | {} | {value}{shown}\n", setting.uri, setting.value.oma_type().word()));
    }
    lines
}
