//! `disown`: stop managing a profile.

use std::process::ExitCode;

use clap::Args;
use tokio::sync::watch;

use super::Global;
use super::apply::{EXIT_CODES, justification, open};
use super::output::{Output, waiting};
use crate::adoption::find_owned;
use crate::apply::{Stop, WriteSession};
use crate::failure::Failure;
use crate::plan::Outcome;
use crate::report;
use crate::repository::Repository;

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct DisownArgs {
    /// Id of the profile, as in Intune
    id: String,
    /// Justification that approvers see, where Multi Admin Approval is on
    #[arg(long, value_name = "TEXT", value_parser = justification)]
    justification: Option<String>,
}

pub(super) async fn run(args: &DisownArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let repository = Repository::open(&global.dir)?;
    let (_, environment) = repository.environment(global.env.as_deref())?;
    let writing = open(&repository, environment, output).await?;
    let done = disown(&writing, args, &repository.configuration.owner, output).await;
    writing.session.close().await?;
    done
}

async fn disown(writing: &WriteSession, args: &DisownArgs, owner: &str, output: &Output) -> Result<ExitCode, Failure> {
    let session = &writing.session;
    let owned = find_owned(session, &args.id, owner).await?;
    let (_asked, stop) = watch::channel(Stop::No);
    let justification = args.justification.as_deref().map_or("sspr-policy disown", str::trim);
    let executor = writing.executor(owner, justification, stop, &|_| {});
    let what = format!("\"{}\" ({})", owned.live.profile.name, owned.live.id);
    match executor.disown(owned.live).await {
        Outcome::Done(_) => {
            output.result(&format!(
                "{what} is no longer managed as {} of {owner}; nothing else was changed\n",
                owned.key
            ));
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Waiting(code) => {
            let how = report::after_approval("disown");
            output.result(&format!("{what} waits for approval, code {code}\n{how}\n"));
            Ok(waiting())
        }
        Outcome::Failed(text, help) => Err(Failure::Message(text, help)),
        Outcome::Skipped(why) => Err(Failure::new(why)),
    }
}
