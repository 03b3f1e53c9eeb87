//! `disown`.

use std::process::ExitCode;

use clap::Args;
use tokio::sync::watch;

use super::apply::{EXIT_CODES, justification};
use super::identity::Purpose;
use super::output::{Failure, Output, waiting};
use super::session::Session;
use super::workspace::Workspace;
use super::{Global, lock};
use crate::apply::{Executor, Journal, Outcome, Stop};
use crate::profile::LiveProfile;
use crate::{report, tenant};

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct DisownArgs {
    /// The profile's id
    id: String,
    /// What approvers read, where a second administrator has to approve
    #[arg(long, value_name = "TEXT", value_parser = justification)]
    justification: Option<String>,
}

pub(super) async fn run(args: &DisownArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(&global.dir)?;
    let (_, environment) = workspace.environment(global.env.as_deref())?;
    let _folder = lock::folder(&workspace.state())?;
    let journal = Journal::open(&workspace.state().join("journal.json"))?;
    let session = Session::open(&workspace, environment, Purpose::Apply).await?;
    let _tenant = lock::tenant(&workspace, environment, &session, output)?;
    let done = disown(&session, args, &workspace.configuration.owner, &journal, output).await;
    session.close().await?;
    done
}

async fn disown(
    session: &Session,
    args: &DisownArgs,
    owner: &str,
    journal: &Journal,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let (before, key) = find(session, &args.id, owner).await?;
    let (_asked, stop) = watch::channel(Stop::No);
    let executor = Executor {
        client: &session.client,
        tenant_id: &session.tenant.id,
        owner,
        journal,
        patience: session.patience,
        justification: args.justification.as_deref().map_or("sspr-policy disown", str::trim),
        stop,
        tell: &|_| {},
    };
    let what = format!("\"{}\" ({})", before.profile.name, before.id);
    match executor.disown(&before).await {
        Outcome::Done(_) => {
            output.result(&format!("{what} is no longer {key} of {owner}; nothing else was changed\n"));
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Waiting(code) => {
            let how = report::after_approval("disown");
            output.result(&format!("{what} waits for approval; its code: {code}\n{how}\n"));
            Ok(waiting())
        }
        Outcome::Failed(text, help) => Err(Failure::Message(text, help)),
        Outcome::Left(why) => Err(Failure::new(why)),
    }
}

/// The profile, and the key that it has as ours.
async fn find(session: &Session, id: &str, owner: &str) -> Result<(LiveProfile, String), Failure> {
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(Failure::with_help(
            format!("`{id}` is no id"),
            "ids are in the plan's messages, and in the portal's address",
        ));
    }
    let Some(found) = tenant::read_one(&session.client, id).await? else {
        return Err(Failure::new(format!("no custom profile in the tenant has the id {id}")));
    };
    match &found.marker {
        None => Err(Failure::new(format!("\"{}\" carries no marker of ours", found.profile.name))),
        Some(marker) if marker.owner != owner => Err(Failure::with_help(
            format!("\"{}\" belongs to {}, and this repository's owner is {owner}", found.profile.name, marker.owner),
            "run this in the repository of that owner",
        )),
        Some(marker) => {
            let key = marker.key.clone();
            Ok((found, key))
        }
    }
}
