//! An environment that is signed in to: a client of its tenant, which tenant it is, and as whom it is spoken to.

mod connection;
mod identity;

pub use connection::{Connection, Servers, seed};
pub use identity::{Identity, Prompt, Purpose};

use std::time::Duration;

use crate::failure::Failure;
use crate::graph::{Access, Client, Error, Organization, WINDOW};
use crate::plan::TenantLine;
use crate::{sandbox, tenant};

/// How long Graph's servers may take to show what one of them has taken. The embedded sandbox shows it at once.
const PATIENCE: Duration = Duration::from_secs(60);
/// Whoever asks for more patience than a day gets a day: no clock reaches as far as any number of seconds.
const MOST_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// A tenant that is known to be the right one.
pub struct Session {
    pub client: Client,
    pub tenant: TenantLine,
    /// Nobody's tenant: secrets stay away from it.
    pub is_sandbox: bool,
    pub patience: Duration,
    embedded: Option<sandbox::Running>,
}

impl Session {
    /// Connects, and asks the tenant who it is before anything else.
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

    /// How long writes have to wait for the server's limits; nothing where it is less than a window of them.
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

/// The window of the server's limits. A sandbox can scale its own down, and its clients are told so with
/// `SSPR_POLICY_QUOTA_WINDOW_MS`; 0 is a server without limits.
fn window() -> Duration {
    let asked = std::env::var("SSPR_POLICY_QUOTA_WINDOW_MS").ok().and_then(|text| text.parse().ok());
    asked.map_or(WINDOW, Duration::from_millis)
}

/// Why the first question was not answered. Microsoft Graph always has `/organization`; what has not is another server.
fn refused(error: Error) -> Failure {
    match no_graph(&error) {
        Some(help) => Failure::with_help(error.to_string(), help),
        None => error.into(),
    }
}

/// What helps where another server than Graph answers.
pub fn no_graph(error: &Error) -> Option<String> {
    let other = error.status() == Some(404) || matches!(error, Error::Unusable { .. });
    other.then(|| "this is no Microsoft Graph, as it seems: correct `graph_url:`".to_owned())
}

/// Whether the tenant that answers is the configured one, and the token's.
pub async fn check_tenant(
    client: &Client,
    connection: &Connection,
    organization: &Organization,
) -> Result<(), Failure> {
    check_configured(&connection.tenant, organization)?;
    check_token(client, &connection.tenant, organization).await
}

/// Whether the token is that tenant's, too, where it says whose it is: of a configured domain no id was known before.
async fn check_token(client: &Client, wanted: &str, organization: &Organization) -> Result<(), Failure> {
    let claimed = client.claims().await?.and_then(|claims| claims.tenant);
    let Some(claimed) = claimed.filter(|claimed| !claimed.eq_ignore_ascii_case(&organization.id)) else {
        return Ok(());
    };
    Err(Failure::with_help(
        format!(
            "the access token is for another tenant: {wanted} is {}, and the token says {claimed}",
            organization.id
        ),
        "use an identity of the configured tenant; nothing but `/organization` was asked",
    ))
}

/// Nothing else is asked until the tenant is the configured one.
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
        format!(
            "this is another tenant: {wanted} is configured, and {} ({}) answers",
            organization.id,
            domains.join(", ")
        ),
        "use a token for the configured tenant, or correct `tenant:`; nothing else was asked",
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
