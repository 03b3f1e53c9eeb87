//! `sandbox serve`, `approve`, `reject` and `reset`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::output::Output;
use super::{Global, online};
use crate::failure::Failure;
use crate::repository::{CONFIGURATION, Repository, STATE};
use crate::sandbox::{self, ApprovalDecision, Hold, HoldWhen, Running, Sandbox, SandboxOptions, TENANT_ID};
use crate::session;

mod faults;

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    #[command(subcommand)]
    command: SandboxCommand,
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    /// Serve the sandbox on a loopback port until Ctrl+C
    #[command(after_help = "Example: sspr-policy sandbox serve --port 8899")]
    Serve(ServeArgs),
    /// Approve a request that waits for Multi Admin Approval; without a code, list the waiting requests
    #[command(after_help = "Example: sspr-policy sandbox approve --all")]
    Approve(DecideArgs),
    /// Reject a request that waits for Multi Admin Approval; without a code, list the waiting requests
    #[command(after_help = "Example: sspr-policy sandbox reject --all")]
    Reject(DecideArgs),
    /// Return the sandbox to its initial state
    Reset,
}

#[derive(Debug, Args)]
struct DecideArgs {
    /// Code of the request, from `x-msft-approval-code`
    code: Option<String>,
    /// Decide all waiting requests
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Port to listen on; 0 for a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Base URL of links to next pages, if the sandbox runs behind a proxy
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// YAML file with faults to inject (see docs/sandbox.md)
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Seed that decides which requests fail; the same seed gives the same faults
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// For crash tests: never answer the Nth write, stopping before or after it is on disk (`before:N`, `after:N`)
    #[arg(long, hide = true, value_parser = hold)]
    hold: Option<Hold>,
}

fn hold(text: &str) -> Result<Hold, String> {
    let (when, write) = text.split_once(':').ok_or("expected before:N or after:N")?;
    let when = match when {
        "before" => HoldWhen::Before,
        "after" => HoldWhen::After,
        _ => return Err("expected before:N or after:N".into()),
    };
    Ok(Hold { write: write.parse().map_err(|_| "N has to be a number, 1 or greater")?, when })
}

pub(super) fn run(args: &SandboxArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    match &args.command {
        SandboxCommand::Serve(args) => online(serve(args, global, output)),
        SandboxCommand::Approve(args) => decide(args, ApprovalDecision::Approve, global, output),
        SandboxCommand::Reject(args) => decide(args, ApprovalDecision::Reject, global, output),
        SandboxCommand::Reset => {
            Sandbox::reset(&global.dir.join(STATE))?;
            output.say("the sandbox was deleted; the next command creates a new one");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn decide(
    args: &DecideArgs,
    decision: ApprovalDecision,
    global: &Global,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let folder = global.dir.join(STATE);
    let (lines, what) = match (&args.code, args.all, decision) {
        (None, false, _) => (sandbox::waiting(&folder)?, "waiting for a decision; pass a code, or --all"),
        (code, _, ApprovalDecision::Approve) => (sandbox::decide(&folder, code.as_deref(), decision)?, "approved"),
        (code, _, ApprovalDecision::Reject) => (sandbox::decide(&folder, code.as_deref(), decision)?, "rejected"),
    };
    for line in &lines {
        output.result(&format!("{line}\n"));
    }
    output.say(&format!("{} {what}", lines.len()));
    Ok(ExitCode::SUCCESS)
}

async fn serve(args: &ServeArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let faults = args.faults.as_deref().map(|file| faults::read(&global.dir, file)).transpose()?.unwrap_or_default();
    let options = SandboxOptions {
        hold: args.hold,
        public_url: args.public_url.clone(),
        faults,
        random_seed: args.seed,
        ..seeds(global)?
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let mut running = Sandbox::open(&global.dir.join(STATE), options)?.serve(address).await?;
    output.result(&format!("{}\n", running.url()));
    output.say(&format!(
        "tenant {TENANT_ID}; to use it, add an environment: {{ tenant: {TENANT_ID}, graph_url: {}, auth: {{ method: token }} }}\nPress Ctrl+C to stop",
        running.url()
    ));
    wait(&mut running, output).await?;
    running.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// Waits for Ctrl+C; prints `held` when the held write is reached.
async fn wait(running: &mut Running, output: &Output) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("cannot wait for Ctrl+C: {error}"));
    tokio::select! {
        signal = tokio::signal::ctrl_c() => return signal.map_err(failed),
        () = running.held() => output.result("held\n"),
    }
    tokio::signal::ctrl_c().await.map_err(failed)
}

/// The options from the configuration; the defaults if there is no configuration.
fn seeds(global: &Global) -> Result<SandboxOptions, Failure> {
    if !global.dir.join(CONFIGURATION).exists() {
        return Ok(SandboxOptions::default());
    }
    let repository = Repository::open(&global.dir)?;
    let (_, environment) = repository.environment(global.env.as_deref())?;
    Ok(SandboxOptions { seed: session::seed(environment), ..SandboxOptions::default() })
}
