//! A session that writes to a tenant.

use tokio::sync::watch;

use super::executor::{Event, Executor};
use super::journal::{Journal, JournalError};
use super::stop::Stop;
use crate::failure::Failure;
use crate::folder::{FileLock, StateFolder};
use crate::planning::connection;
use crate::policy::Environment;
use crate::repository::{Guard, Repository, lock_folder, lock_tenant, state_name, user_state};
use crate::session::{Prompt, Purpose, Session};

/// A session with the locks that keep others from writing at the same time, and the journal of earlier runs.
pub struct WriteSession {
    pub session: Session,
    /// Why an apply from another folder of this machine is not kept out, if it is not.
    pub unlocked: Option<String>,
    pub(super) journal: Journal,
    _folder: Option<FileLock>,
    _tenant: Option<FileLock>,
}

impl WriteSession {
    /// Signs in, locks the tenant for this owner, and opens the journal. The embedded sandbox belongs to its folder, which
    /// is locked instead.
    ///
    /// # Errors
    /// If another apply is running, or the journal cannot be read, or as for [`Session::open`].
    pub async fn open(repository: &Repository, environment: &Environment, prompt: Prompt) -> Result<Self, Failure> {
        let connection = connection(repository, environment);
        let sandbox = || StateFolder::open(&repository.state()).map_err(JournalError::from);
        // Before the session, which has the sandbox open, so that the message names the other apply.
        let folder = if connection.is_embedded() { Some(lock_folder(&sandbox()?)?) } else { None };
        let session = Session::open(&connection, Purpose::Apply, prompt).await?;
        let (mut tenant, mut unlocked) = (None, None);
        let owner = &repository.configuration.owner;
        let name = state_name(connection.graph_url(), &session.tenant.id, owner);
        if !connection.is_embedded() {
            match lock_tenant(&user_state()?, &name, &repository.root, owner)? {
                Guard::Locked(lock) => tenant = Some(lock),
                Guard::Unlocked(why) => unlocked = Some(why),
            }
        }
        let journal = match session.is_sandbox {
            true => Journal::open(sandbox()?, "journal.json")?,
            false => Journal::open(user_state()?, &format!("{name}.json"))?,
        };
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
