//! Where a tenant is, and how to sign in there.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::policy::{Auth, Cloud, Environment, is_loopback};
use crate::sandbox;
use crate::source::Spanned;

/// The application id of Microsoft Graph, the same in every cloud (Microsoft Graph permissions reference).
const GRAPH_APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

/// What a session is opened from.
#[derive(Debug, Clone)]
pub struct Connection {
    /// An id, a domain, or `sandbox`.
    pub tenant: String,
    pub cloud: Cloud,
    /// How to sign in; `auto` without it.
    pub auth: Option<Auth>,
    /// The file of `auth.certificate`.
    pub certificate: Option<PathBuf>,
    pub servers: Servers,
}

/// Who answers.
#[derive(Debug, Clone)]
pub enum Servers {
    /// The sandbox inside the program.
    Embedded {
        /// The folder of its state.
        state: PathBuf,
        seed: sandbox::Seed,
    },
    /// Servers at these addresses, without a `/` at the end.
    Remote { graph: String, login: String },
}

impl Connection {
    /// What an environment says. Files that it names lie below `root`; the embedded sandbox keeps its state in `state`.
    pub fn of(environment: &Environment, root: &Path, state: &Path) -> Self {
        let auth = environment.auth.clone();
        let certificate = auth.as_ref().and_then(|auth| auth.certificate.as_ref()).map(|path| root.join(&path.value));
        let servers = if environment.is_sandbox() && environment.graph_url.is_none() {
            Servers::Embedded { state: state.to_path_buf(), seed: seed(environment) }
        } else {
            Servers::Remote { graph: environment.graph_url().to_owned(), login: environment.login_url().to_owned() }
        };
        Self { tenant: environment.tenant.value.clone(), cloud: environment.cloud(), auth, certificate, servers }
    }

    /// Whether this is the sandbox inside the program, and not a server.
    pub fn is_embedded(&self) -> bool {
        matches!(self.servers, Servers::Embedded { .. })
    }

    /// The server that speaks Graph; of the embedded sandbox, the cloud's.
    pub fn graph_url(&self) -> &str {
        match &self.servers {
            Servers::Remote { graph, .. } => graph,
            Servers::Embedded { .. } => self.cloud.graph_url(),
        }
    }

    /// The server that signs in; of the embedded sandbox, the cloud's.
    pub fn login_url(&self) -> &str {
        match &self.servers {
            Servers::Remote { login, .. } => login,
            Servers::Embedded { .. } => self.cloud.login_url(),
        }
    }

    /// For whom a token may be: Microsoft Graph of the cloud, by its address or its application's id, which tokens may
    /// carry instead; and a server on this machine.
    pub fn audiences(&self) -> Vec<String> {
        let graph = [self.cloud.graph_url(), GRAPH_APPLICATION].map(String::from);
        graph.into_iter().chain(is_loopback(self.graph_url()).then(|| self.graph_url().to_owned())).collect()
    }

    /// What a token is for. Another server in Graph's place takes the cloud's tokens; one on this machine does not, so
    /// that no token for the tenant goes to whatever listens there.
    pub fn scope(&self) -> String {
        let resource = if is_loopback(self.graph_url()) { self.graph_url() } else { self.cloud.graph_url() };
        format!("{resource}/.default")
    }
}

/// What the configuration asks of a sandbox.
pub fn seed(environment: &Environment) -> sandbox::Seed {
    let names = |names: &[Spanned<String>]| names.iter().map(|name| name.value.clone()).collect();
    sandbox::Seed {
        groups: names(&environment.seed.groups),
        filters: names(&environment.seed.filters),
        scope_tags: names(&environment.seed.scope_tags),
    }
}

/// Serves the embedded sandbox on a free port of this machine.
pub(super) async fn serve(state: &Path, seed: &sandbox::Seed) -> Result<sandbox::Running, Failure> {
    let options = sandbox::Options { seed: seed.clone(), ..sandbox::Options::default() };
    let opened = sandbox::Sandbox::open(state, options)?;
    Ok(opened.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?)
}
