//! A policy repository on disk: configuration, policies, and the files and secrets that they refer to.

mod catalogue_files;
mod check;
mod find;
mod fixes;
mod lock;
mod own_catalogue;
mod paths;
mod policy_files;
mod secrets;
mod select;

pub use catalogue_files::{make_catalogue, read_catalogue};
pub use check::{CheckRequest, Checked};
pub use find::find_root;
pub use fixes::{FixedFile, replace_file};
pub use lock::{Guard, lock_folder, lock_tenant, state_name, user_state};
pub use own_catalogue::OtherMeanings;
pub use paths::{NamedPath, relative};
pub use secrets::variable;
pub use select::select_policies;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use policy_files::{POLICIES, open_policies, policy_files, report_duplicate_keys};

use crate::catalogue::Catalogue;
use crate::compile::{Context, Secrets, SuggestionBudget};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::failure::Failure;
use crate::folder::{EntryKind, FileProblem, UntrustedFolder};
use crate::policy::{Configuration, Environment, Policy, read_configuration};
use crate::source::{MAX_BYTES, Place, Source, Span};

/// The name of the configuration file.
pub const CONFIGURATION: &str = "sspr-policy.yaml";
/// The folder of the embedded sandbox: its state, lock and journal.
pub const STATE: &str = ".sspr-policy";

/// The largest catalogue, in bytes; the embedded one has 12 MB.
const LARGEST_CATALOGUE: usize = 64 << 20;

/// Contents by path from the root of the repository, or the reason why a file could not be read.
pub type Files = BTreeMap<String, Result<Vec<u8>, String>>;

#[derive(Clone)]
pub struct Repository {
    pub root: PathBuf,
    folder: Arc<UntrustedFolder>,
    pub configuration: Configuration,
    pub configuration_source: Arc<Source>,
    pub policies: Vec<Policy>,
    /// The names of all policy files, including those that cannot be read.
    pub files: Vec<String>,
    /// With errors here, nothing is planned.
    pub problems: Vec<Diagnostic>,
    /// From `catalogue:` in the configuration.
    own_catalogue: Option<Arc<Catalogue>>,
}

impl Repository {
    /// Reads configuration and policies. Problems of the policies are kept for the caller. If the configuration cannot be
    /// read, the failure holds all problems, so that one run reports everything.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        let mut problems = Vec::new();
        let folder = open_folder(root)?;
        let configuration = open_configuration(&folder, &mut problems)?;
        let files = policy_files(&folder, &mut problems);
        let policies = open_policies(&folder, &files, &mut problems);
        report_duplicate_keys(&policies, &mut problems);
        let Some((configuration, configuration_source)) = configuration else {
            return Err(Failure::Diagnostics(problems));
        };
        let own_catalogue = match configuration.catalogue.as_ref().map(|path| open_catalogue(&folder, path)) {
            None => None,
            Some(Ok(catalogue)) => Some(Arc::new(catalogue)),
            // With the embedded catalogue instead, settings that only this one has would look misspelled.
            Some(Err((message, reason))) => {
                let span = configuration.catalogue.as_ref().map_or(Span::default(), |path| path.span);
                let problem = Diagnostic::error(Code::UnreadableCatalogue, message)
                    .at(Place::new(&configuration_source, span), reason);
                problems.push(problem.help("create it with `sspr-policy catalogue import DDF --out FILE`"));
                return Err(Failure::Diagnostics(problems));
            }
        };
        let (root, folder) = (root.to_path_buf(), Arc::new(folder));
        Ok(Self { root, folder, configuration, configuration_source, policies, files, problems, own_catalogue })
    }

    /// Whether the folder has a configuration, readable or not.
    pub fn is_at(root: &Path) -> bool {
        UntrustedFolder::open(root).is_ok_and(|folder| folder.kind(CONFIGURATION).is_some())
    }

    /// Its own catalogue, or the embedded one.
    pub fn catalogue(&self) -> &Catalogue {
        self.own_catalogue.as_deref().unwrap_or_else(|| Catalogue::embedded())
    }

    /// The environment of this name, or the default one.
    pub fn environment(&self, wanted: Option<&str>) -> Result<(&str, &Environment), Failure> {
        let name = wanted.unwrap_or(&self.configuration.default);
        match self.configuration.environments.iter().find(|(known, _)| known.value == name) {
            Some((name, environment)) => Ok((name, environment)),
            None => {
                let known: Vec<&str> = self.configuration.environments.keys().collect();
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("Did you mean `{near}`?"),
                    None => format!("environments: {}", known.join(", ")),
                };
                Err(Failure::with_help(format!("{CONFIGURATION} has no environment `{name}`"), help))
            }
        }
    }

    /// What compiling its policies for an environment needs.
    pub fn context<'a>(
        &'a self,
        name: &'a str,
        environment: &'a Environment,
        tenant_id: &'a str,
        secrets: &'a Secrets,
        files: &'a Files,
    ) -> Context<'a> {
        Context {
            catalogue: self.catalogue(),
            configuration: &self.configuration,
            configuration_source: &self.configuration_source,
            environment: name,
            settings: environment,
            tenant_id,
            secrets,
            files,
            suggestions: SuggestionBudget::default(),
        }
    }

    /// Fails if the folder of policies is missing: with `prune: true`, losing it would delete every profile.
    pub fn require_policies(&self) -> Result<(), Failure> {
        if self.folder.kind(POLICIES) == Some(EntryKind::Folder) {
            return Ok(());
        }
        Err(Failure::with_help(
            format!("the folder {POLICIES}/ is missing in {}", shown(&self.root)),
            "create it; if it is meant to be empty, put a file such as `.gitkeep` into it so that git keeps it",
        ))
    }

    /// The folder of the embedded sandbox.
    pub fn state(&self) -> PathBuf {
        self.root.join(STATE)
    }

    /// A digest of the policies and the configuration.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let mut hash = sha2::Sha256::new();
        let sources = self.policies.iter().map(|policy| &policy.source).chain([&self.configuration_source]);
        for source in sources {
            hash.update(&source.path);
            hash.update([0]);
            hash.update(source.text.replace("\r\n", "\n"));
            hash.update([0]);
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn open_folder(root: &Path) -> Result<UntrustedFolder, Failure> {
    UntrustedFolder::open(root).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(root),
        _ => Failure::new(format!("cannot open {}: {error}", shown(root))),
    })
}

