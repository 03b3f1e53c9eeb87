//! What a tenant holds, in memory.

use serde_json::Value;

use super::approvals::ApprovalRequest;
use super::behaviour::Behaviour;
use super::configurations::{DeviceConfiguration, DeviceConfigurations};

/// Everything in the tenant.
#[derive(Debug)]
pub(crate) struct TenantState {
    pub behaviour: Behaviour,
    pub organization: Value,
    pub groups: Vec<Value>,
    pub filters: Vec<Value>,
    pub scope_tags: Vec<Value>,
    pub configurations: DeviceConfigurations,
    /// Of the settings catalog.
    pub policies: Vec<Value>,
    /// Every approval request there ever was, oldest first.
    pub approvals: Vec<ApprovalRequest>,
    /// The number of the newest write that is in here.
    pub last_write: u64,
}

/// What a write makes of an object; nothing means that it is deleted.
#[derive(Debug)]
pub(crate) enum ObjectWrite {
    DeviceConfiguration(Option<DeviceConfiguration>),
    /// A policy of the settings catalog.
    ConfigurationPolicy(Option<Value>),
}

impl TenantState {
    /// Makes a write in memory.
    pub(crate) fn apply(&mut self, number: u64, id: &str, write: ObjectWrite) {
        match write {
            ObjectWrite::DeviceConfiguration(Some(configuration)) => self.configurations.put(id, number, configuration),
            ObjectWrite::DeviceConfiguration(None) => self.configurations.remove(id),
            ObjectWrite::ConfigurationPolicy(policy) => self.put_policy(id, policy),
        }
        self.last_write = number;
    }

    fn put_policy(&mut self, id: &str, policy: Option<Value>) {
        let at = self.policies.iter().position(|other| other["id"] == id);
        match (at, policy) {
            (Some(at), Some(policy)) => self.policies[at] = policy,
            (Some(at), None) => drop(self.policies.remove(at)),
            (None, Some(policy)) => self.policies.push(policy),
            (None, None) => {}
        }
    }

    /// Takes over an approval request, or what it has become.
    pub(crate) fn put_approval(&mut self, approval: ApprovalRequest) {
        match self.approvals.iter_mut().find(|other| other.id == approval.id) {
            Some(other) => *other = approval,
            None => self.approvals.push(approval),
        }
    }
}
