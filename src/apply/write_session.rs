//! A session that writes to a tenant.

use tokio::sync::watch;

use super::executor::{Event, Executor};
use super::journal::Journal;
use super::stop::Stop;
use crate::failure::Failure;
use crate::file_lock::FileLock;
use crate::planning::connection;
use crate::policy::Environment;
use crate::repository::{Guard, Repository, lock_folder, lock_tenant};
use crate::session::{Prompt, Purpose, Session};

/// A session with the locks that keep others from writing at the same time, and the journal of earlier runs.
pub struct WriteSession {
    pub session: Session,
    /// Why an apply from another folder of this machine is not kept out, if it is not.
    pub unlocked: Option<String>,
    pub(super) journal: Journal,
    _folder: FileLock,
    _tenant: Option<FileLock>,
}

impl WriteSession {
    /// Locks the folder, signs in, and locks the tenant for this owner.
    ///
    /// # Errors
    /// If another apply is running, or the journal cannot be read, or as for [`Session::open`].
    pub async fn open(repository: &Repository, environment: &Environment, prompt: Prompt) -> Result<Self, Failure> {
        let state = repository.state();
        let folder = lock_folder(&state)?;
        let journal = Journal::open(&state.join("journal.json"))?;
        let connection = connection(repository, environment);
        let session = Session::open(&connection, Purpose::Apply, prompt).await?;
        let (mut tenant, mut unlocked) = (None, None);
        // The embedded sandbox belongs to its folder and has its own lock.
        if !connection.is_embedded() {
            let owner = &repository.configuration.owner;
            match lock_tenant(&repository.root, connection.graph_url(), &session.tenant.id, owner)? {
                Guard::Locked(lock) => tenant = Some(lock),
                Guard::Unlocked(why) => unlocked = Some(why),
            }
        }
        Ok(Self { session, unlocked, journal, _folder: folder, _tenant: tenant })
    }

    pub fn executor<'a>(
        &'a self,
        owner: &'a str,
        justification: &'a str,
        stop: watch::Receiver<Stop>,
        on_event: &'a dyn Fn(Event<'_>),
    ) -> Executor<'a> {
        let Session { client, tenant, patience, .. } = &self.session;
        let (journal, patience) = (&self.journal, *patience);
        Executor { client, tenant_id: &tenant.id, owner, journal, patience, justification, stop, on_event }
    }
}
