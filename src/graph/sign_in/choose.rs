//! Which way to sign in: what `auto` looks for, in one order, and what it found.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::method::SignInMethod;
use super::settings::{SignInSettings, variable};
use crate::graph::http::http_client;

/// A machine in Azure answers itself at once; anywhere else, nobody has this address.
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const IMDS_PATIENCE: Duration = Duration::from_secs(1);

/// What `auto` decided.
#[derive(Debug, Clone)]
pub struct MethodChoice {
    /// The ways that were looked at, in their order.
    pub steps: Vec<MethodStep>,
    /// The way that was taken; none where none is there.
    pub method: Option<SignInMethod>,
}

/// One way that was looked at.
#[derive(Debug, Clone)]
pub struct MethodStep {
    /// The way.
    pub method: SignInMethod,
    /// Whether it is taken, and why.
    pub decision: Decision,
}

/// What is made of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is there, and taken; what shows it.
    Taken(String),
    /// It is not there: why not.
    PassedOver(String),
}

/// Looks at the ways in their order, and takes the first one that is there. Whether it works is seen when it is used:
/// another identity is never taken instead.
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
    /// Why each way was passed over, one a line.
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
            Some(file) => Decision::Taken(format!("`certificate:` names {}", file.display())),
            None => all_set(&["AZURE_CLIENT_CERTIFICATE_PATH"]),
        },
        SignInMethod::ClientSecret => all_set(&["AZURE_CLIENT_SECRET"]),
        SignInMethod::ManagedIdentity => managed_identity(settings).await,
        SignInMethod::AzureCli => azure_cli(),
        SignInMethod::DeviceCode | SignInMethod::Browser => device_code(settings),
    }
}

/// Whether all of these variables hold something.
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

/// Whether this machine in Azure has an identity; soon said where it is no machine in Azure.
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

/// Whether the Azure CLI's profile has an account; after `az logout` it has none.
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
