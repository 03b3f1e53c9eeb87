//! The ways to sign in.

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInMethod {
    /// An access token from SSPR_POLICY_TOKEN.
    Token,
    /// GitHub's OpenID Connect.
    GithubOidc,
    /// Azure DevOps' OpenID Connect.
    AzureDevopsOidc,
    /// A federated token file.
    WorkloadIdentity,
    /// A certificate.
    ClientCertificate,
    /// A secret.
    ClientSecret,
    /// The machine's identity in Azure.
    ManagedIdentity,
    /// The Azure CLI's session.
    AzureCli,
    /// A code typed into a browser elsewhere.
    DeviceCode,
    /// A browser here.
    Browser,
}

impl SignInMethod {
    /// The order in which `auto` looks for a way: what a pipeline gives to this run alone comes before what a machine
    /// or a person has anyway. A browser must be asked for.
    pub const ORDER: [Self; 9] = [
        Self::Token,
        Self::GithubOidc,
        Self::AzureDevopsOidc,
        Self::WorkloadIdentity,
        Self::ClientCertificate,
        Self::ClientSecret,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::DeviceCode,
    ];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::GithubOidc => "github-oidc",
            Self::AzureDevopsOidc => "azure-devops-oidc",
            Self::WorkloadIdentity => "workload-identity",
            Self::ClientCertificate => "client-certificate",
            Self::ClientSecret => "client-secret",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
            Self::DeviceCode => "device-code",
            Self::Browser => "browser",
        }
    }
}
