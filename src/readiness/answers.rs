//! Learns from Graph's answers, even if the token cannot be read.

use std::time::Duration;

use serde_json::Value;

use super::Readiness;
use super::permissions;
use crate::graph::{Client, Error};
use crate::permissions::{READ_CONFIGURATION, READ_DEVICES, READ_GROUPS, READ_ORGANIZATION, WRITE_CONFIGURATION};
use crate::report::{ReadinessArea, Status};
use crate::session::{Connection, Purpose, check_tenant, no_graph};
use crate::tenant::{self, filters_path, masked_value_path, profiles_path};

/// An id that no object has.
const NOTHING: &str = "00000000-0000-0000-0000-000000000000";
/// How long to wait for an optional answer, retries included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends one request of each kind that a plan needs; and if the token cannot be read, more that reveal its permissions.
pub(super) async fn requests(connection: &Connection, client: &Client, readiness: &mut Readiness) {
    match tenant::organization(client).await {
        Ok(organization) => {
            let name = organization.display_name.clone().unwrap_or_default();
            let what = format!("200 /organization: {name} ({})", organization.id);
            match check_tenant(client, connection, &organization).await {
                Ok(()) => readiness.add(ReadinessArea::Graph, Status::Ok, what),
                Err(failure) => return readiness.add_failure(ReadinessArea::Graph, failure),
            }
            permissions::learn(&mut readiness.permissions, READ_ORGANIZATION, Some(true));
        }
        Err(error) => {
            permissions::learn(&mut readiness.permissions, READ_ORGANIZATION, granted::<()>(&Err(&error)));
            return refused("/organization", &error, no_graph(&error), readiness);
        }
    }
    let asked = [
        ("profiles", format!("{}?$top=1", profiles_path()), READ_CONFIGURATION),
        ("groups", "/v1.0/groups?$top=1&$select=id,displayName".to_string(), READ_GROUPS),
        ("filters", filters_path(), READ_CONFIGURATION),
    ];
    for (what, path, permission) in asked {
        let answer = client.get::<Value>(&path).await;
        permissions::learn(&mut readiness.permissions, permission, granted(&answer.as_ref()));
        match answer {
            Ok(_) => readiness.add(ReadinessArea::Graph, Status::Ok, format!("{what} can be read (200)")),
            Err(error) => refused(what, &error, None, readiness),
        }
    }
    if readiness.permissions.iter().any(|row| row.granted.is_none()) {
        devices(client, readiness).await;
        writing(client, readiness).await;
    }
}

/// Whether an answer shows that the permission was granted; `None` if something else went wrong.
fn granted<T>(answer: &Result<T, &Error>) -> Option<bool> {
    match answer {
        Ok(_) => Some(true),
        Err(error) => (error.status() == Some(403)).then_some(false),
    }
}

async fn devices(client: &Client, readiness: &mut Readiness) {
    let path = "/v1.0/deviceManagement/managedDevices?$top=1&$select=id";
    let Ok(answer) = tokio::time::timeout(PATIENCE, client.get::<Value>(path)).await else { return };
    permissions::learn(&mut readiness.permissions, READ_DEVICES, granted(&answer.as_ref()));
}

/// One read needs the permission that writes need (Microsoft Learn, getOmaSettingPlainTextValue: "ReadWrite permission is
/// required"). It asks for an object that does not exist, so that no secret is read. A 403 shows that the permission is
/// missing; no other answer proves anything.
async fn writing(client: &Client, readiness: &mut Readiness) {
    let path = masked_value_path(NOTHING, NOTHING);
    let answer = tokio::time::timeout(PATIENCE, client.get::<Value>(&path)).await;
    let wants_to_write = readiness.purpose == Purpose::Apply;
    match answer {
        Ok(Err(error)) if error.status() == Some(403) => {
            permissions::learn(&mut readiness.permissions, WRITE_CONFIGURATION, Some(false));
            if wants_to_write {
                let help = format!("ask an administrator to grant {WRITE_CONFIGURATION}; see docs/sign-in.md");
                let what = "apply would be refused: the token may not write profiles (403)";
                readiness.add_with_help(ReadinessArea::Permissions, Status::Fail, what, Some(help));
            }
        }
        _ if wants_to_write => {
            readiness.add(
                ReadinessArea::Permissions,
                Status::Note,
                "whether profiles may be written cannot be checked by reading; only `apply` will show it",
            );
        }
        _ => {}
    }
}

fn refused(what: &str, error: &Error, help: Option<String>, readiness: &mut Readiness) {
    let status = error.status().map_or_else(|| "no answer to".to_owned(), |status| status.to_string());
    readiness.add_with_help(
        ReadinessArea::Graph,
        Status::Fail,
        format!("{status} {what}: {error}"),
        help.or_else(|| error.hint()),
    );
}
