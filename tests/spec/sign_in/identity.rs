//! Signing in without a sign-in server; the rest is in `sign_in::ways`.

mod mistakes;
mod trust;
mod ways;

/// An environment in the configuration.
fn environment(fields: &str) -> sspr_policy::policy::Environment {
    let text = format!("owner: contoso\ndefault: a\nenvironments:\n  a: {{ {fields} }}\n");
    let source = sspr_policy::source::Source::new("sspr-policy.yaml", text.into_bytes()).unwrap();
    let mut problems = Vec::new();
    let configuration = sspr_policy::policy::read_configuration(&source, &mut problems).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    configuration.environments.iter().next().unwrap().1.clone()
}
