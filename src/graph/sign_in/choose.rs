//! Chooses the sign-in method for `auto`: checks the methods in a fixed order, and records what it found.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::method::SignInMethod;
use super::settings::{SignInSettings, variable};
use crate::graph::http::http_client;

/// On an Azure machine, the host answers at once; elsewhere, this address does not exist.
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const IMDS_PATIENCE: Duration = Duration::from_secs(1);

/// The choice of `auto`.
#[derive(Debug, Clone)]
pub struct MethodChoice {
    /// The methods that were checked, in order.
    pub steps: Vec<MethodStep>,
    /// The chosen method; `None` if none is available.
    pub method: Option<SignInMethod>,
}

/// One method that was checked.
#[derive(Debug, Clone)]
pub struct MethodStep {
    pub method: SignInMethod,
    pub decision: Decision,
}

/// Whether a method is used, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The method is available, and used.
    Taken(String),
    /// The method is not available.
    PassedOver(String),
}

/// Checks the methods in order, and chooses the first available one. If signing in with it fails later, no other method
/// is tried, because that would use another identity.
pub async fn choose_method(settings: &SignInSettings) -> MethodChoice {
    let mut steps = Vec::new();
    for method in SignInMethod::ORDER {
        let decision = look(method, settings).await;
        let taken = matches!(decision, Decision::Taken(_));
        steps.push(MethodStep { method, decision });
        if taken {
            return MethodChoice { steps, method: Some(method) };
        }
    }
    MethodChoice { steps, method: None }
}

impl MethodChoice {
    /// Why each method was passed over, one per line.
    pub fn reasons(&self) -> String {
        let line = |step: &MethodStep| match &step.decision {
            Decision::Taken(what) | Decision::PassedOver(what) => format!("  {:<20} {what}", step.method.name()),
        };
        self.steps.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

async fn look(method: SignInMethod, settings: &SignInSettings) -> Decision {
    match method {
        SignInMethod::Token => all_set(&["SSPR_POLICY_TOKEN"]),
        SignInMethod::GithubOidc => github(),
        SignInMethod::AzureDevopsOidc => azure_devops(),
        SignInMethod::WorkloadIdentity => all_set(&["AZURE_FEDERATED_TOKEN_FILE"]),
        SignInMethod::ClientCertificate => match &settings.certificate {
            Some(Ok(file)) => Decision::Taken(format!("`certificate:` names {}", file.display())),
            Some(Err(reason)) => Decision::PassedOver(reason.clone()),
            None => all_set(&["AZURE_CLIENT_CERTIFICATE_PATH"]),
        },
        SignInMethod::ClientSecret => all_set(&["AZURE_CLIENT_SECRET"]),
        SignInMethod::ManagedIdentity => managed_identity(settings).await,
        SignInMethod::AzureCli => azure_cli(),
        SignInMethod::DeviceCode | SignInMethod::Browser => device_code(settings),
    }
}

/// Whether all of these environment variables are set and not empty.
fn all_set(names: &[&str]) -> Decision {
    match names.iter().find(|name| variable(name).is_none()) {
        Some(missing) => Decision::PassedOver(format!("{missing} is not set")),
        None if names.len() == 1 => Decision::Taken(format!("{} is set", names[0])),
        None => Decision::Taken(format!("{} are set", names.join(" and "))),
    }
}

fn github() -> Decision {
    let decision = all_set(&["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
    match decision {
        Decision::PassedOver(_) if variable("GITHUB_ACTIONS").is_some() => {
            Decision::PassedOver("this job has no `permissions: id-token: write`".into())
        }
        decision => decision,
    }
}

fn azure_devops() -> Decision {
    let decision = all_set(&["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"]);
    match decision {
        Decision::PassedOver(_) if variable("SYSTEM_OIDCREQUESTURI").is_some() => {
            Decision::PassedOver("SYSTEM_ACCESSTOKEN is not mapped into this step".into())
        }
        decision => decision,
    }
}

/// Whether this is an Azure machine with a managed identity. Answers within a second anywhere else.
pub(super) async fn managed_identity(settings: &SignInSettings) -> Decision {
    let endpoints = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"];
    if let Some(name) = endpoints.iter().find(|name| variable(name).is_some()) {
        return Decision::Taken(format!("{name} is set"));
    }
    let no_machine = || Decision::PassedOver("IDENTITY_ENDPOINT is not set, and this is not an Azure machine".into());
    let Ok(http) = http_client(IMDS) else { return no_machine() };
    let resource = settings.scope.trim_end_matches("/.default");
    let mut query = vec![("api-version", "2018-02-01".to_string()), ("resource", resource.to_string())];
    query.extend(settings.client_id().map(|id| ("client_id", id)));
    let asked = http.get(IMDS).query(&query).header("Metadata", "true").timeout(IMDS_PATIENCE).send().await;
    match asked.map(|answer| answer.status().as_u16()) {
        Ok(200) => Decision::Taken("this Azure machine has a managed identity".into()),
        // Microsoft, "How to use managed identities on an Azure VM to acquire an access token": "Identity not found".
        Ok(400) => Decision::PassedOver("this Azure machine does not have this managed identity".into()),
        _ => no_machine(),
    }
}

/// Whether `az` is on PATH.
pub(super) fn has_azure_cli() -> bool {
    let names: &[&str] = if cfg!(windows) { &["az.cmd", "az.exe"] } else { &["az"] };
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| names.iter().any(|name| folder.join(name).is_file()))
}

fn azure_cli() -> Decision {
    if !has_azure_cli() {
        return Decision::PassedOver("`az` is not installed".into());
    }
    let home = variable("AZURE_CONFIG_DIR").map(PathBuf::from).or_else(|| {
        let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        variable(home).map(|home| Path::new(&home).join(".azure"))
    });
    match home.is_some_and(|folder| has_account(&folder.join("azureProfile.json"))) {
        true => Decision::Taken("`az` is signed in".into()),
        false => Decision::PassedOver("`az` is not signed in (`az login`)".into()),
    }
}

/// Whether the Azure CLI's profile file has an account; after `az logout` it has none.
fn has_account(profile: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(profile) else { return false };
    // The Azure CLI writes a byte order mark.
    let profile: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    profile["subscriptions"].as_array().is_some_and(|accounts| !accounts.is_empty())
}

fn device_code(settings: &SignInSettings) -> Decision {
    if !settings.is_interactive {
        return Decision::PassedOver("there is no terminal".into());
    }
    match settings.client_id() {
        Some(_) => Decision::Taken("there is a terminal".into()),
        None => Decision::PassedOver("neither `client_id:` nor AZURE_CLIENT_ID is set".into()),
    }
}
