//! How an environment signs in, and the national cloud that it uses.

use schemars::JsonSchema;

use super::decode::{Decode, Decoder, Fields, word};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Node, Spanned, Value};

/// How to sign in.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Auth {
    /// The sign-in method.
    pub method: Spanned<AuthMethod>,
    /// The ID of the application, for all commands. Default: AZURE_CLIENT_ID.
    pub client_id: Option<Spanned<String>>,
    /// A different application for commands that only read.
    pub plan: Option<ClientId>,
    /// A different application for `apply` and `disown`.
    pub apply: Option<ClientId>,
    /// For `client-certificate`: a PEM file with certificate and private key, relative to the repository;
    /// default: AZURE_CLIENT_CERTIFICATE_PATH. Do not commit this file to git.
    pub certificate: Option<Spanned<String>>,
    /// For `azure-devops-oidc`: the ID of the service connection. Default: AZURESUBSCRIPTION_SERVICE_CONNECTION_ID.
    pub service_connection: Option<Spanned<String>>,
}

/// An application in Entra.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ClientId {
    /// The application (client) ID.
    pub client_id: Spanned<String>,
}

/// Sign-in methods; see docs/sign-in.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum AuthMethod {
    /// The first method that is available, in a fixed order; `doctor` shows which one.
    Auto,
    /// An access token for Microsoft Graph from SSPR_POLICY_TOKEN.
    Token,
    /// GitHub's OpenID Connect: the job needs `permissions: id-token: write`.
    GithubOidc,
    /// Azure DevOps' OpenID Connect: the step needs SYSTEM_ACCESSTOKEN.
    AzureDevopsOidc,
    /// A federated token in the file that AZURE_FEDERATED_TOKEN_FILE names, as in Kubernetes.
    WorkloadIdentity,
    /// A managed identity in Azure; user-assigned if `client_id` is set.
    ManagedIdentity,
    /// A certificate and its private key, in a PEM file.
    ClientCertificate,
    /// A secret from AZURE_CLIENT_SECRET.
    ClientSecret,
    /// The session of the Azure CLI (`az login`).
    AzureCli,
    /// A code that you enter in a browser, on any computer.
    DeviceCode,
    /// A browser on this computer.
    Browser,
}

/// National clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Cloud {
    /// Worldwide, and GCC.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    UsgovHigh,
    /// US Government L5 (DoD).
    UsgovDod,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    pub const ALL: [Self; 4] = [Self::Global, Self::UsgovHigh, Self::UsgovDod, Self::China];

    /// The URL of Graph (Microsoft, "National cloud deployments").
    pub fn graph_url(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsgovHigh => "https://graph.microsoft.us",
            Self::UsgovDod => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// The URL of the sign-in service (the same page).
    pub fn login_url(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsgovHigh | Self::UsgovDod => "https://login.microsoftonline.us",
            Self::China => "https://login.chinacloudapi.cn",
        }
    }
}

impl Decode for Auth {
    fn expected() -> String {
        "`{ method: … }`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if let Value::Text(method) = &node.value {
            let written = format!("{{ method: {} }}", method.trim());
            decoder.complain(
                Diagnostic::error(Code::WrongValue, "expected a map for `auth`, found text")
                    .at(decoder.place(node.span), "this is text")
                    .help(format!("write `{written}`"))
                    .fix(decoder.place(node.span), written, false),
            );
            return None;
        }
        let mut fields = Fields::of(node, "auth", decoder)?;
        let method = fields.required("method", decoder);
        let client_id = fields.optional("client_id", decoder);
        let (plan, apply) = (fields.optional("plan", decoder), fields.optional("apply", decoder));
        let certificate = fields.optional("certificate", decoder);
        let service_connection = fields.optional("service_connection", decoder);
        fields.finish(decoder);
        Some(Self { method: method?, client_id, plan, apply, certificate, service_connection })
    }
}

impl Decode for ClientId {
    fn expected() -> String {
        "`{ client_id: … }`".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "application", decoder)?;
        let client_id = fields.required("client_id", decoder);
        fields.finish(decoder);
        Some(Self { client_id: client_id? })
    }
}

/// Reports invalid IDs of applications, such as the zeros that `init` writes as a placeholder. `other_forms` allows the
/// names that servers other than Microsoft's use.
pub(super) fn complain_of_applications(auth: &Auth, other_forms: bool, decoder: &mut Decoder<'_>) {
    let own = auth.plan.iter().chain(&auth.apply).map(|own| &own.client_id);
    for id in auth.client_id.iter().chain(own) {
        let reason = match uuid::Uuid::parse_str(id) {
            Ok(id) if id.is_nil() => "this ID is all zeros",
            Ok(_) => continue,
            Err(_) if other_forms => continue,
            Err(_) => "expected an ID, such as 3f2a8c1e-9b7d-4e5f-8a6b-1c2d3e4f5a6b",
        };
        decoder.complain(
            Diagnostic::error(Code::InvalidApplication, "this is not the ID of an application").at(decoder.place(id.span), reason).help(
                "write the \"Application (client) ID\", as the application's overview in Entra shows it; `token`, `azure-cli` and \
                 a managed identity do not need it: remove the line",
            ),
        );
    }
}

impl Decode for AuthMethod {
    fn expected() -> String {
        "a way to sign in".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let words = [
            ("auto", Self::Auto),
            ("token", Self::Token),
            ("github-oidc", Self::GithubOidc),
            ("azure-devops-oidc", Self::AzureDevopsOidc),
            ("workload-identity", Self::WorkloadIdentity),
            ("managed-identity", Self::ManagedIdentity),
            ("client-certificate", Self::ClientCertificate),
            ("client-secret", Self::ClientSecret),
            ("azure-cli", Self::AzureCli),
            ("device-code", Self::DeviceCode),
            ("browser", Self::Browser),
        ];
        word(node, &words, decoder)
    }
}

impl Decode for Cloud {
    fn expected() -> String {
        "a cloud".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let words = [
            ("global", Self::Global),
            ("usgov-high", Self::UsgovHigh),
            ("usgov-dod", Self::UsgovDod),
            ("china", Self::China),
        ];
        word(node, &words, decoder)
    }
}