fn missing(root: &Path) -> Failure {
    Failure::with_help(
        format!("{CONFIGURATION} is missing in {}", shown(root)),
        "run `sspr-policy init` to create a policy repository here, or name another folder with `--dir FOLDER`",
    )
}

/// The configuration; `None` if it cannot be read, with the reasons in `problems`.
fn open_configuration(
    folder: &UntrustedFolder,
    problems: &mut Vec<Diagnostic>,
) -> Result<Option<(Configuration, Arc<Source>)>, Failure> {
    let bytes = folder.read(CONFIGURATION, MAX_BYTES).map_err(|error| match error.problem {
        FileProblem::Missing => missing(folder.path()),
        _ => Failure::new(error.to_string()),
    })?;
    let source =
        Source::new(CONFIGURATION, bytes).map_err(|reason| Failure::new(format!("{CONFIGURATION}: {reason}")))?;
    Ok(read_configuration(&source, problems).map(|configuration| (configuration, source)))
}

/// The catalogue of the configuration; on error, a message and the reason.
fn open_catalogue(folder: &UntrustedFolder, path: &str) -> Result<Catalogue, (&'static str, String)> {
    const UNREADABLE: &str = "the catalogue cannot be read";
    const NOT_A_CATALOGUE: &str = "this is not a catalogue";
    let bytes = folder.read(path, LARGEST_CATALOGUE).map_err(|error| (UNREADABLE, error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| (NOT_A_CATALOGUE, format!("{path} is not UTF-8")))?;
    Catalogue::parse(text).map_err(|error| match error.line {
        1 => (NOT_A_CATALOGUE, format!("{path}:1: {}", error.reason)),
        line => (UNREADABLE, format!("{path}:{line}: {}", error.reason)),
    })
}

/// The names of all policy files, even without a configuration.
fn policy_names(root: &Path) -> Result<Vec<String>, Failure> {
    Ok(policy_files(&open_folder(root)?, &mut Vec::new()))
}

/// A folder as shown in messages.
pub fn shown(folder: &Path) -> String {
    if folder == Path::new(".") || folder.as_os_str().is_empty() {
        "this folder".into()
    } else {
        folder.display().to_string()
    }
}
