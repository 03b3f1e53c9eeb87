//! The command line: arguments in, text out, no decisions. The only place that prints.

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

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::catalogue::Catalogue;
use crate::failure::Failure;
use crate::repository::Repository;
use output::Output;

/// Windows device policies in git: YAML in; Intune profiles, .reg files and ADMX out.
#[derive(Debug, Parser)]
#[command(name = "sspr-policy", version, about, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
struct Global {
    /// The policy repository: the folder with sspr-policy.yaml
    #[arg(long, global = true, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
    /// The environment in sspr-policy.yaml; its `default:` without this
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,
    /// When to colour
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    color: Colour,
    /// Say less
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more, on stderr; twice for every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a policy repository here: a first policy, the configuration, a pipeline
    Init(init::InitArgs),
    /// Validate policies and tell what will break
    #[command(alias = "validate")]
    Check(check::CheckArgs),
    /// A setting, a rule or a target on one screen
    Explain(explain::ExplainArgs),
    /// What Windows accepts: search it, compare releases, import a newer one
    #[command(alias = "catalog")]
    Catalogue(catalogue::CatalogueArgs),
    /// What `apply` would do; also the drift report
    Plan(plan::PlanArgs),
    /// A saved plan
    Show(plan::ShowArgs),
    /// Bring the tenant to the written state; asks first
    Apply(apply::ApplyArgs),
    /// The same policies as .reg files, or what no in-box template offers as ADMX
    Export(export::ExportArgs),
    /// A tenant's custom profiles as policies that adopt them; writes files only
    Import(import::ImportArgs),
    /// Take our marker off a profile in the tenant, and change nothing else
    Disown(disown::DisownArgs),
    /// Whether an environment can be used: reachability, sign-in, tenant, permissions
    Doctor(doctor::DoctorArgs),
    /// The embedded Microsoft Graph, for trying and testing
    Sandbox(sandbox::SandboxArgs),
    /// JSON Schemas of policies, configuration and plans
    Schema(generated::SchemaArgs),
    /// Write the generated pages of the documentation
    #[command(hide = true)]
    Reference(generated::ReferenceArgs),
    /// Completions for a shell
    Completions(generated::CompletionsArgs),
    /// The manual page
    Man,
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no failures; a wrong usage is one, and 2 means "changes are present" here.
            let code = if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
            let _ = error.print();
            return code;
        }
    };
    let output = Output::new(&cli.global);
    start_log(cli.global.verbose, cli.global.quiet, output.colour_err);
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

fn run(cli: Cli, output: &Output) -> Result<ExitCode, Failure> {
    let global = &cli.global;
    match cli.command {
        Command::Init(args) => init::run(&args, global, output),
        Command::Check(args) => check::run(&args, global, output),
        Command::Explain(args) => explain::run(&args, global, output),
        Command::Catalogue(args) => catalogue::run(&args, global, output),
        Command::Show(args) => plan::show(&args, output),
        Command::Export(args) => export::run(&args, global, output),
        Command::Schema(args) => generated::schema(&args, global, output),
        Command::Reference(args) => generated::reference(&args, output),
        Command::Completions(args) => generated::completions(&args, output),
        Command::Man => generated::man(output),
        Command::Plan(args) => online(plan::run(&args, global, output)),
        Command::Apply(args) => online(apply::run(&args, global, output)),
        Command::Import(args) => online(import::run(&args, global, output)),
        Command::Doctor(args) => online(doctor::run(&args, global, output)),
        Command::Disown(args) => online(disown::run(&args, global, output)),
        Command::Sandbox(args) => sandbox::run(&args, global, output),
    }
}

/// Only commands that talk to a network start a runtime.
fn online<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("the network cannot be used: {error}")))?.block_on(work)
}

fn start_log(verbose: u8, quiet: bool, colour: bool) {
    let level = match verbose {
        0 if quiet => return,
        0 => "sspr_policy=warn",
        1 => "sspr_policy=info",
        _ => "sspr_policy=debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(level);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colour).with_writer(std::io::stderr);
    // Whoever reads along may have gone away.
    let log = log.log_internal_errors(false);
    // Fails only when a log was started before.
    let _ = match verbose {
        // Without being asked, only that something takes long is said: as a sentence.
        0 => log.without_time().with_target(false).with_level(false).try_init(),
        _ => log.try_init(),
    };
}

/// Waivers end with a day, wherever that day is.
fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The repository for commands that do without one. One that cannot be read is said, because they then know less.
fn repository_if_any(global: &Global, output: &Output) -> Option<Repository> {
    if !Repository::is_at(&global.dir) {
        return None;
    }
    let opened = Repository::open(&global.dir);
    if opened.is_err() {
        output.say("note: the policy repository cannot be read, `check` says why; the embedded catalogue is used");
    }
    opened.ok()
}

/// The catalogue of commands that do without a repository.
fn catalogue_of(repository: Option<&Repository>) -> &Catalogue {
    repository.map_or_else(|| Catalogue::embedded(), Repository::catalogue)
}

/// The command line's definition, for completions and the manual page.
fn definition() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}
