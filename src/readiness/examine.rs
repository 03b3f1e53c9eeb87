//! The checks of `doctor`, in the order in which a command would need them.

use jiff::Timestamp;

use super::Readiness;
use super::answers::requests;
use super::permissions::{compare, lacks};
use crate::diagnostic::{Diagnostic, Severity, counted};
use crate::failure::Failure;
use crate::graph::{Access, Client, Decision, Probe, SignInMethod, TokenClaims, WINDOW, key_store_name, probe, proxy};
use crate::permissions::PermissionUse;
use crate::planning::connection;
use crate::policy::{UntrustedServers, is_loopback};
use crate::report::{GrantedPermission, ReadinessArea, ReadinessDocument, Status};
use crate::repository::Repository;
use crate::session::{Connection, Identity, Prompt, Purpose};

/// Entra accepts a token this much before and after its period of validity (Microsoft, "Access tokens").
const MOST_SKEW_SECONDS: i64 = 5 * 60;

/// Runs all checks, except those that depend on one that failed.
///
/// # Errors
/// If the repository has no such environment.
pub async fn examine(
    repository: &Repository,
    environment: &str,
    purpose: Purpose,
    prompt: Prompt,
    now: fn() -> Timestamp,
) -> Result<ReadinessDocument, Failure> {
    let (name, environment) = repository.environment(Some(environment))?;
    let tenant = environment.tenant.value.clone();
    let mut readiness =
        Readiness { environment: name.to_owned(), tenant, purpose, checks: Vec::new(), permissions: Vec::new() };
    configuration(repository, &mut readiness);
    examine_connection(&connection(repository, environment), prompt, now, &mut readiness).await;
    Ok(readiness.document())
}

async fn examine_connection(
    connection: &Connection,
    prompt: Prompt,
    now: fn() -> Timestamp,
    readiness: &mut Readiness,
) {
    if connection.is_embedded() {
        readiness.add(
            ReadinessArea::SignIn,
            Status::Ok,
            "embedded sandbox: no sign-in needed, and nothing leaves this machine",
        );
        return;
    }
    let identity = Identity::find(connection, readiness.purpose, prompt).await;
    let UntrustedServers { graph, login } = &connection.untrusted;
    let login = login.as_ref().filter(|_| identity.method.is_some_and(SignInMethod::uses_login_server));
    let untrusted: Vec<Diagnostic> = graph.iter().chain(login).cloned().collect();
    if !untrusted.is_empty() {
        // Nothing is sent to them, not even to see whether they answer.
        return readiness.add_failure(ReadinessArea::Network, Failure::Diagnostics(untrusted));
    }
    let reached = network(connection, &identity, now, readiness).await;
    ways(&identity, readiness);
    if identity.method.is_none() && identity.choice.is_some() {
        let help = "docs/sign-in.md shows how to set up each method; select one with `auth: { method: … }`";
        readiness.add_with_help(
            ReadinessArea::SignIn,
            Status::Fail,
            "none of these methods can be used here",
            Some(help.into()),
        );
        return;
    }
    match signed_in(&identity).await {
        Ok((access, token)) => {
            let claims = token.as_deref().and_then(TokenClaims::read);
            whose(&identity, token.is_some(), claims.as_ref(), now, readiness);
            readiness.permissions = compare(claims.as_ref().map(TokenClaims::permissions));
            match Client::new(connection.graph_url(), access, WINDOW) {
                Ok(_) if !reached => {}
                Ok(client) => requests(connection, &client, readiness).await,
                Err(error) => {
                    readiness.add_with_help(ReadinessArea::Graph, Status::Fail, error.to_string(), error.hint())
                }
            }
            if claims.is_some() {
                lacking(readiness);
            }
        }
        Err(failure) => readiness.add_failure(ReadinessArea::SignIn, failure),
    }
}

/// Reports permissions that the command needs and the token lacks, even if the server answered.
fn lacking(readiness: &mut Readiness) {
    let commands: &[PermissionUse] = match readiness.purpose {
        Purpose::Plan => &[PermissionUse::Plan],
        Purpose::Apply => &[PermissionUse::Plan, PermissionUse::Apply],
    };
    let is_missing = |row: &&GrantedPermission| commands.iter().any(|command| lacks(row, *command));
    let missing = readiness.permissions.iter().filter(is_missing);
    let missing: Vec<String> =
        missing.map(|row| format!("{} needs {}, which the token lacks", row.for_what.word(), row.permission)).collect();
    for what in missing {
        let help = "ask an administrator to grant it to the application, then get a new token; see docs/sign-in.md";
        readiness.add_with_help(ReadinessArea::Permissions, Status::Fail, what, Some(help.into()));
    }
}

fn configuration(repository: &Repository, readiness: &mut Readiness) {
    readiness.add(
        ReadinessArea::Configuration,
        Status::Ok,
        format!("sspr-policy.yaml, owner {}", repository.configuration.owner.value),
    );
    let errors = repository.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    if errors > 0 {
        let what = format!("{} in the files", counted(errors, "error"));
        readiness.add_with_help(
            ReadinessArea::Configuration,
            Status::Fail,
            what,
            Some("run `sspr-policy check` to see them".into()),
        );
    }
}

