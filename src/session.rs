//! A session with an environment's tenant: the client, the tenant, and the identity that signs in.

mod connection;
mod identity;

pub use connection::{Connection, Servers, seed};
pub use identity::{Identity, Prompt, Purpose};

use std::time::Duration;

use crate::failure::Failure;
use crate::graph::{Access, Client, Error, Organization, WINDOW};
use crate::plan::TenantLine;
use crate::{sandbox, tenant};

/// How long Graph's servers may take until all of them show a write. The embedded sandbox shows it at once.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest patience that can be configured: a deadline too far away would overflow the clock.
const MOST_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// A connection to a tenant that was verified to be the configured one.
pub struct Session {
    pub client: Client,
    pub tenant: TenantLine,
    /// A sandbox gets placeholders instead of secrets.
    pub is_sandbox: bool,
    pub patience: Duration,
    embedded: Option<sandbox::Running>,
}

impl Session {
    /// Connects, and checks which tenant answers before any other request.
    pub async fn open(connection: &Connection, purpose: Purpose, prompt: Prompt) -> Result<Self, Failure> {
        let (client, embedded) = connect(connection, purpose, prompt).await?;
        let organization = tenant::organization(&client).await.map_err(refused)?;
        check_tenant(&client, connection, &organization).await?;
        let is_sandbox = organization.id == sandbox::TENANT_ID;
        let name = organization.display_name.clone().unwrap_or_else(|| organization.id.clone());
        let patience = match std::env::var("SSPR_POLICY_PATIENCE_SECONDS").ok().and_then(|text| text.parse().ok()) {
            Some(seconds) => Duration::from_secs(seconds).min(MOST_PATIENCE),
            None if embedded.is_some() => Duration::ZERO,
            None => PATIENCE,
        };
        Ok(Self { client, tenant: TenantLine { id: organization.id, name }, is_sandbox, patience, embedded })
    }

    /// How long the server's limits will delay these writes; `None` if less than one window.
    pub fn pause_for(&self, writes: usize) -> Option<Duration> {
        Some(self.client.pause_for(writes)).filter(|pause| *pause >= WINDOW)
    }

    /// Stops the embedded sandbox, so that its lock is free when the command ends.
    pub async fn close(self) -> Result<(), Failure> {
        match self.embedded {
            Some(running) => Ok(running.stop().await?),
            None => Ok(()),
        }
    }
}

async fn connect(
    connection: &Connection,
    purpose: Purpose,
    prompt: Prompt,
) -> Result<(Client, Option<sandbox::Running>), Failure> {
    if let Servers::Embedded { state, seed } = &connection.servers {
        let running = connection::serve(state, seed).await?;
        return Ok((Client::new(running.url(), Access::Nobody, Duration::ZERO)?, Some(running)));
    }
    let access = Identity::find(connection, purpose, prompt).await.access()?;
    Ok((Client::new(connection.graph_url(), access, window())?, None))
}

/// The window of the server's limits. A sandbox can use a shorter one, which `SSPR_POLICY_QUOTA_WINDOW_MS` sets for the
/// client, too; 0 means no limits.
fn window() -> Duration {
    let asked = std::env::var("SSPR_POLICY_QUOTA_WINDOW_MS").ok().and_then(|text| text.parse().ok());
    asked.map_or(WINDOW, Duration::from_millis)
}

/// Why the first request failed. Microsoft Graph always has `/organization`; a server without it is a different one.
fn refused(error: Error) -> Failure {
    match no_graph(&error) {
        Some(help) => Failure::with_help(error.to_string(), help),
        None => error.into(),
    }
}

/// The help if the server that answers is not Microsoft Graph.
pub fn no_graph(error: &Error) -> Option<String> {
    let other = error.status() == Some(404) || matches!(error, Error::Unusable { .. });
    other.then(|| "this does not look like Microsoft Graph; correct `graph_url:`".to_owned())
}

/// Checks that the tenant that answers is the configured one, and the token's.
pub async fn check_tenant(
    client: &Client,
    connection: &Connection,
    organization: &Organization,
) -> Result<(), Failure> {
    check_configured(&connection.tenant, organization)?;
    check_token(client, &connection.tenant, organization).await
}

/// Checks that the token, if it names a tenant, is for this one. With a configured domain, the tenant's id was not known
/// before.
async fn check_token(client: &Client, wanted: &str, organization: &Organization) -> Result<(), Failure> {
    let claimed = client.claims().await?.and_then(|claims| claims.tenant);
    let Some(claimed) = claimed.filter(|claimed| !claimed.eq_ignore_ascii_case(&organization.id)) else {
        return Ok(());
    };
    Err(Failure::with_help(
        format!(
            "the access token is for another tenant: {wanted} is {}, but the token is for {claimed}",
            organization.id
        ),
        "sign in with an identity of the configured tenant; only `/organization` was read",
    ))
}

/// Checks that the tenant that answers is the configured one. No other request is sent before.
fn check_configured(wanted: &str, organization: &Organization) -> Result<(), Failure> {
    let domains: Vec<&str> = organization.verified_domains.iter().filter_map(|domain| domain.name.as_deref()).collect();
    let right = match wanted {
        "sandbox" => organization.id == sandbox::TENANT_ID,
        _ => {
            organization.id.eq_ignore_ascii_case(wanted)
                || domains.iter().any(|domain| domain.eq_ignore_ascii_case(wanted))
        }
    };
    if right {
        return Ok(());
    }
    Err(Failure::with_help(
        format!("wrong tenant: {wanted} is configured, but {} ({}) answers", organization.id, domains.join(", ")),
        "use a token for the configured tenant, or correct `tenant:`; no other request was sent",
    ))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Message(error.to_string(), error.hint())
    }
}

impl From<sandbox::Error> for Failure {
    fn from(error: sandbox::Error) -> Self {
        Self::new(error.to_string())
    }
}
