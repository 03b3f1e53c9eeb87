//! Finds out whether Intune shows all profiles to whoever signed in.
//!
//! A role that is limited to scope tags makes Intune leave out all other objects, without an error (Microsoft, "Use
//! role-based access control and scope tags for distributed IT"). A profile that is not shown looks like one that does
//! not exist.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::delivery;
use crate::graph::{BatchRequest, Client, Error, Named, odata_literal};
use crate::profile::DEFAULT_TAG;

/// Which profiles Intune shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    All,
    /// Those with these scope tags, by name; none if they are not known.
    WithScopeTags(Vec<String>),
    /// It could not be found out.
    Unknown,
}

/// The directory roles that see everything in Intune: Global Administrator and Intune Administrator (Microsoft Entra
/// built-in roles).
const ADMINISTRATORS: [&str; 2] = ["62e90394-69f5-4237-9190-012177145e10", "3a2c62db-5318-420d-8d74-23affee5d9d5"];
const READS: &str = "Microsoft.Intune_DeviceConfigurations_Read";
/// Every scope.
const EVERYWHERE: &str = "*";

/// Asks Intune for the permissions of whoever signed in, if it can be someone with a limited role: everywhere, and for
/// each scope tag.
///
/// # Errors
/// When Graph does not answer. If it refuses, the result is [`Shown::Unknown`].
pub async fn shown(client: &Client) -> Result<Shown, Error> {
    if client.is_anonymous() || sees_everything(client).await? {
        return Ok(Shown::All);
    }
    let path = delivery::with_version("/deviceManagement/roleScopeTags?$select=id,displayName");
    let tags: Vec<Named> = match client.list(&path).await {
        Err(error) if error.status().is_some() && !error.may_pass() => return Ok(Shown::Unknown),
        read => read?,
    };
    let mut ids: BTreeSet<&str> = tags.iter().map(|tag| tag.id.as_str()).collect();
    ids.insert(DEFAULT_TAG);
    let scopes: Vec<&str> = [EVERYWHERE].into_iter().chain(ids).collect();
    let requests: Vec<BatchRequest> = scopes.iter().map(|scope| permissions_in(scope)).collect();
    let answers = client.batch(delivery::VERSION, &requests).await?;
    if answers.iter().any(|answer| answer.status >= 300) {
        return Ok(Shown::Unknown);
    }
    let readable = scopes.iter().zip(&answers).filter(|(_, answer)| may_read(&answer.body));
    let readable: BTreeSet<&str> = readable.map(|(scope, _)| *scope).collect();
    let name = |id: &str| match tags.iter().find(|tag| tag.id == id).and_then(|tag| tag.display_name.clone()) {
        Some(name) => name,
        None if id == DEFAULT_TAG => "Default".into(),
        None => id.into(),
    };
    let own: Vec<String> = readable.iter().filter(|scope| **scope != EVERYWHERE).map(|scope| name(scope)).collect();
    // If only the answer for everywhere allows it, the server does not take a scope tag for a scope.
    let is_everywhere = readable.contains(EVERYWHERE) && (own.is_empty() || own.len() + 1 == scopes.len());
    Ok(if is_everywhere { Shown::All } else { Shown::WithScopeTags(own) })
}

/// Whether the token is an application's, or an administrator's.
async fn sees_everything(client: &Client) -> Result<bool, Error> {
    let Some(claims) = client.claims().await? else { return Ok(false) };
    let is_application = !claims.is_delegated() && !claims.roles.is_empty();
    let is_administrator = claims.directory_roles.iter().any(|role| ADMINISTRATORS.contains(&role.as_str()));
    Ok(is_application || is_administrator)
}

fn permissions_in(scope: &str) -> BatchRequest {
    BatchRequest::new(format!("/deviceManagement/getEffectivePermissions(scope={})", odata_literal(scope)))
}

fn may_read(body: &Value) -> bool {
    let roles = body["value"].as_array().into_iter().flatten();
    let actions = roles.flat_map(|role| role["resourceActions"].as_array().into_iter().flatten());
    let mut allowed = actions.flat_map(|action| action["allowedResourceActions"].as_array().into_iter().flatten());
    allowed.any(|action| action.as_str() == Some(READS))
}
