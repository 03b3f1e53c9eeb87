//! Checks policies without a tenant.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::fixes::{FixedFile, fixes, write_fixes};
use super::paths::NamedPath;
use super::{CONFIGURATION, OtherMeanings, Repository, open_folder, policy_names, variable};
use crate::compile::{Claims, Compiled, CompiledSettings, Context, Secrets, compile};
use crate::diagnostic::{Diagnostic, Severity, sort};
use crate::failure::Failure;
use crate::policy::{Environment, TrustedHosts, UntrustedServers};
use crate::rules;

/// Stands in for the tenant's id, which does not matter for a check.
const ANY_TENANT: &str = "0f0f0f0f-5a5a-4b4b-8c8c-5590c0de0001";
/// One fix may uncover another. Eight rounds are enough for any file.
const MOST_ROUNDS: usize = 8;

#[derive(Debug, Clone, Copy)]
pub struct CheckRequest<'a> {
    pub root: &'a Path,
    /// Only this environment; `None` checks all.
    pub environment: Option<&'a str>,
    /// Only findings in these files and folders. All policies are read, because they can conflict with each other.
    pub paths: &'a [PathBuf],
    /// Decides which waivers have expired.
    pub today: Date,
}

#[derive(Debug)]
pub struct Checked {
    pub files: Vec<String>,
    pub found: Vec<Diagnostic>,
    /// Whether the configuration could be read. If not, its problems are shown whatever `paths` says.
    is_configured: bool,
}

impl CheckRequest<'_> {
    pub fn run(&self) -> Result<Checked, Failure> {
        let checked = match Repository::open(self.root) {
            Ok(repository) => {
                let found = repository.findings(self.environment, self.today)?;
                Checked { files: repository.files, found, is_configured: true }
            }
            // Without a configuration nothing can be compiled; its problems are reported like findings.
            Err(Failure::Diagnostics(mut found)) => {
                sort(&mut found);
                Checked { files: policy_names(self.root)?, found, is_configured: false }
            }
            Err(failure) => return Err(failure),
        };
        checked.restricted(self.root, self.paths)
    }

    /// What [`CheckRequest::fix`] would change, and what is wrong now.
    pub fn differences(&self) -> Result<(Vec<FixedFile>, Checked), Failure> {
        let checked = self.run()?;
        Ok((fixes(&open_folder(self.root)?, &checked.found), checked))
    }

    /// Writes all certain fixes. Returns the changed files, and what remains.
    pub fn fix(&self) -> Result<(BTreeSet<String>, Checked), Failure> {
        let folder = open_folder(self.root)?;
        let mut checked = self.run()?;
        let mut written = BTreeSet::new();
        for _ in 0..MOST_ROUNDS {
            let fixed = fixes(&folder, &checked.found);
            if fixed.is_empty() {
                break;
            }
            write_fixes(&folder, &fixed)?;
            written.extend(fixed.into_iter().map(|file| file.path));
            checked = self.run()?;
        }
        Ok((written, checked))
    }
}

impl Checked {
    fn restricted(self, root: &Path, paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut wanted = Vec::new();
        for typed in paths {
            let path = NamedPath::find(root, typed)?;
            if path.name.is_empty() {
                return Ok(self);
            }
            let places = self.found.iter().filter_map(|finding| finding.place.as_ref());
            let mut names = self.files.iter().map(String::as_str).chain(places.map(|place| place.source.path.as_str()));
            if !names.any(|name| path.holds(name)) && path.name != CONFIGURATION {
                return Err(Failure::new(format!("{}: {}", typed.display(), why_not_checked(&path.name))));
            }
            wanted.push(path);
        }
        if wanted.is_empty() {
            return Ok(self);
        }
        let is_wanted = |file: &str| wanted.iter().any(|path| path.holds(file));
        let Self { mut files, mut found, is_configured } = self;
        let always = |file: &str| !is_configured && file == CONFIGURATION;
        found.retain(|finding| {
            finding.place.as_ref().is_none_or(|place| is_wanted(&place.source.path) || always(&place.source.path))
        });
        files.retain(|file| is_wanted(file));
        Ok(Self { files, found, is_configured })
    }
}

fn why_not_checked(name: &str) -> &'static str {
    let is_other = Path::new(name).extension().is_some_and(|extension| {
        ["reg", "pol", "json", "xml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    if is_other {
        "this version checks policies only"
    } else {
        "this is outside policies/, so it is not read as a policy"
    }
}

impl Repository {
    /// Findings in all environments, or in one.
    fn findings(&self, only: Option<&str>, today: Date) -> Result<Vec<Diagnostic>, Failure> {
        let mut found = self.problems.clone();
        if let Some(name) = only {
            self.environment(Some(name))?;
        }
        let files = self.referenced_files();
        let mut meanings = OtherMeanings::default();
        for (name, environment) in self.configuration.environments.iter() {
            if only.is_some_and(|only| only != name.value) {
                continue;
            }
            found.extend(self.untrusted_servers(environment));
            let context = self.context(name, environment, ANY_TENANT, &Secrets::Placeholders, &files);
            found.extend(self.findings_in(&context, today, &mut meanings));
        }
        found.extend(meanings.notice(self));
        let mut seen = HashSet::new();
        found.retain(|finding| {
            seen.insert((finding.kind, finding.place.as_ref().map(ToString::to_string), finding.message.clone()))
        });
        sort(&mut found);
        Ok(found)
    }

    /// Servers that get no credentials. `plan` fails there; where it runs, the variable may be set.
    fn untrusted_servers(&self, environment: &Environment) -> impl Iterator<Item = Diagnostic> {
        let trusted = TrustedHosts::parse(&variable(TrustedHosts::VARIABLE).unwrap_or_default());
        let UntrustedServers { graph, login } = environment.untrusted(&self.configuration_source, &trusted);
        graph.into_iter().chain(login).map(|problem| Diagnostic { severity: Severity::Warning, ..problem })
    }

    /// The problems of one environment and the findings of the rules, without those that the policies waive.
    fn findings_in(&self, context: &Context<'_>, today: Date, meanings: &mut OtherMeanings) -> Vec<Diagnostic> {
        let (mut problems, mut claims, mut compiled) = (Vec::new(), Claims::default(), Vec::new());
        for policy in &self.policies {
            for mut one in compile(std::slice::from_ref(policy), context, &mut problems) {
                claims.add(&one);
                meanings.add(&one, self);
                // The claims hold what it sets; a second form of some hundred thousand settings would only take memory.
                one.settings = CompiledSettings::default();
                compiled.push(one);
            }
        }
        let (mut findings, mut others): (Vec<_>, Vec<_>) = problems.into_iter().partition(Diagnostic::is_finding);
        findings.extend(rules::evaluate(claims.iter(), [], context.catalogue));
        let policies: Vec<_> = compiled.iter().map(Compiled::accepts).collect();
        others.extend(rules::waive(findings, &policies, today));
        others
    }
}