async fn network(
    connection: &Connection,
    identity: &Identity,
    now: fn() -> Timestamp,
    readiness: &mut Readiness,
) -> bool {
    let (login, graph) = (connection.login_url(), connection.graph_url());
    if [login, graph].iter().any(|url| url.starts_with("https://"))
        && let Some(proxy) = proxy()
    {
        readiness.add(ReadinessArea::Network, Status::Note, format!("uses the proxy {proxy}"));
    }
    if identity.method.is_some_and(SignInMethod::uses_login_server) {
        server("login", login, readiness).await;
    }
    let answer = server("Graph", graph, readiness).await;
    if let Some(theirs) = answer.as_ref().and_then(|answer| answer.date) {
        clock(now(), theirs, readiness);
    }
    answer.is_some()
}

async fn server(what: &str, url: &str, readiness: &mut Readiness) -> Option<Probe> {
    match probe(url).await {
        Ok(answer) => {
            readiness.add(ReadinessArea::Network, Status::Ok, format!("{what}: {url} answers"));
            Some(answer)
        }
        Err(reason) => {
            let help = if reason.contains("certificate") {
                "this machine does not trust the certificate; set SSL_CERT_FILE to a file with the certificate of its issuer"
            } else if what == "Graph" && url.starts_with("http://") && is_loopback(url) {
                "start the server, for example with `sspr-policy sandbox serve`"
            } else {
                "if a proxy is needed, set HTTPS_PROXY to it, and NO_PROXY to the hosts to reach without it"
            };
            readiness.add_with_help(
                ReadinessArea::Network,
                Status::Fail,
                format!("{what}: {url}: {reason}"),
                Some(help.into()),
            );
            None
        }
    }
}

fn clock(ours: Timestamp, theirs: Timestamp, readiness: &mut Readiness) {
    let seconds = ours.as_second() - theirs.as_second();
    if seconds.abs() <= MOST_SKEW_SECONDS {
        readiness.add(ReadinessArea::Network, Status::Ok, "the clock agrees with the server's");
        return;
    }
    let side = if seconds > 0 { "ahead of" } else { "behind" };
    let what = format!("the clock is {} {side} the server's", counted(seconds.unsigned_abs() as usize / 60, "minute"));
    readiness.add_with_help(
        ReadinessArea::Network,
        Status::Warn,
        what,
        Some("correct the clock: a token is refused outside its period of validity".into()),
    );
}

/// The chosen sign-in method, and why.
fn ways(identity: &Identity, readiness: &mut Readiness) {
    let Some(choice) = &identity.choice else {
        let what = match identity.method {
            Some(method) => format!("{} (as configured)", method.name()),
            None => "no sign-in needed: the server is on this machine".to_owned(),
        };
        readiness.add(ReadinessArea::SignIn, Status::Note, what);
        return;
    };
    for step in &choice.steps {
        let (status, what) = match &step.decision {
            Decision::Taken(what) => (Status::Ok, what),
            Decision::PassedOver(what) => (Status::Note, what),
        };
        readiness.add(ReadinessArea::SignIn, status, format!("{:<18} {what}", step.method.name()));
    }
}

async fn signed_in(identity: &Identity) -> Result<(Access, Option<String>), Failure> {
    let access = identity.access()?;
    let token = access.bearer(false).await?;
    Ok((access, token))
}

fn whose(
    identity: &Identity,
    has_token: bool,
    claims: Option<&TokenClaims>,
    now: fn() -> Timestamp,
    readiness: &mut Readiness,
) {
    if matches!(identity.method, Some(SignInMethod::DeviceCode | SignInMethod::Browser)) {
        let kept = match key_store_name() {
            Some(store) => format!("you stay signed in: the refresh token is stored in {store}"),
            None => {
                "you sign in each time: no supported key store was found on this system, so nothing is stored".into()
            }
        };
        readiness.add(ReadinessArea::SignIn, Status::Note, kept);
    }
    let Some(claims) = claims else {
        if has_token {
            readiness.add(
                ReadinessArea::Token,
                Status::Note,
                "it cannot be read; only Graph's answers show which permissions it has",
            );
        }
        return;
    };
    let shown = |claim: &Option<String>| claim.clone().unwrap_or_else(|| "unknown".into());
    let who = match &claims.user {
        Some(user) => format!("{user} with application {}", shown(&claims.application)),
        None => format!("application {}", shown(&claims.application)),
    };
    let kind = if claims.is_delegated() { "delegated" } else { "application" };
    readiness.add(
        ReadinessArea::Token,
        Status::Ok,
        format!("{who}, tenant {}, {kind} permissions", shown(&claims.tenant)),
    );
    let ends = claims.expires.and_then(|second| Timestamp::from_second(second).ok());
    if let Some(ends) = ends {
        let status = if ends > now() { Status::Ok } else { Status::Fail };
        readiness.add(ReadinessArea::Token, status, format!("valid until {ends}"));
    }
    if let Some(audience) = &claims.audience {
        readiness.add(ReadinessArea::Token, Status::Note, format!("for {audience}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked_clock(ours: i64, theirs: i64) -> (Status, String) {
        let time = |second| Timestamp::from_second(second).expect("a time");
        let mut readiness = Readiness {
            environment: String::new(),
            tenant: String::new(),
            purpose: Purpose::Plan,
            checks: Vec::new(),
            permissions: Vec::new(),
        };
        clock(time(ours), time(theirs), &mut readiness);
        readiness.checks.pop().map(|check| (check.status, check.what)).expect("a line")
    }

    #[test]
    fn a_wrong_clock_is_reported() {
        assert_eq!(checked_clock(1000, 1300), (Status::Ok, "the clock agrees with the server's".into()));
        assert_eq!(checked_clock(1000, 1421), (Status::Warn, "the clock is 7 minutes behind the server's".into()));
        assert_eq!(checked_clock(5000, 1000), (Status::Warn, "the clock is 66 minutes ahead of the server's".into()));
    }
}
