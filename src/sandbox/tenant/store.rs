//! The state and its files: a write is answered only after it is on disk.

use std::time::Instant;

use serde_json::Value;

use super::approvals::{ApprovalStatus, StoredRequest};
use super::configurations::StoredConfiguration;
use super::contents::{self, SeedNames};
use super::files;
use super::hold::{Hold, HoldWhen};
use super::log::{Log, OpenedLog};
use super::log_line;
use super::permit::{self, Permit};
use super::recent::Recent;
use super::state::{ObjectWrite, TenantState};
use crate::folder::{FileLock, StateFolder};
use crate::sandbox::error::{Error, file};
use crate::sandbox::faults::{ApprovalRules, Faults};
use crate::sandbox::http::answer::{Declined, Refusal};
use crate::sandbox::http::call::Call;

/// An open sandbox.
#[derive(Debug)]
pub(crate) struct Store {
    pub state: TenantState,
    log: Log,
    hold: Option<Hold>,
    writes: usize,
    pub recent: Recent,
    /// The rules of Multi Admin Approval, if it is enabled.
    pub approval: Option<ApprovalRules>,
    /// Held for the life of the store.
    _lock: FileLock,
}

impl Store {
    pub(crate) fn open(
        folder: &StateFolder,
        seed: &SeedNames,
        hold: Option<Hold>,
        faults: &Faults,
    ) -> Result<Store, Error> {
        let lock = files::lock(folder)?;
        let snapshot = files::read_snapshot(folder)?;
        let OpenedLog { mut log, lines } = Log::open(folder, !faults.volatile)?;
        let mut changed = snapshot.is_none() || !lines.is_empty();
        let log_path = folder.path_of(files::LOG);
        let mut state = match snapshot {
            Some(bytes) => TenantState::read(&folder.path_of(files::SNAPSHOT), &bytes)?,
            None if lines.is_empty() => contents::new_tenant(),
            None => return Err(Error::broken(&log_path, "there is no sandbox.json next to it")),
        };
        for line in lines {
            state.replay(line).map_err(|reason| Error::broken(&log_path, reason))?;
        }
        changed |= contents::add_seed(&mut state, seed);
        if changed {
            let mut bytes = format!("{:#}", state.to_json()).into_bytes();
            bytes.push(b'\n');
            folder.replace(files::SNAPSHOT, &bytes)?;
            log.clear().map_err(file("empty", &log_path))?;
        }
        // Only now, because a faults file must not change the stored state.
        state.behavior = state.behavior.with(&faults.overrides);
        let recent = Recent::new(faults.list_lag, faults.not_found_after_create);
        Ok(Store { state, log, hold, writes: 0, recent, approval: faults.approval, _lock: lock })
    }

    /// The device configuration with this id; `None` also while it is too new to be found.
    pub(crate) fn device_configuration(&self, id: &str) -> Option<&StoredConfiguration> {
        let found = self.state.configurations.get(id).filter(|one| self.shows(one));
        found.filter(|_| !self.recent.is_too_new(id, Instant::now()))
    }

    /// The device configurations after `order` as lists show them.
    pub(crate) fn listed(&self, order: u64) -> impl Iterator<Item = (u64, &StoredConfiguration)> {
        let all = self.recent.listed(&self.state.configurations, order, Instant::now());
        all.filter(|(_, one)| self.shows(one))
    }

    fn shows(&self, one: &StoredConfiguration) -> bool {
        self.state.shows(one.properties.get("roleScopeTagIds"))
    }

    /// Writes one object, or deletes it: first to disk, then to memory. `call` requests it and has been
    /// validated. If it needs approval that is not given yet, it is refused here and the request is recorded.
    pub(crate) fn commit(&mut self, call: &Call, id: &str, write: ObjectWrite) -> Result<(), Declined> {
        let approval = match permit::permit(self.approval.as_ref(), &self.state.approvals, call)? {
            Permit::Free => None,
            Permit::Approved(approval) => Some(approval),
            Permit::Wait(approval) => return Err(self.wait_for(approval)?.into()),
        };
        self.writes += 1;
        let held = self.hold.filter(|hold| hold.write == self.writes).map(|hold| hold.when);
        if held == Some(HoldWhen::Before) {
            return Err(Declined::Held);
        }
        let number = self.state.last_write + 1;
        self.append(&log_line::write(number, id, &write, approval.as_ref()))?;
        if matches!(write, ObjectWrite::DeviceConfiguration(_)) {
            self.recent.remember(&self.state.configurations, id, Instant::now());
        }
        self.state.apply(number, id, write);
        if let Some(approval) = approval {
            self.state.put_approval(approval);
        }
        match held {
            Some(_) => Err(Declined::Held),
            None => Ok(()),
        }
    }

    /// Records a new request for approval, and returns the refusal that names it.
    fn wait_for(&mut self, approval: StoredRequest) -> Result<Refusal, Refusal> {
        let refusal = permit::required(&approval, &self.approval.unwrap_or_default());
        self.keep(approval)?;
        Ok(refusal)
    }

    /// Decides the request `id`, or all waiting requests; returns them as they are now. A request that is not waiting
    /// is not decided.
    pub(crate) fn decide(&mut self, id: Option<&str>, status: ApprovalStatus) -> Result<Vec<StoredRequest>, Refusal> {
        let chosen = |approval: &&StoredRequest| approval.waits() && id.is_none_or(|id| approval.id == id);
        let decided: Vec<StoredRequest> =
            self.state.approvals.iter().filter(chosen).map(|one| one.with(status)).collect();
        for approval in &decided {
            self.keep(approval.clone())?;
        }
        Ok(decided)
    }

    /// The approval requests that wait for a decision.
    pub(crate) fn waiting(&self) -> Vec<StoredRequest> {
        self.state.approvals.iter().filter(|request| request.waits()).cloned().collect()
    }

    fn keep(&mut self, approval: StoredRequest) -> Result<(), Refusal> {
        let number = self.state.last_write + 1;
        self.append(&log_line::approval(number, &approval))?;
        self.state.put_approval(approval);
        self.state.last_write = number;
        Ok(())
    }

    fn append(&mut self, line: &Value) -> Result<(), Refusal> {
        let written = self.log.append(line);
        written.map_err(|error| Refusal::internal(format!("The sandbox cannot write its log: {error}")))
    }
}
