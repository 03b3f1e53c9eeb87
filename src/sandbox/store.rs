//! The state together with its files: what is answered is on disk.

use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use serde_json::Value;

use super::answer::{Refusal, Trouble};
use super::approvals::{self, Approval, Permit, Status};
use super::call::Call;
use super::contents;
use super::error::{Error, file};
use super::faults::{ApprovalRules, Faults};
use super::files;
use super::log::Log;
use super::recent::Recent;
use super::state::{Record, State, Written};
use super::{Hold, HoldWhen, Seed};

/// An open sandbox.
#[derive(Debug)]
pub(super) struct Store {
    pub state: State,
    log: Log,
    hold: Option<Hold>,
    writes: usize,
    pub recent: Recent,
    /// Multi Admin Approval, where it is switched on.
    pub approval: Option<ApprovalRules>,
    /// Held for the life of the store.
    _lock: File,
}

impl Store {
    pub(super) fn open(folder: &Path, seed: &Seed, hold: Option<Hold>, faults: &Faults) -> Result<Store, Error> {
        fs::create_dir_all(folder).map_err(file("create", folder))?;
        let lock = files::lock(folder)?;
        let snapshot = files::read_snapshot(folder)?;
        let (mut log, lines) = Log::open(folder, !faults.volatile)?;
        let mut changed = snapshot.is_none() || !lines.is_empty();
        let log_path = files::log(folder);
        let mut state = match snapshot {
            Some(bytes) => State::read(&files::snapshot(folder), &bytes)?,
            None if lines.is_empty() => contents::new_tenant(),
            None => return Err(Error::broken(&log_path, "it has no sandbox.json beside it")),
        };
        for line in lines {
            state.replay(line).map_err(|reason| Error::broken(&log_path, reason))?;
        }
        changed |= contents::sow(&mut state, seed);
        if changed {
            let mut bytes = format!("{:#}", state.to_json()).into_bytes();
            bytes.push(b'\n');
            files::write_snapshot(folder, &bytes)?;
            log.clear().map_err(file("empty", &log_path))?;
        }
        // Only now: what a faults file says is not written down.
        state.behaviour = state.behaviour.with(&faults.dialect);
        let recent = Recent::new(faults.list_lag, faults.birth);
        Ok(Store { state, log, hold, writes: 0, recent, approval: faults.approval, _lock: lock })
    }

    /// The device configuration with this id; `None` also while it is too new to be found.
    pub(super) fn profile(&self, id: &str) -> Option<&Record> {
        self.state.profiles.get(id).filter(|_| !self.recent.unborn(id, Instant::now()))
    }

    /// The device configurations after `order` as lists show them.
    pub(super) fn listed(&self, order: u64) -> impl Iterator<Item = (u64, &Record)> {
        self.recent.listed(&self.state.profiles, order, Instant::now())
    }

    /// Writes one object, or deletes it: first to disk, then to memory. `call` asks for it, and has been found right; where
    /// approval is required and not given yet, it is refused here, and the request is remembered.
    pub(super) fn commit(&mut self, call: &Call, id: &str, written: Written) -> Result<(), Trouble> {
        let approval = match approvals::permit(self, call)? {
            Permit::Free => None,
            Permit::Approved(approval) => Some(approval),
            Permit::Wait(approval) => return Err(self.wait_for(approval)?.into()),
        };
        self.writes += 1;
        let held = self.hold.filter(|hold| hold.write == self.writes).map(|hold| hold.when);
        if held == Some(HoldWhen::Before) {
            return Err(Trouble::Held);
        }
        let number = self.state.last_write + 1;
        self.append(&State::line(number, id, &written, approval.as_ref()))?;
        if matches!(written, Written::Profile(_)) {
            self.recent.remember(&self.state.profiles, id, Instant::now());
        }
        self.state.apply(number, id, written);
        if let Some(approval) = approval {
            self.state.put_approval(approval);
        }
        match held {
            Some(_) => Err(Trouble::Held),
            None => Ok(()),
        }
    }

    /// Remembers a new request for approval, and says so.
    fn wait_for(&mut self, approval: Approval) -> Result<Refusal, Refusal> {
        let refusal = approvals::required(&approval, &self.approval.unwrap_or_default());
        self.keep(approval)?;
        Ok(refusal)
    }

    /// Decides the request `id`, or every one that waits; says which these were, as they are now. An id that does not
    /// wait is none.
    pub(super) fn decide(&mut self, id: Option<&str>, status: Status) -> Result<Vec<Approval>, Refusal> {
        let chosen = |approval: &&Approval| approval.waits() && id.is_none_or(|id| approval.id == id);
        let decided: Vec<Approval> = self.state.approvals.iter().filter(chosen).map(|one| one.with(status)).collect();
        for approval in &decided {
            self.keep(approval.clone())?;
        }
        Ok(decided)
    }

    fn keep(&mut self, approval: Approval) -> Result<(), Refusal> {
        let number = self.state.last_write + 1;
        self.append(&State::approval_line(number, &approval))?;
        self.state.put_approval(approval);
        self.state.last_write = number;
        Ok(())
    }

    fn append(&mut self, line: &Value) -> Result<(), Refusal> {
        let written = self.log.append(line);
        written.map_err(|error| Refusal::internal(format!("The sandbox cannot write its log: {error}")))
    }
}
