//! Which servers a tenant is reached at, and how to sign in there.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::failure::Failure;
use crate::policy::{Auth, Cloud, Environment, Trust, TrustedHosts, UntrustedServers, is_loopback};
use crate::sandbox;
use crate::source::{Source, Spanned};

/// The application id of Microsoft Graph, the same in every cloud (Microsoft Graph permissions reference).
const GRAPH_APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

#[derive(Debug, Clone)]
pub struct Connection {
    /// An id, a domain, or `sandbox`.
    pub tenant: String,
    pub cloud: Cloud,
    /// How to sign in; `auto` without it.
    pub auth: Option<Auth>,
    /// How far Graph's server is trusted.
    pub trust: Trust,
    /// Servers that nobody trusts.
    pub untrusted: UntrustedServers,
    pub servers: Servers,
}

#[derive(Debug, Clone)]
pub enum Servers {
    /// The sandbox inside the program.
    Embedded {
        /// The folder of its state.
        state: PathBuf,
        seed: sandbox::SeedNames,
    },
    /// Servers at these addresses, without a `/` at the end.
    Remote { graph: String, login: String },
}

impl Connection {
    /// The connection of an environment of `source`, which is `sspr-policy.yaml`. The embedded sandbox keeps its state in
    /// the folder `state`.
    pub fn of(environment: &Environment, source: &Arc<Source>, state: &Path) -> Self {
        let trusted = trusted_hosts();
        let servers = if environment.is_sandbox() && environment.graph_url.is_none() {
            Servers::Embedded { state: state.to_path_buf(), seed: seed(environment) }
        } else {
            Servers::Remote { graph: environment.graph_url().to_owned(), login: environment.login_url().to_owned() }
        };
        Self {
            tenant: environment.tenant.value.clone(),
            cloud: environment.cloud(),
            auth: environment.auth.clone(),
            trust: environment.graph_trust(&trusted),
            untrusted: environment.untrusted(source, &trusted),
            servers,
        }
    }

    pub fn is_embedded(&self) -> bool {
        matches!(self.servers, Servers::Embedded { .. })
    }

    /// Graph's URL; for the embedded sandbox, the cloud's.
    pub fn graph_url(&self) -> &str {
        match &self.servers {
            Servers::Remote { graph, .. } => graph,
            Servers::Embedded { .. } => self.cloud.graph_url(),
        }
    }

    /// The URL of the sign-in server; for the embedded sandbox, the cloud's.
    pub fn login_url(&self) -> &str {
        match &self.servers {
            Servers::Remote { login, .. } => login,
            Servers::Embedded { .. } => self.cloud.login_url(),
        }
    }

    /// The audiences that a token may have: the cloud's Microsoft Graph, as its URL or its application id; and a server on
    /// this computer, which gets no other token unless it is trusted.
    pub fn audiences(&self) -> Vec<String> {
        let graph = [self.cloud.graph_url(), GRAPH_APPLICATION].map(String::from);
        let graph = graph.into_iter().filter(|_| self.trust != Trust::Loopback);
        graph.chain(is_loopback(self.graph_url()).then(|| self.graph_url().to_owned())).collect()
    }

    /// The hosts that issue tokens of other clouds.
    pub fn foreign_issuers(&self) -> Vec<&'static str> {
        let others = Cloud::ALL.iter().filter(|cloud| cloud.login_url() != self.cloud.login_url());
        others.map(|cloud| cloud.login_url().trim_start_matches("https://")).collect()
    }

    /// The scope to request a token for. Another server in Graph's place gets the cloud's tokens. A server on this machine
    /// does not, so that a token for the tenant never goes to an unknown local process.
    pub fn scope(&self) -> String {
        let resource = if is_loopback(self.graph_url()) { self.graph_url() } else { self.cloud.graph_url() };
        format!("{resource}/.default")
    }
}

/// The hosts that the environment variable names.
fn trusted_hosts() -> TrustedHosts {
    TrustedHosts::parse(&std::env::var(TrustedHosts::VARIABLE).unwrap_or_default())
}

/// What the configuration adds to a new sandbox.
pub fn seed(environment: &Environment) -> sandbox::SeedNames {
    let names = |names: &[Spanned<String>]| names.iter().map(|name| name.value.clone()).collect();
    sandbox::SeedNames {
        groups: names(&environment.seed.groups),
        filters: names(&environment.seed.filters),
        scope_tags: names(&environment.seed.scope_tags),
    }
}

/// Serves the embedded sandbox on a free port of this machine.
pub(super) async fn serve(state: &Path, seed: &sandbox::SeedNames) -> Result<sandbox::Running, Failure> {
    let options = sandbox::SandboxOptions { seed: seed.clone(), ..sandbox::SandboxOptions::default() };
    let opened = sandbox::Sandbox::open(state, options)?;
    Ok(opened.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?)
}
