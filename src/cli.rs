//! The command line: parses arguments and prints results. It makes no decisions, and nothing else prints.

mod apply;
mod catalogue;
mod check;
mod disown;
mod doctor;
mod explain;
mod export;
mod generated;
mod import;
mod init;
mod output;
mod plan;
mod sandbox;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::catalogue::Catalogue;
use crate::failure::Failure;
use crate::repository::{Repository, find_root};
use output::Output;

/// Windows device policies as code: YAML in git becomes Intune profiles, .reg files and ADMX
#[derive(Debug, Parser)]
#[command(name = "sspr-policy", version, about, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Folder of the policy repository [default: the nearest folder with sspr-policy.yaml, from here upward]
    #[arg(long = "dir", global = true, value_name = "FOLDER")]
    given: Option<PathBuf>,
    /// The folder that was given or found.
    #[arg(skip)]
    dir: PathBuf,
    /// Environment to use [default: `default:` in sspr-policy.yaml]
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,
    /// When to use color
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    color: Color,
    /// Print only errors and the summary
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Print more detail to stderr; -vv also logs every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a policy repository: configuration, a first policy and a pipeline
    #[command(after_help = "Example: sspr-policy init --owner contoso-endpoint")]
    Init(init::InitArgs),
    /// Check policies for errors and for settings that break features
    #[command(alias = "validate", after_help = "Example: sspr-policy check --fix policies/sspr")]
    Check(check::CheckArgs),
    /// Show everything about a setting, a rule, a code or a target
    #[command(after_help = "Example: sspr-policy explain Authentication/AllowAadPasswordReset")]
    Explain(explain::ExplainArgs),
    /// Search the catalogue of Windows settings, compare releases, import a newer one
    #[command(alias = "catalog")]
    Catalogue(catalogue::CatalogueArgs),
    /// Show what `apply` would change, including drift
    #[command(after_help = "Example: sspr-policy plan --env production --out plan.json")]
    Plan(plan::PlanArgs),
    /// Show a saved plan
    #[command(after_help = "Example: sspr-policy show plan.json --output-format markdown")]
    Show(plan::ShowArgs),
    /// Change the tenant to match the policies; asks for confirmation first
    Apply(apply::ApplyArgs),
    /// Export policies as .reg files or as a Group Policy template (ADMX)
    Export(export::ExportArgs),
    /// Write policies that adopt existing custom profiles; changes nothing in the tenant
    #[command(after_help = "Example: sspr-policy import --out policies/imported")]
    Import(import::ImportArgs),
    /// Stop managing a profile; leave it as it is
    Disown(disown::DisownArgs),
    /// Check whether an environment can be used: network, sign-in, tenant, permissions
    #[command(after_help = "Example: sspr-policy doctor --env production")]
    Doctor(doctor::DoctorArgs),
    /// Run the embedded Microsoft Graph sandbox, for trying things out and for tests
    Sandbox(sandbox::SandboxArgs),
    /// Print the JSON Schemas of policies, the configuration, and the JSON output of commands
    #[command(after_help = "Example: sspr-policy schema --out schemas")]
    Schema(generated::SchemaArgs),
    /// Write the generated pages of the documentation
    #[command(hide = true)]
    Reference(generated::ReferenceArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example: sspr-policy completions powershell")]
    Completions(generated::CompletionsArgs),
    /// Print the manual page, or write a page for each command
    #[command(after_help = "Example: sspr-policy man --out man")]
    Man(generated::ManArgs),
}

pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are not failures. A usage error exits with 1: clap's own 2 means "there are changes" here.
            let code = if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
            let _ = error.print();
            return code;
        }
    };
    let output = Output::new(&cli.global);
    let cli = with_root(cli, &output);
    start_log(cli.global.verbose, cli.global.quiet, output.color_err);
    match run(cli, &output) {
        Ok(_) if output.lost() => {
            output.failure(&Failure::new("the output could not be written"));
            ExitCode::FAILURE
        }
        Ok(code) => code,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Without `--dir`, the repository is searched for, except by the command that creates one.
fn with_root(mut cli: Cli, output: &Output) -> Cli {
    if let Some(given) = &cli.global.given {
        cli.global.dir.clone_from(given);
        return cli;
    }
    let found = if matches!(cli.command, Command::Init(_)) { None } else { find_root() };
    cli.global.dir = found.unwrap_or_else(|| ".".into());
    if cli.global.dir != Path::new(".") {
        let root = cli.global.dir.canonicalize().unwrap_or_else(|_| cli.global.dir.clone());
        output.say(&format!("policy repository: {}", root.display()));
    }
    cli
}

fn run(cli: Cli, output: &Output) -> Result<ExitCode, Failure> {
    let global = &cli.global;
    match cli.command {
        Command::Init(args) => init::run(&args, global, output),
        Command::Check(args) => check::run(&args, global, output),
        Command::Explain(args) => explain::run(&args, global, output),
        Command::Catalogue(args) => catalogue::run(&args, global, output),
        Command::Show(args) => plan::show(&args, global, output),
        Command::Export(args) => export::run(&args, global, output),
        Command::Schema(args) => generated::schema(&args, global, output),
        Command::Reference(args) => generated::reference(&args, global, output),
        Command::Completions(args) => generated::completions(&args, output),
        Command::Man(args) => generated::man(&args, global, output),
        Command::Plan(args) => online(plan::run(&args, global, output)),
        Command::Apply(args) => online(apply::run(&args, global, output)),
        Command::Import(args) => online(import::run(&args, global, output)),
        Command::Doctor(args) => online(doctor::run(&args, global, output)),
        Command::Disown(args) => online(disown::run(&args, global, output)),
        Command::Sandbox(args) => sandbox::run(&args, global, output),
    }
}

/// Starts a runtime, which only the commands that use the network need.
fn online<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("cannot start the network runtime: {error}")))?.block_on(work)
}

fn start_log(verbose: u8, quiet: bool, color: bool) {
    let level = match verbose {
        0 if quiet => return,
        0 => "sspr_policy=warn",
        1 => "sspr_policy=info",
        _ => "sspr_policy=debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(level);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(color).with_writer(std::io::stderr);
    // The reader of stderr may have gone away.
    let log = log.log_internal_errors(false);
    // Fails only if logging has been started already.
    let _ = match verbose {
        // By default only notices of long waits are logged, as plain sentences.
        0 => log.without_time().with_target(false).with_level(false).try_init(),
        _ => log.try_init(),
    };
}

/// The date in UTC, so that a waiver ends at the same moment everywhere.
fn today() -> jiff::civil::Date {
    crate::clock::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The repository, for commands that also work without one. If it cannot be read, a note says so.
fn repository_if_any(global: &Global, output: &Output) -> Option<Repository> {
    if !Repository::is_at(&global.dir) {
        return None;
    }
    let opened = Repository::open(&global.dir);
    if opened.is_err() {
        output.say("note: the policy repository cannot be read, so the embedded catalogue is used. Run `sspr-policy check` to see why");
    }
    opened.ok()
}

/// The repository's catalogue, or the embedded one.
fn catalogue_of(repository: Option<&Repository>) -> &Catalogue {
    repository.map_or_else(|| Catalogue::embedded(), Repository::catalogue)
}

/// For completions and the manual page.
fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
