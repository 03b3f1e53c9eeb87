//! The sign-in methods.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInMethod {
    /// An access token from SSPR_POLICY_TOKEN.
    Token,
    /// GitHub's OpenID Connect.
    GithubOidc,
    /// Azure DevOps' OpenID Connect.
    AzureDevopsOidc,
    /// A file with a federated token.
    WorkloadIdentity,
    ClientCertificate,
    ClientSecret,
    /// The managed identity of an Azure machine.
    ManagedIdentity,
    /// The Azure CLI's session.
    AzureCli,
    /// A code that a person enters in a browser on any machine.
    DeviceCode,
    /// A browser on this machine.
    Browser,
}

impl SignInMethod {
    /// The order in which `auto` checks the methods: an identity that a pipeline provides for this run comes before one
    /// that a machine or a person has anyway. `auto` never opens a browser.
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

    /// Whether it sends something to the sign-in server. The others have a token, or get it from another service.
    pub fn uses_login_server(self) -> bool {
        !matches!(self, Self::Token | Self::ManagedIdentity | Self::AzureCli)
    }

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
