//! Environment variables that policies must not use as secrets.

/// Beginnings of names with which people and pipelines sign in, or that belong to the runner (GitHub, Azure Pipelines and
/// GitLab, "predefined variables"; Azure Identity).
const BEGINNINGS: [&str; 8] = ["AZURE_", "ACTIONS_", "SYSTEM_", "SSPR_POLICY_", "ARM_", "IDENTITY_", "MSI_", "CI_JOB_"];
const NAMES: [&str; 5] = ["GITHUB_TOKEN", "GH_TOKEN", "CI_REGISTRY_PASSWORD", "CI_DEPLOY_PASSWORD", "GITLAB_TOKEN"];
const END: &str = "_ACCESSTOKEN";

/// Whether an environment variable signs somebody in or belongs to the runner. As a secret in a policy, a pull request could
/// send it to devices, or read it from there. Windows does not distinguish capitals in these names.
pub fn is_reserved_variable(name: &str) -> bool {
    let name = name.trim().to_ascii_uppercase();
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || NAMES.contains(&name.as_str())
        || name.ends_with(END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_signs_in_is_no_secret_for_policies() {
        for name in
            ["AZURE_CLIENT_SECRET", "azure_client_secret", "SYSTEM_ACCESSTOKEN", "MY_ACCESSTOKEN", "GITHUB_TOKEN"]
        {
            assert!(is_reserved_variable(name), "{name}");
        }
        for name in ["WIFI_KEY", "TOKEN", "GITHUB_WIFI_KEY", "MY_AZURE_KEY"] {
            assert!(!is_reserved_variable(name), "{name}");
        }
    }
}
