//! A tenant with a repository for it.

use serde_json::Value;
use tempfile::TempDir;

use super::between::{Asked, Between, Then};
use super::copy;
use super::graph::Graph;
use super::process::Ran;
use super::repository::{Repository, served};
use super::served::Served;

/// A served sandbox with faults, and a repository whose only environment it is.
pub struct Rehearsal {
    pub repo: Repository,
    pub server: Served,
    /// The folder with the sandbox's state.
    pub tenant: TempDir,
}

impl Rehearsal {
    pub fn new(faults: &str) -> Rehearsal {
        let (tenant, repo) = (tempfile::tempdir().unwrap(), Repository::empty());
        let server = Served::faulty(tenant.path(), faults, 1);
        let rehearsal = Rehearsal { repo, server, tenant };
        rehearsal.through(&rehearsal.server.url);
        rehearsal
    }

    /// The same tenant with other faults.
    pub fn again(self, faults: &str) -> Rehearsal {
        let Rehearsal { repo, server, tenant } = self;
        drop(server);
        let server = Served::faulty(tenant.path(), faults, 1);
        let rehearsal = Rehearsal { repo, server, tenant };
        rehearsal.through(&rehearsal.server.url);
        rehearsal
    }

    /// Lets the repository reach the tenant at this URL.
    pub fn through(&self, url: &str) {
        self.repo.write("sspr-policy.yaml", &served("contoso", url, ""));
    }

    /// For changes as in the portal.
    pub fn portal(&self) -> Graph {
        Graph::new(&self.server.url)
    }

    /// What the sandbox has counted.
    pub fn counters(&self) -> Value {
        self.server.counters()
    }

    /// Handles the requests of the next commands by a script.
    #[must_use = "the script is in use until it is dropped"]
    pub fn between(&self, script: impl FnMut(&Asked) -> Then + Send + 'static) -> Between {
        let between = Between::start(&self.server.url, script);
        self.through(&between.url);
        between
    }

    /// An apply whose requests are handled by a script.
    #[must_use = "the exit code must be checked"]
    pub fn apply_between(&self, script: impl FnMut(&Asked) -> Then + Send + 'static) -> Ran {
        let _between = self.between(script);
        self.repo.apply()
    }
}

/// A tenant on disk that is not served, and a repository for it: where many cases start.
pub struct Start {
    pub tenant: TempDir,
    pub repo: Repository,
}

impl Start {
    /// Copies of both, for one case.
    pub fn again(&self) -> Start {
        let (tenant, repo) = (tempfile::tempdir().unwrap(), Repository::empty());
        copy(self.tenant.path(), tenant.path());
        copy(self.repo.root(), repo.root());
        Start { tenant, repo }
    }
}
