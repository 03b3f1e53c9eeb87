//! `disown`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::Global;
use super::identity::Purpose;
use super::output::{Failure, Output};
use super::session::Session;
use super::workspace::Workspace;
use crate::graph::Write;
use crate::tenant::{self, PROFILES};

#[derive(Debug, Args)]
pub(super) struct DisownArgs {
    /// The profile's id
    id: String,
}

pub(super) async fn run(args: &DisownArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(&global.dir)?;
    let (_, environment) = workspace.environment(global.env.as_deref())?;
    let session = Session::open(&workspace, environment, Purpose::Apply).await?;
    let done = disown(&session, &args.id, &workspace.configuration.owner).await;
    session.close().await?;
    output.result(&done?);
    Ok(ExitCode::SUCCESS)
}

async fn disown(session: &Session, id: &str, owner: &str) -> Result<String, Failure> {
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(Failure::with_help(
            format!("`{id}` is no id"),
            "ids are in the plan's messages, and in the portal's address",
        ));
    }
    let Some(before) = tenant::read_one(&session.client, id).await? else {
        return Err(Failure::new(format!("no custom profile in the tenant has the id {id}")));
    };
    let marker = match &before.marker {
        None => return Err(Failure::new(format!("\"{}\" carries no marker of ours", before.profile.name))),
        Some(marker) if marker.owner != owner => {
            return Err(Failure::with_help(
                format!(
                    "\"{}\" belongs to {}, and this repository's owner is {owner}",
                    before.profile.name, marker.owner
                ),
                "run this in the repository of that owner",
            ));
        }
        Some(marker) => marker.clone(),
    };
    // Nothing but the description: values that Intune masks cannot be sent back.
    let text = before.profile.description.clone().unwrap_or_default();
    let body = json!({ "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "description": text });
    let path = format!("{PROFILES}/{id}");
    let write = Write { method: "PATCH", path: &path, body: Some(&body), headers: &[] };
    session.client.write(session.client.turn().await, write).await?;
    match tenant::read_one(&session.client, id).await? {
        Some(now) if now.marker.is_none() && now.profile == before.profile => Ok(format!(
            "\"{}\" ({id}) is no longer {} of {owner}; nothing else was changed\n",
            before.profile.name, marker.key
        )),
        _ => Err(Failure::with_help(
            format!("the marker of {id} was taken off, and the tenant now shows more changes than that"),
            "look at the profile in Intune",
        )),
    }
}
