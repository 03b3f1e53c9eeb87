//! Finds out whether Intune shows all profiles to whoever signed in.
//!
//! A role that is limited to scope tags makes Intune leave out all other objects, without an error (Microsoft, "Use
//! role-based access control and scope tags for distributed IT"). A profile that is not shown looks like one that does
//! not exist.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::delivery;
use crate::graph::{BatchRequest, Client, Error, Named, TokenClaims, odata_literal};
use crate::profile::DEFAULT_TAG;

/// Which profiles Intune shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    All,
    /// Those with these scope tags, by name; none if they are not known.
    WithScopeTags(Vec<String>),
    /// It could not be found out.
    Unknown,
    /// The token does not show whose it is, and Intune was not asked.
    NotAsked,
}

/// The directory roles that see everything in Intune: Global Administrator and Intune Administrator (Microsoft Entra
/// built-in roles).
const ADMINISTRATORS: [&str; 2] = ["62e90394-69f5-4237-9190-012177145e10", "3a2c62db-5318-420d-8d74-23affee5d9d5"];
const READS: &str = "Microsoft.Intune_DeviceConfigurations_Read";
/// Every scope.
const EVERYWHERE: &str = "*";

/// Asks Intune if the token is of someone whose role may be limited.
///
/// # Errors
/// When signing in fails, or Graph does not answer.
pub async fn shown(client: &Client) -> Result<Shown, Error> {
    if client.is_anonymous() {
        return Ok(Shown::All);
    }
    match client.claims().await? {
        None => Ok(Shown::NotAsked),
        Some(claims) if sees_everything(&claims) => Ok(Shown::All),
        Some(_) => ask(client).await,
    }
}

/// Asks Intune for the permissions of whoever signed in: everywhere, and for each scope tag.
///
/// # Errors
/// When Graph does not answer. If it refuses, the result is [`Shown::Unknown`].
pub async fn ask(client: &Client) -> Result<Shown, Error> {
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
    // An empty list says nothing: it may have lost its objects on the way.
    let says_something = |body: &Value| body["value"].as_array().is_some_and(|roles| !roles.is_empty());
    if answers.iter().any(|answer| answer.status >= 300 || !says_something(&answer.body)) {
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

/// Whether a token is an application's, or an administrator's.
fn sees_everything(claims: &TokenClaims) -> bool {
    let is_application = !claims.is_delegated() && !claims.roles.is_empty();
    is_application || claims.directory_roles.iter().any(|role| ADMINISTRATORS.contains(&role.as_str()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_and_administrators_see_everything() {
        let text = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let person = TokenClaims { scopes: text(&["Group.Read.All"]), ..TokenClaims::default() };
        let application = TokenClaims { roles: text(&["Group.Read.All"]), ..TokenClaims::default() };
        let administrator = TokenClaims { directory_roles: text(&ADMINISTRATORS[1..]), ..person.clone() };
        // Global Reader.
        let reader = TokenClaims { directory_roles: text(&["f2ef992c-3afb-46b9-b7cf-a126ee74c451"]), ..person.clone() };
        let seen = [person, application, administrator, reader].map(|claims| sees_everything(&claims));
        assert_eq!(seen, [false, true, true, false]);
    }
}
