//! The policy repository on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Global;
use super::output::{Failure, Output};
use super::secrets::{self, Files};
use crate::catalogue::Catalogue;
use crate::compile::{Context, Secrets};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::policy::{Configuration, Environment, Policy, key_of_path, read_configuration, read_policy};
use crate::source::{Place, Source, Span};

/// The name of the configuration.
pub(super) const CONFIGURATION: &str = "sspr-policy.yaml";
/// The folder of the policies.
const POLICIES: &str = "policies";
/// The folder of what is ours and nobody else's: sandbox, lock, journal.
pub(super) const STATE: &str = ".sspr-policy";

/// A policy repository.
pub(super) struct Workspace {
    pub root: PathBuf,
    pub configuration: Configuration,
    pub configuration_source: Arc<Source>,
    pub policies: Vec<Policy>,
    /// The names of all policy files, also of those that cannot be read.
    pub files: Vec<String>,
    /// What is wrong; with errors there is no plan.
    pub problems: Vec<Diagnostic>,
    /// What the configuration names as `catalogue:`.
    own_catalogue: Option<Catalogue>,
}

impl Workspace {
    /// Reads configuration and policies. What is wrong with policies is kept for the caller; without a configuration
    /// it is the failure, so that one run says everything.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        let mut problems = Vec::new();
        let configuration = open_configuration(root, &mut problems)?;
        let files = policy_files(root, &mut problems);
        let policies: Vec<Policy> = files.iter().filter_map(|file| open_policy(root, file, &mut problems)).collect();
        complain_of_twins(&policies, &mut problems);
        let Some((configuration, configuration_source)) = configuration else {
            return Err(Failure::Diagnostics(problems));
        };
        let own_catalogue = match configuration.catalogue.as_ref().map(|path| open_catalogue(root, path)) {
            None => None,
            Some(Ok(catalogue)) => Some(catalogue),
            // With another catalogue, every setting that only this one has would look misspelt.
            Some(Err((message, reason))) => {
                let span = configuration.catalogue.as_ref().map_or(Span::default(), |path| path.span);
                let problem = Diagnostic::error(Code::UnreadableCatalogue, message)
                    .at(Place::new(&configuration_source, span), reason);
                problems.push(problem.help("make one with `sspr-policy catalogue import DDF --out FILE`"));
                return Err(Failure::Diagnostics(problems));
            }
        };
        let files = files.iter().map(|file| relative(root, file)).collect();
        let root = root.to_path_buf();
        Ok(Self { root, configuration, configuration_source, policies, files, problems, own_catalogue })
    }

    /// Whether there is a policy repository, readable or not.
    pub fn is_at(root: &Path) -> bool {
        root.join(CONFIGURATION).exists()
    }

    /// The repository for commands that do without one. One that cannot be read is said, because they then know less.
    pub fn here(global: &Global, output: &Output) -> Option<Self> {
        if !Self::is_at(&global.dir) {
            return None;
        }
        let opened = Self::open(&global.dir);
        if opened.is_err() {
            output.say("note: the policy repository cannot be read, `check` says why; the embedded catalogue is used");
        }
        opened.ok()
    }

    /// What its policies are checked with: its own catalogue, or the embedded one.
    pub fn catalogue(&self) -> &Catalogue {
        self.own_catalogue.as_ref().unwrap_or_else(|| Catalogue::embedded())
    }

    /// The environment that is asked for, or the default one.
    pub fn environment(&self, wanted: Option<&str>) -> Result<(&str, &Environment), Failure> {
        let name = wanted.unwrap_or(&self.configuration.default);
        match self.configuration.environments.iter().find(|(known, _)| known.value == name) {
            Some((name, environment)) => Ok((name, environment)),
            None => {
                let known: Vec<&str> = self.configuration.environments.keys().collect();
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`"),
                    None => format!("environments: {}", known.join(", ")),
                };
                Err(Failure::with_help(format!("there is no environment `{name}` in {CONFIGURATION}"), help))
            }
        }
    }

    /// The catalogue of commands that do without a repository.
    pub fn catalogue_of(workspace: Option<&Self>) -> &Catalogue {
        workspace.map_or_else(|| Catalogue::embedded(), Self::catalogue)
    }

    /// What its policies are compiled with in an environment.
    pub fn context<'a>(
        &'a self,
        (name, environment): (&'a str, &'a Environment),
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
        }
    }

    /// That there are policies to plan with: with `prune: true`, a folder that was lost would delete everything.
    pub fn require_policies(&self) -> Result<(), Failure> {
        if self.root.join(POLICIES).is_dir() {
            return Ok(());
        }
        Err(Failure::with_help(
            format!("there is no folder {POLICIES}/ in {}", shown(&self.root)),
            "make it; where it is meant to be empty, with a file such as `.gitkeep` in it",
        ))
    }

    /// Where state lies.
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

/// The files of all policies, in the order of their paths.
fn policy_files(root: &Path, problems: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let folder = root.join(POLICIES);
    if let Err(reason) = stays_inside(root, &folder) {
        problems.push(unreadable(root, &folder, &reason));
    } else if folder.is_dir() {
        walk(root, &folder, &mut files, problems);
    }
    files
}

/// The configuration; nothing where its problems say why.
fn open_configuration(
    root: &Path,
    problems: &mut Vec<Diagnostic>,
) -> Result<Option<(Configuration, Arc<Source>)>, Failure> {
    let path = root.join(CONFIGURATION);
    let bytes = fs::read(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::with_help(
            format!("there is no {CONFIGURATION} in {}", shown(root)),
            "`sspr-policy init` makes a policy repository here; `--dir FOLDER` names another folder",
        ),
        _ => Failure::new(format!("{CONFIGURATION} cannot be read: {error}")),
    })?;
    let source =
        Source::new(CONFIGURATION, bytes).map_err(|reason| Failure::new(format!("{CONFIGURATION}: {reason}")))?;
    Ok(read_configuration(&source, problems).map(|configuration| (configuration, source)))
}

/// The table that the configuration names; else what is wrong, and why.
fn open_catalogue(root: &Path, path: &str) -> Result<Catalogue, (&'static str, String)> {
    const UNREADABLE: &str = "the catalogue cannot be read";
    const NO_TABLE: &str = "this is no catalogue";
    let bytes = secrets::read(root, path).map_err(|reason| (UNREADABLE, reason))?;
    let text = String::from_utf8(bytes).map_err(|_| (NO_TABLE, format!("{path} is not UTF-8")))?;
    Catalogue::parse(text).map_err(|error| match error.line {
        1 => (NO_TABLE, format!("{path}:1: {}", error.reason)),
        line => (UNREADABLE, format!("{path}:{line}: {}", error.reason)),
    })
}

/// The names of all policy files, for those who have no workspace.
pub(super) fn policy_names(root: &Path) -> Vec<String> {
    policy_files(root, &mut Vec::new()).iter().map(|file| relative(root, file)).collect()
}

/// A folder as people write it.
pub(super) fn shown(folder: &Path) -> String {
    if folder == Path::new(".") || folder.as_os_str().is_empty() {
        "this folder".into()
    } else {
        folder.display().to_string()
    }
}

/// All YAML files below a folder, in the order of their paths.
fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>, problems: &mut Vec<Diagnostic>) {
    let mut entries: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(error) => {
            problems.push(unreadable(root, folder, &format!("the folder cannot be read: {error}")));
            return;
        }
    };
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        let nearly = [".yaml", ".yml"].iter().any(|end| name.to_lowercase().ends_with(end)) && !yaml;
        if let Err(reason) = stays_inside(root, &path) {
            problems.push(unreadable(root, &path, &reason));
        } else if path.is_dir() && yaml {
            problems.push(unreadable(root, &path, "this is a folder, and its name is a policy's"));
        } else if path.is_dir() {
            walk(root, &path, files, problems);
        } else if nearly {
            problems.push(unreadable(root, &path, "a policy's name ends with `.yaml` in small letters"));
        } else if yaml && !path.is_file() {
            problems.push(unreadable(root, &path, "this is no ordinary file"));
        } else if yaml {
            files.push(path);
        }
    }
}

/// A link that leads out of the repository would let a pull request read other files of the machine.
fn stays_inside(root: &Path, path: &Path) -> Result<(), String> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_symlink());
    if !is_link {
        return Ok(());
    }
    let (root, real) = (fs::canonicalize(root), fs::canonicalize(path));
    match (root, real) {
        (Ok(root), Ok(real)) if real.starts_with(&root) && !path.is_dir() => Ok(()),
        (Ok(root), Ok(real)) if real.starts_with(&root) => Err("a link to a folder is not followed".into()),
        (_, Err(error)) => Err(format!("the link leads nowhere: {error}")),
        _ => Err("the link leads out of the policy repository".into()),
    }
}

/// A path from the root with forward slashes.
pub(super) fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn unreadable(root: &Path, path: &Path, reason: &str) -> Diagnostic {
    let source = Source { path: relative(root, path), text: String::new(), bom: false };
    let place = Place::start_of(&Arc::new(source));
    Diagnostic::error(Code::UnreadableFile, "this file cannot be read").at(place, reason)
}

fn open_policy(root: &Path, path: &Path, problems: &mut Vec<Diagnostic>) -> Option<Policy> {
    let name = relative(root, path);
    let source =
        match fs::read(path).map_err(|error| error.to_string()).and_then(|bytes| Source::new(name.clone(), bytes)) {
            Ok(source) => source,
            Err(reason) => {
                problems.push(unreadable(root, path, &reason));
                return None;
            }
        };
    let key = name.strip_prefix(POLICIES).map(|rest| rest.trim_start_matches('/')).and_then(key_of_path);
    read_policy(&source, key.as_deref(), problems)
}

fn complain_of_twins(policies: &[Policy], problems: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, &Policy> = BTreeMap::new();
    for policy in policies.iter().filter(|policy| !policy.key.is_empty()) {
        let place = |policy: &Policy| {
            policy.place(policy.document.key.as_ref().map_or(policy.document.name.span, |key| key.span))
        };
        let Some(earlier) = first.get(policy.key.as_str()) else {
            first.insert(&policy.key, policy);
            continue;
        };
        problems.push(
            Diagnostic::error(Code::DuplicateKey, format!("two policies have the key `{}`", policy.key))
                .at(place(policy), "the key is what tells profiles apart in the tenant")
                .and(place(earlier), "the other policy")
                .help("give one of them another `key:`"),
        );
    }
}
