//! Which way to sign in: what `auto` looks for, in one order, and what it found.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::method::SignInMethod;
use super::refusal::SignInFailure;
use super::{SignInSettings, is_id, variable};
use crate::graph::http::http_client;

/// A machine in Azure answers itself at once; anywhere else, nobody has this address.
const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const IMDS_PATIENCE: Duration = Duration::from_secs(1);

/// What `auto` decided.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The ways that were looked at, in their order.
    pub steps: Vec<Step>,
    /// The way that was taken; none where none is there.
    pub method: Option<SignInMethod>,
}

/// One way that was looked at.
#[derive(Debug, Clone)]
pub struct Step {
    /// The way.
    pub method: SignInMethod,
    /// What was found.
    pub finding: Finding,
}

/// What was found of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is there, and taken; what shows it.
    Taken(String),
    /// It is not there: why not.
    PassedOver(String),
}

/// Looks at the ways in their order, and takes the first one that is there. Whether it works is seen when it is used:
/// another identity is never taken instead.
pub async fn choose(settings: &SignInSettings) -> Choice {
    let mut steps = Vec::new();
    for method in SignInMethod::ORDER {
        let finding = look(method, settings).await;
        let taken = matches!(finding, Finding::Taken(_));
        steps.push(Step { method, finding });
        if taken {
            return Choice { steps, method: Some(method) };
        }
    }
    Choice { steps, method: None }
}

impl Choice {
    /// Why each way was passed over, one a line.
    pub fn reasons(&self) -> String {
        let line = |step: &Step| match &step.finding {
            Finding::Taken(what) | Finding::PassedOver(what) => format!("  {:<20} {what}", step.method.name()),
        };
        self.steps.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

async fn look(method: SignInMethod, settings: &SignInSettings) -> Finding {
    match method {
        SignInMethod::Token => all_set(&["SSPR_POLICY_TOKEN"]),
        SignInMethod::GithubOidc => github(),
        SignInMethod::AzureDevopsOidc => azure_devops(),
        SignInMethod::WorkloadIdentity => all_set(&["AZURE_FEDERATED_TOKEN_FILE"]),
        SignInMethod::ClientCertificate => match &settings.certificate {
            Some(file) => Finding::Taken(format!("`certificate:` names {}", file.display())),
            None => all_set(&["AZURE_CLIENT_CERTIFICATE_PATH"]),
        },
        SignInMethod::ClientSecret => all_set(&["AZURE_CLIENT_SECRET"]),
        SignInMethod::ManagedIdentity => managed_identity(settings).await,
        SignInMethod::AzureCli => azure_cli(),
        SignInMethod::DeviceCode | SignInMethod::Browser => device_code(settings),
    }
}

/// Whether all of these variables hold something.
fn all_set(names: &[&str]) -> Finding {
    match names.iter().find(|name| variable(name).is_none()) {
        Some(missing) => Finding::PassedOver(format!("{missing} is not set")),
        None if names.len() == 1 => Finding::Taken(format!("{} is set", names[0])),
        None => Finding::Taken(format!("{} are set", names.join(" and "))),
    }
}

fn github() -> Finding {
    let finding = all_set(&["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
    match finding {
        Finding::PassedOver(_) if variable("GITHUB_ACTIONS").is_some() => {
            Finding::PassedOver("this job has no `permissions: id-token: write`".into())
        }
        finding => finding,
    }
}

fn azure_devops() -> Finding {
    let finding = all_set(&["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"]);
    match finding {
        Finding::PassedOver(_) if variable("SYSTEM_OIDCREQUESTURI").is_some() => {
            Finding::PassedOver("SYSTEM_ACCESSTOKEN is not mapped into this step".into())
        }
        finding => finding,
    }
}

/// Whether this machine in Azure has an identity; soon said where it is no machine in Azure.
pub(super) async fn managed_identity(settings: &SignInSettings) -> Finding {
    let endpoints = ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"];
    if let Some(name) = endpoints.iter().find(|name| variable(name).is_some()) {
        return Finding::Taken(format!("{name} is set"));
    }
    let no_machine = || Finding::PassedOver("no IDENTITY_ENDPOINT, and no machine in Azure answers".into());
    let Ok(http) = http_client(IMDS) else { return no_machine() };
    let resource = settings.scope.trim_end_matches("/.default");
    let mut query = vec![("api-version", "2018-02-01".to_string()), ("resource", resource.to_string())];
    query.extend(settings.client_id().map(|id| ("client_id", id)));
    let asked = http.get(IMDS).query(&query).header("Metadata", "true").timeout(IMDS_PATIENCE).send().await;
    match asked.map(|answer| answer.status().as_u16()) {
        Ok(200) => Finding::Taken("this machine in Azure has an identity".into()),
        // Microsoft, "How to use managed identities on an Azure VM to acquire an access token": "Identity not found".
        Ok(400) => Finding::PassedOver("this machine in Azure has no such identity".into()),
        _ => no_machine(),
    }
}

/// Whether `az` is on PATH.
pub(super) fn has_azure_cli() -> bool {
    let names: &[&str] = if cfg!(windows) { &["az.cmd", "az.exe"] } else { &["az"] };
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| names.iter().any(|name| folder.join(name).is_file()))
}

fn azure_cli() -> Finding {
    if !has_azure_cli() {
        return Finding::PassedOver("`az` is not installed".into());
    }
    let home = variable("AZURE_CONFIG_DIR").map(PathBuf::from).or_else(|| {
        let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        variable(home).map(|home| Path::new(&home).join(".azure"))
    });
    match home.is_some_and(|folder| has_account(&folder.join("azureProfile.json"))) {
        true => Finding::Taken("`az` is signed in".into()),
        false => Finding::PassedOver("`az` is not signed in (`az login`)".into()),
    }
}

/// Whether the Azure CLI's profile has an account; after `az logout` it has none.
fn has_account(profile: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(profile) else { return false };
    // The Azure CLI writes a byte order mark.
    let profile: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    profile["subscriptions"].as_array().is_some_and(|accounts| !accounts.is_empty())
}

fn device_code(settings: &SignInSettings) -> Finding {
    if !settings.asks {
        return Finding::PassedOver("nobody sits at a terminal here".into());
    }
    match settings.client_id() {
        Some(_) => Finding::Taken("somebody sits at a terminal".into()),
        None => Finding::PassedOver("no `client_id:`, and no AZURE_CLIENT_ID".into()),
    }
}

/// The environment may say for which tenant its identity is. Where that is another one than the configured one, one
/// of them is a mistake. A domain and an id cannot be compared here; `/organization` tells.
pub(super) fn check_tenant(settings: &SignInSettings, method: SignInMethod) -> Result<(), SignInFailure> {
    let Some(other) = variable("AZURE_TENANT_ID") else { return Ok(()) };
    let wanted = &settings.tenant;
    if is_id(&other) != is_id(wanted) || other.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let reason = format!("AZURE_TENANT_ID is {other}, and the configured tenant is {wanted}");
    Err(SignInFailure::new(method, &reason).with_hint("unset AZURE_TENANT_ID, or correct `tenant:`; nothing was sent"))
}
